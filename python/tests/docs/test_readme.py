"""The examples of the README do what it says."""

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qlif._engine import library

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)


@pytest.mark.filterwarnings("ignore::qlif.SilentLayerWarning")
def test_the_python_examples_one_after_the_other(tmp_path, monkeypatch):
    from qlif._engine import locate

    if locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is None:
        pytest.skip("qlif-render is not built")
    monkeypatch.chdir(tmp_path)
    names = {}
    for number, code in enumerate(blocks("python")):
        exec(compile(code, f"README, example {number}", "exec"), names)
    assert names["rec"].spikes[0].shape == (12, 5, 6, 6, 6)
    assert names["net"].parameters["0.drive_weight"].shape == (6, 1, 3, 3)
    assert names["clf"].score(names["X_test"], names["y_test"]) > 0.9
    assert names["cnn"].score(names["X_test"], names["y_test"]) > 0.85


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_the_c_example(tmp_path):
    import qlif

    (source,) = blocks("c")
    (tmp_path / "example.c").write_text(source)
    path = ctypes.CDLL(library.lib._name)._name
    command = ["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Include'}"]
    command += ["example.c", "-o", "example", path, f"-Wl,-rpath,{Path(path).parent}"]
    subprocess.run(command, cwd=tmp_path, check=True)
    done = subprocess.run(["./example"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "digits.safetensors" in done.stderr
    layers = [qlif.Dense(10, qlif.QLIF())]
    qlif.Network(input_shape=64, layers=layers, steps=2).save(tmp_path / "digits.safetensors")
    done = subprocess.run(["./example"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert re.fullmatch(r"output neuron \d\n", done.stdout)


def test_what_it_names_exists():
    for path in re.findall(r"\]\(([^)#:]+)\)", TEXT):
        assert (ROOT / path).exists(), path

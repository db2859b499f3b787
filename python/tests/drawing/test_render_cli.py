"""The command qlif-render as a user meets it: pictures and circuits."""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
import render_tools
from render_tools import CONVOLUTION, IMAGE, MODEL, SIDE, chunks, run, texts

import qlif
from qlif import render


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_tools.filled(tmp_path_factory.mktemp("render"))


GOOD = [
    ("raster", *MODEL, *IMAGE),
    ("raster", *MODEL, *IMAGE, "--neurons", "0-3,7", "--readout", "membrane"),
    ("trace", *MODEL, *IMAGE, "--layer", "0", "--neurons", "1,5,9"),
    ("trace", *MODEL, *IMAGE, "--layer", "1"),
    ("filters", *MODEL, "--layer", "0"),
    ("filters", *MODEL, "--layer", "1", "--units", "0-2", "--shape", "3x4", "--columns", "2"),
    ("filters", *CONVOLUTION, "--layer", "0"),
    ("filters", *CONVOLUTION, "--layer", "1", "--units", "1", "--inputs", "0,2"),
    ("filters", *CONVOLUTION, "--layer", "1", "--inputs", "1"),
    ("maps", *CONVOLUTION, *IMAGE, "--layer", "0"),
    ("maps", *CONVOLUTION, *IMAGE, "--layer", "2", "--channels", "1", "--windows", "4"),
    ("maps", *CONVOLUTION, "--input", "batch.npy", "--layer", "1", "--windows", "6"),
    ("bloch", *MODEL, *IMAGE, "--layer", "1", "--neuron", "2"),
    ("bloch", *MODEL, *IMAGE, "--layer", "0", "--neuron", "2", "--memory", "coherent"),
]


@pytest.mark.parametrize("arguments", GOOD, ids=" ".join)
def test_pictures(folder: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    sizes = {}
    for scale in (1, 2):
        target = tmp_path / "a picture.png"
        options = ("--scale", str(scale), "--output", str(target))
        done = run(folder, *arguments, *options)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
        png = target.read_bytes()
        assert os.listdir(tmp_path) == [target.name]
        found = dict(chunks(png))
        sizes[scale] = struct.unpack(">2I", found[b"IHDR"][:8])
        dots = round(144 * scale / 0.0254)
        assert struct.unpack(">2IB", found[b"pHYs"]) == (dots, dots, 1)
        words = texts(png)
        # Absolute paths say something about one machine only.
        assert words["Command"].startswith("qlif-render " + arguments[0])
        assert words["Command"].endswith("--output 'a picture.png'")
        content = (folder / arguments[2]).read_bytes()
        assert words["Model-SHA256"] == hashlib.sha256(content).hexdigest()
        assert words["Software"].startswith("qlif-render ")
        options = ("--scale", str(scale), "--output", "-")
        assert run(folder, *arguments, *options).stdout[:8] == png[:8]
    for one, two in zip(sizes[1], sizes[2], strict=True):
        assert 2 * one - 2 <= two <= 2 * one


WAYS = {
    "numbers": ("--drive", "0.3,-1,0.6,0.2", "--delay", "0,0.1,0,0"),
    "negative numbers first": ("--drive", "-0.3,0.2", "--delay", "-0.1"),
    "a spike train": ("--spikes", "1,1,0,1", "--drive", "0.3", "--delay", "0.1"),
    "constant currents": ("--drive", "0.2", "--steps", "9", "--no-refractory"),
    "all noise": (
        *("--drive", "0.3,0.3,0", "--delay", "0.1", "--memory", "coherent", "--qubit-t1", "20"),
        *("--qubit-t2", "9", "--excited-population", "0.1", "--gate-time", "1", "--p01", "0.1"),
        *("--over-rotation", "0.1", "--depolarizing", "0.1", "--p10", "0.1", "--leak", "rotation"),
    ),
    "a pulse": ("--drive", "0.5", "--pulse", "1", "--detuning", "-2", "--sigma", "0.3"),
    "a silent neuron": ("--drive", "0"),
    "more turns than can be counted": ("--drive", "1e300,1e9", "--no-refractory"),
    "more steps than can be marked": ("--spikes", ",".join("01" * 150), "--drive", "0.1"),
    "a path": (
        "--trajectory",
        "path.npy",
        "--threshold",
        "0.6",
        "--azimuth",
        "80",
        "--elevation",
        "-10",
    ),
}


@pytest.mark.parametrize("arguments", WAYS.values(), ids=WAYS.keys())
def test_ways_on_the_sphere(folder: Path, arguments: tuple[str, ...]) -> None:
    done = run(folder, "bloch", *arguments, "--output", "-")
    assert done.returncode == 0, done.stderr
    assert texts(done.stdout)["Command"].startswith("qlif-render bloch ")


def test_a_way_is_the_neurons(folder: Path) -> None:
    currents = ("--drive", "0.3,0.3,0.3,-1", "--delay", "0.1")
    done = run(folder, "bloch", *currents, "--output", "-")
    spikes = qlif.circuits.run(qlif.QLIF(), [0.3, 0.3, 0.3, -1], [0.1] * 4).spikes
    assert spikes.sum() == 1
    assert texts(done.stdout)["Description"].startswith("4 steps, 1 spike, ")


def test_circuits_are_the_packages(folder: Path) -> None:
    def text(*arguments: str) -> str:
        done = run(folder, "qasm", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode("ascii")

    neuron = qlif.QLIF(threshold=0.6, t1=80)
    constants = ("--threshold", "0.6", "--t1", "80")
    step = text("--alpha", "0.5,0", "--drive", "-1,0.25", "--delay", "0.125", *constants)
    assert step == qlif.circuits.qasm3(neuron, [-1, 0.25], [0.125] * 2, alpha=[0.5, 0])
    train = ("--drive", "0.25,-1,0.5", "--delay", "0.125", "--memory", "coherent")
    options = {"memory": "coherent", "leak_form": "rotation"}
    expected = qlif.circuits.qasm3(neuron, [0.25, -1, 0.5], [0.125] * 3, **options)
    assert text(*train, "--leak", "rotation", *constants) == expected
    stretched = text("--drive", "-1", "--delay", "0.125", "--steps", "2", "--qubit-t1", "120")
    noise = qlif.Noise(thermal=(120, 240, 0, 0))
    assert stretched == qlif.circuits.qasm3(qlif.QLIF(), [-1] * 2, [0.125] * 2, noise=noise)
    spikes = text("--spikes", "1,0,1", "--drive", "0.25", "--delay", "0.125")
    assert spikes == qlif.circuits.qasm3(qlif.QLIF(), [0.25, 0, 0.25], [0, 0.125, 0])


def test_a_models_circuits_are_its_run(folder: Path, tmp_path: Path) -> None:
    layers = [qlif.Dense(9, qlif.QLIF()), qlif.Dense(4, qlif.QLIF(refractory=False))]
    network = qlif.Network(input_shape=(5,), steps=6, seed=3, layers=layers)
    for values in network.parameters.values():
        values[:] *= 2
    network.save(tmp_path / "m.safetensors")
    x = np.random.default_rng(0).uniform(0, 1, (1, 5)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    rec = network.simulate(x)
    assert rec.spikes[0].sum() > 2
    options = ("--model", "m.safetensors", "--input", "x.npy", "--layer")
    for layer, units in enumerate((9, 4)):
        for neuron in range(units):
            done = run(tmp_path, "qasm", *options, str(layer), "--neuron", str(neuron))
            lines = [line for line in done.stdout.decode().splitlines() if line.startswith("// st")]
            found = [float(line.split("alpha ")[1].split(",")[0]) for line in lines]
            np.testing.assert_allclose(found, rec.membrane[layer][:, 0, neuron], atol=1e-5)
            fired = [line.endswith("spike") for line in lines]
            assert fired == (rec.spikes[layer][:, 0, neuron] > 0).tolist()
        for step in range(6):
            target = tmp_path / "step.qasm"
            done = run(
                tmp_path, "qasm", *options, str(layer), "--step", str(step), "--output", str(target)
            )
            assert (done.returncode, done.stdout) == (0, b"")
            angles = [
                float(a[3:].split(")")[0]) for a in target.read_text().splitlines() if "rx(" in a
            ]
            alpha = np.sin(np.array(angles[:units]) / 2) ** 2
            before = np.zeros(units)
            if step:
                before = rec.membrane[layer][step - 1, 0] * (1 - rec.spikes[layer][step - 1, 0])
            np.testing.assert_allclose(alpha, before, atol=1e-5)


@pytest.mark.parametrize("name", ["batch", "big", "fortran", "images"])
def test_arrays_of_any_layout_are_the_same_input(folder: Path, name: str) -> None:
    def picture(file: str) -> bytes:
        arguments = ("--input", f"{file}.npy", "--index", "3", "--label", "1", "--title", "T")
        done = run(folder, "raster", *MODEL, *arguments, "--output", "-")
        assert done.returncode == 0, done.stderr
        return b"".join(data for kind, data in chunks(done.stdout) if kind == b"IDAT")

    assert picture(name) == picture("batch")


def test_sequences_and_bytes(folder: Path) -> None:
    for options in (
        ("--input", "sequence.npy", "--index", "4"),
        ("--input", "batch.npy", "--sequence"),
        ("--input", "bytes.npy", "--divide", "255"),
    ):
        done = run(folder, "raster", *MODEL, *options, "--output", "-")
        assert done.returncode == 0, done.stderr


def test_data_folder_comes_from_the_environment(folder: Path) -> None:
    arguments = ("raster", *MODEL, "--dataset", "mnist", "--index", "0", "--output", "-")
    assert run(folder, *arguments, QLIF_DATA="data").returncode == 0
    assert run(folder, *arguments, XDG_CACHE_HOME="nowhere").returncode == 2


@pytest.mark.parametrize("name", ["a.PNG", "without", ".hidden", "b.c/without"])
def test_names_that_do_not_lie(folder: Path, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.parent.mkdir(exist_ok=True)
    done = run(folder, "filters", *MODEL, "--layer", "0", "--output", str(target))
    assert (done.returncode, done.stderr) == (0, b"")
    assert target.read_bytes().startswith(b"\x89PNG")


def test_values_may_begin_with_a_dash(folder: Path) -> None:
    done = run(folder, "bloch", "--drive", "-.3,0.2", "--azimuth", "-80", "--output", "-")
    assert done.returncode == 0, done.stderr
    done = run(folder, "bloch", "--drive=1", "--title=-- a title", "--output", "-")
    assert texts(done.stdout)["Title"] == "-- a title"


FONTS = Path("/usr/share/fonts/truetype/dejavu")


@pytest.mark.skipif(not FONTS.exists(), reason="needs the package fonts-dejavu-core")
def test_letters_come_from_the_fonts_that_have_them(folder: Path, tmp_path: Path) -> None:
    def picture(title: str, *fonts: str) -> tuple[bytes, str]:
        place = tmp_path / "-".join(("fonts", *fonts))
        place.mkdir(exist_ok=True)
        for font in fonts:
            shutil.copy(FONTS / f"{font}.ttf", place)
        settings = (
            f"<fontconfig><dir>{place}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
        )
        (tmp_path / "fonts.conf").write_text(settings)
        arguments = ("filters", *MODEL, "--layer", "0", "--title", title, "--output", "-")
        done = run(folder, *arguments, FONTCONFIG_FILE=str(tmp_path / "fonts.conf"))
        assert done.returncode == (0 if fonts else 2), done.stderr
        if not fonts:
            return b"", done.stderr.decode()
        pixels = b"".join(data for kind, data in chunks(done.stdout) if kind == b"IDAT")
        return pixels, done.stderr.decode()

    sans = ("DejaVuSans", "DejaVuSans-Bold")
    boxes, note = picture("⌵ Köln ⍟ ⌵", *sans)
    assert (
        note == "qlif-render: no installed font has ⌵ ⍟: the picture shows boxes in their place\n"
    )
    letters, note = picture("⌵ Köln ⍟ ⌵", *sans, "DejaVuSansMono")
    assert (note, letters == boxes) == ("", False)
    # What the main font has stays as it is.
    assert picture("Köln", *sans) == picture("Köln", *sans, "DejaVuSansMono")
    assert "no font is installed" in picture("Köln")[1]


def test_three_channels_are_colours(tmp_path: Path) -> None:
    """Red and blue have the same mean, and a network without weights the same spikes."""
    layers = [qlif.Conv2d(2, 3, qlif.QLIF()), qlif.Dense(3, qlif.QLIF())]
    network = qlif.Network(input_shape=(3, SIDE, SIDE), layers=layers, steps=2)
    for values in network.parameters.values():
        values[:] = 0
    network.save(tmp_path / "rgb.safetensors")

    def picture(kind: str, channel: int, most: float) -> bytes:
        x = np.zeros((1, 3, SIDE, SIDE))
        x[:, channel] = most
        np.save(tmp_path / "x.npy", x)
        layer = ("--layer", "0") if kind == "maps" else ()
        arguments = (kind, "--model", "rgb.safetensors", "--input", "x.npy", *layer)
        done = run(tmp_path, *arguments, "--output", "-")
        assert done.returncode == 0, done.stderr
        return b"".join(data for kind, data in chunks(done.stdout) if kind == b"IDAT")

    for kind in ("raster", "maps"):
        assert picture(kind, 0, 1) != picture(kind, 2, 1)
        # Beyond 1 there is no colour of that name: the mean is shown, and called so.
        assert picture(kind, 0, 9) == picture(kind, 2, 9)


@pytest.mark.parametrize("kind", ["raster", "trace", "filters", "maps", "bloch", "qasm"])
def test_help_has_examples(folder: Path, kind: str) -> None:
    done = run(folder, kind, "--help")
    assert done.returncode == 0
    assert b"Examples:" in done.stdout
    assert b"qlif-render " + kind.encode() + b" --" in done.stdout


def test_a_reader_that_leaves_is_an_error(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [str(render.program()), "filters", *MODEL, "--layer", "0", "--output", "-"],
        cwd=folder,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert done.returncode == 2
    assert b"Broken pipe" in done.stderr

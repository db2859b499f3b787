"""Finding and loading the library."""

import os
import subprocess
import sys
from importlib import metadata

import pytest

import qlif
from qlif._engine import library, locate


def test_versions_agree():
    assert qlif.__version__ == metadata.version("qlif")
    assert qlif.instruction_set() in {"x86-64", "x86-64-v3", "x86-64-v4", "generic"}


def test_a_missing_library_names_every_path(tmp_path):
    paths = [tmp_path / "a" / "libqlif.so", tmp_path / "b" / "libqlif.so"]
    with pytest.raises(qlif.LibraryError) as raised:
        library.load(paths)
    assert all(str(path) in str(raised.value) for path in paths)
    assert isinstance(raised.value, ImportError)


def test_a_file_that_is_no_library(tmp_path):
    path = tmp_path / "libqlif.so"
    path.write_bytes(b"not a library")
    with pytest.raises(qlif.LibraryError, match="cannot be used"):
        library.load([path])


def test_a_library_of_another_contract(monkeypatch):
    monkeypatch.setattr(library, "ABI_VERSION", 99)
    with pytest.raises(qlif.LibraryError, match="ABI version"):
        library.load([locate.Path(library.lib._name)])


def test_the_environment_names_the_library(tmp_path):
    code = "import qlif"
    environment = {**os.environ, "QLIF_LIBRARY": str(tmp_path / "absent.so")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "absent.so" in done.stderr


def test_the_order_of_places(monkeypatch):
    monkeypatch.delenv("QLIF_LIBRARY", raising=False)
    places = locate.candidates("QLIF_LIBRARY", "lib", "libqlif.so")
    assert [place.parts[-3:] for place in places] == [
        ("qlif", "lib", "libqlif.so"),
        (".build", "release", "libqlif.so"),
    ]


def test_importing_needs_numpy_and_tqdm_only():
    """scikit-learn, matplotlib and torch are imported where they are used."""
    code = (
        "import sys, qlif\n"
        "heavy = {'sklearn', 'matplotlib', 'torch', 'scipy', 'pandas', 'safetensors'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_names():
    for name in qlif.__all__:
        assert getattr(qlif, name) is not None
    with pytest.raises(AttributeError):
        qlif.nonsense  # noqa: B018

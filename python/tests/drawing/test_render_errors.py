"""What qlif-render says where it cannot draw: one line that names what is wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import render_tools
from render_tools import CONVOLUTION, IMAGE, MODEL, run


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_tools.filled(tmp_path_factory.mktemp("render"))


SPELLING = {
    "unknown option '--modle' (did you mean '--model'?)": (
        "raster",
        "--modle",
        "model.safetensors",
    ),
    "unknown option '--ouput' (did you mean '--output'?)": ("filters", *MODEL, "--ouput=out.png"),
    "unknown option '-output' (did you mean '--output'?)": (
        "filters",
        *MODEL,
        "-output",
        "out.png",
    ),
    "unknown option '--colour'; see 'qlif-render filters --help'": (
        *("filters", *MODEL, "--colour", "red"),
    ),
    "unknown option '--': ": ("filters", *MODEL, "--"),
    "unknown command 'filter' (did you mean 'filters'?)": ("filter", *MODEL),
    "--index -1 is negative": (
        "raster",
        *MODEL,
        "--dataset",
        "mnist",
        "--index",
        "-1",
        "--output",
        "-",
    ),
    "layer -1 is outside": ("trace", *MODEL, *IMAGE, "--layer", "-1", "--output", "-"),
    "--scale -2.0 is not between": (
        "filters",
        *MODEL,
        "--layer",
        "0",
        "--scale",
        "-2",
        "--output",
        "-",
    ),
    "'--index' needs a value <index>, but '--data' follows": (
        *("raster", *MODEL, "--dataset", "mnist", "--index", "--data", "data"),
    ),
    "'--output' needs a value <file>": ("filters", *MODEL, "--layer", "0", "--output"),
    "The value 'two' is invalid for '--index <index>' (--index <index>: Which image": (
        *("raster", *MODEL, "--dataset", "mnist", "--index", "two"),
    ),
    "The value '-inf' is invalid for '--drive <numbers>' (--drive <numbers>: The drive u": (
        *("bloch", "--drive", "-inf"),
    ),
    "unexpected '5,'": ("trace", *MODEL, *IMAGE, "--layer", "0", "--neurons", "1,", "5,", "9"),
    "unexpected 'model.safetensors'": ("raster", "model.safetensors"),
    "'--drive' is given twice": ("bloch", "--drive", "0.2", "--drive", "0.3"),
    "'--neuron' is given beside '--neurons'": (
        *("bloch", *MODEL, *IMAGE, "--layer", "1", "--neurons", "1", "--neuron=2"),
    ),
    "'--sequence' is given twice": ("raster", *MODEL, "--sequence", "--sequence"),
    "--output out.jpg ends in .jpg, but what is written is a PNG picture: expected .png": (
        *("filters", *MODEL, "--layer", "0", "--output", "out.jpg"),
    ),
    "--output out.png ends in .png, but what is written is OpenQASM 3 text": (
        *("qasm", "--drive", "1", "--output", "out.png"),
    ),
    "--trajectory is a way that is there already": (
        *("bloch", "--trajectory", "path.npy", "--depolarizing", "0.1", "--output", "-"),
    ),
    "--columns does not go with 3 input channels": (
        *("filters", *CONVOLUTION, "--layer", "1", "--columns", "3", "--output", "-"),
    ),
    "--label goes with a drawing": (
        *("qasm", *MODEL, "--input", "batch.npy", "--label", "1", "--layer", "1", "--step", "0"),
    ),
}


@pytest.mark.parametrize("message", SPELLING)
def test_an_error_names_the_word_that_is_wrong(folder: Path, message: str) -> None:
    before = sorted(folder.rglob("*"))
    done = run(folder, *SPELLING[message])
    assert (done.returncode, done.stdout) == (2, b"")
    words = done.stderr.decode()
    assert words.startswith("qlif-render: " + message.removesuffix(": ")), words
    assert words.count("\n") == 1
    assert sorted(folder.rglob("*")) == before


OUT = ("--output", "out.png")
MAPS = ("maps", *CONVOLUTION, *IMAGE, "--layer", "0")
BAD = {
    "no model": ("raster", "--model", "none.safetensors", *IMAGE, *OUT),
    "cut model": ("raster", "--model", "cut.safetensors", *IMAGE, *OUT),
    "empty model": ("filters", "--model", "empty.safetensors", "--layer", "0", *OUT),
    "foreign model": ("raster", "--model", "foreign.safetensors", *IMAGE, *OUT),
    "a folder as model": ("raster", "--model", "data", *IMAGE, *OUT),
    "an array as model": ("raster", "--model", "batch.npy", *IMAGE, *OUT),
    "image out of range": ("raster", *MODEL, *IMAGE[:2], "--index", "5", *IMAGE[4:], *OUT),
    "negative index": ("raster", *MODEL, *IMAGE[:2], "--index=-1", *IMAGE[4:], *OUT),
    "huge index": ("raster", *MODEL, *IMAGE[:2], "--index", "9" * 30, *IMAGE[4:], *OUT),
    "no such data": ("raster", *MODEL, *IMAGE[:-1], "nowhere", *OUT),
    "no such split": ("raster", *MODEL, *IMAGE, "--split", "train", *OUT),
    "no such data set": ("raster", *MODEL, "--dataset", "emnist", "--index", "0", *OUT),
    "no input": ("raster", *MODEL, *OUT),
    "two inputs": ("raster", *MODEL, *IMAGE, "--input", "batch.npy", *OUT),
    "no output": ("raster", *MODEL, *IMAGE),
    "cut array": ("raster", *MODEL, "--input", "cut.npy", *OUT),
    "odd array": ("raster", *MODEL, "--input", "odd.npy", *OUT),
    "NaN array": ("raster", *MODEL, "--input", "nan.npy", *OUT),
    "no array": ("raster", *MODEL, "--input", "model.safetensors", *OUT),
    "sample out of range": ("raster", *MODEL, "--input", "batch.npy", "--index", "5", *OUT),
    "label out of range": ("raster", *MODEL, "--input", "batch.npy", "--label", "3", *OUT),
    "wrong picture shape": ("raster", *MODEL, *IMAGE, "--shape", "4x5", *OUT),
    "divide by zero": ("raster", *MODEL, "--input", "batch.npy", "--divide", "0", *OUT),
    "layer out of range": ("trace", *MODEL, *IMAGE, "--layer", "2", *OUT),
    "neuron out of range": ("trace", *MODEL, *IMAGE, "--layer", "0", "--neurons", "12", *OUT),
    "backward range": ("trace", *MODEL, *IMAGE, "--layer", "0", "--neurons", "5-1", *OUT),
    "not a list": ("trace", *MODEL, *IMAGE, "--layer", "0", "--neurons", "1,,2", *OUT),
    "endless list": ("filters", *MODEL, "--layer", "0", "--units", "0-9999999999", *OUT),
    "unit out of range": ("filters", *MODEL, "--layer", "0", "--units", "0-12", *OUT),
    "no square": ("filters", *MODEL, "--layer", "1", *OUT),
    "wrong shape": ("filters", *MODEL, "--layer", "1", "--shape", "3x5", *OUT),
    "no shape": ("filters", *MODEL, "--layer", "1", "--shape", "0x12", *OUT),
    "no columns": ("filters", *MODEL, "--layer", "0", "--columns", "0", *OUT),
    "dense channels": ("filters", *MODEL, "--layer", "0", "--inputs", "0", *OUT),
    "shape of a convolution": ("filters", *CONVOLUTION, "--layer", "0", "--shape", "3x3", *OUT),
    "filters of a pooling": ("filters", *CONVOLUTION, "--layer", "2", *OUT),
    "input out of range": ("filters", *CONVOLUTION, "--layer", "1", "--inputs", "3", *OUT),
    "maps of a dense layer": ("maps", *CONVOLUTION, *IMAGE, "--layer", "3", *OUT),
    "channel out of range": (*MAPS, "--channels", "3", *OUT),
    "no windows": (*MAPS, "--windows", "0", *OUT),
    "more windows than steps": (*MAPS, "--windows", "7", *OUT),
    "scale too large": ("filters", *MODEL, "--layer", "0", "--scale", "9", *OUT),
    "scale not a number": ("filters", *MODEL, "--layer", "0", "--scale", "nan", *OUT),
    "misspelled option": ("filters", *MODEL, "--layer", "0", "--colour", "red", *OUT),
    "misspelled command": ("filter", *MODEL, *OUT),
    "no such folder": ("filters", *MODEL, "--layer", "0", "--output", "nowhere/out.png"),
    "a folder as output": ("filters", *MODEL, "--layer", "0", "--output", "data"),
    "a file as folder": ("filters", *MODEL, "--layer", "0", "--output", "batch.npy/out.png"),
    "no currents": ("bloch", *OUT),
    "no neuron": ("bloch", *MODEL, *IMAGE, "--layer", "1", *OUT),
    "no layer": ("bloch", *MODEL, *IMAGE, *OUT),
    "neuron of a pooling": (
        *("bloch", *CONVOLUTION, *IMAGE),
        *("--layer", "2", "--neuron", "0", *OUT),
    ),
    "numbers and a model": ("bloch", *MODEL, *IMAGE, "--layer", "1", "--drive", "1", *OUT),
    "no number": ("bloch", "--drive", "1,,2", *OUT),
    "an endless number": ("bloch", "--drive", "inf", *OUT),
    "currents that do not fit": ("bloch", "--drive", "1,2", "--delay", "1,2,3", *OUT),
    "spikes of another kind": ("bloch", "--spikes", "0,2", "--drive", "1", *OUT),
    "an impossible T2": ("bloch", "--drive", "1", "--qubit-t1", "1", "--qubit-t2", "3", *OUT),
    "an impossible probability": ("bloch", "--drive", "1", "--depolarizing", "2", *OUT),
    "a pulse of no length": ("bloch", "--drive", "1", "--pulse", "0", *OUT),
    "detuning without a pulse": ("bloch", "--drive", "1", "--detuning", "1", *OUT),
    "two lengths": ("bloch", "--drive", "1", "--pulse", "1", "--gate-time", "1", *OUT),
    "a path that is none": ("bloch", "--trajectory", "batch.npy", *OUT),
    "a path outside": ("bloch", "--trajectory", "outside.npy", *OUT),
    "a path and a neuron": ("bloch", "--trajectory", "path.npy", "--drive", "1", *OUT),
    "circuit without currents": ("qasm", *OUT),
    "circuit of nothing": ("qasm", "--alpha", "0.5", *OUT),
    "impossible alpha": ("qasm", "--alpha", "1.5", "--drive", "1", *OUT),
    "alpha of a model": ("qasm", *MODEL, *IMAGE, "--layer", "1", "--alpha", "0.5", *OUT),
    "spike train of a layer": ("qasm", *MODEL, *IMAGE, "--layer", "1", *OUT),
    "no such step": ("qasm", *MODEL, *IMAGE, "--layer", "1", "--step", "6", *OUT),
    "step of numbers": ("qasm", "--drive", "1", "--step", "0", *OUT),
    "memory of one step": (
        *("qasm", "--alpha", "0", "--drive", "1"),
        *("--memory", "coherent", *OUT),
    ),
    "published leak as a delay": (
        *("qasm", "--drive", "1", "--leak", "delay"),
        *("--leak-rule", "published", *OUT),
    ),
    "full disk": ("filters", *MODEL, "--layer", "0", "--output", "/dev/full"),
}


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD.keys())
def test_errors_are_one_line(folder: Path, arguments: tuple[str, ...]) -> None:
    before = sorted(folder.rglob("*"))
    done = run(folder, *arguments)
    assert done.returncode == 2
    assert done.stdout == b""
    message = done.stderr.decode()
    assert message.startswith("qlif-render: ")
    assert len(message) > len("qlif-render: \n")
    assert message.count("\n") == 1
    assert message.endswith("\n")
    assert sorted(folder.rglob("*")) == before


def test_an_error_leaves_the_old_picture(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.png"
    target.write_bytes(b"old")
    arguments = ("filters", "--model", "cut.safetensors", "--layer", "0", "--output", str(target))
    assert run(folder, *arguments).returncode == 2
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["out.png"]

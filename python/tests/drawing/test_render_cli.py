"""The command qlif-render as a user meets it: pictures, exit codes, and one line for each error."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from study_records import results, study

import qlif
from qlif import render
from qlif.estimators import _storage

SIDE = 4
CLASSES = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model, a data set of 4 x 4 images and arrays."""
    folder = tmp_path_factory.mktemp("render")
    layers = [qlif.Dense(12, qlif.QLIF()), qlif.Dense(CLASSES, qlif.QLIF())]
    network = qlif.Network(input_shape=(SIDE * SIDE,), steps=6, seed=1, layers=layers)
    network.save(folder / "model.safetensors")
    model = (folder / "model.safetensors").read_bytes()
    (folder / "cut.safetensors").write_bytes(model[: len(model) // 2])
    (folder / "empty.safetensors").write_bytes(b"")
    (folder / "foreign.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")

    convolution = qlif.Network(
        input_shape=(1, SIDE, SIDE),
        steps=6,
        seed=1,
        layers=[
            qlif.Conv2d(3, 3, qlif.QLIF()),
            qlif.Conv2d(2, 1, qlif.QLIF()),
            qlif.MaxPool2d(2),
            qlif.Dense(CLASSES, qlif.QLIF()),
        ],
    )
    convolution.save(folder / "conv.safetensors")
    (folder / "results.json").write_text(json.dumps({"runs": results()}))
    (folder / "robustness.json").write_text(json.dumps(study()))
    (folder / "idle.json").write_text(json.dumps({**study(), "summary": []}))
    (folder / "no-runs.json").write_text('{"runs": []}')
    (folder / "no-results.json").write_text('{"format": 1}')
    (folder / "cut.json").write_text(json.dumps({"runs": results()})[:-9])
    crooked = [{**run, "confusion": run["confusion"][:2]} for run in results()]
    (folder / "crooked.json").write_text(json.dumps({"runs": crooked}))

    images = np.arange(5 * SIDE * SIDE, dtype=np.uint8)
    data = folder / "data" / "mnist"
    data.mkdir(parents=True)
    header = struct.pack(">4B3I", 0, 0, 8, 3, 5, SIDE, SIDE)
    with gzip.open(data / "t10k-images-idx3-ubyte.gz", "wb") as file:
        file.write(header + images.tobytes())
    labels = struct.pack(">4BI5B", 0, 0, 8, 1, 5, *(0, 1, 2, 0, 1))
    (data / "t10k-labels-idx1-ubyte").write_bytes(labels)

    batch = np.linspace(0, 1, 5 * SIDE * SIDE).reshape(5, SIDE * SIDE)
    np.save(folder / "batch.npy", batch)
    np.save(folder / "big.npy", batch.astype(">f4"))
    np.save(folder / "fortran.npy", np.asfortranarray(batch.astype(np.float32)))
    np.save(folder / "images.npy", batch.reshape(5, SIDE, SIDE).astype(np.float32))
    np.save(folder / "bytes.npy", images.reshape(5, SIDE * SIDE))
    np.save(folder / "sequence.npy", np.repeat(batch[:, None], 7, axis=1).transpose(1, 0, 2))
    np.save(folder / "odd.npy", np.zeros(7))
    np.save(folder / "nan.npy", np.full(SIDE * SIDE, np.nan))
    np.save(folder / "path.npy", [[0.0, 0, 1], [0, -0.6, 0.8], [0.1, -0.5, 0.5]])
    np.save(folder / "outside.npy", [[0.0, 0, 1], [0, -1, 1]])
    (folder / "cut.npy").write_bytes((folder / "batch.npy").read_bytes()[:-8])
    return folder


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "QLIF_DATA"}
    return subprocess.run(
        [str(render.program()), *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
        env=environment | variables,
    )


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG file, whose check sums must be right."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = [], 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        kind, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", png[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(kind + data)
        found.append((kind, data))
        place += 12 + length
    assert found[-1] == (b"IEND", b"")
    return found


def texts(png: bytes) -> dict[str, str]:
    found = {}
    for kind, data in chunks(png):
        if kind == b"tEXt":
            key, value = data.split(b"\0", 1)
        elif kind == b"iTXt":
            # Two flags, then language and translated keyword, both empty.
            key, _, _, value = data.replace(b"\0\0\0", b"\0", 1).split(b"\0", 3)
        else:
            continue
        found[key.decode("ascii")] = value.decode("utf-8")
    return found


MODEL = ("--model", "model.safetensors")
CONVOLUTION = ("--model", "conv.safetensors")
RESULTS = ("--results", "results.json")
IMAGE = ("--dataset", "mnist", "--index", "2", "--data", "data")
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
    ("confusion", *RESULTS, "--model", "qsnn", "--dataset", "mnist"),
    ("confusion", *RESULTS, "--model", "snn", "--dataset", "kmnist", "--seed", "1"),
    ("curves", *RESULTS),
    ("curves", *RESULTS, "--kind", "accuracy", "--dataset", "mnist"),
    ("curves", *RESULTS, "--kind", "roc"),
    ("curves", *RESULTS, "--kind", "roc", "--model", "qsnn", "--dataset", "mnist"),
    ("robustness", "--results", "robustness.json"),
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
        source = "Results" if arguments[1] == "--results" else "Model"
        content = (folder / arguments[2]).read_bytes()
        assert words[f"{source}-SHA256"] == hashlib.sha256(content).hexdigest()
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
    options = {"memory": "coherent", "leak": "rotation"}
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


def test_classes_and_readout_are_the_estimators(folder: Path) -> None:
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(0)
    X = rng.random((60, SIDE * SIDE))
    y = np.array(["ant", "bee", "cat"])[np.argmax(X[:, :3], axis=1)]
    classifier = qlif.QSNNClassifier(hidden=(8,), steps=5, epochs=1, readout="membrane")
    classifier.fit(X, y).save(folder / "names.safetensors")
    np.save(folder / "samples.npy", X)
    model = ("--model", "names.safetensors", "--input", "samples.npy", "--output", "-")
    for index, name in enumerate(classifier.predict(X[:8])):
        done = run(folder, "raster", *model, "--index", str(index), "--label", "bee")
        words = texts(done.stdout)["Description"]
        verdict = "correct" if name == "bee" else "wrong"
        assert words.startswith(f"Class bee, predicted class {name}: {verdict}, by largest summed ")
        assert words.endswith(", 5 steps")
    done = run(folder, "raster", *model, "--label", "1")
    assert done.returncode == 2
    assert b"ant, bee, cat" in done.stderr


def predictions(folder: Path, file: str, indices: range, *options: str) -> list[str]:
    """The classes that rasters of the samples in samples.npy name."""
    found = []
    for index in indices:
        arguments = ("--input", "samples.npy", "--index", str(index), "--output", "-", *options)
        done = run(folder, "raster", "--model", file, *arguments)
        assert done.returncode == 0, done.stderr
        found.append(
            re.search(r"predicted class (.*?), by ", texts(done.stdout)["Description"], re.I)[1]
        )
    return found


@pytest.mark.parametrize(
    ("classes", "readout", "firing"),
    [
        ([1, 2, 7], "spike_count", "threshold"),
        ([-1, 1], "membrane", "measurement"),
        ([2**53 + 1, 2**53 + 3], None, "threshold"),
        ([1.0, 3.0], "membrane", "threshold"),
        ([True, False], None, "measurement"),
        (["1", "x y"], "spike_count", "measurement"),
    ],
)
def test_a_picture_says_what_predict_says(
    tmp_path: Path, classes: list[object], readout: str | None, firing: str
) -> None:
    rng = np.random.default_rng(0)
    X = rng.random((60, SIDE * SIDE)).astype(np.float32)
    y = np.array(classes)[np.argmax(X[:, : len(classes)], axis=1)]
    options = {"readout": readout, "firing": firing, "random_state": 0}
    classifier = qlif.QSNNClassifier(hidden=(8,), steps=3, epochs=2, **options).fit(X, y)
    classifier.save(tmp_path / "m.safetensors")
    np.save(tmp_path / "samples.npy", X)
    expected = [str(name).removesuffix(".0") for name in classifier.predict(X)[:12].tolist()]
    assert len(set(expected)) > 1
    assert predictions(tmp_path, "m.safetensors", range(12)) == expected
    # As `predict` gives it, a class is a label.
    done = run(
        *(tmp_path, "trace", "--model", "m.safetensors", "--input", "samples.npy", "--layer", "1"),
        *("--label", str(y[0]), "--output", "-"),
    )
    assert done.returncode == 0, done.stderr
    name = str(y[0]).removesuffix(".0")
    assert f", input of class {name}, " in texts(done.stdout)["Description"]


def test_a_network_says_what_predict_says(folder: Path, tmp_path: Path) -> None:
    X = np.random.default_rng(0).random((30, SIDE * SIDE)).astype(np.float32)
    np.save(tmp_path / "samples.npy", X)
    network = qlif.Network.load(folder / "model.safetensors")
    file = str(folder / "model.safetensors")
    assert predictions(tmp_path, file, range(9)) == list(map(str, network.predict(X[:9])))
    found = predictions(tmp_path, file, range(9), "--readout", "membrane")
    assert found == list(map(str, network.predict(X[:9], readout="membrane")))


def test_classes_in_every_caption(folder: Path) -> None:
    """With the words of a data set beside the numbers that its classes have for the model."""

    def words(*arguments: str) -> dict[str, str]:
        done = run(folder, *arguments, "--output", "-")
        assert done.returncode == 0, done.stderr
        return texts(done.stdout)

    fashion = folder / "data" / "fashion-mnist"
    if not fashion.exists():
        shutil.copytree(folder / "data" / "mnist", fashion)
    network = qlif.Network(
        input_shape=(1, SIDE, SIDE),
        layers=[qlif.Conv2d(2, 3, qlif.QLIF()), qlif.Dense(10, qlif.QLIF())],
        steps=3,
    )
    network.save(folder / "ten.safetensors")
    model = ("--model", "ten.safetensors", *IMAGE[2:], "--dataset", "fashion-mnist")
    assert words("raster", *model)["Description"].startswith("Class 2 (Pullover), predicted class ")
    for arguments in (("trace", "--layer", "1"), ("maps", "--layer", "0")):
        found = words(arguments[0], *model, *arguments[1:])["Description"]
        assert ", input of class 2 (Pullover), " in found
    found = words("bloch", *model, "--layer", "1", "--neuron", "9")
    assert found["Title"] == "The qubit of neuron 9 of layer 1, class 9 (Ankle boot)"
    assert "fashion-mnist test image 2 of class 2 (Pullover), " in found["Description"]
    # With other outputs than the data set has classes, their numbers mean nothing of it.
    found = words("raster", *MODEL, *IMAGE[4:], "--dataset", "fashion-mnist", "--index", "2")
    assert found["Description"].startswith("Class 2, predicted class ")


def test_without_classes_nothing_is_predicted(folder: Path) -> None:
    network = qlif.Network(
        input_shape=(1, SIDE, SIDE), layers=[qlif.Conv2d(2, 3, qlif.QLIF())], steps=3
    )
    network.save(folder / "one-conv.safetensors")
    with pytest.raises(qlif.QlifError):
        network.predict(np.zeros((1, 1, SIDE, SIDE)))
    model = ("--model", "one-conv.safetensors", "--input", "batch.npy")
    done = run(folder, "raster", *model, "--output", "-")
    assert texts(done.stdout)["Description"] == "3 steps"
    done = run(folder, "raster", *model, "--label", "0", "--output", "-")
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"no outputs for classes" in done.stderr


def test_files_that_would_contradict_predict_are_refused(folder: Path) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.random((30, SIDE * SIDE)), np.arange(30) % 3
    classifier = qlif.QSNNClassifier(hidden=(8,), steps=3, epochs=1, random_state=0)
    classifier.fit(X, y, checkpoint=folder / "checkpoint.safetensors")
    classifier.save(folder / "whole.safetensors")
    note = _storage.encode(classifier)
    for name, replaced in {
        "readout": ('"readout": "spike_count"', '"readout": "loudest"'),
        "classes": ('"classes": [0, 1, 2]', '"classes": [0, 1]'),
        "no-classes": ('"classes": [0, 1, 2], ', ""),
    }.items():
        assert replaced[0] in note
        classifier.network_.metadata["estimator"] = note.replace(*replaced)
        classifier.network_.save(folder / f"{name}.safetensors")
    for name, words in {
        "whole": None,
        "checkpoint": "it is the checkpoint of a classifier's training",
        "readout": '"readout" has an unexpected value',
        "classes": "2 classes and its network 3 outputs",
        "no-classes": 'it has no "classes"',
    }.items():
        model = ("--model", f"{name}.safetensors", "--input", "batch.npy")
        done = run(folder, "raster", *model, "--output", "-")
        assert done.returncode == (0 if words is None else 2), done.stderr
        assert (words or "") in done.stderr.decode()


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
    "no results": ("curves", "--results", "none.json", *OUT),
    "results without runs": ("curves", "--results", "no-runs.json", *OUT),
    "other JSON": ("curves", "--results", "no-results.json", *OUT),
    "cut results": ("curves", "--results", "cut.json", *OUT),
    "a model as results": ("curves", "--results", "model.safetensors", *OUT),
    "crooked confusion": ("confusion", "--results", "crooked.json", *OUT),
    "several confusions": ("confusion", *RESULTS, "--model", "qsnn", *OUT),
    "no such model": ("confusion", *RESULTS, "--model", "qnn", "--dataset", "mnist", *OUT),
    "no such seed": ("curves", *RESULTS, "--seed", "2", *OUT),
    "no such kind": ("curves", *RESULTS, "--kind", "gain", *OUT),
    "scale too large": ("filters", *MODEL, "--layer", "0", "--scale", "9", *OUT),
    "scale not a number": ("filters", *MODEL, "--layer", "0", "--scale", "nan", *OUT),
    "misspelled option": ("filters", *MODEL, "--layer", "0", "--colour", "red", *OUT),
    "misspelled command": ("filter", *MODEL, *OUT),
    "no such folder": ("filters", *MODEL, "--layer", "0", "--output", "nowhere/out.png"),
    "a folder as output": ("filters", *MODEL, "--layer", "0", "--output", "data"),
    "a file as folder": ("filters", *MODEL, "--layer", "0", "--output", "batch.npy/out.png"),
    "results of a comparison": ("robustness", *RESULTS, *OUT),
    "a study of nothing": ("robustness", "--results", "idle.json", *OUT),
    "no currents": ("bloch", *OUT),
    "no neuron": ("bloch", *MODEL, *IMAGE, "--layer", "1", *OUT),
    "no layer": ("bloch", *MODEL, *IMAGE, *OUT),
    "neuron of a convolution": (
        *("bloch", *CONVOLUTION, *IMAGE),
        *("--layer", "0", "--neuron", "0", *OUT),
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


@pytest.mark.parametrize("kind", ["raster", "trace", "filters", "maps", "confusion", "curves"])
def test_help_has_examples(folder: Path, kind: str) -> None:
    done = run(folder, kind, "--help")
    assert done.returncode == 0
    assert b"Examples:" in done.stdout
    example = b"qlif-render " + kind.encode()
    assert example + b" --model" in done.stdout or example + b" --results" in done.stdout


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

"""What drawings by qlif-render say about classes: the same as `predict`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import render_tools
from render_tools import IMAGE, MODEL, SIDE, run, texts

import qlif


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_tools.filled(tmp_path_factory.mktemp("render"))


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
    options = {"readout": readout, "neuron": qlif.QLIF(firing=firing), "random_state": 0}
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
    network = classifier.network_
    for name, key, text in (
        ("readout", "readout", "loudest"),
        ("classes", "classes", '["0", "1"]'),
        ("numbers", "classes", "[0, 1, 2]"),
        ("words", "classes", "0, 1, 2"),
    ):
        network.metadata[key] = text
        network.save(folder / f"{name}.safetensors")
        del network.metadata[key]
    for name, words in {
        "whole": None,
        "checkpoint": "it is the checkpoint of a classifier's training",
        "readout": "has the readout 'loudest', expected spike_count or membrane",
        "classes": "names 2 classes, its network has 3 outputs",
        "numbers": "no JSON array of names",
        "words": "no JSON array of names",
    }.items():
        model = ("--model", f"{name}.safetensors", "--input", "batch.npy")
        done = run(folder, "raster", *model, "--output", "-")
        assert done.returncode == (0 if words is None else 2), done.stderr
        assert (words or "") in done.stderr.decode()


def test_metadata_that_anyone_may_set(folder: Path, tmp_path: Path) -> None:
    """Two keys of a network's metadata say how its classes are read and what they are called."""
    X = np.random.default_rng(0).random((30, SIDE * SIDE)).astype(np.float32)
    np.save(tmp_path / "samples.npy", X)
    network = qlif.Network.load(folder / "model.safetensors")
    network.metadata["readout"] = "membrane"
    network.metadata["classes"] = '["ant", "bee", "1"]'
    network.save(tmp_path / "m.safetensors")
    labels = qlif.Network.load(folder / "model.safetensors").predict(X[:9], readout="membrane")
    assert network.predict(X[:9]).tolist() == labels.tolist()
    expected = [["ant", "bee", "1"][label] for label in labels]
    assert predictions(tmp_path, "m.safetensors", range(9)) == expected

"""Drawings by qlif-render, through the package."""

import copy
import pickle
import struct
import subprocess
import sys
import zlib

import numpy as np
import pytest
from sklearn.base import clone

import qlif
from qlif import render
from qlif._engine import locate

pytestmark = pytest.mark.skipif(
    locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is None,
    reason="qlif-render is not built",
)


@pytest.fixture
def model():
    layers = [qlif.Dense(40, qlif.QLIF()), qlif.Dense(10, qlif.QLIF())]
    return qlif.Network(input_shape=(64,), layers=layers, steps=12)


@pytest.fixture
def image(rng):
    return rng.uniform(0, 1, 64)


def chunks(png):
    """The chunks of a PNG, each with a checksum that fits."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at = 8
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        data = png[at + 8 : at + 8 + length]
        assert (
            zlib.crc32(kind + data)
            == struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0]
        )
        yield kind, data
        at += 12 + length


def size(png):
    kind, data = next(chunks(png))
    assert kind == b"IHDR"
    return struct.unpack(">II", data[:8])


def test_the_three_drawings(model, image, tmp_path):
    path = tmp_path / "m.safetensors"
    model.save(path)
    for png in (
        qlif.render.raster(model, image),
        qlif.render.trace(path, image, layer=0, neurons=[1, 5, 9]),
        qlif.render.filters(str(path), units="0-11", columns=4, shape=(8, 8)),
        qlif.render.filters(model),
    ):
        assert [kind for kind, _ in chunks(png)][-1] == b"IEND"
        assert png._repr_png_() == png
        assert min(size(png)) > 100


def test_convolutions(tmp_path, rng):
    neuron = qlif.QLIF()
    layers = [qlif.Conv2d(3, 3, neuron), qlif.Conv2d(2, 3, neuron), qlif.Dense(4, neuron)]
    network = qlif.Network(input_shape=(1, 8, 8), layers=layers, steps=6)
    image = rng.uniform(0, 1, (1, 8, 8))
    for png in (
        qlif.render.maps(network, image, layer=0),
        qlif.render.maps(network, image, layer=1, channels=[1], windows=3, label=2),
        qlif.render.filters(network, layer=0),
        qlif.render.filters(network, layer=1, units="0-1", inputs=[0, 2]),
    ):
        assert min(size(png)) > 100
    with pytest.raises(render.RenderError, match="no channels"):
        qlif.render.maps(network, image, layer=2)


def test_ways_on_the_sphere(model, image, tmp_path):
    way = qlif.quantum.NeuronState(0.3, t1=60)
    way.drive(1.0, 2, detuning=3, samples=20)
    noise = qlif.Noise(depolarizing=0.1, thermal=(20, 9, 1, 0.1), readout=(0.1, 0.2))
    neuron = qlif.QLIF(threshold=0.6, refractory=False, drive_bound="tanh", leak="published")
    for png in (
        render.bloch(way),
        render.bloch(way.history, title="T", scale=2),
        render.bloch(model, x=image, layer=1, neuron=3),
        render.bloch(neuron, [0.3, -1, 0.5], [0.1, 0.1, 0.1], noise=noise, memory="coherent"),
        render.bloch(qlif.QLIF(), 0.5, pulse=0.2, detuning=-1, sigma=0.05, azimuth=10),
    ):
        assert min(size(png)) > 300
    for call in (
        lambda: render.bloch(qlif.QLIF()),
        lambda: render.bloch(qlif.QLIF(), [[0.1]]),
        lambda: render.bloch(model, [0.1]),
        lambda: render.bloch(way, layer=0),
        lambda: render.bloch(way, x=image),
        lambda: render.bloch(qlif.QLIF(), 0.5, index=3),
        lambda: render.bloch(qlif.QLIF(), 1, noise=qlif.Noise(depolarizing=[0.1, 0.2])),
    ):
        with pytest.raises(ValueError):
            call()
    with pytest.raises(render.RenderError, match=r"no Bloch vector"):
        render.bloch([[0, 1, 1]])
    with pytest.raises(render.RenderError, match=r"--neuron is missing"):
        render.bloch(model, x=image, layer=0)


def test_options_of_another_drawing_are_refused(model, image):
    for call in (
        lambda: qlif.render.raster(model, image, colour="red"),
        lambda: qlif.render.raster(model, image, neurons="0-3"),
        lambda: qlif.render.filters(model, dataset="mnist"),
        lambda: qlif.render.bloch(qlif.QLIF(), 0.5, label=1),
    ):
        with pytest.raises(TypeError, match="unexpected option '(colour|neurons|dataset|label)'"):
            call()


def test_scale(model, image):
    one, two = (size(qlif.render.raster(model, image, scale=scale)) for scale in (1, 2))
    assert two == (2 * one[0], 2 * one[1])


def test_batches_and_sequences(model, rng):
    qlif.render.raster(model, rng.uniform(0, 1, (3, 64)), index=2)
    qlif.render.raster(model, rng.uniform(0, 1, (7, 2, 64)), index=1)


def test_estimators_can_be_drawn(quick):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 1, (60, 64)), np.arange(60) % 3
    clf = qlif.QSNNClassifier(**quick).fit(X, y)
    assert size(qlif.render.raster(clf, X[0], label=0))


@pytest.fixture(scope="module")
def digits():
    """Images, and classes with names of which none is part of another."""
    names = [
        "apple",
        "birch",
        "cedar",
        "daisy",
        "elder",
        "fern",
        "grass",
        "hazel",
        "iris",
        "juniper",
    ]
    X, y = (each[:300] for each in qlif.datasets.load("digits")[0])
    return X, np.array(names)[y]


@pytest.mark.parametrize("readout", ["membrane", "spike_count"])
@pytest.mark.parametrize("cls", [qlif.QSNNClassifier, qlif.SNNClassifier])
def test_a_drawing_says_what_predict_says(digits, tmp_path, readout, cls):
    from render_tools import texts

    X, y = digits
    options = {"hidden": (12,), "epochs": 2, "random_state": 3, "verbose": False}
    clf = cls(**options, readout=readout).fit(X, y)
    other = "spike_count" if readout == "membrane" else "membrane"
    disputed = clf.predict(X) != pickle.loads(pickle.dumps(clf)).set_params(readout=other).predict(
        X
    )
    sample = X[np.flatnonzero(disputed)[0]]

    def said(model, **label):
        return texts(qlif.render.raster(model, sample, **label))["Description"]

    (predicted,) = clf.predict(sample[None])
    words = "most output spikes" if readout == "spike_count" else "largest summed"
    clf.save(tmp_path / "m.safetensors")
    for model in (
        clf,
        pickle.loads(pickle.dumps(clf)),
        clone(clf).fit(X, y),
        copy.deepcopy(clf),
        tmp_path / "m.safetensors",
        qlif.load(tmp_path / "m.safetensors"),
        qlif.Network.load(tmp_path / "m.safetensors"),
    ):
        assert predicted in said(model)
        assert words in said(model)
        assert "correct" in said(model, label=predicted)
        assert "wrong" in said(model, label=next(each for each in y if each != predicted))
    # What is set after `fit` counts for both.
    clf.set_params(readout=other)
    (predicted,) = clf.predict(sample[None])
    assert predicted in said(clf)
    # A network alone has no names, and the engine's readout.
    network = pickle.loads(pickle.dumps(clf)).network_
    assert f"redicted class {network.predict(sample[None])[0]}" in said(network)


@pytest.mark.parametrize("labels", [[True, False], [3.0, 7.0], [4, 5], [-1, 1], ["3.0", "3"]])
def test_a_label_is_named_as_the_estimator_names_it(digits, labels):
    from render_tools import texts

    X, y = digits
    y = np.array(labels)[(y > "fern").astype(int)]
    clf = qlif.QSNNClassifier(hidden=(12,), epochs=2, random_state=3, verbose=False).fit(X, y)
    for label in (y[0], y[0].item()):
        words = texts(qlif.render.raster(clf, X[0], label=label))["Description"]
        assert ("correct" if clf.predict(X[:1])[0] == label else "wrong") in words
    with pytest.raises(render.RenderError, match="not one of the model's classes"):
        qlif.render.raster(clf, X[0], label="neither")
    with pytest.raises(qlif.ArgumentError, match="fitted estimator"):
        qlif.render.raster(clone(clf), X[0])


def words(png):
    """The texts of a PNG that are in Latin letters."""
    return dict(data.decode().split("\0", 1) for kind, data in chunks(png) if kind == b"tEXt")


@pytest.mark.parametrize("classes", [[True, False], [1.0, 2.0], ["bee", "ant"], [4, 7]])
def test_a_label_is_what_predict_gives(quick, classes, tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 1, (60, 64)), np.array(classes * 30)
    clf = qlif.QSNNClassifier(**quick).fit(X, y)
    clf.save(tmp_path / "m.safetensors")
    for label in (y[0], y[0].item(), str(y[0])):
        png = qlif.render.trace(tmp_path / "m.safetensors", X[0], layer=1, label=label)
        assert f"input of class {str(y[0]).removesuffix('.0')}, " in words(png)["Description"]


def test_letters_that_no_font_has_are_warned_of(model):
    with pytest.warns(UserWarning, match="no installed font has \U0010fffd"):
        assert qlif.render.filters(model, title="a \U0010fffd")


def test_a_data_set(data_dir):
    model = qlif.Network(input_shape=(784,), layers=[qlif.Dense(10, qlif.QLIF())], steps=5)
    assert size(qlif.render.raster(model, dataset="mnist", index=7, data_dir=data_dir))


def test_saving(model, image, tmp_path):
    png = qlif.render.raster(model, image)
    png.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == png
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    with pytest.raises(qlif.FileError):
        png.save(tmp_path / "absent" / "a.png")
    with pytest.raises(qlif.ArgumentError, match=r"a\.jpg' ends in \.jpg.*expected \.png"):
        png.save(tmp_path / "a.jpg")
    png.save(tmp_path / "B.PNG")
    png.save(tmp_path / "without")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["B.PNG", "a.png", "without"]
    assert "bytes" in repr(png)


def test_what_cannot_be_drawn(model, image, tmp_path):
    foreign = tmp_path / "foreign.safetensors"
    foreign.write_bytes(b"no model")
    for call in (
        lambda: render.raster(foreign, image),
        lambda: render.raster(tmp_path / "absent.safetensors", image),
        lambda: render.raster(model, image[:5]),
        lambda: render.raster(model, image, scale=-1),
        lambda: render.trace(model, image, layer=5, neurons=[0]),
        lambda: render.trace(model, image, layer=0, neurons=[40]),
        lambda: render.filters(model, units=[40]),
        lambda: render.raster(model, dataset="mnist", index=0, data_dir=tmp_path),
    ):
        with pytest.raises(render.RenderError) as raised:
            call()
        assert str(raised.value)
    for call in (
        lambda: render.raster(model),
        lambda: render.raster(model, image, dataset="mnist"),
        lambda: render.raster(3, image),
    ):
        with pytest.raises(qlif.ArgumentError):
            call()


def test_the_command(tmp_path):
    code = "from qlif._render_cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "--help"], capture_output=True, text=True, check=True
    )
    assert "raster" in done.stdout

"""Drawings with matplotlib: what is in the axes."""

import matplotlib as mpl
import numpy as np
import pytest

mpl.use("Agg")

from matplotlib import pyplot

import qlif


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


@pytest.fixture
def rec(network, rng):
    return network.simulate(rng.uniform(-1, 1, (20, 5, 12)))


def test_raster(rec):
    fig, ax = qlif.plot.raster(rec, layer=0, sample=2)
    step, neuron = np.nonzero(rec.spikes[0][:, 2])
    np.testing.assert_array_equal(ax.collections[0].get_offsets(), np.column_stack([step, neuron]))
    assert ax.get_xlabel() == "step"
    assert ax.get_ylabel() == "neuron"
    assert fig is ax.figure


def test_raster_of_an_array_on_given_axes(rec):
    _, mine = pyplot.subplots()
    fig, ax = qlif.plot.raster(rec.spikes[0][:, 0], mine)
    assert ax is mine
    assert fig is mine.figure
    with pytest.raises(qlif.ShapeError):
        qlif.plot.raster(np.zeros(3))
    with pytest.raises(qlif.ArgumentError):
        qlif.plot.raster(rec, sample=5)


def test_traces(rec):
    _, ax = qlif.plot.traces(rec, neurons=[3, 5], threshold=0.75)
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), rec.membrane[0][:, 0, 3])
    fired = np.nonzero(rec.spikes[0][:, 0, 3])[0]
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), fired)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["neuron 3", "neuron 5", "threshold"]
    assert "alpha" in ax.get_ylabel()
    with pytest.raises(qlif.ArgumentError):
        qlif.plot.traces(rec, neurons=[16])


def test_filters(rng):
    network = qlif.Network(input_shape=(16,), layers=[qlif.Dense(5, qlif.QLIF())], steps=2)
    fig, ax = qlif.plot.filters(network, columns=3)
    image = ax.images[0]
    weights = network.parameters["0.drive_weight"]
    sheet = np.ma.filled(image.get_array(), np.nan)
    assert sheet.shape == (9, 14)
    np.testing.assert_array_equal(sheet[5:9, 5:9], weights[4].reshape(4, 4))
    low, high = image.get_clim()
    assert -low == high == pytest.approx(np.abs(weights).max())
    assert len(fig.axes) == 2  # the colour bar
    qlif.plot.filters(rng.normal(size=(2, 6)), shape=(2, 3))
    with pytest.raises(qlif.ShapeError):
        qlif.plot.filters(rng.normal(size=(2, 6)))
    with pytest.raises(qlif.ArgumentError):
        qlif.plot.filters(network, units=[9])


def test_history(blobs, quick):
    X, y = blobs
    clf = qlif.QSNNClassifier(**quick, validation_fraction=0.2).fit(X, y)
    _, ax = qlif.plot.history(clf)
    assert [line.get_label() for line in ax.lines] == ["training", "validation"]
    np.testing.assert_array_equal(ax.lines[1].get_ydata(), clf.history_["val_accuracy"])
    _, ax = qlif.plot.history(clf.history_, what="firing_rate")
    assert [line.get_label() for line in ax.lines] == ["layer 0", "layer 1"]
    with pytest.raises(qlif.ArgumentError, match="what"):
        qlif.plot.history(clf, what="acuracy")


def test_confusion():
    y, predicted = ["a", "a", "a", "b"], ["a", "a", "b", "b"]
    _, ax = qlif.plot.confusion(y, predicted, classes=["ant", "bee"])
    np.testing.assert_allclose(ax.images[0].get_array(), [[2 / 3, 1 / 3], [0, 1]])
    assert [text.get_text() for text in ax.texts] == ["2", "1", "1"]
    assert ax.get_ylabel() == "true class"
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["ant", "bee"]
    assert "75.00" in ax.get_title()
    with pytest.raises(qlif.ArgumentError):
        qlif.plot.confusion(y, predicted, classes=["ant"])


def test_roc():
    y = np.array([0, 0, 1, 1])
    scores = np.array([[0.9, 0.1], [0.3, 0.7], [0.6, 0.4], [0.1, 0.9]])
    _, ax = qlif.plot.roc(y, scores)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["0, AUC 0.7500", "1, AUC 0.7500"]
    np.testing.assert_array_equal(ax.lines[1].get_ydata()[[0, -1]], [0, 1])
    with pytest.raises(qlif.ShapeError):
        qlif.plot.roc(y, scores[:, 0])


def test_bloch():
    qubit = qlif.quantum.NeuronState(0.3, t1=60)
    qubit.drive(1.0, 2, detuning=3, samples=20)
    _, ax = qlif.plot.bloch(qubit)
    way = next(line for line in ax.lines if len(line.get_data_3d()[0]) == 21)
    np.testing.assert_array_equal(np.transpose(way.get_data_3d()), qubit.history)
    assert {text.get_text() for text in ax.texts} == {"x", "y", "|0⟩", "|1⟩"}
    figure = pyplot.figure()
    mine = figure.add_subplot(projection="3d")
    assert qlif.plot.bloch(qubit.history, mine) == (figure, mine)
    with pytest.raises(qlif.ShapeError):
        qlif.plot.bloch([0.0, 0, 1])
    with pytest.raises(qlif.ArgumentError, match="3d"):
        qlif.plot.bloch(qubit, pyplot.subplots()[1])

"""Drawings with matplotlib: what is in the axes."""

import json

import matplotlib as mpl
import numpy as np
import pytest
from study_records import results, study

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


def test_confusion_of_results(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"runs": results()}))
    chosen = {"model": "qsnn", "dataset": "mnist"}
    _, ax = qlif.plot.confusion(path, **chosen)
    np.testing.assert_allclose(ax.images[0].get_array()[0], [0.75, 0.25, 0])
    assert [text.get_text() for text in ax.texts] == ["6", "2", "4", "2", "6"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["ant", "bee", "cat"]
    assert "QSNN on MNIST" in ax.get_title()
    assert "sum of 2 seeds" in ax.get_title()
    _, ax = qlif.plot.confusion({"runs": results()}, **chosen, seed=1, title="mine $")
    assert [text.get_text() for text in ax.texts] == ["3", "1", "2", "1", "3"]
    assert ax.get_title() == "mine $"
    with pytest.raises(qlif.ArgumentError, match="give model, dataset and seed"):
        qlif.plot.confusion(path)
    with pytest.raises(qlif.ArgumentError, match="predicted is missing"):
        qlif.plot.confusion([0, 1])
    many = [str(number) for number in range(70)]
    counts = np.eye(70, dtype=int).tolist()
    roc = {"false_positive_rate": [], "true_positive_rate": [None] * 70, "auc": [None] * 70}
    run = {**results()[0], "classes": many, "confusion": counts, "roc": roc}
    fig, ax = qlif.plot.confusion({"runs": [run]})
    fig.canvas.draw()
    assert (list(ax.texts), list(ax.get_xticks())) == ([], [])


def test_learning_curves():
    runs = results()
    fig, axes = qlif.plot.curves({"runs": runs})
    assert [ax.get_title() for ax in axes] == ["MNIST", "KMNIST"]
    for ax in axes:
        assert [line.get_ydata().tolist() for line in ax.lines] == [[2, 1.5]] * 2
        assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss in training")
        assert len(ax.collections) == 2  # the seeds' bands
    assert [text.get_text() for text in axes[1].get_legend().get_texts()] == ["QSNN", "SNN"]
    # The same model looks the same everywhere, and no two models do, in grey neither.
    looks = [[(line.get_color(), line.get_linestyle()) for line in ax.lines] for ax in axes]
    assert looks[0] == looks[1]
    assert len({dash for _, dash in looks[0]}) == 2
    assert "pale" in fig.get_supxlabel()
    _, (ax,) = qlif.plot.curves(
        {"runs": runs}, kind="accuracy", model="snn", dataset="mnist", seed=1
    )
    assert ax.lines[0].get_ydata().tolist() == [50, 75]
    assert ax.get_legend() is None
    # As far as all seeds have the same points in time.
    runs[1]["history"]["epoch"] = [1, 1.5]
    _, (ax,) = qlif.plot.curves({"runs": runs}, model="qsnn", dataset="mnist")
    assert ax.lines[0].get_xdata() == [1]
    runs[1]["history"]["epoch"] = [0.5, 1.5]
    with pytest.raises(qlif.ArgumentError, match="without an epoch in common"):
        qlif.plot.curves({"runs": runs})


def test_roc_curves_of_results():
    _, axes = qlif.plot.curves({"runs": results()}, kind="roc", model="qsnn", dataset="mnist")
    labels = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert labels == ["ant, AUC 0.9000", "bee, AUC 0.9500", "mean, AUC 0.9250"]
    assert axes[1].lines[0].get_ydata().tolist() == [0, 0.5, 0.8, 0.9, 1]
    np.testing.assert_allclose(axes[1].lines[2].get_ydata(), [0, 0.55, 0.85, 0.95, 1])
    assert axes[1].get_xlim() == (0, 0.1)
    assert len(axes[0].lines) == 4  # chance
    _, axes = qlif.plot.curves({"runs": results()}, kind="roc")
    assert [ax.get_title() for ax in axes] == ["MNIST", "KMNIST"]


def test_robustness():
    _, axes = qlif.plot.robustness(study())
    assert [ax.get_title() for ax in axes] == ["DEPOLARIZING", "T1"]
    ax = axes[0]
    assert (ax.get_xscale(), ax.get_ylabel()) == ("log", "test accuracy (%)")
    assert ax.get_xlabel() == "strength of depolarizing"
    np.testing.assert_allclose(ax.lines[0].get_xdata(), [0.01, 0.1, 1])
    np.testing.assert_allclose(ax.lines[0].get_ydata(), [80, 80, 80])
    assert [line.get_linestyle() for line in ax.lines] == ["-", ":", "--", ":"]
    assert ax.lines[0].get_color() == ax.lines[1].get_color()
    with pytest.raises(qlif.ArgumentError, match="no kind of noise is varied"):
        qlif.plot.robustness({**study(), "summary": []})


@pytest.mark.parametrize(
    ("record", "error", "words"),
    [
        ({"format": 1}, qlif.FormatError, "is not of qlif.compare .it has no 'runs'"),
        ({"runs": [{}]}, qlif.FormatError, "'runs'..0. has no 'model'"),
        ({"runs": []}, qlif.ArgumentError, "it has none at all"),
        ({"runs": [{**results()[0], "confusion": [[1]]}]}, qlif.FormatError, "the confusion has"),
        ({"runs": [{**results()[0], "classes": ["a"]}]}, qlif.FormatError, "the confusion has"),
        ({"runs": [{**results()[0], "history": {}}]}, qlif.ArgumentError, "no loss of qsnn on mn"),
        ({"runs": [{**results()[0], "history": {"loss": ["a"]}}]}, qlif.FormatError, "not of qlif"),
    ],
)
def test_results_that_are_none(record, error, words, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(record))
    for given, name in ((path, str(path)), (record, "the record")):
        with pytest.raises(error, match=words) as raised:
            qlif.plot.curves(given)
        assert name in str(raised.value)


def test_results_that_cannot_be_read(tmp_path):
    with pytest.raises(qlif.FileError, match="no such file"):
        qlif.plot.curves(tmp_path / "results.json")
    with pytest.raises(qlif.ArgumentError, match="results is 3"):
        qlif.plot.robustness(3)
    with pytest.raises(qlif.ArgumentError, match="seed is 2: the record has no such run, it"):
        qlif.plot.curves({"runs": results()}, seed=2)
    with pytest.raises(qlif.ArgumentError, match="kind is 'gain'"):
        qlif.plot.curves({"runs": results()}, kind="gain")
    with pytest.raises(qlif.FormatError, match="qlif.robustness"):
        qlif.plot.robustness({"runs": results()})


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

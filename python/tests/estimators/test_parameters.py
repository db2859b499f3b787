"""Parameters of classifiers and of their neurons, by themselves and in scikit-learn."""

import copy
import dataclasses
import pickle
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import qlif
from qlif import QSNNClassifier


def neurons(clf):
    """Of the hidden layer, and of the output."""
    return [layer.neuron for layer in clf.network_.layers]


# ---- Neurons ---------------------------------------------------------------------------------


def test_the_output_neurons_may_differ(blobs, quick):
    hidden, output = qlif.QLIF(drive_scale=1.5, dropout=0.2), qlif.QLIF(drive_scale=3.0)
    clf = QSNNClassifier(**quick, neuron=hidden, output_neuron=output).fit(*blobs)
    assert neurons(clf) == [hidden, output]


def test_output_neurons_are_the_hidden_ones_without_dropout(blobs, quick):
    hidden = qlif.QLIF(drive_scale=1.5, dropout=0.2)
    clf = qlif.SpikingClassifier(**quick, neuron=hidden).fit(*blobs)
    assert neurons(clf) == [hidden, qlif.QLIF(drive_scale=1.5)]


def test_none_is_the_neuron_of_the_class(blobs, quick):
    own = [QSNNClassifier.NEURON, QSNNClassifier.OUTPUT_NEURON]
    for given, expected in ({}, own), ({"neuron": qlif.LIF()}, [qlif.LIF(), own[1]]):
        clf = QSNNClassifier(**quick, **given).fit(*blobs)
        for layer, neuron in zip(clf.network_.layers, expected, strict=True):
            assert layer.differences(qlif.Dense(layer.units, neuron)) == {}


def test_the_classical_counterpart(blobs, quick, tmp_path):
    X, y = blobs
    surrogate = qlif.surrogate.arctan(slope=2)
    neuron = qlif.LIF(beta=0.8, threshold=0.7, reset="zero", surrogate=surrogate, dropout=0.1)
    clf = qlif.SNNClassifier(**{**quick, "epochs": 20}, neuron=neuron).fit(X, y)
    assert clf.score(X, y) > 0.9
    assert neurons(clf) == [neuron, dataclasses.replace(neuron, dropout=0)]
    clf.save(tmp_path / "m.safetensors")
    loaded = qlif.SNNClassifier.load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    with pytest.raises(qlif.FormatError, match=r"SNNClassifier\.load"):
        QSNNClassifier.load(tmp_path / "m.safetensors")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Forgetful(qlif.LIF):
    """A kind of neuron that no estimator has heard of."""

    beta: float = 0.3


@pytest.mark.parametrize("cls", [qlif.SpikingClassifier, qlif.ConvolutionalClassifier])
def test_a_new_kind_of_neuron_needs_nothing_here(cls, blobs, quick, tmp_path):
    X, y = blobs
    shape = {"channels": (20,), "kernel": 1, "pool": 1, "image_shape": (1, 1, -1)}
    if cls is qlif.ConvolutionalClassifier:
        quick = {**quick, **shape}
        del quick["hidden"]
    clf = cls(neuron=Forgetful(dropout=0.1), **{**quick, "epochs": 20}).fit(X, y)
    assert clf.score(X, y) > 0.8
    assert {each.beta for each in neurons(clf)} == {0.3}
    assert pickle.loads(pickle.dumps(clf)).neuron == clf.neuron
    clf.save(tmp_path / "m.safetensors")
    loaded = cls.load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    search = GridSearchCV(clf, {"neuron__beta": [0.3, 0.6]}, cv=2).fit(X, y)
    assert search.best_params_["neuron__beta"] in (0.3, 0.6)


def test_a_class_with_other_defaults(blobs, quick):
    class Small(qlif.SpikingClassifier, hidden=(7,), learning_rate=0.01):
        NEURON = qlif.LIF(beta=0.6)

    assert Small().get_params()["learning_rate"] == 0.01
    assert repr(Small()) == "Small()"
    assert Small((9,)).hidden == (9,)
    assert qlif.SpikingClassifier().hidden == (1000,)
    del quick["hidden"]
    clf = clone(Small(**quick)).fit(*blobs)
    assert clf.network_.layer_shapes == ((7,), (3,))
    assert neurons(clf) == [qlif.LIF(beta=0.6)] * 2
    with pytest.raises(TypeError, match="no parameter 'hiden'"):

        class Wrong(qlif.SpikingClassifier, hiden=(7,)):
            pass


# ---- Constants of neurons as parameters ------------------------------------------------------


def test_constants_of_neurons_are_parameters():
    clf = QSNNClassifier(output_neuron=qlif.LIF(beta=0.7), noise=qlif.Noise(shots=9))
    params = clf.get_params()
    assert params["neuron"] is None
    assert params["neuron__threshold"] == 0.5
    assert params["neuron__surrogate__slope"] == 2.0
    assert params["output_neuron__beta"] == 0.7
    assert "output_neuron__t1" not in params
    assert params["noise__shots"] == 9
    assert not any("__" in name for name in clf.get_params(deep=False))


def test_a_neuron_is_replaced_and_never_changed():
    shared = qlif.LIF(beta=0.8)
    first, second = (qlif.SpikingClassifier(neuron=shared) for _ in range(2))
    first.set_params(neuron__beta=0.5, neuron__surrogate__slope=4)
    assert (first.neuron.beta, first.neuron.surrogate.slope) == (0.5, 4)
    assert second.neuron is shared
    assert shared == qlif.LIF(beta=0.8)
    default = QSNNClassifier.NEURON
    clf = QSNNClassifier().set_params(neuron__threshold=0.4)
    assert clf.neuron == dataclasses.replace(default, threshold=0.4)
    assert QSNNClassifier.NEURON is default
    assert default.threshold == 0.5
    # A neuron and constants of it at once: the constants are those of the new one.
    clf.set_params(neuron__beta=0.6, neuron=qlif.LIF(threshold=0.9))
    assert clf.neuron == qlif.LIF(threshold=0.9, beta=0.6)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"neuron__thresold": 0.3}, "neuron has no parameter 'thresold': .*'threshold'"),
        ({"neuron__surrogate__slop": 1}, "neuron__surrogate has no parameter 'slop'"),
        ({"neuron__leak": "never"}, "leak"),
        ({"neuron__dropout": 1}, "dropout"),
        ({"output_neuron__threshold": 3}, "threshold"),
        ({"output_neuron__surrogate__slope": -1}, "slope"),
        ({"neuron__surrogate": 3}, "surrogate"),
        ({"noise__shots": 3}, "noise is None"),
        ({"hidden__units": 3}, "hidden is"),
        ({"neurone__t1": 3}, "no parameter 'neurone'"),
    ],
)
def test_constants_that_cannot_be(params, words):
    with pytest.raises(qlif.ArgumentError, match=words):
        QSNNClassifier().set_params(**params)


@pytest.mark.parametrize("name", ["neuron", "output_neuron"])
@pytest.mark.parametrize("value", ["qlif", qlif.QLIF, 3])
def test_what_is_no_neuron(name, value, blobs, quick):
    clf = QSNNClassifier(**quick, **{name: value})
    clf.get_params()
    with pytest.raises(qlif.ArgumentError, match="neuron is"):
        clf.fit(*blobs)


def test_pickles_and_clones_keep_neurons():
    clf = QSNNClassifier().set_params(neuron__threshold=0.4, output_neuron__surrogate__slope=3)
    for other in (clone(clf), pickle.loads(pickle.dumps(clf)), copy.deepcopy(clf)):
        assert other.get_params() == clf.get_params()
        assert other.neuron.threshold == 0.4
    assert "threshold=0.4" in repr(clf)
    assert repr(QSNNClassifier()) == "QSNNClassifier()"


# ---- The rest --------------------------------------------------------------------------------


@pytest.mark.parametrize("cls", [qlif.SpikingClassifier, qlif.ConvolutionalClassifier])
def test_every_parameter_is_documented(cls):
    text = cls.__doc__ + qlif.SpikingClassifier.__doc__
    for name in cls().get_params(deep=False):
        assert re.search(rf"^ +{name}: ", text, re.MULTILINE), name


def test_scikit_learns_tools(blobs, quick):
    X, y = blobs
    search = GridSearchCV(
        QSNNClassifier(**quick),
        {
            "hidden": [(8,), (20,)],
            "neuron__threshold": [0.4],
            "neuron__surrogate__slope": [1, 2],
            "output_neuron__drive_scale": [2.0],
        },
        cv=2,
    ).fit(X, y)
    assert search.best_params_["hidden"] in [(8,), (20,)]
    hidden, output = neurons(search.best_estimator_)
    assert (hidden.threshold, output.drive_scale) == (0.4, 2.0)
    assert hidden.surrogate.slope == search.best_params_["neuron__surrogate__slope"]
    search.best_estimator_.predict(X)
    pipeline = make_pipeline(
        StandardScaler(), QSNNClassifier(**{**quick, "epochs": 15, "learning_rate": 5e-3})
    ).set_params(qsnnclassifier__neuron__threshold=0.45)
    assert cross_val_score(pipeline, X * 100, y, cv=2).mean() > 0.8


def test_unknown_parameters_are_errors(quick):
    with pytest.raises(TypeError):
        QSNNClassifier(hiden=(3,))
    with pytest.raises(ValueError, match="hiden"):
        QSNNClassifier().set_params(hiden=(3,))


@pytest.mark.filterwarnings("ignore::qlif.SilentLayerWarning")
def test_the_published_preset(blobs):
    preset = qlif.presets.published.qsnn
    clf = QSNNClassifier(**preset)
    assert clf.hidden == (1000,)
    assert clf.steps == 25
    assert clf.neuron.leak == "published"
    with pytest.raises(TypeError):
        preset["steps"] = 1
    X, y = blobs
    clf.set_params(hidden=(10,), verbose=False, random_state=0).fit(np.abs(X), y)
    for layer in clf.network_.layers:
        assert layer.differences(qlif.Dense(layer.units, preset["neuron"])) == {}
    neuron = clf.network_.layers[0].neuron
    assert (neuron.leak, neuron.refractory, neuron.t1) == ("published", True, 60)
    clone(QSNNClassifier(**preset))

"""The estimator: learning, predicting, history, validation, files, manners."""

import itertools
import json
import pickle
import re
import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import qlif
from qlif import QSNNClassifier
from qlif.estimators import base


@pytest.fixture
def fitted(blobs, quick):
    return QSNNClassifier(**quick).fit(*blobs)


def test_it_learns(blobs, quick):
    X, y = blobs
    clf = QSNNClassifier(**{**quick, "epochs": 20}).fit(X, y)
    assert clf.score(X, y) > 0.95
    assert clf.n_features_in_ == 6
    np.testing.assert_array_equal(clf.classes_, [0, 1, 2])
    assert clf.network_.layer_shapes == ((20,), (3,))
    assert clf.network_.steps == 5


def test_it_learns_real_digits():
    (X, y), (X_test, y_test) = qlif.datasets.load("digits")
    clf = QSNNClassifier(hidden=(100,), epochs=15, random_state=0, verbose=False).fit(X, y)
    assert clf.score(X_test, y_test) > 0.93


def test_the_logarithm_of_a_probability_of_zero_is_finite(blobs, quick):
    X, y = blobs
    clf = QSNNClassifier(**{**quick, "steps": 400}, reading="spike_count", readout="spike_count")
    clf.fit(X, y)
    assert clf.predict_proba(X).min() == 0
    logarithms = clf.predict_log_proba(X)
    assert np.isfinite(logarithms).all()
    assert logarithms.min() < -100
    noise = {"noise": qlif.Noise(shots=10), "noise_seed": 3}
    np.testing.assert_allclose(
        np.exp(clf.predict_log_proba(X, **noise)), clf.predict_proba(X, **noise), atol=1e-6
    )


@pytest.mark.parametrize("readout", ["membrane", "spike_count"])
@pytest.mark.parametrize(
    "labels", [["b", "a", "c"], [7, -3, 100], [2.0, 1.0, 3.0], ["x", "y", "x"]]
)
def test_predictions_agree_with_scores_and_probabilities(blobs, quick, readout, labels):
    X, y = blobs
    y = np.array(labels)[y]
    clf = QSNNClassifier(**quick, readout=readout).fit(X, y)
    predicted = clf.predict(X)
    assert predicted.dtype == clf.classes_.dtype
    probabilities = clf.predict_proba(X)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(clf.classes_[probabilities.argmax(axis=1)], predicted)
    logarithms = clf.predict_log_proba(X)
    np.testing.assert_allclose(np.exp(logarithms), probabilities, rtol=1e-5)
    np.testing.assert_array_equal(clf.classes_[logarithms.argmax(axis=1)], predicted)
    scores = clf.decision_function(X)
    chosen = (scores > 0).astype(int) if scores.ndim == 1 else scores.argmax(axis=1)
    assert scores.ndim == min(len(clf.classes_) - 1, 2)
    np.testing.assert_array_equal(clf.classes_[chosen], predicted)


def test_history(blobs, quick):
    X, y = blobs
    clf = QSNNClassifier(**quick, schedule="constant").fit(X, y, validation_data=(X, y))
    history = clf.history_
    assert {len(values) for values in history.values()} == {2}
    assert set(history) == {
        "loss",
        "accuracy",
        "firing_rate",
        "learning_rate",
        "images_per_second",
        "val_loss",
        "val_accuracy",
    }
    assert all(len(rates) == 2 for rates in history["firing_rate"])
    assert all(0 < rate < 1 for rates in history["firing_rate"] for rate in rates[:1])
    assert history["learning_rate"] == pytest.approx([clf.learning_rate] * 2)
    assert history["val_accuracy"][-1] == pytest.approx(clf.score(X, y))
    assert min(history["images_per_second"]) > 0
    json.dumps(history)


def test_the_same_seed_gives_the_same_bits(blobs, quick):
    X, y = blobs
    first, again = (QSNNClassifier(**quick).fit(X, y).network_.to_bytes() for _ in range(2))
    other = QSNNClassifier(**{**quick, "random_state": 1}).fit(X, y).network_.to_bytes()
    assert first == again != other
    free = {**quick, "random_state": None}
    assert QSNNClassifier(**free).fit(X, y).network_.to_bytes() != first
    for generator in (np.random.RandomState, np.random.default_rng):
        one, two = (
            QSNNClassifier(**{**quick, "random_state": generator(4)}).fit(X, y).network_.to_bytes()
            for _ in range(2)
        )
        assert one == two


@pytest.mark.parametrize(
    "convert",
    [
        lambda X: X.astype(np.float64),
        np.asfortranarray,
        lambda X: X.astype(">f8"),
        lambda X: np.repeat(X, 2, axis=1)[:, ::2],
        lambda X: X.tolist(),
    ],
)
def test_the_layout_of_the_data_does_not_matter(blobs, quick, convert):
    X, y = blobs
    expected = QSNNClassifier(**quick).fit(X, y).network_.to_bytes()
    assert QSNNClassifier(**quick).fit(convert(X), y).network_.to_bytes() == expected


def test_bytes_are_not_scaled_in_secret(quick, rng):
    X, y = rng.integers(0, 256, (60, 6), np.uint8), rng.integers(0, 2, 60)
    options = {**quick, "input_scaling": "center"}
    expected = QSNNClassifier(**options).fit(X.astype(np.float32), y).network_.to_bytes()
    assert QSNNClassifier(**options).fit(X, y).network_.to_bytes() == expected


@pytest.mark.parametrize("kind", ["center", "standardize"])
def test_input_scaling_is_folded_into_the_network(blobs, quick, kind):
    X, y = blobs
    X = X * np.array([1, 2, 3, 0.5, 1, 1]) + 5
    clf = QSNNClassifier(**{**quick, "epochs": 20, "input_scaling": kind}).fit(X, y)
    # The same network, trained on data that were scaled by hand.
    scaled = X - X.mean() if kind == "center" else (X - X.mean(axis=0)) / X.std(axis=0)
    plain = QSNNClassifier(**{**quick, "epochs": 20}).fit(scaled, y)
    np.testing.assert_allclose(plain.predict_proba(scaled), clf.predict_proba(X), atol=0.02)


def test_a_constant_feature_is_left_alone(blobs, quick):
    X, y = blobs
    X = np.column_stack([X, np.full(len(X), 0.1)])
    clf = QSNNClassifier(**quick, input_scaling="standardize").fit(X, y)
    assert np.isfinite(clf.predict_proba(X)).all()
    assert np.abs(clf.network_.parameters["0.drive_weight"]).max() < 100


def test_validation_fraction(blobs, quick):
    X, y = blobs
    clf = QSNNClassifier(**quick, validation_fraction=0.25).fit(X, y)
    assert len(clf.history_["val_loss"]) == 2
    samples = base.Samples
    seen = []

    class Spy(samples):
        def __init__(self, *args):
            super().__init__(*args)
            seen.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "Samples", Spy)
        QSNNClassifier(**quick, validation_fraction=0.25).fit(X, y)
    training, held = (each.rows for each in seen)
    assert sorted([*training, *held]) == list(range(240))
    assert np.bincount(y[held]).tolist() == [20, 20, 20]


def test_early_stopping_keeps_the_best_epoch(blobs, quick):
    X, y = blobs
    rng = np.random.default_rng(0)
    noise = rng.permutation(y)  # nothing to learn: the best epoch is soon behind
    clf = QSNNClassifier(
        **{**quick, "epochs": 50, "schedule": "constant", "learning_rate": 0.02, "patience": 3}
    ).fit(X[:120], noise[:120], validation_data=(X[120:], noise[120:]))
    accuracy = clf.history_["val_accuracy"]
    assert len(accuracy) < 50
    marks = list(zip(accuracy, (-loss for loss in clf.history_["val_loss"]), strict=True))
    assert len(marks) - 1 - marks.index(max(marks)) == 3
    assert clf.score(X[120:], noise[120:]) == pytest.approx(max(accuracy))
    with pytest.raises(ValueError, match="patience needs"):
        QSNNClassifier(**quick, patience=2).fit(X, y)


class InterruptingTrainer(qlif.Trainer):
    """Presses Ctrl-C in a certain update."""

    updates = itertools.count()
    last = 0

    def step(self, x, y):
        report = super().step(x, y)
        if next(self.updates) == self.last:
            raise KeyboardInterrupt
        return report


def test_ctrl_c_keeps_what_was_learned(blobs, quick, monkeypatch):
    X, y = blobs
    monkeypatch.setattr(base, "Trainer", InterruptingTrainer)
    InterruptingTrainer.updates = itertools.count()
    InterruptingTrainer.last = 45  # in the second epoch of 30 updates
    clf = QSNNClassifier(**{**quick, "epochs": 50, "batch_size": 8})
    with pytest.warns(qlif.InterruptedWarning):
        clf.fit(X, y)
    assert len(clf.history_["loss"]) == 1
    assert clf.predict(X).shape == (240,)
    untrained = qlif.Network(
        input_shape=(6,), layers=clf.network_.layers, steps=clf.steps, seed=quick["random_state"]
    )
    moved = clf.network_.parameters["1.drive_weight"] - untrained.parameters["1.drive_weight"]
    assert np.abs(moved).max() > 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_real_ctrl_c(tmp_path):
    """SIGINT during a training that would take minutes stops it within a batch."""
    code = """
import numpy as np, os, signal, threading, time, warnings, qlif
signal.signal(signal.SIGINT, signal.default_int_handler)  # the shell's background ignores it
rng = np.random.default_rng(0)
X, y = rng.uniform(0, 1, (20000, 100)).astype(np.float32), rng.integers(0, 10, 20000)
def press():
    time.sleep(1)
    os.kill(os.getpid(), signal.SIGINT)
    stamps.append(time.perf_counter())
stamps = []
clf = qlif.QSNNClassifier(hidden=(200,), epochs=1000, batch_size=200, random_state=0)
clf.set_params(epochs=1).fit(X[:200], y[:200]).set_params(epochs=1000)
threading.Thread(target=press).start()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    clf.fit(X, y)
print(any(w.category is qlif.InterruptedWarning for w in caught))
print(time.perf_counter() - stamps[0] < 2)
print(clf.predict(X[:3]).shape)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:3] == ["True", "True", "(3,)"]


def test_a_silent_layer_is_told_about(blobs, quick):
    X, y = blobs
    # Read off the membrane, the output layer may be silent: only the hidden one is told about.
    silent = {"drive_scale": 1e-3, "steps": 2, "readout": "membrane"}
    with pytest.warns(qlif.SilentLayerWarning, match="layer 0") as caught:
        QSNNClassifier(**{**quick, **silent}).fit(X, y)
    assert len([each for each in caught if each.category is qlif.SilentLayerWarning]) == 1
    with warnings.catch_warnings():
        warnings.simplefilter("error", qlif.SilentLayerWarning)
        QSNNClassifier(**quick).fit(X, y)


def test_the_progress_bar(blobs, quick, capfd):
    X, y = blobs
    QSNNClassifier(**{**quick, "verbose": True}).fit(X, y)
    err = capfd.readouterr().err
    assert "epoch 2/2" in err
    assert "loss=" in err
    assert "accuracy=" in err
    assert "img/s" in err
    QSNNClassifier(**{**quick, "verbose": False}).fit(X, y)
    assert capfd.readouterr().err == ""


def test_partial_fit(blobs, quick):
    X, y = blobs
    clf = QSNNClassifier(**quick)
    with pytest.raises(ValueError, match="classes"):
        clf.partial_fit(X, y)
    for _ in range(15):
        for part in range(3):
            clf.partial_fit(X[part::3], y[part::3], classes=[2, 1, 0])
    assert clf.score(X, y) > 0.9
    assert len(clf.history_["loss"]) == 45
    with pytest.raises(ValueError, match="classes"):
        clf.partial_fit(X, y, classes=[0, 1])
    with pytest.raises(ValueError, match="expected the classes"):
        clf.partial_fit(X, y + 1)
    with pytest.raises(ValueError, match="features"):
        clf.partial_fit(X[:, :5], y)


@pytest.mark.parametrize("scaling", ["none", "standardize"])
def test_partial_fit_goes_on_from_fit_and_load(blobs, quick, tmp_path, scaling):
    X, y = blobs
    clf = QSNNClassifier(**{**quick, "epochs": 20, "input_scaling": scaling}).fit(X + 3, y)
    before = clf.score(X + 3, y)
    clf.save(tmp_path / "m.safetensors")
    for other in (clf, QSNNClassifier.load(tmp_path / "m.safetensors")):
        other.set_params(learning_rate=1e-5).partial_fit(X + 3, y)
        assert other.score(X + 3, y) >= before - 0.05
        assert len(other.history_["loss"]) == 21


def test_files(blobs, quick, tmp_path):
    from safetensors import safe_open

    X, y = blobs
    names = np.array(["zero", "one", "zwei é"])[y]
    clf = QSNNClassifier(**quick, input_scaling="center", t1=70).fit(X, names)
    path = tmp_path / "m.safetensors"
    clf.save(path)
    loaded = QSNNClassifier.load(path)
    assert loaded.get_params() == clf.get_params()
    # Equal trainings make equal files: how long it took is not in them.
    times = loaded.history_.pop("images_per_second")
    assert len(times) == len(loaded.history_["loss"])
    assert np.isnan(times).all()
    assert loaded.history_ == {k: v for k, v in clf.history_.items() if k != "images_per_second"}
    assert loaded.classes_.dtype == clf.classes_.dtype
    np.testing.assert_array_equal(loaded.classes_, clf.classes_)
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    with safe_open(path, framework="numpy") as file:
        assert json.loads(file.metadata()["estimator"])["class"] == "QSNNClassifier"
    # The network alone gives the same scores on the same inputs.
    network = qlif.Network.load(path)
    np.testing.assert_array_equal(
        clf.classes_[network.predict(X, readout="membrane")], clf.predict(X)
    )


@pytest.mark.parametrize("labels", [np.array([True, False, True]), np.array(list("abc"), object)])
def test_files_keep_the_type_of_the_classes(blobs, quick, tmp_path, labels):
    X, y = blobs
    clf = QSNNClassifier(**quick).fit(X, labels[y])
    clf.save(tmp_path / "m.safetensors")
    loaded = QSNNClassifier.load(tmp_path / "m.safetensors")
    assert loaded.classes_.dtype == labels.dtype
    np.testing.assert_array_equal(loaded.predict(X), clf.predict(X))


def test_files_of_something_else(network, fitted, tmp_path):
    path = tmp_path / "n.safetensors"
    network.save(path)
    with pytest.raises(qlif.FormatError, match=r"Network\.load"):
        QSNNClassifier.load(path)
    good = None
    for change in (
        lambda record: {**record, "class": "OtherClassifier"},
        lambda record: {**record, "parameters": {"hiden": 3}},
        lambda record: {**record, "classes": [1]},
        lambda record: {**record, "n_features_in": 7},
        lambda record: {**record, "classes_dtype": "nonsense"},
        lambda record: {key: value for key, value in record.items() if key != "history"},
        lambda record: [record],
    ):
        fitted.save(path)
        copy = qlif.Network.load(path)
        good = json.loads(copy.metadata["estimator"])
        copy.metadata["estimator"] = json.dumps(change(good))
        copy.save(path)
        with pytest.raises(qlif.FormatError):
            QSNNClassifier.load(path)
    copy.metadata["estimator"] = "{"
    copy.save(path)
    with pytest.raises(qlif.FormatError):
        QSNNClassifier.load(path)


def test_pickle_and_clone(blobs, fitted):
    X, _ = blobs
    other = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(other.predict_proba(X), fitted.predict_proba(X))
    assert not hasattr(clone(fitted), "network_")
    fresh = QSNNClassifier(hidden=(5,))
    assert clone(fresh).get_params() == fresh.get_params()


def test_a_pickle_keeps_the_optimizers_state(blobs, quick):
    X, y = blobs
    clf = QSNNClassifier(**quick).partial_fit(X, y, classes=[0, 1, 2])
    other = pickle.loads(pickle.dumps(clf))
    for each in (clf, other):
        each.partial_fit(X, y)
    assert other.network_.to_bytes() == clf.network_.to_bytes()
    assert other._streaming.step_count == clf._streaming.step_count > 30


def test_the_output_neurons_may_differ(blobs, quick):
    X, y = blobs
    drive = {"drive_scale": 1.5, "drive_bound": "tanh"}
    other = {"output_drive_scale": 3.0, "output_drive_bound": "none"}
    neurons = [
        [(layer.neuron.drive_scale, layer.neuron.drive_bound) for layer in clf.network_.layers]
        for clf in (
            QSNNClassifier(**quick, **drive, **other).fit(X, y),
            QSNNClassifier(**quick, **drive, **dict.fromkeys(other)).fit(X, y),
        )
    ]
    assert neurons == [[(1.5, "tanh"), (3.0, "none")], [(1.5, "tanh")] * 2]


def test_the_classical_twin(blobs, quick, tmp_path):
    X, y = blobs
    given = {"beta": 0.8, "threshold": 0.7, "reset": "zero", "slope": 2}
    clf = qlif.SNNClassifier(**{**quick, "epochs": 20}, dropout=0.1, **given).fit(X, y)
    assert clf.score(X, y) > 0.9
    hidden, output = (layer.neuron for layer in clf.network_.layers)
    surrogate = qlif.surrogate.arctan(slope=2)
    assert hidden == qlif.LIF(
        beta=0.8, threshold=0.7, reset="zero", surrogate=surrogate, dropout=0.1
    )
    assert output.dropout == 0
    clf.save(tmp_path / "m.safetensors")
    loaded = qlif.SNNClassifier.load(tmp_path / "m.safetensors")
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    with pytest.raises(qlif.FormatError, match=r"SNNClassifier\.load"):
        QSNNClassifier.load(tmp_path / "m.safetensors")
    with pytest.raises(qlif.ArgumentError, match="beta"):
        qlif.SNNClassifier(**quick, beta=2).fit(X, y)
    with pytest.raises(qlif.ArgumentError, match="reset"):
        qlif.SNNClassifier(**quick, reset="never").fit(X, y)


CLASSES = [qlif.QSNNClassifier, qlif.QSCNNClassifier, qlif.SNNClassifier, qlif.SCNNClassifier]


@pytest.mark.parametrize("cls", CLASSES)
def test_every_parameter_is_documented(cls):
    text = cls.__doc__
    assert "{" not in text
    assert max(map(len, text.splitlines())) <= 100
    for name in cls().get_params():
        assert re.search(rf"^ +(\w+, )*{name}(, \w+)*: ", text, re.MULTILINE), name


def test_scikit_learns_tools(blobs, quick):
    X, y = blobs
    search = GridSearchCV(
        QSNNClassifier(**quick), {"hidden": [(8,), (20,)], "leak": ["relaxation"]}, cv=2
    ).fit(X, y)
    assert search.best_params_["hidden"] in [(8,), (20,)]
    search.best_estimator_.predict(X)
    pipeline = make_pipeline(
        StandardScaler(), QSNNClassifier(**{**quick, "epochs": 15, "learning_rate": 5e-3})
    )
    assert cross_val_score(pipeline, X * 100, y, cv=2).mean() > 0.8


@pytest.mark.parametrize(
    "params",
    [
        {"steps": 0},
        {"epochs": 0},
        {"epochs": 1.5},
        {"batch_size": 0},
        {"batch_size": "big"},
        {"hidden": (0,)},
        {"hidden": (5, -1)},
        {"hidden": "ab"},
        {"learning_rate": 0},
        {"schedule": "linear"},
        {"loss": "mse"},
        {"readout": "x"},
        {"dropout": 1},
        {"threshold": 3},
        {"surrogate": "atan"},
        {"slope": -1},
        {"input_scaling": "minmax"},
        {"validation_fraction": 1},
        {"validation_fraction": -0.1},
        {"validation_fraction": 1e-6},
        {"random_state": -1},
        {"random_state": "x"},
    ],
)
def test_parameters_that_cannot_be(blobs, quick, params):
    with pytest.raises(ValueError):
        QSNNClassifier(**{**quick, **params}).fit(*blobs)


def test_unknown_parameters_are_errors(quick):
    with pytest.raises(TypeError):
        QSNNClassifier(hiden=(3,))
    with pytest.raises(ValueError, match="hiden"):
        QSNNClassifier().set_params(hiden=(3,))


def test_data_that_cannot_be(blobs, fitted, quick):
    X, y = blobs
    clf = QSNNClassifier(**quick)
    for bad_X, bad_y in (
        (np.where(X > 1, np.nan, X), y),
        (np.where(X > 1, np.inf, X), y),
        (X[0], y),
        (X, y[:-1]),
        (X[:0], y[:0]),
        (X.astype(complex), y),
        (X, X[:, 0]),
    ):
        with pytest.raises(ValueError):
            clf.fit(bad_X, bad_y)
    with pytest.raises(ValueError, match="features"):
        fitted.predict(X[:, :3])
    with pytest.raises(ValueError, match="expected the classes"):
        clf.fit(X, y, validation_data=(X, y + 9))
    for bad in (X, (X,), (X, y, y), "Xy", {"X": X, "y": y}):
        with pytest.raises(qlif.ArgumentError, match=r"validation_data is a .*expected \(X, y\)"):
            clf.fit(X, y, validation_data=bad)


@pytest.mark.filterwarnings("ignore::qlif.SilentLayerWarning")
def test_the_published_preset(blobs):
    preset = qlif.presets.published.qsnn
    clf = QSNNClassifier(**preset)
    assert clf.hidden == (1000,)
    assert clf.steps == 25
    assert clf.leak == "published"
    with pytest.raises(TypeError):
        preset["steps"] = 1
    X, y = blobs
    clf.set_params(hidden=(10,), verbose=False, random_state=0).fit(np.abs(X), y)
    neuron = clf.network_.layers[0].neuron
    assert (neuron.leak, neuron.refractory, neuron.t1) == ("published", True, 60)
    clone(QSNNClassifier(**preset))


def test_a_fit_that_fails_leaves_no_half_of_it(blobs, fitted):
    X, y = blobs
    with pytest.raises(ValueError):
        fitted.set_params(patience=3).fit(X, y % 2)
    with pytest.raises(ValueError, match="not fitted"):
        fitted.predict(X)


def test_several_hidden_layers(blobs, quick):
    clf = QSNNClassifier(**{**quick, "hidden": (12, 8), "dropout": 0.1}).fit(*blobs)
    assert clf.network_.layer_shapes == ((12,), (8,), (3,))
    assert [layer.neuron.dropout for layer in clf.network_.layers] == [0.1, 0.1, 0]
    assert QSNNClassifier(**{**quick, "hidden": 7}).fit(*blobs).network_.layer_shapes[0] == (7,)
    assert QSNNClassifier(**{**quick, "hidden": ()}).fit(*blobs).network_.layer_shapes == ((3,),)


def test_automatic_batches():
    clf = QSNNClassifier()
    assert [clf._batch_size(n) for n in (1, 100, 7010, 60000)] == [8, 8, 35, 200]


def test_equal_trainings_make_equal_files(blobs, quick, tmp_path):
    """Whatever the clock says."""
    for name in ("a", "b"):
        qlif.QSNNClassifier(**quick).fit(*blobs).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

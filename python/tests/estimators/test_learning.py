"""How `fit` and `partial_fit` go: history, validation, progress, warnings, Ctrl-C."""

import itertools
import json
import subprocess
import sys
import warnings

import numpy as np
import pytest

import qlif
from qlif import QSNNClassifier
from qlif.estimators import base


@pytest.fixture
def fitted(blobs, quick):
    return QSNNClassifier(**quick).fit(*blobs)


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
    silent = {"neuron": qlif.QLIF(drive_scale=1e-3), "steps": 2, "readout": "membrane"}
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


def test_a_fit_that_fails_leaves_no_half_of_it(blobs, fitted):
    X, y = blobs
    with pytest.raises(ValueError):
        fitted.set_params(patience=3).fit(X, y % 2)
    with pytest.raises(ValueError, match="not fitted"):
        fitted.predict(X)


def test_automatic_batches():
    clf = QSNNClassifier()
    assert [clf._batch_size(n) for n in (1, 100, 7010, 60000)] == [8, 8, 35, 200]

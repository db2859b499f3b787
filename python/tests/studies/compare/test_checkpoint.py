"""`fit` with a checkpoint: an interrupted training goes on to the same bits."""

import itertools
import json

import numpy as np
import pytest

import qlif
from qlif import QSNNClassifier
from qlif._engine import loading

PARAMETERS = {"hidden": (20,), "steps": 5, "epochs": 4, "random_state": 3, "verbose": False}


def weights(classifier):
    return {name: view.copy() for name, view in classifier.network_.parameters.items()}


def assert_equal(one, two):
    assert one.keys() == two.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, two[name])


@pytest.fixture
def interrupted(monkeypatch):
    """Stops a training at its n-th update, as Ctrl-C does."""

    def at(update):
        count, step = itertools.count(1), qlif.Trainer.step

        def counted(trainer, x, y):
            if next(count) == update:
                raise KeyboardInterrupt
            return step(trainer, x, y)

        monkeypatch.setattr(qlif.Trainer, "step", counted)
        return lambda: monkeypatch.setattr(qlif.Trainer, "step", step)

    return at


@pytest.mark.parametrize("options", [{}, {"input_scaling": "center", "validation_fraction": 0.2}])
@pytest.mark.parametrize("update", [1, 75])
def test_an_interruption_changes_nothing(blobs, tmp_path, interrupted, options, update):
    whole = QSNNClassifier(**PARAMETERS, **options).fit(*blobs)
    file = tmp_path / "training.checkpoint"
    restore = interrupted(update)
    with pytest.warns(qlif.InterruptedWarning):
        QSNNClassifier(**PARAMETERS, **options).fit(*blobs, checkpoint=file)
    restore()
    assert file.exists() == (update > 30)
    done = 0
    if file.exists():
        history = json.loads(loading.metadata(file)["estimator_checkpoint"])["history"]
        done = len(history["loss"])
        assert 0 < done < 4
    resumed = QSNNClassifier(**PARAMETERS, **options).fit(*blobs, checkpoint=file)
    assert_equal(weights(whole), weights(resumed))
    for name, values in whole.history_.items():
        if name != "images_per_second":
            assert values == resumed.history_[name]
    if done:  # what was done is not done again
        speeds = resumed.history_["images_per_second"]
        assert speeds[:done] == history["images_per_second"]
    assert not resumed.network_.metadata


def test_a_finished_training_is_taken_as_it_is(blobs, tmp_path, interrupted):
    file = tmp_path / "training.checkpoint"
    first = QSNNClassifier(**PARAMETERS).fit(*blobs, checkpoint=file)
    interrupted(1)
    again = QSNNClassifier(**PARAMETERS).fit(*blobs, checkpoint=file)
    assert_equal(weights(first), weights(again))
    assert first.history_ == again.history_


def test_another_training_is_refused(blobs, tmp_path):
    X, y = blobs
    file = tmp_path / "training.checkpoint"
    QSNNClassifier(**PARAMETERS).fit(X, y, checkpoint=file)
    for changed in (
        lambda: QSNNClassifier(**{**PARAMETERS, "epochs": 5}).fit(X, y, checkpoint=file),
        lambda: QSNNClassifier(**PARAMETERS).fit(X[1:], y[1:], checkpoint=file),
        lambda: QSNNClassifier(**PARAMETERS).fit(X, y[::-1], checkpoint=file),
        lambda: QSNNClassifier(**{**PARAMETERS, "random_state": None}).fit(X, y, checkpoint=file),
        lambda: QSNNClassifier(**PARAMETERS, validation_fraction=0.2, patience=1).fit(
            X, y, checkpoint=file
        ),
    ):
        with pytest.raises(qlif.ArgumentError, match="checkpoint"):
            changed()
    file.write_bytes(b"no checkpoint")
    with pytest.raises(qlif.FormatError):
        QSNNClassifier(**PARAMETERS).fit(X, y, checkpoint=file)

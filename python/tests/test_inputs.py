"""Inputs that are easily mistaken: channels last, pixels to 255, sequences with the batch first."""

import numpy as np
import pytest

import qlif
from qlif import QSCNNClassifier, SCNNClassifier


@pytest.fixture
def colours(rng):
    """Images [40, 6, 7, 3] with the channels last, and their class."""
    return rng.uniform(0, 1, (40, 6, 7, 3)), np.arange(40) % 2


@pytest.fixture
def tiny():
    return {"kernel": 3, "channels": 4, "epochs": 1, "random_state": 0, "verbose": False}


# ---- Channels ------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("cls", [QSCNNClassifier, SCNNClassifier])
def test_channels_last_are_refused(rng, tiny, cls, channels):
    X, y = rng.uniform(0, 1, (20, 6, 7, channels)), np.arange(20) % 2
    message = r"X\.transpose\(0, 3, 1, 2\), or image_shape=\(6, 7, \d\)"
    with pytest.raises(qlif.ShapeError, match=message):
        cls(**tiny).fit(X, y)
    with pytest.raises(qlif.ShapeError, match=message):
        cls(**tiny).partial_fit(X, y, classes=[0, 1])
    clf = cls(**tiny).fit(X.transpose(0, 3, 1, 2), y)
    assert clf.network_.input_shape == (channels, 6, 7)
    for call in (clf.predict, lambda X: clf.fit(X[:, :, :, :], y) and clf.partial_fit(X, y)):
        with pytest.raises(qlif.ShapeError, match=r"X\.transpose\(0, 3, 1, 2\)"):
            call(X)


def test_an_image_shape_is_consent(colours, tiny):
    X, y = colours
    clf = QSCNNClassifier(**{**tiny, "kernel": (3, 2), "pool": 1}, image_shape=(6, 7, 3)).fit(X, y)
    assert clf.network_.input_shape == (6, 7, 3)
    with pytest.raises(qlif.ShapeError, match=r"X\.transpose\(0, 3, 1, 2\)"):
        QSCNNClassifier(**tiny, image_shape=(3, 6, 7)).fit(X, y)


@pytest.mark.parametrize(
    "shape", [(3, 6, 7), (4, 4, 4), (2, 6, 5), (3, 3, 3), (6, 7, 8), (1, 6, 3)]
)
def test_channels_first_are_taken(rng, tiny, shape):
    X = rng.uniform(0, 1, (20, *shape))
    clf = QSCNNClassifier(**{**tiny, "pool": 1}).fit(X, np.arange(20) % 2)
    assert clf.network_.input_shape == shape

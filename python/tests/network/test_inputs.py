"""Inputs that are easily mistaken: channels last, pixels to 255, sequences with the batch first."""

import warnings

import numpy as np
import pytest
from networks import make_network
from sklearn.base import clone
from sklearn.datasets import load_wine

import qlif
from qlif import QSCNNClassifier, QSNNClassifier, SCNNClassifier, SNNClassifier


@pytest.fixture
def colours(rng):
    """Images [40, 6, 7, 3] with the channels last, and their class."""
    return rng.uniform(0, 1, (40, 6, 7, 3)), np.arange(40) % 2


@pytest.fixture
def tiny():
    return {"kernel": 3, "channels": 4, "epochs": 1, "random_state": 0, "verbose": False}


@pytest.fixture
def strict():
    """A warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


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


# ---- Scale ---------------------------------------------------------------------------------


@pytest.fixture
def digits():
    (X, y), _ = qlif.datasets.load("digits")
    return X[:300], y[:300]


CLASSES = {
    QSNNClassifier: {"hidden": 20},
    SNNClassifier: {"hidden": 20},
    QSCNNClassifier: {"channels": 4, "kernel": 3},
    SCNNClassifier: {"channels": 4, "kernel": 3},
}
QUIET = {"epochs": 1, "random_state": 0, "verbose": False}


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.parametrize("factor", [255, 1 / 255])
def test_pixels_of_another_scale_are_told_about(digits, cls, factor):
    X, y = digits[0] * np.float32(factor), digits[1]
    clf = cls(**QUIET, **CLASSES[cls])
    words = "X / 255," if factor > 1 else r"X / 0\.0039"
    with pytest.warns(qlif.InputWarning, match=words) as caught:
        clf.fit(X, y)
    assert [each.filename for each in caught if each.category is qlif.InputWarning] == [__file__]
    with pytest.warns(qlif.InputWarning, match="input_scaling='standardize'"):
        clone(clf).partial_fit(X, y, classes=range(10))


@pytest.mark.parametrize("cls", CLASSES)
@pytest.mark.usefixtures("strict")
def test_ordinary_inputs_and_consent(digits, cls):
    warnings.simplefilter("ignore", qlif.SilentLayerWarning)
    X, y = digits
    options = {**QUIET, **CLASSES[cls]}
    cls(**options).fit(X, y)
    for scaling in ("none", "center", "standardize"):
        cls(**options, input_scaling=scaling).fit(255 * X, y)
    going_on = cls(**options).partial_fit(X, y, classes=range(10))
    going_on.partial_fit(255 * X, y)  # told about in the first call, if at all


def test_the_line_mends_it():
    X, y = load_wine(return_X_y=True)
    options = {"hidden": 50, "epochs": 30, "random_state": 0, "verbose": False}
    with pytest.warns(qlif.InputWarning, match="input_scaling='standardize'"):
        careless = QSNNClassifier(**options).fit(X[::2], y[::2]).score(X[1::2], y[1::2])
    mended = QSNNClassifier(**options, input_scaling="standardize").fit(X[::2], y[::2])
    assert careless < 0.8 < 0.95 < mended.score(X[1::2], y[1::2])


@pytest.mark.parametrize("cls", CLASSES)
def test_automatic_scaling_is_the_documented_one(digits, cls):
    automatic = "none" if cls is SNNClassifier else "center"
    options = {**QUIET, **CLASSES[cls]}
    one, two = (
        cls(**options, input_scaling=scaling).fit(*digits).network_.to_bytes()
        for scaling in ("auto", automatic)
    )
    assert one == two


# ---- Sequences -----------------------------------------------------------------------------

METHODS = {
    "simulate": lambda net, x, y, **first: net.simulate(x, **first).membrane[1],
    "predict": lambda net, x, y, **first: net.predict(x, **first),
    "predict_scores": lambda net, x, y, **first: net.predict_scores(x, **first),
    "evaluate": lambda net, x, y, **first: net.evaluate(x, y, **first).loss,
    "score": lambda net, x, y, **first: net.score(x, y, **first),
    "loss_and_gradients": lambda net, x, y, **first: net.loss_and_gradients(x, y, **first)[0],
    "step": lambda net, x, y, **first: qlif.Trainer(net.copy()).step(x, y, **first).loss,
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("steps", "batch"), [(5, 5), (7, 5), (5, 7), (1, 1)])
@pytest.mark.usefixtures("strict")
def test_the_batch_may_come_first(rng, method, steps, batch):
    net, call = make_network(drive_scale=6.0), METHODS[method]
    x, y = rng.uniform(-1, 1, (steps, batch, 12)).astype(np.float32), np.arange(batch) % 4
    expected = call(net, x, y, batch_first=False)
    found = call(net, x.swapaxes(0, 1), y, batch_first=True)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(
        call(net, np.ascontiguousarray(x.swapaxes(0, 1)), y, batch_first=True), expected
    )
    if steps != batch or steps == 1:
        np.testing.assert_array_equal(call(net, x, y), expected)
    # An input without an axis of time is not concerned.
    for first in (None, True, False):
        np.testing.assert_array_equal(call(net, x[0], y, batch_first=first), call(net, x[0], y))


@pytest.mark.parametrize("method", METHODS)
def test_as_many_steps_as_samples_are_told_about(rng, method):
    x, y = rng.uniform(-1, 1, (5, 5, 12)), np.arange(5) % 4
    with pytest.warns(qlif.InputWarning, match="batch_first=True") as caught:
        METHODS[method](make_network(), x, y)
    assert [each.filename for each in caught] == [__file__]


@pytest.mark.parametrize("method", ["evaluate", "score", "loss_and_gradients", "step"])
def test_labels_that_fit_the_other_axis(rng, method):
    x, y = rng.uniform(-1, 1, (5, 7, 12)), np.arange(5) % 4
    with pytest.raises(qlif.ShapeError, match=r"^y has shape \(5,\).*batch_first=True"):
        METHODS[method](make_network(), x, y)
    with pytest.raises(qlif.ShapeError, match=r"^y has shape \(5,\)(?!.*batch_first)"):
        METHODS[method](make_network(), x[0], y)

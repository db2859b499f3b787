"""The estimators of convolutions: forms of images, shapes, scaling, files, scikit-learn."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler

import qlif
from qlif import QSCNNClassifier, SCNNClassifier


@pytest.fixture
def bars():
    """Images [180, 8, 8] of a level, an upright or a slanted bar somewhere, and their class."""
    rng = np.random.default_rng(5)
    X, y = 0.2 * rng.random((180, 8, 8)), np.repeat([0, 1, 2], 60)
    for image, label in zip(X, y, strict=True):
        at = rng.integers(1, 7)
        if label == 0:
            image[at] += 0.8
        elif label == 1:
            image[:, at] += 0.8
        else:
            image += 0.8 * np.eye(8, k=at - 4)
    return X.astype(np.float32), y


@pytest.fixture
def small():
    """Parameters of a small network that learns fast."""
    return {
        "channels": (8,),
        "kernel": 3,
        "epochs": 4,
        "learning_rate": 5e-3,
        "random_state": 0,
        "verbose": False,
    }


@pytest.mark.parametrize("cls", [QSCNNClassifier, SCNNClassifier])
def test_it_learns(bars, small, cls):
    X, y = bars
    clf = cls(**{**small, "epochs": 15}).fit(X[::2], y[::2])
    assert clf.score(X[1::2], y[1::2]) > 0.85
    assert clf.n_features_in_ == 64
    assert clf.network_.layer_shapes == ((8, 6, 6), (8, 3, 3), (3,))
    assert all(len(rates) == 3 for rates in clf.history_["firing_rate"])


def test_the_forms_of_images(bars, small):
    X, y = bars
    expected = QSCNNClassifier(**small).fit(X, y)
    forms = (
        X.reshape(180, 64),
        X[:, None],
        X.tolist(),
        X.astype(np.float64),
        np.asfortranarray(X),
        np.repeat(X, 2, axis=2)[..., ::2],
    )
    for form in forms:
        clf = QSCNNClassifier(**small).fit(form, y)
        assert clf.network_.to_bytes() == expected.network_.to_bytes()
        assert clf.network_.input_shape == (1, 8, 8)
        np.testing.assert_array_equal(expected.predict_proba(form), expected.predict_proba(X))
        np.testing.assert_array_equal(clf.predict(X), expected.predict(X))


class Tensor:
    """What a tensor of torch or an array of xarray is to numpy."""

    def __init__(self, values):
        self._values = values
        self.shape, self.ndim, self.dtype = values.shape, values.ndim, values.dtype

    def __array__(self, dtype=None, copy=None):
        return np.asarray(self._values, dtype)

    def __len__(self):
        return len(self._values)


@pytest.mark.parametrize("shape", [(8, 8), (1, 8, 8), (4, 4, 4)])
def test_tensors_of_other_libraries(bars, small, shape):
    X, y = bars
    X = X.reshape(180, *shape)
    expected = QSCNNClassifier(**small).fit(X, y)
    clf = QSCNNClassifier(**small).fit(Tensor(X), y)
    assert clf.network_.to_bytes() == expected.network_.to_bytes()
    np.testing.assert_array_equal(clf.predict(Tensor(X)), expected.predict(X))


@pytest.mark.parametrize(
    ("image_shape", "expected"),
    [
        ((1, 8, 8), (1, 8, 8)),
        ((8, 8), (1, 8, 8)),
        ((4, 4, 4), (4, 4, 4)),
        ((1, 4, 16), (1, 4, 16)),
        ((4, 16), (1, 4, 16)),
        ((-1, 4, 4), (4, 4, 4)),
        ((1, 4, -1), (1, 4, 16)),
    ],
)
def test_image_shape(bars, small, image_shape, expected):
    X, y = bars
    clf = QSCNNClassifier(**small, image_shape=image_shape).fit(X.reshape(180, 64), y)
    assert clf.network_.input_shape == expected
    if len(image_shape) == 2:
        assert clf.predict(X.reshape(180, *expected[1:])).shape == (180,)


def test_channels(bars, small):
    X, y = bars
    clf = QSCNNClassifier(**small).fit(X.reshape(180, 4, 4, 4), y)
    assert clf.network_.input_shape == (4, 4, 4)
    assert clf.predict(X.reshape(180, 64)).shape == (180,)


@pytest.mark.parametrize(
    ("options", "shapes"),
    [
        ({"channels": 5}, ((5, 6, 6), (5, 3, 3), (3,))),
        ({"channels": (5, 6)}, ((5, 6, 6), (5, 3, 3), (6, 1, 1), (3,))),
        ({"channels": (5, 6), "pool": 1}, ((5, 6, 6), (6, 4, 4), (3,))),
        ({"kernel": (3, 1)}, ((8, 6, 8), (8, 3, 4), (3,))),
        ({"pool": 3}, ((8, 6, 6), (8, 2, 2), (3,))),
    ],
)
def test_architectures(bars, small, options, shapes):
    if options.get("channels") == (5, 6) and "pool" not in options:
        with pytest.raises(qlif.ShapeError, match=r"layers\[3\] .*2 x 2.*\[6, 1, 1\]"):
            QSCNNClassifier(**{**small, **options}).fit(*bars)
        return
    clf = QSCNNClassifier(**{**small, "epochs": 1, **options}).fit(*bars)
    assert clf.network_.layer_shapes == shapes


@pytest.mark.parametrize("cls", [QSCNNClassifier, SCNNClassifier])
@pytest.mark.parametrize("kind", ["center", "standardize"])
def test_input_scaling_is_folded_into_the_kernels(bars, small, cls, kind):
    """By channel: the only mean and scale that a kernel can take in."""
    X, y = bars
    X = np.stack([X, 3 * X.transpose(0, 2, 1) - 1], axis=1)
    # A short and gentle training: in a longer one, rounding alone sets two apart.
    gentle = {**small, "epochs": 2, "learning_rate": 2e-3}
    clf = cls(**gentle, input_scaling=kind).fit(X, y)
    scaled = X - X.mean(axis=(0, 2, 3), keepdims=True)
    if kind == "standardize":
        scaled = scaled / X.std(axis=(0, 2, 3), keepdims=True)
    plain = cls(**gentle, input_scaling="none").fit(scaled, y)
    np.testing.assert_allclose(plain.predict_proba(scaled), clf.predict_proba(X), atol=0.05)
    # Folding and unfolding are each other's inverse, to rounding.
    there = clf._scaling.fold(clf._scaling.unfold(clf.network_))
    for name, view in clf.network_.parameters.items():
        np.testing.assert_allclose(there.parameters[name], view, atol=1e-5)


def test_shapes_that_cannot_be(bars, small):
    X, y = bars
    flat = X.reshape(180, 64)
    for data, options, words in (
        (flat[:, :63], {}, "63 features, which are no square"),
        (flat, {"image_shape": (1, 7, 9)}, "image_shape"),
        (flat, {"image_shape": (5, -1)}, "image_shape"),
        (flat, {"image_shape": (-1, -1)}, "image_shape"),
        (flat, {"image_shape": (0, 8, 8)}, "image_shape"),
        (flat, {"image_shape": (64,)}, "image_shape"),
        (flat, {"image_shape": (8.0, 8.0)}, "image_shape"),
        (X, {"image_shape": (1, 4, 16)}, "image_shape"),
        (X[None, None], {}, "dim"),
        (X[0, 0], {}, "1D"),
        (X[:0], {}, "0 sample"),
        (np.where(X > 0.9, np.nan, X), {}, "NaN"),
        (X, {"channels": (0,)}, "channels"),
        (X, {"kernel": 9}, r"layers\[0\] .*9 x 9"),
        (X, {"kernel": (3, 3, 3)}, "kernel"),
        (X, {"pool": 0}, r"layers\[1\].*size: 0"),
        (X, {"pool": 7}, r"layers\[1\] .*7 x 7"),
    ):
        with pytest.raises(ValueError, match=words):
            QSCNNClassifier(**{**small, **options}).fit(data, y)
    clf = QSCNNClassifier(**{**small, "epochs": 1}).fit(X, y)
    for bad in (X[:, :4], X.reshape(180, 4, 16), X.reshape(180, 4, 4, 4), flat[:, :49]):
        with pytest.raises(ValueError, match="expect"):
            clf.predict(bad)
    with pytest.raises(ValueError, match="expected"):
        clf.partial_fit(X.reshape(180, 4, 16), y)
    with pytest.raises(ValueError, match="expected"):
        clf.fit(X, y, validation_data=(X.reshape(180, 4, 16), y))


def test_files_pickles_and_clones(bars, small, tmp_path):
    X, y = bars
    clf = SCNNClassifier(**small, image_shape=(1, -1, 8), input_scaling="center")
    clf.set_params(neuron__beta=0.8).fit(X, y)
    clf.save(tmp_path / "m.safetensors")
    for other in (
        SCNNClassifier.load(tmp_path / "m.safetensors"),
        pickle.loads(pickle.dumps(clf)),
    ):
        assert other.get_params() == clf.get_params()
        np.testing.assert_array_equal(other.predict_proba(X), clf.predict_proba(X))
        other.partial_fit(X.reshape(180, 64), y)
    with pytest.raises(qlif.FormatError, match=r"SCNNClassifier\.load"):
        QSCNNClassifier.load(tmp_path / "m.safetensors")
    assert clone(clf).get_params() == clf.get_params()


def test_partial_fit_begins_with_the_images_shape(bars, small):
    X, y = bars
    clf = QSCNNClassifier(**small, input_scaling="center")
    for _ in range(3):
        clf.partial_fit(X.reshape(180, 4, 4, 4), y, classes=[0, 1, 2])
    assert clf.network_.input_shape == (4, 4, 4)
    clf.fit(X, y)  # a new network, of another shape
    assert clf.network_.input_shape == (1, 8, 8)


def test_a_pipeline_of_scikit_learn(bars, small):
    X, y = bars
    pipeline = make_pipeline(MinMaxScaler(), SCNNClassifier(**{**small, "epochs": 10}))
    assert cross_val_score(pipeline, X.reshape(180, 64), y, cv=2).mean() > 0.7


def test_a_silent_layer_is_told_about_once(bars, small):
    """Of the layers with neurons: the pooling behind a silent one is silent, too."""
    with pytest.warns(qlif.SilentLayerWarning) as caught:
        QSCNNClassifier(**small).set_params(neuron__drive_scale=1e-3).fit(*bars)
    told = [each for each in caught if each.category is qlif.SilentLayerWarning]
    assert [str(each.message).split(" did")[0] for each in told if "layer 1" in str(each)] == []
    assert any("layer 0 did not spike" in str(each.message) for each in told)


@pytest.mark.filterwarnings("ignore::qlif.SilentLayerWarning")
def test_the_published_preset(rng):
    preset = qlif.presets.published.qscnn
    clf = QSCNNClassifier(**preset)
    assert (clf.channels, clf.kernel, clf.pool, clf.steps) == ((12, 64), 5, 2, 50)
    assert (clf.epochs, clf.batch_size, clf.learning_rate) == (2, 200, 5e-4)
    with pytest.raises(TypeError):
        preset["steps"] = 1
    X, y = rng.random((20, 28, 28)), np.arange(20) % 10
    clf.set_params(steps=3, epochs=1, random_state=0, verbose=False).fit(X, y)
    shapes = ((12, 24, 24), (12, 12, 12), (64, 8, 8), (64, 4, 4), (10,))
    assert clf.network_.layer_shapes == shapes
    neurons = {layer.neuron for layer in clf.network_.layers if layer.has_neurons}
    assert len(neurons) == 1  # the output neurons, too
    assert neurons.pop().leak == "published"

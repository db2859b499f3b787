"""Classifiers: learning, predicting, scaling, data and parameters that cannot be."""

import numpy as np
import pytest

import qlif
from qlif import QSNNClassifier


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
    noise = {"noise": qlif.NoiseRun(qlif.Noise(shots=10), seed=3)}
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


def test_several_hidden_layers(blobs, quick):
    clf = QSNNClassifier(**{**quick, "hidden": (12, 8)}).set_params(neuron__dropout=0.1).fit(*blobs)
    assert clf.network_.layer_shapes == ((12,), (8,), (3,))
    assert [layer.neuron.dropout for layer in clf.network_.layers] == [0.1, 0.1, 0]
    assert QSNNClassifier(**{**quick, "hidden": 7}).fit(*blobs).network_.layer_shapes[0] == (7,)
    assert QSNNClassifier(**{**quick, "hidden": ()}).fit(*blobs).network_.layer_shapes == ((3,),)

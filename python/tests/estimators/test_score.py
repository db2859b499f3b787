"""`score` is scikit-learn's accuracy, or refuses what that refuses."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import accuracy_score

import qlif
from qlif import QSNNClassifier
from qlif.estimators import _fallback

LABELS = {
    "numbers": np.array([0, 1, 2]),
    "text": np.array(["a", "b", "c"]),
    "text objects": np.array(["a", "b", "c"], object),
    "truths": np.array([True, False, True]),
    "whole floats": np.array([-1.0, 0.0, 7.0]),
}

TARGETS = {
    "as it is": lambda y: y,
    "a list": lambda y: y.tolist(),
    "a column": lambda y: y[:, None],
    "a column of objects": lambda y: y.astype(object)[:, None],
    "a row": lambda y: y[None],
    "two columns": lambda y: np.stack([y, y], 1),
    "shorter": lambda y: y[:-1],
    "one": lambda y: y[:1],
    "a scalar": lambda y: y[0],
    "none": lambda y: [],
    "None": lambda y: None,
    "objects of None": lambda y: [None] * len(y),
    "text": lambda y: y.astype(str),
    "text in a column": lambda y: y.astype(str)[:, None],
    "numbers": lambda y: np.arange(len(y)) % 3,
    "whole floats": lambda y: np.arange(len(y)) % 3 + 0.0,
    "fractions": lambda y: np.arange(len(y)) / 7,
    "truths": lambda y: np.arange(len(y)) % 2 == 0,
    "NaN": lambda y: np.full(len(y), np.nan),
    "other classes": lambda y: np.where(np.arange(len(y)) % 2, y, y[::-1]),
    "masked": lambda y: np.ma.masked_array(y, np.arange(len(y)) == 1),
    "nothing masked": lambda y: np.ma.masked_array(y, False),
    "sparse": lambda y: sparse.csr_array(np.eye(len(y))),
}

WEIGHTS = {
    "ones": lambda n: np.ones(n),
    "a list": lambda n: list(range(n)),
    "whole": lambda n: np.arange(n, dtype=np.int8),
    "shorter": lambda n: np.ones(n - 1),
    "a column": lambda n: np.ones((n, 1)),
    "zeros": lambda n: np.zeros(n),
    "NaN": lambda n: np.full(n, np.nan),
    "text": lambda n: "x",
}


def outcome(call):
    """What a score is: a number, or that it is refused."""
    try:
        return pytest.approx(call())
    except (ValueError, TypeError):
        return "refused"


@pytest.fixture(scope="module", params=LABELS)
def trained(request):
    rng = np.random.default_rng(3)
    X, index = rng.standard_normal((60, 4)), np.arange(60) % 3
    y = LABELS[request.param][index]
    clf = QSNNClassifier(hidden=(8,), steps=3, epochs=1, random_state=0, verbose=False)
    return clf.fit(X, y), X, y


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast:RuntimeWarning")
@pytest.mark.parametrize("kind", TARGETS)
def test_every_kind_of_target(trained, kind):
    clf, X, y = trained
    given, predicted = TARGETS[kind](y), clf.predict(X)
    expected = outcome(lambda: accuracy_score(given, predicted))
    assert outcome(lambda: clf.score(X, given)) == expected
    assert outcome(lambda: _fallback.accuracy_score(given, predicted)) == expected


@pytest.mark.parametrize("kind", WEIGHTS)
def test_every_kind_of_weights(trained, kind):
    clf, X, y = trained
    given, predicted = WEIGHTS[kind](len(y)), clf.predict(X)
    expected = outcome(lambda: accuracy_score(y, predicted, sample_weight=given))
    assert outcome(lambda: clf.score(X, y, given)) == expected
    found = outcome(lambda: _fallback.accuracy_score(y, predicted, sample_weight=given))
    assert found == expected


def test_labels_of_another_type_are_not_encoded(trained):
    clf, X, y = trained
    other = np.arange(60) % 3 if y.dtype.kind in "UO" else np.array(["0", "1", "2"])[[0] * 60]
    for call in (clf.partial_fit, lambda X, y: clf.fit(X, clf.classes_[[0] * 60], (X, y))):
        with pytest.raises(qlif.ArgumentError, match="expected the classes"):
            call(X, other)


def test_a_network_takes_a_label_for_a_sample(network, batch):
    x, y = batch
    assert 0 <= network.score(x, y) <= 1
    for bad in (y[:, None], y[:-1], y[None], None, y.astype(str), np.ma.masked_equal(y, y[0])):
        with pytest.raises(qlif.ArgumentError, match=r"^y "):
            network.score(x, bad)


def test_the_variational_circuit_subtracts_nothing_from_other_shapes(rng):
    from qlif.studies.compare._qnn import QNNClassifier

    X, model = rng.uniform(0, 1, (30, 12)), QNNClassifier()
    model._begin(X)
    for bad in (X[:, :1], X[:, :11], X[0], X[None]):
        with pytest.raises(qlif.ShapeError, match=r"^X has shape .*expected \[n, 12\]"):
            model.decision_function(bad)
    for y in (np.zeros((30, 1), int), np.zeros(29, int), np.zeros((), int)):
        with pytest.raises(qlif.ShapeError, match=r"^y has shape .*expected \(30,\)"):
            model.fit(X, y)

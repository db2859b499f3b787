"""The variational circuit: its batch in superposition is what one circuit for each image gives."""

import numpy as np
import pytest

pennylane = pytest.importorskip("pennylane")
pytest.importorskip("sklearn")

import qlif
from qlif.studies.compare import _qnn
from qlif.studies.compare._qnn import QUBITS, Circuit, QNNClassifier


@pytest.fixture(scope="module")
def digits():
    return qlif.datasets.load("digits")


@pytest.fixture
def problem():
    rng = np.random.default_rng(0)
    return rng.uniform(-2, 2, (3, QUBITS)), rng.uniform(-3, 3, (2, QUBITS, 3))


def test_expectations_are_those_of_single_images(problem):
    angles, weights = problem
    circuit = Circuit(2)
    found = circuit.expectations(circuit.state(angles), weights)
    assert found.shape == (4, QUBITS)
    np.testing.assert_array_equal(found[3], 0)

    @pennylane.qnode(pennylane.device("default.qubit", wires=QUBITS))
    def single(x):
        pennylane.AngleEmbedding(x, wires=range(QUBITS), rotation="Y")
        pennylane.StronglyEntanglingLayers(weights, wires=range(QUBITS))
        return [pennylane.expval(pennylane.PauliZ(qubit)) for qubit in range(QUBITS)]

    for image in range(3):
        np.testing.assert_allclose(found[image], single(angles[image]), atol=1e-12)


def test_gradient_by_finite_differences(problem):
    angles, weights = problem
    circuit = Circuit(2)
    state = circuit.state(angles)
    slopes = np.random.default_rng(1).normal(size=(3, QUBITS))
    gradient = circuit.gradient(state, weights, slopes)
    assert gradient.shape == weights.shape
    for place in [(0, 0, 0), (0, 4, 1), (1, 9, 2), (1, 3, 1)]:
        values = []
        for step in (1e-5, -1e-5):
            moved = weights.copy()
            moved[place] += step
            values.append((circuit.expectations(state, moved)[:3] * slopes).sum())
        assert gradient[place] == pytest.approx((values[0] - values[1]) / 2e-5, abs=1e-6)


def test_it_learns_and_is_kept(digits, tmp_path):
    (X, y), (X_test, y_test) = digits
    model = QNNClassifier(minutes=5, most_images=1600).fit(X, y)
    assert model.images_shown_ >= 1600
    assert model.training_images_ == len(X)
    assert (model.predict(X_test) == y_test).mean() > 0.4
    assert model.history_["loss"][-1] < model.history_["loss"][0]
    model.save(tmp_path / "m.npz")
    loaded = QNNClassifier.load(tmp_path / "m.npz")
    np.testing.assert_array_equal(
        loaded.decision_function(X_test[:70]), model.decision_function(X_test[:70])
    )


def test_an_interruption_keeps_what_was_learned(digits, tmp_path, monkeypatch):
    (X, y), _ = digits
    whole = QNNClassifier(minutes=5, most_images=640).fit(X, y)
    file = tmp_path / "training.checkpoint"
    update = _qnn.QNNClassifier._update

    def interrupted(self, *arguments):
        if self.images_shown_ >= 320:
            raise KeyboardInterrupt
        update(self, *arguments)

    monkeypatch.setattr(_qnn.QNNClassifier, "_update", interrupted)
    with pytest.raises(qlif.InterruptedWarning):
        QNNClassifier(minutes=5, most_images=640).fit(X, y, checkpoint=file)
    monkeypatch.setattr(_qnn.QNNClassifier, "_update", update)
    resumed = QNNClassifier(minutes=5, most_images=640)
    resumed.fit(X, y, checkpoint=file)
    assert resumed.images_shown_ == whole.images_shown_
    # The rate follows the images here; the clock plays no part in so short a time.
    np.testing.assert_allclose(resumed._parameters, whole._parameters, atol=1e-4)
    for change, words in (
        (lambda: QNNClassifier(minutes=4).fit(X, y, checkpoint=file), "minutes is 4, was 5"),
        (lambda: resumed.fit(X[1:], y[1:], checkpoint=file), "X has shape"),
        (lambda: resumed.fit(X + 1, y, checkpoint=file), "X holds other values"),
        (lambda: resumed.fit(X, y[::-1], checkpoint=file), "y holds other labels"),
    ):
        with pytest.raises(qlif.ArgumentError, match=f"of another training: {words}"):
            change()

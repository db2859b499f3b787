"""A variational quantum classifier, built with PennyLane, as a baseline.

Ten qubits: the first ten principal components of an image turn one qubit each (angle encoding),
strongly entangling layers follow, and the expectation of Z on each qubit, times a learned factor
and plus a learned offset, is the score of one class.

**A batch is one state.** ``k`` more qubits number the images of a batch of ``2**k``: the state is
``sum_i |i>|image i> / sqrt(2**k)``, and the circuit acts on the ten qubits of every image at once.
The probabilities of all basis states give each image's expectations. For the gradient, the loss'
derivatives with respect to those expectations make up one diagonal observable, and the adjoint
method of ``lightning.qubit`` differentiates its expectation with respect to the angles: exactly the
gradient of the batch's loss, at a hundredth of the cost of one circuit for each image.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from ..._engine import files, schema
from ..._engine.arrays import FloatArray, LabelArray
from ...errors import (
    ArgumentError,
    FileError,
    FormatError,
    InterruptedWarning,
    MissingExtraError,
    ShapeError,
)
from ...estimators.checkpoint import digest, other_data, other_parameters

Doubles = NDArray[np.float64]

QUBITS = 10
LAYERS = 10
INDEX_QUBITS = 6  # 64 images in a batch
RATE = 0.1  # Adam's largest step, in radians
SAVE_EVERY = 30  # seconds


class QNNClassifier:
    """A variational circuit on principal components, trained for a given time.

    Args:
        minutes: how long it learns; its rate falls to zero over that time.
        most_images: stops after so many images, however much time is left; None does not.
        random_state: seeds the initial angles and the order of the images.

    Attributes:
        training_images_: how many different images it saw.
        images_shown_: how many images it saw, the same one more than once.
        training_seconds_: how long it learned.
        history_: ``loss``, ``accuracy`` and ``epoch`` (passes over the images) as training went.
    """

    FILE_SUFFIX = ".npz"

    def __init__(
        self, *, minutes: float = 60, most_images: int | None = None, random_state: int = 0
    ) -> None:
        self.minutes = minutes
        self.most_images = most_images
        self.random_state = random_state

    def get_params(self) -> dict[str, Any]:
        """What the result depends on."""
        return {
            "minutes": self.minutes,
            "most_images": self.most_images,
            "random_state": self.random_state,
            "qubits": QUBITS,
            "layers": LAYERS,
            "batch_size": 1 << INDEX_QUBITS,
            "learning_rate": RATE,
        }

    # ---- Learning ----------------------------------------------------------------------

    def fit(
        self, X: FloatArray, y: LabelArray, *, checkpoint: str | os.PathLike[str] | None = None
    ) -> QNNClassifier:
        """Learns until the time is over.

        Args:
            X: images, [n, features].
            y: their classes, 0 to 9.
            checkpoint: a file that is written every half minute; where it exists, training goes on
                from it, and what was used of the time is not given again.

        Raises:
            InterruptedWarning: Ctrl-C.
        """
        if y.shape != X.shape[:1]:
            raise ShapeError(f"y has shape {y.shape}, expected ({len(X)},)")
        if y.size and not 0 <= y.min() <= y.max() < QUBITS:
            raise ArgumentError(f"y holds classes outside 0 to {QUBITS - 1}, one for each qubit")
        self.classes_ = np.arange(QUBITS)
        file = None if checkpoint is None else Path(checkpoint)
        training = json.dumps({"parameters": self.get_params(), "data": digest(X, y)})
        if file is not None and file.exists():
            self._resume(file, training)
        else:
            self._begin(X)
        angles, circuit = self._encoded(X), Circuit(INDEX_QUBITS)
        budget = self.minutes * 60
        bar = tqdm(
            total=round(budget),
            initial=min(round(self.training_seconds_), round(budget)),
            unit="s",
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining} {postfix}",
            mininterval=0.1 if sys.stderr.isatty() else 10,
            desc="qnn",
        )
        saved = self.training_seconds_
        try:
            with bar:
                while not self._is_over(budget):
                    start = time.perf_counter()
                    self._update(angles, y, circuit, budget)
                    self.training_seconds_ += time.perf_counter() - start
                    self._note(bar, len(X))
                    if file is not None and self.training_seconds_ - saved > SAVE_EVERY:
                        saved = self.training_seconds_
                        self._write(file, training)
        except KeyboardInterrupt:
            if file is not None:
                self._write(file, training)
            raise InterruptedWarning("training was interrupted") from None
        self._flush(len(X))
        self.training_images_ = min(self.images_shown_, len(X))
        return self

    def _begin(self, X: FloatArray) -> None:
        from sklearn.decomposition import PCA

        pca = PCA(QUBITS, random_state=self.random_state).fit(X)
        deviation = np.sqrt(pca.explained_variance_)
        self._mean = np.asarray(pca.mean_, np.float64)
        self._components = np.asarray(pca.components_ / deviation[:, None], np.float64)
        self._random = np.random.default_rng(self.random_state)
        count = LAYERS * QUBITS * 3
        # Angles, then a factor and an offset for each class.
        angles = 0.3 * self._random.uniform(-np.pi, np.pi, count)
        self._parameters = np.concatenate([angles, np.full(QUBITS, 4.0), np.zeros(QUBITS)])
        self._moments = np.zeros((2, self._parameters.size))
        self._updates = 0
        self._order = np.zeros(0, np.int64)
        self._place = 0
        self._sums = np.zeros(3)  # images, loss, correct ones since the last entry of the history
        self.images_shown_ = 0
        self.training_seconds_ = 0.0
        self.history_: dict[str, list[float]] = {"epoch": [], "loss": [], "accuracy": []}

    def _is_over(self, budget: float) -> bool:
        if self.most_images is not None and self.images_shown_ >= self.most_images:
            return True
        # At least one update, so that there is something to measure.
        return self._updates > 0 and self.training_seconds_ >= budget

    def _update(self, angles: Doubles, y: LabelArray, circuit: Circuit, budget: float) -> None:
        """One batch: expectations, loss, gradient, Adam with a rate that falls along a cosine."""
        size = min(circuit.batch, len(angles))
        if self._place + size > len(self._order):
            self._order, self._place = self._random.permutation(len(angles)), 0
        rows = self._order[self._place : self._place + size]
        self._place += size

        weights, factor, offset = self._split()
        state = circuit.state(angles[rows])
        values = circuit.expectations(state, weights)[:size]
        scores = values * factor + offset
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        probabilities = powers / powers.sum(axis=1, keepdims=True)
        chosen = probabilities[np.arange(size), y[rows]]
        slopes = probabilities.copy()
        slopes[np.arange(size), y[rows]] -= 1
        slopes /= size
        gradient = np.concatenate(
            [
                circuit.gradient(state, weights, slopes * factor).ravel(),
                (slopes * values).sum(axis=0),
                slopes.sum(axis=0),
            ]
        )
        self._updates += 1
        first, second = self._moments
        first += 0.1 * (gradient - first)
        second += 0.001 * (gradient**2 - second)
        step = (first / (1 - 0.9**self._updates)) / (
            np.sqrt(second / (1 - 0.999**self._updates)) + 1e-8
        )
        self._parameters -= self._rate(budget) * step
        self.images_shown_ += size
        self._sums += (
            size,
            -np.log(np.maximum(chosen, 1e-300)).sum(),
            (scores.argmax(axis=1) == y[rows]).sum(),
        )

    def _rate(self, budget: float) -> float:
        share = self.training_seconds_ / budget if budget > 0 else 0.0
        if self.most_images is not None:
            share = max(share, self.images_shown_ / self.most_images)
        return RATE * (0.01 + 0.99 * (1 + math.cos(math.pi * min(share, 1.0))) / 2)

    def _note(self, bar: Any, images: int) -> None:
        bar.update(max(0, min(round(self.training_seconds_), bar.total) - bar.n))
        # Twenty entries for each pass, at most, and none of less than ten batches.
        if self._sums[0] >= max(images / 20, 10 << INDEX_QUBITS):
            self._flush(images)
            bar.set_postfix(
                images=self.images_shown_,
                loss=f"{self.history_['loss'][-1]:.4f}",
                accuracy=f"{self.history_['accuracy'][-1]:.4f}",
                refresh=False,
            )

    def _flush(self, images: int) -> None:
        """Adds the batches since the last time to the history."""
        shown, loss, correct = (float(each) for each in self._sums)
        if not shown:
            return
        self.history_["epoch"].append(self.images_shown_ / images)
        self.history_["loss"].append(loss / shown)
        self.history_["accuracy"].append(correct / shown)
        self._sums[:] = 0

    # ---- Predicting --------------------------------------------------------------------

    @property
    def parameter_count_(self) -> int:
        """Angles, factors and offsets; the principal components are not counted."""
        return int(self._parameters.size)

    def decision_function(self, X: FloatArray) -> Doubles:
        """The score of each class, [n, 10]."""
        weights, factor, offset = self._split()
        angles, circuit = self._encoded(X), Circuit(INDEX_QUBITS)
        parts = []
        for start in range(0, len(angles), circuit.batch):
            part = angles[start : start + circuit.batch]
            values = circuit.expectations(circuit.state(part), weights)[: len(part)]
            parts.append(values * factor + offset)
        return np.concatenate(parts)

    def predict(self, X: FloatArray) -> LabelArray:
        """The class of each image, [n]."""
        return np.asarray(self.decision_function(X).argmax(axis=1), np.int64)

    def _encoded(self, X: FloatArray) -> Doubles:
        """An angle for each qubit: three standard deviations of a component are a quarter turn."""
        if X.ndim != 2 or X.shape[1] != self._mean.size:
            raise ShapeError(f"X has shape {X.shape}, expected [n, {self._mean.size}] as in fit")
        angles = np.empty((len(X), QUBITS))
        for start in range(0, len(X), 1000):
            part = X[start : start + 1000].astype(np.float64)
            angles[start : start + 1000] = (part - self._mean) @ self._components.T
        return angles * (np.pi / 6)

    def _split(self) -> tuple[Doubles, Doubles, Doubles]:
        count = LAYERS * QUBITS * 3
        weights, factor, offset = np.split(self._parameters, [count, count + QUBITS])
        return weights.reshape(LAYERS, QUBITS, 3), factor, offset

    # ---- Files -------------------------------------------------------------------------

    _SIZE = LAYERS * QUBITS * 3 + 2 * QUBITS
    _ARRAYS: ClassVar = {"_mean": (None,), "_components": (QUBITS, None), "_parameters": (_SIZE,)}
    _TRAINING_ARRAYS: ClassVar = {"_moments": (2, _SIZE), "_order": (None,), "_sums": (3,)}
    _NUMBERS: ClassVar = {
        "_updates": int,
        "_place": int,
        "images_shown_": int,
        "training_seconds_": float,
        "history_": {"epoch": [float], "loss": [float], "accuracy": [float]},
    }

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes principal components and parameters, atomically."""
        numbers = {"parameters": self.get_params(), "history": self.history_}
        _write(path, {name: getattr(self, name) for name in self._ARRAYS}, numbers)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> QNNClassifier:
        """Reads a file that `save` wrote, to predict."""
        wanted = {
            "parameters": {"minutes": float, "most_images": (int, None), "random_state": int},
            "history": cls._NUMBERS["history_"],
        }
        numbers, arrays = _read(path, cls._ARRAYS, wanted)
        given = numbers["parameters"]
        model = cls(**{name: given[name] for name in ("minutes", "most_images", "random_state")})
        model.history_ = numbers["history"]
        for name in cls._ARRAYS:
            setattr(model, name, arrays[name])
        model.classes_ = np.arange(QUBITS)
        return model

    def _write(self, path: Path, training: str) -> None:
        numbers = {name: getattr(self, name) for name in self._NUMBERS}
        numbers |= {"training": training, "random": self._random.bit_generator.state}
        arrays = {name: getattr(self, name) for name in (*self._ARRAYS, *self._TRAINING_ARRAYS)}
        _write(path, arrays, numbers)

    def _resume(self, path: Path, training: str) -> None:
        shapes = {**self._ARRAYS, **self._TRAINING_ARRAYS}
        wanted = {**self._NUMBERS, "training": str, "random": dict}
        numbers, arrays = _read(path, shapes, wanted)
        if numbers["training"] != training:
            words = _difference(numbers["training"], training)
            raise ArgumentError(f"checkpoint {path} is of another training: {words}")
        self._random = np.random.default_rng()
        try:
            self._random.bit_generator.state = numbers["random"]
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            raise FormatError(f"checkpoint {path} is damaged: {error}") from error
        for name in shapes:
            setattr(self, name, arrays[name])
        for name in self._NUMBERS:
            setattr(self, name, numbers[name])


class Circuit:
    """The circuit on a batch of images in superposition, see the module's words."""

    def __init__(self, index_qubits: int) -> None:
        try:
            import pennylane
        except ImportError as error:
            raise MissingExtraError("PennyLane", "pennylane", "the variational circuit") from error
        self.batch = 1 << index_qubits
        wires = range(index_qubits + QUBITS)
        images = range(index_qubits, index_qubits + QUBITS)
        device = pennylane.device("lightning.qubit", wires=len(wires))

        def prepare(state: Doubles, weights: Any) -> None:
            pennylane.StatePrep(state, wires=wires)
            pennylane.StronglyEntanglingLayers(weights, wires=images)

        def probabilities(state: Doubles, weights: Doubles) -> Any:
            prepare(state, weights)
            return pennylane.probs(wires=wires)

        def expectation(weights: Any, state: Doubles, observable: Any) -> Any:
            prepare(state, weights)
            return pennylane.expval(pennylane.SparseHamiltonian(observable, wires=wires))

        self._probabilities: Callable[[Doubles, Doubles], Any] = pennylane.QNode(
            probabilities, device, diff_method=None
        )
        self._gradient: Callable[[Any, Doubles, Any], Any] = pennylane.grad(
            pennylane.QNode(expectation, device, diff_method="adjoint"), argnums=0
        )
        self._trainable: Callable[[Doubles], Any] = lambda weights: pennylane.numpy.array(
            weights, requires_grad=True
        )
        # Z on each qubit for each basis state; the first qubit is the highest bit.
        bits = np.arange(1 << QUBITS)[:, None] >> np.arange(QUBITS)[::-1] & 1
        self._signs: Doubles = np.where(bits, -1.0, 1.0)

    def state(self, angles: Doubles) -> Doubles:
        """The amplitudes of up to `batch` images, RY(angle) on each qubit, one after another."""
        state: Doubles = np.ones((len(angles), 1))
        for qubit in range(QUBITS):
            half = angles[:, qubit] / 2
            turned = np.stack([np.cos(half), np.sin(half)], axis=1)
            state = (state[:, :, None] * turned[:, None, :]).reshape(len(angles), -1)
        whole = np.zeros((self.batch, 1 << QUBITS))
        whole[: len(angles)] = state
        # Those that are not there fill no amplitude: the norm is that of the ones which are.
        return np.asarray(whole.ravel() / np.sqrt(len(angles)))

    def expectations(self, state: Doubles, weights: Doubles) -> Doubles:
        """Z of each qubit for each image, [batch, 10]; 0 for images that are not there."""
        found = np.asarray(self._probabilities(state, weights)).reshape(self.batch, -1)
        share = found.sum(axis=1, keepdims=True)
        return np.asarray(found @ self._signs / np.where(share > 1e-12, share, 1))

    def gradient(self, state: Doubles, weights: Doubles, slopes: Doubles) -> Doubles:
        """The derivatives by the angles, from those by the images' expectations, [n, 10]."""
        from scipy.sparse import diags

        diagonal = np.zeros((self.batch, 1 << QUBITS), complex)
        diagonal[: len(slopes)] = slopes @ self._signs.T * len(slopes)
        observable = diags(diagonal.ravel(), format="csr")
        return np.asarray(self._gradient(self._trainable(weights), state, observable))


def _difference(old: str, new: str) -> str | None:
    """In what a training is not the one of a checkpoint."""
    try:
        one, two = json.loads(old), json.loads(new)
        return other_parameters(one["parameters"], two["parameters"]) or other_data(
            one["data"], two["data"]
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return "its description of the training is damaged"


def _write(path: str | os.PathLike[str], arrays: dict[str, Any], numbers: dict[str, Any]) -> None:
    files.write_arrays(path, {"numbers": np.array(json.dumps(numbers)), **arrays})


def _read(
    path: str | os.PathLike[str], shapes: dict[str, tuple[int | None, ...]], numbers: Any
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """The numbers and arrays of a file of `_write`, which must have these shapes (None: any size).

    Raises:
        FileError: there is no such file.
        FormatError: it is something else, or damaged.
    """
    arrays = files.read_arrays(path)
    if arrays is None:
        raise FileError(f"{files.shown(path)} cannot be read: there is no such file")
    try:
        record = json.loads(str(arrays["numbers"]))
        schema.check(record, numbers)
        for name, shape in shapes.items():
            found = arrays[name].shape
            if len(found) != len(shape) or any(
                wanted not in (None, size) for size, wanted in zip(found, shape, strict=True)
            ):
                raise ValueError(f"{name} has shape {found}")
            if arrays[name].dtype.kind not in "if" or not np.isfinite(arrays[name]).all():
                raise ValueError(f"{name} holds no finite numbers")
    except (ValueError, KeyError, RecursionError) as error:
        raise FormatError(
            f"{files.shown(path)} is not of a variational circuit ({error})"
        ) from error
    return record, arrays

"""What a fitted classifier does: predictions, scores and probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._engine import arrays, descriptions
from .._engine.arrays import FloatArray
from ..network import Network
from ..quantum.noise import NoiseLike, noise_run
from ._sklearn import accuracy_score, check_is_fitted
from .training import INFERENCE_BATCH


class Prediction:
    """The methods of a classifier that use its network and leave it as it is."""

    readout: str | None
    classes_: NDArray[Any]
    network_: Network

    def _validated(self, X: Any, *y: Any, reset: bool) -> Any:
        """X, [n, features], and y where it is given, checked."""
        raise NotImplementedError

    def _input_shape(self) -> tuple[int, ...]:
        """The shape that a row of X has for the network."""
        raise NotImplementedError

    def predict(self, X: ArrayLike, *, noise: NoiseLike = None) -> NDArray[Any]:
        """The class of each sample, [n].

        Args:
            X: samples, as in `fit`.
            noise: what is wrong with the qubits that it runs on; None: nothing, whatever it was
                trained under; with a seed a `qlif.NoiseRun`. Each row of X has random numbers of
                its own.
        """
        labels = [
            self.network_.predict(
                part,
                readout=self.readout,
                noise=noise_run(noise, first),
            )
            for first, part in self._inference_parts(X)
        ]
        return np.asarray(self.classes_[np.concatenate(labels)])

    def score(
        self,
        X: ArrayLike,
        y: ArrayLike,
        sample_weight: Any = None,
        *,
        noise: NoiseLike = None,
    ) -> float:
        """The share of the samples whose class `predict` finds: scikit-learn's accuracy.

        Args:
            X: samples, as in `fit`.
            y: the true class of each sample, [n] or a column [n, 1], of the classes' type.
            sample_weight: what each sample counts, [n]; None: all the same.
            noise: as in `predict`.

        Raises:
            ValueError: a y that cannot be compared with the predictions.
        """
        labels, weight = (
            arrays.unmasked(each, name)
            for each, name in ((y, "y"), (sample_weight, "sample_weight"))
        )
        predicted = self.predict(X, noise=noise)
        return float(accuracy_score(labels, predicted, sample_weight=weight))

    def _inference_parts(self, X: Any) -> list[tuple[int, NDArray[Any]]]:
        """X, checked, as views of a few rows each, with the number of the first."""
        check_is_fitted(self, "network_")
        checked = self._validated(X, reset=False)
        checked = checked.reshape(-1, *self._input_shape())
        return [
            (first, checked[first : first + INFERENCE_BATCH])
            for first in range(0, len(checked), INFERENCE_BATCH)
        ]

    def _scores(self, X: Any, noise: NoiseLike) -> FloatArray:
        """The numbers that `predict` compares, [n, classes].

        Membrane: the membranes summed over the steps. Spike count: spikes plus half the mean
        membrane, which is less than one spike and so decides ties only.
        """
        parts = self._inference_parts(X)
        steps = self.network_.steps
        scores: list[FloatArray] = []
        for first, part in parts:
            run = noise_run(noise, first)
            membrane = self.network_.predict_scores(part, readout="membrane", noise=run)
            if self._counts_spikes:
                rates = self.network_.predict_scores(part, readout="spike_count", noise=run)
                scores.append(np.rint(rates * steps) + membrane / np.float32(2))
            else:
                scores.append(membrane * steps)
        return np.concatenate(scores)

    @property
    def _counts_spikes(self) -> bool:
        default = descriptions.defaults("trainer")["readout"]
        return (self.readout or default) == "spike_count"

    def decision_function(self, X: ArrayLike, *, noise: NoiseLike = None) -> FloatArray:
        """The scores that `predict` compares.

        Args:
            X: samples, as in `fit`.
            noise: as in `predict`.

        Returns:
            [n, classes]: summed membranes, or output spikes with ties broken by them, by `readout`.
            With two classes [n]: the second one's score less the first one's.
        """
        scores = self._scores(X, noise)
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def predict_proba(self, X: ArrayLike, *, noise: NoiseLike = None) -> FloatArray:
        """The probability of each class, [n, classes]: the softmax of the scores.

        With the reading ``"membrane_sum"`` and the readout ``"membrane"`` these are the
        probabilities whose cross-entropy was minimised; else take them as an order, not as a
        calibration.

        Args:
            X: samples, as in `fit`.
            noise: as in `predict`.
        """
        scores = self._scores(X, noise)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True))

    def predict_log_proba(self, X: ArrayLike, *, noise: NoiseLike = None) -> FloatArray:
        """The logarithm of `predict_proba`, [n, classes], finite even where that is 0.

        Args:
            X: samples, as in `fit`.
            noise: as in `predict`.
        """
        scores = self._scores(X, noise)
        below = scores - scores.max(axis=1, keepdims=True)
        return np.asarray(below - np.log(np.exp(below).sum(axis=1, keepdims=True)))

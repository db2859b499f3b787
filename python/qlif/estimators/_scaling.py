"""Scaling of the inputs, and its removal from a trained network.

A network learns better from inputs around zero, but a saved model should take the inputs that its
user has. So training sees ``(x - mean) / scale``, and afterwards mean and scale are folded into the
first layer: ``W (x - mean) / scale + b = (W / scale) x + (b - W mean / scale)``. The file, the C
library and the drawings then all work on plain inputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._arrays import FloatArray
from .._errors import ArgumentError
from ..network import Network

KINDS = ("none", "center", "standardize")

_CHUNK = 1024  # rows that are converted to float64 at a time


@dataclass(frozen=True)
class InputScaling:
    """An affine map of the features: ``(x - mean) / scale``; None leaves them as they are."""

    mean: NDArray[np.float64] | None = None
    scale: NDArray[np.float64] | None = None

    @classmethod
    def of(cls, kind: str, X: NDArray[Any], rows: NDArray[np.int64]) -> InputScaling:
        """The scaling of a kind, measured on some rows of X.

        ``"none"``; ``"center"`` subtracts each feature's mean; ``"standardize"`` also divides by
        its standard deviation, or by 1 where that is 0.
        """
        if kind not in KINDS:
            raise ArgumentError(f"input_scaling is {kind!r}, expected one of {KINDS}")
        if kind == "none":
            return cls()
        mean = sum(chunk.sum(axis=0) for chunk in _chunks(X, rows)) / len(rows)
        if kind == "center":
            return cls(mean)
        squares = sum(((chunk - mean) ** 2).sum(axis=0) for chunk in _chunks(X, rows))
        deviation = np.sqrt(squares / len(rows))
        # A feature that never changes leaves rounding errors only, which must not be blown up.
        constant = deviation <= 1e-12 * np.abs(mean)
        return cls(mean, np.where(constant, 1.0, deviation))

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """A scaled batch; the arithmetic is in float64, so that large means cancel exactly."""
        if self.mean is not None:
            x = x - self.mean
        if self.scale is not None:
            x = x / self.scale
        return x

    def fold(self, network: Network) -> Network:
        """The network on plain inputs that equals `network` on scaled ones."""
        return self._rewritten(network, inverse=False)

    def unfold(self, network: Network) -> Network:
        """The network on scaled inputs that equals `network` on plain ones."""
        return self._rewritten(network, inverse=True)

    def _rewritten(self, network: Network, *, inverse: bool) -> Network:
        if self.mean is None and self.scale is None:
            return network
        result = network.copy()
        for weight, bias in _first_layer(result):
            weight64 = weight.astype(np.float64)
            scale = 1.0 if self.scale is None else self.scale
            mean = 0.0 if self.mean is None else self.mean
            scaled = weight64 * scale if inverse else weight64 / scale
            # The weight on plain inputs times the mean is what the bias makes up for.
            shift = ((weight64 if inverse else scaled) * mean).sum(axis=1)
            weight[:] = scaled
            bias[:] = bias + shift if inverse else bias - shift
        return result


def _first_layer(network: Network) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Weight and bias of each current of the first layer."""
    for name, weight in network.parameters.items():
        if name.startswith("0.") and name.endswith("weight"):
            yield weight, network.parameters[name.removesuffix("weight") + "bias"]


def _chunks(X: NDArray[Any], rows: NDArray[np.int64]) -> Iterator[NDArray[np.float64]]:
    for start in range(0, len(rows), _CHUNK):
        yield X[rows[start : start + _CHUNK]].astype(np.float64)

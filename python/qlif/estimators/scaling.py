"""Scaling of the inputs, and its removal from a trained network.

A network learns better from inputs around zero, but a saved model should take the inputs that its
user has. So training sees ``(x - mean) / scale``, and afterwards mean and scale are folded into the
first layer: ``W (x - mean) / scale + b = (W / scale) x + (b - W mean / scale)``. The file, the C
library and the drawings then all work on plain inputs.

Pixels are alike, and a mean that they have in common keeps them so. The columns of a table are not
alike; for these there is ``"standardize"``. docs/lab/defaults.md has the figures.

A dense layer has a weight of its own for each feature, so that each may have a mean and a scale of
its own. A kernel is the same wherever it looks: only a mean and scale common to all pixels of a
channel can be folded into it; that is exact where no padding adds zeros that are not pixels.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._engine.arrays import FloatArray
from ..errors import ArgumentError, InputWarning
from ..network import Network

# Root mean square of inputs from which networks learn well; docs/lab/defaults.md has the figures.
SIZES = (0.03, 1.5)

KINDS = ("none", "center", "standardize")

_CHUNK = 1024  # rows that are converted to float64 at a time


@dataclass(frozen=True)
class InputScaling:
    """An affine map: ``(x - mean) / scale``; None leaves the inputs as they are.

    Attributes:
        mean: of each group of features, [groups]: a feature, or the pixels of a channel.
        scale: the same, or None for a scale of 1.
    """

    mean: NDArray[np.float64] | None = None
    scale: NDArray[np.float64] | None = None

    @property
    def kind(self) -> str:
        """What it is called."""
        return KINDS[(self.mean is not None) + (self.scale is not None)]

    @classmethod
    def of(cls, kind: str, X: NDArray[Any], rows: NDArray[np.int64], groups: int) -> InputScaling:
        """The scaling of a kind, measured on some rows of X.

        ``"none"``; ``"center"`` subtracts each group's mean; ``"standardize"`` also divides by
        its standard deviation, or by 1 where that is 0. The features of a group lie side by side.
        """
        if kind not in KINDS:
            raise ArgumentError(f"input_scaling is {kind!r}, expected 'auto' or one of {KINDS}")
        if kind == "none":
            return cls()
        count = len(rows) * (X.shape[1] // groups)
        mean = sum(chunk.sum(axis=(0, 2)) for chunk in _chunks(X, rows, groups)) / count
        if kind == "center":
            return cls(mean)
        squares = sum(
            ((chunk - mean[:, None]) ** 2).sum(axis=(0, 2)) for chunk in _chunks(X, rows, groups)
        )
        deviation = np.sqrt(squares / count)
        # A feature that never changes leaves rounding errors only, which must not be blown up.
        constant = deviation <= 1e-12 * np.abs(mean)
        return cls(mean, np.where(constant, 1.0, deviation))

    def __call__(self, x: NDArray[Any]) -> NDArray[Any]:
        """A scaled batch; the arithmetic is in float64, so that large means cancel exactly."""
        if self.mean is None:
            return x
        grouped = x.reshape(len(x), len(self.mean), -1) - self.mean[:, None]
        if self.scale is not None:
            grouped /= self.scale[:, None]
        return grouped.reshape(x.shape)

    def warn_of_size(self, X: NDArray[Any], rows: NDArray[np.int64], stacklevel: int) -> None:
        """Warns where scaled inputs are so large or small that a network learns badly from them.

        The size is their root mean square, over about a thousand of the rows.
        """
        part = X[rows[:: -(-len(rows) // _CHUNK)]].astype(np.float64)
        size, top = float(np.sqrt(np.mean(self(part) ** 2))), float(np.abs(part).max())
        if top == 0 or SIZES[0] <= size <= SIZES[1]:
            return
        top = 255.0 if 128 <= top <= 255 else top
        images = f"images as X / {top:.6g}, and " if part.min() >= 0 else ""
        warnings.warn(
            f"X holds values from {part.min():.6g} to {part.max():.6g}, whose size is {size:.3g} "
            f"to the network; it learns well from {SIZES[0]} to {SIZES[1]}. Give {images}"
            "tables with input_scaling='standardize'; any input_scaling but 'auto' says that X is "
            "meant as it is.",
            InputWarning,
            stacklevel=stacklevel,
        )

    def fold(self, network: Network) -> Network:
        """The network on plain inputs that equals `network` on scaled ones."""
        return self._rewritten(network, inverse=False)

    def unfold(self, network: Network) -> Network:
        """The network on scaled inputs that equals `network` on plain ones."""
        return self._rewritten(network, inverse=True)

    def _rewritten(self, network: Network, *, inverse: bool) -> Network:
        if self.mean is None:
            return network
        mean = self.mean[:, None]
        scale = 1.0 if self.scale is None else self.scale[:, None]
        result = network.copy()
        for weight, bias in _first_layer(result):
            weight64 = weight.reshape(len(weight), len(mean), -1).astype(np.float64)
            scaled = weight64 * scale if inverse else weight64 / scale
            # The weight on plain inputs times the mean is what the bias makes up for.
            shift = ((weight64 if inverse else scaled) * mean).sum(axis=(1, 2))
            weight[:] = scaled.reshape(weight.shape)
            bias[:] = bias + shift if inverse else bias - shift
        return result


def _first_layer(network: Network) -> Iterator[tuple[FloatArray, FloatArray]]:
    """Weight and bias of each current of the first layer."""
    for name, weight in network.parameters.items():
        if name.startswith("0.") and name.endswith("weight"):
            yield weight, network.parameters[name.removesuffix("weight") + "bias"]


def _chunks(X: NDArray[Any], rows: NDArray[np.int64], groups: int) -> Iterator[NDArray[np.float64]]:
    """Some rows at a time, [rows, groups, features of a group]."""
    for start in range(0, len(rows), _CHUNK):
        part = X[rows[start : start + _CHUNK]]
        yield part.reshape(len(part), groups, -1).astype(np.float64)

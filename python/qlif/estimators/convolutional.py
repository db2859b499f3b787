"""Networks of convolutions, which see images."""

from __future__ import annotations

from collections.abc import Iterable
from math import isqrt, prod
from typing import Any

from .._engine import arrays
from .._engine.arrays import integer
from ..errors import ArgumentError, ShapeError
from ..layers import Conv2d, Layer, MaxPool2d
from .base import SpikingClassifier

Shape = tuple[int, ...]


class ConvolutionalClassifier(SpikingClassifier):
    """Base of the classifiers of convolutions, each with a max-pooling behind it.

    Samples are images, [n, height, width] or [n, channels, height, width], or their pixels,
    [n, features], row by row; scikit-learn's checks see the pixels.
    """

    channels: int | Iterable[int]
    kernel: int | tuple[int, int]
    pool: int
    pool_ties: str
    image_shape: tuple[int, ...] | None

    _image_shape: Shape  # of the samples that were seen last; `network_` keeps it for good

    def _hidden_layers(self) -> list[Layer]:
        channels = self.channels if isinstance(self.channels, Iterable) else (self.channels,)
        layers: list[Layer] = []
        for count in channels:
            layers.append(Conv2d(count, self.kernel, self._hidden_neuron()))
            if self.pool != 1:
                layers.append(MaxPool2d(self.pool, ties=self.pool_ties))
        return layers

    def _input_shape(self) -> Shape:
        return self.network_.input_shape if hasattr(self, "network_") else self._image_shape

    def _named_shape(self) -> Shape:
        if self.image_shape is None:
            return self._input_shape()
        return self._shape_of(self.n_features_in_, None)

    def _validated(self, X: Any, *y: Any, reset: bool) -> Any:
        flat, shape = _flattened(X)
        expected = None if reset else self._input_shape()
        if expected is not None and shape not in (None, expected):
            raise ShapeError(
                f"X has images of shape {shape}, expected {expected} as in fit"
                + _transposition(shape, expected)
            )
        validated = super()._validated(flat, *y, reset=reset)
        if reset:
            self._image_shape = self._shape_of(self.n_features_in_, shape)
        return validated

    def _shape_of(self, features: int, shape: Shape | None) -> Shape:
        """Channels, height and width of samples; their own `shape` may be known."""
        if self.image_shape is None:
            side = isqrt(features)
            if shape is None and side * side != features:
                raise ShapeError(
                    f"X has {features} features, which are no square image: "
                    "give image_shape, or X as [n, height, width] or [n, channels, height, width]"
                )
            if shape is not None and shape[2] in (1, 3, 4) and shape[2] < min(shape[:2]):
                raise ShapeError(
                    f"X has images of shape {shape}, which look like [height, width, channels] "
                    "where [channels, height, width] is expected: give "
                    f"X.transpose(0, 3, 1, 2), or image_shape={shape} if they are meant so"
                )
            return shape or (1, side, side)
        named = tuple(integer(size, "image_shape", -1, 2**31) for size in self.image_shape)
        named = (1, *named) if len(named) == 2 else named
        if len(named) != 3 or 0 in named or named.count(-1) > 1:
            raise ArgumentError(
                f"image_shape is {self.image_shape!r}, expected (channels, height, width) or "
                "(height, width)"
            )
        known = prod(size for size in named if size != -1)
        resolved = tuple(features // known if size == -1 else size for size in named)
        if prod(resolved) != features or shape not in (None, resolved):
            raise ShapeError(
                f"X has {features if shape is None else shape} features, expected image_shape "
                f"{self.image_shape!r}" + _transposition(shape, resolved)
            )
        return resolved


def _transposition(shape: Shape | None, expected: Shape) -> str:
    """The line that brings images of a shape into the expected one, where channels are last."""
    if shape is None or (shape[2], *shape[:2]) != expected:
        return ""
    return ": channels come first, as in X.transpose(0, 3, 1, 2)"


def _flattened(X: Any) -> tuple[Any, Shape | None]:
    """Images as rows of pixels, and their shape; whatever has two axes as it is."""
    given = arrays.plain(X, "X") if isinstance(X, list | tuple) else X
    axes = getattr(given, "ndim", 2)
    if axes not in (3, 4):
        return X, None
    images = arrays.plain(given, "X")  # of torch, xarray and others, too
    shape = images.shape[1:] if axes == 4 else (1, *images.shape[1:])
    return images.reshape(len(images), prod(shape)), shape

"""Classifiers of convolutions, which see images."""

from __future__ import annotations

from collections.abc import Iterable
from math import isqrt, pi, prod
from typing import Any

from .._engine import arrays
from .._engine.arrays import integer
from ..errors import ArgumentError, ShapeError
from ..layers import Conv2d, Layer, MaxPool2d
from ..neurons import LIF, QLIF, Neuron
from ..quantum.noise import LayerNoise
from ..surrogate import arctan
from .base import Classifier

Shape = tuple[int, ...]


class ConvolutionalClassifier(Classifier):
    """A classifier of images by convolutions of spiking neurons, whichever they are.

    Each convolution has a max-pooling of its spikes behind it; the last layer is dense, with one
    neuron for each class. An image is shown at every step as it is (scaled by `input_scaling`);
    pixels are expected in [0, 1]. X is [n, height, width], [n, channels, height, width], or
    [n, features] as in scikit-learn: the pixels, row by row, channel by channel.

    Args:
        channels: planes of neurons of each convolution; a number means one convolution.
        kernel: height and width of every convolution's kernel; one number is a square. No padding.
        pool: side of the windows of the max-pooling behind every convolution; 1 leaves it out.
        pool_ties: which of the neurons that are a window's maximum learns, ``"first"`` or
            ``"membrane"``; see `qlif.MaxPool2d`.
        image_shape: channels, height and width of an image, or height and width; one of them may be
            -1, which is what the others leave. None takes X's own shape, and a square of one
            channel where X is [n, features]; of images that look as if their channels came last it
            is an error.

    All others, and the attributes, are as in `SpikingClassifier`.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.ConvolutionalClassifier((16, 32), neuron=qlif.LIF(beta=0.8)).fit(X, y)
        >>> clf.score(X_test, y_test)
    """

    channels: int | Iterable[int]
    kernel: int | tuple[int, int]
    pool: int
    pool_ties: str
    image_shape: tuple[int, ...] | None

    _image_shape: Shape  # of the samples that were seen last; `network_` keeps it for good

    def __init__(
        self,
        channels: int | Iterable[int] = (12, 64),
        *,
        kernel: int | tuple[int, int] = 5,
        pool: int = 2,
        pool_ties: str = "first",
        image_shape: tuple[int, ...] | None = None,
        neuron: Neuron | None = None,
        output_neuron: Neuron | None = None,
        steps: int = 10,
        epochs: int = 10,
        batch_size: int | str = "auto",
        learning_rate: float | None = 5e-3,
        schedule: str | None = "one_cycle",
        warmup: float | None = None,
        weight_decay: float | None = None,
        clip_norm: float | None = None,
        loss: str | None = "cross_entropy",
        reading: str | None = "membrane_sum",
        readout: str | None = "spike_count",
        noise: LayerNoise = None,
        input_scaling: str = "auto",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        random_state: Any = None,
        verbose: bool | str = "auto",
    ) -> None:
        self._keep(locals())

    def _hidden_layers(self, neuron: Neuron) -> list[Layer]:
        channels = self.channels if isinstance(self.channels, Iterable) else (self.channels,)
        layers: list[Layer] = []
        for count in channels:
            layers.append(Conv2d(count, self.kernel, neuron))
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


class QSCNNClassifier(
    ConvolutionalClassifier, pool_ties="membrane", weight_decay=0.2, readout="membrane"
):
    """A classifier of images by convolutions of QLIF neurons.

    Its parameters are those of `ConvolutionalClassifier`; it differs in the defaults of
    `pool_ties` (``"membrane"``), `weight_decay` (0.2) and `readout` (``"membrane"``), and in what
    ``neuron=None`` and ``output_neuron=None`` mean, which is in ``NEURON`` and ``OUTPUT_NEURON``.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.QSCNNClassifier(random_state=0).fit(X, y)
        >>> clf.score(X_test, y_test)

    The network of the paper is ``QSCNNClassifier(**qlif.presets.published.qscnn)``.

    Source: D. Brand and F. Petruccione, arXiv:2407.16398.
    """

    NEURON = QLIF(
        threshold=0.3,
        drive_scale=2 / 3 * pi,
        delay_scale=20.0,
        drive_bound="tanh",
        refractory=False,
        surrogate=arctan(1.0),
        dropout=0.1,
    )
    OUTPUT_NEURON = QLIF(
        threshold=0.3,
        drive_scale=pi,
        delay_scale=20.0,
        drive_bound="none",
        refractory=False,
        surrogate=arctan(1.0),
    )


class SCNNClassifier(ConvolutionalClassifier):
    """A classifier of images by convolutions of LIF neurons: `QSCNNClassifier`'s counterpart.

    Its parameters are those of `ConvolutionalClassifier`; ``neuron=None`` means ``LIF()``.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.SCNNClassifier(random_state=0).fit(X, y)
        >>> clf.score(X_test, y_test)
    """

    NEURON = LIF()


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

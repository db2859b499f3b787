"""The classical spiking convolutional neural network as a classifier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._docs import documented
from ._populations import ClassicalNeurons
from .convolutional import ConvolutionalClassifier


@documented
class SCNNClassifier(ClassicalNeurons, ConvolutionalClassifier):
    """A classifier of images by convolutions of LIF neurons: the twin of `QSCNNClassifier`.

    Each convolution has a max-pooling of its spikes behind it; the last layer is dense, with one
    neuron for each class. An image is shown at every step as it is (scaled by `input_scaling`);
    pixels are expected in [0, 1]. X is [n, height, width], [n, channels, height, width], or
    [n, features] as in scikit-learn. What is said of alpha holds for the membrane.

    Args:
        {CONVOLUTIONS}
        {TRAINING}
        {LIF}
        {REST}

    For the model's and the optimizer's parameters, None means the engine's default.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.SCNNClassifier(random_state=0).fit(X, y)
        >>> clf.score(X_test, y_test)
    """

    # All defaults of the estimator are in this one signature.
    def __init__(
        self,
        channels: int | Iterable[int] = (12, 64),
        *,
        kernel: int | tuple[int, int] = 5,
        pool: int = 2,
        pool_ties: str = "first",
        image_shape: tuple[int, ...] | None = None,
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
        dropout: float | None = 0.0,
        beta: float | None = None,
        threshold: float | None = None,
        reset: str | None = None,
        surrogate: str | None = None,
        slope: float | None = None,
        input_scaling: str = "auto",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        random_state: Any = None,
        verbose: bool | str = "auto",
    ) -> None:
        self._keep(locals())

"""The quantum spiking convolutional neural network as a classifier."""

from __future__ import annotations

from collections.abc import Iterable
from math import pi
from typing import Any

from ..quantum.noise import NoiseLike
from ._docs import documented
from ._populations import QuantumNeurons
from .convolutional import ConvolutionalClassifier


@documented
class QSCNNClassifier(QuantumNeurons, ConvolutionalClassifier):
    """A classifier of images by convolutions of QLIF neurons.

    Each convolution has a max-pooling of its spikes behind it; the last layer is dense, with one
    neuron for each class. An image is shown at every step as it is (scaled by `input_scaling`);
    pixels are expected in [0, 1]. X is [n, height, width], [n, channels, height, width], or
    [n, features] as in scikit-learn.

    Args:
        {CONVOLUTIONS}
        {TRAINING}
        {QLIF}
        {REST}

    For the model's and the optimizer's parameters, None means the engine's default.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.QSCNNClassifier(random_state=0).fit(X, y)
        >>> clf.score(X_test, y_test)

    The network of the paper is ``QSCNNClassifier(**qlif.presets.published.qscnn)``.

    Source: D. Brand and F. Petruccione, arXiv:2407.16398.
    """

    # All defaults of the estimator are in this one signature.
    def __init__(
        self,
        channels: int | Iterable[int] = (12, 64),
        *,
        kernel: int | tuple[int, int] = 5,
        pool: int = 2,
        pool_ties: str = "membrane",
        image_shape: tuple[int, ...] | None = None,
        steps: int = 10,
        epochs: int = 10,
        batch_size: int | str = "auto",
        learning_rate: float | None = 5e-3,
        schedule: str | None = "one_cycle",
        warmup: float | None = None,
        weight_decay: float | None = 0.2,
        clip_norm: float | None = None,
        loss: str | None = "cross_entropy",
        reading: str | None = "membrane_sum",
        readout: str | None = "membrane",
        dropout: float | None = 0.1,
        threshold: float | None = 0.3,
        t1: float | None = None,
        drive_scale: float | None = 2 / 3 * pi,
        delay_scale: float | None = 20.0,
        drive_bound: str | None = "tanh",
        output_drive_scale: float | None = pi,
        output_drive_bound: str | None = "none",
        leak: str | None = None,
        refractory: bool | None = False,
        memory: str | None = None,
        firing: str | None = None,
        noise: NoiseLike = None,
        surrogate: str | None = None,
        slope: float | None = 1.0,
        input_scaling: str = "auto",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        random_state: Any = None,
        verbose: bool | str = "auto",
    ) -> None:
        self._keep(locals())

"""The quantum spiking neural network as a classifier."""

from __future__ import annotations

from collections.abc import Iterable
from math import pi
from typing import Any

from ..quantum.noise import NoiseLike
from ._docs import documented
from ._populations import QuantumNeurons
from .dense import DenseClassifier


@documented
class QSNNClassifier(QuantumNeurons, DenseClassifier):
    """A classifier of dense layers of QLIF neurons.

    The features of a sample are shown at every step as they are (scaled by `input_scaling`); the
    last layer has one neuron for each class. Images are expected in [0, 1].

    Args:
        {DENSE}
        {TRAINING}
        {QLIF}
        {REST}

    For the model's and the optimizer's parameters, None means the engine's default.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.QSNNClassifier(random_state=0).fit(X, y)
        >>> clf.score(X_test, y_test)

    The network of the paper is ``QSNNClassifier(**qlif.presets.published.qsnn)``.

    Source: D. Brand and F. Petruccione, arXiv:2407.16398.
    """

    # All defaults of the estimator are in this one signature.
    def __init__(
        self,
        hidden: int | Iterable[int] = (1000,),
        *,
        steps: int = 10,
        epochs: int = 10,
        batch_size: int | str = "auto",
        learning_rate: float | None = 1e-3,
        schedule: str | None = "one_cycle",
        warmup: float | None = None,
        weight_decay: float | None = None,
        clip_norm: float | None = None,
        loss: str | None = "cross_entropy",
        reading: str | None = "membrane_sum",
        readout: str | None = "spike_count",
        dropout: float | None = 0.3,
        threshold: float | None = 0.5,
        t1: float | None = None,
        drive_scale: float | None = pi / 2,
        delay_scale: float | None = None,
        drive_bound: str | None = "tanh",
        output_drive_scale: float | None = pi,
        output_drive_bound: str | None = "none",
        leak: str | None = None,
        refractory: bool | None = False,
        memory: str | None = None,
        firing: str | None = None,
        noise: NoiseLike = None,
        surrogate: str | None = None,
        slope: float | None = 2.0,
        input_scaling: str = "auto",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        random_state: Any = None,
        verbose: bool | str = "auto",
    ) -> None:
        self._keep(locals())

"""The classical spiking neural network as a classifier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ._docs import documented
from ._populations import ClassicalNeurons
from .dense import DenseClassifier


@documented
class SNNClassifier(ClassicalNeurons, DenseClassifier):
    """A classifier of dense layers of LIF neurons: the classical twin of `QSNNClassifier`.

    The features of a sample are shown at every step as they are (scaled by `input_scaling`); the
    last layer has one neuron for each class. Images are expected in [0, 1]. What is said of alpha
    holds for the membrane.

    Args:
        {DENSE}
        {TRAINING}
        {LIF}
        {REST}

    For the model's and the optimizer's parameters, None means the engine's default.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.SNNClassifier(random_state=0).fit(X, y)
        >>> clf.score(X_test, y_test)
    """

    _AUTOMATIC_SCALING = "none"

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
        dropout: float | None = 0.2,
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

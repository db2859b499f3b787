"""The quantum spiking neural network as a classifier."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .. import surrogate as surrogates
from ..layers import Dense, Layer
from ..neurons import QLIF
from ._base import SpikingClassifier


class QSNNClassifier(SpikingClassifier):
    """A classifier of dense layers of QLIF neurons.

    The features of a sample are shown at every step as they are (scaled by `input_scaling`); the
    last layer has one neuron for each class. Images are expected in [0, 1].

    Args:
        hidden: neurons of each hidden layer; a number means one layer.
        steps: steps that a sample is shown for, >= 1.
        epochs: passes over the training samples, >= 1.
        batch_size: samples for one update; ``"auto"`` is a fiftieth of the samples, at least 8 and
            at most 200.
        learning_rate: of Adam; the peak, where the schedule has one.
        schedule: ``"constant"``, ``"one_cycle"`` or ``"cosine"``, over all updates of `fit`; see
            `qlif.Trainer`.
        warmup: share of the updates in which ``"one_cycle"`` rises, in (0, 1).
        weight_decay: decoupled weight decay, >= 0.
        clip_norm: largest global norm of the gradient; 0 does not clip.
        loss: ``"membrane"``, ``"summed_membrane"`` or ``"spike_count"``; see
            `qlif.Network.loss_and_gradients`.
        readout: ``"spike_count"`` or ``"membrane"``; see `qlif.Network.predict`.
        dropout: share of the hidden spikes left out while training, in [0, 1).
        threshold, t1, drive_scale, delay_scale, drive_bound, leak, refractory: of the neurons of
            every layer; see `qlif.QLIF`.
        surrogate: name of the surrogate gradient; see `qlif.surrogate`.
        slope: its steepness.
        input_scaling: ``"none"``; ``"center"``: each feature less its mean in training;
            ``"standardize"``: also divided by its standard deviation. The trained `network_` takes
            plain inputs: the scaling is folded into its first layer.
        validation_fraction: share of each class held back to measure every epoch on, in [0, 1).
        patience: epochs without a better validation accuracy after which training stops; the best
            epoch's parameters are kept. None trains for all epochs.
        random_state: None, a whole number or a generator of numpy: seeds the initial weights,
            dropout, shuffling and the validation split.
        verbose: whether to draw a progress bar; ``"auto"`` draws on a terminal and in a notebook.

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
        learning_rate: float | None = 2e-3,
        schedule: str | None = "one_cycle",
        warmup: float | None = None,
        weight_decay: float | None = None,
        clip_norm: float | None = None,
        loss: str | None = "summed_membrane",
        readout: str | None = "membrane",
        dropout: float | None = 0.2,
        threshold: float | None = None,
        t1: float | None = None,
        drive_scale: float | None = None,
        delay_scale: float | None = None,
        drive_bound: str | None = None,
        leak: str | None = None,
        refractory: bool | None = False,
        surrogate: str | None = None,
        slope: float | None = None,
        input_scaling: str = "none",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        random_state: Any = None,
        verbose: bool | str = "auto",
    ) -> None:
        self.hidden = hidden
        self.steps = steps
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.warmup = warmup
        self.weight_decay = weight_decay
        self.clip_norm = clip_norm
        self.loss = loss
        self.readout = readout
        self.dropout = dropout
        self.threshold = threshold
        self.t1 = t1
        self.drive_scale = drive_scale
        self.delay_scale = delay_scale
        self.drive_bound = drive_bound
        self.leak = leak
        self.refractory = refractory
        self.surrogate = surrogate
        self.slope = slope
        self.input_scaling = input_scaling
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.random_state = random_state
        self.verbose = verbose

    def _neuron(self, *, dropout: float | None = None) -> QLIF:
        given: dict[str, Any] = {
            "threshold": self.threshold,
            "t1": self.t1,
            "drive_scale": self.drive_scale,
            "delay_scale": self.delay_scale,
            "drive_bound": self.drive_bound,
            "leak": self.leak,
            "refractory": self.refractory,
            "dropout": dropout,
        }
        kind = QLIF().surrogate.kind if self.surrogate is None else self.surrogate
        return QLIF(surrogate=surrogates.Surrogate(kind, self.slope), **given)  # type: ignore[arg-type]

    def _layers(self, classes: int) -> list[Layer]:
        hidden = self.hidden if isinstance(self.hidden, Iterable) else (self.hidden,)
        layers: list[Layer] = [Dense(units, self._neuron(dropout=self.dropout)) for units in hidden]
        return [*layers, Dense(classes, self._neuron(dropout=0.0))]

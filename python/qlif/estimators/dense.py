"""Classifiers of dense layers."""

from __future__ import annotations

from collections.abc import Iterable
from math import pi
from typing import Any

from ..layers import Dense, Layer
from ..neurons import LIF, QLIF, Neuron
from ..quantum.noise import LayerNoise
from ..surrogate import arctan
from .base import Classifier


class SpikingClassifier(Classifier):
    """A classifier of dense layers of spiking neurons, whichever they are.

    The features of a sample are shown at every step as they are (scaled by `input_scaling`); the
    last layer has one neuron for each class. Images are expected in [0, 1].

    A constant of a neuron is a parameter too: ``neuron__threshold``, ``output_neuron__dropout``,
    ``neuron__surrogate__slope``, ``noise__shots``. `set_params` and scikit-learn's searches take
    these names, and put a new neuron in the place of the old one.

    Args:
        hidden: neurons of each hidden layer; a number means one layer.
        neuron: what the neurons of the hidden layers are, for example ``qlif.QLIF(threshold=0.4)``;
            None: ``NEURON`` of the class, here ``qlif.LIF()``.
        output_neuron: what the neurons of the last layer are; None: ``OUTPUT_NEURON`` of the class,
            and where that is None, as here, the neuron of the hidden layers without dropout.
        steps: steps that a sample is shown for, >= 1.
        epochs: passes over the training samples, >= 1.
        batch_size: samples for one update; ``"auto"`` is a two-hundredth of the samples, at least 8
            and at most 200.
        learning_rate: of Adam; the peak, where the schedule has one.
        schedule: ``"constant"``, ``"one_cycle"`` or ``"cosine"``, over all updates of `fit`; see
            `qlif.Trainer`.
        warmup: share of the updates in which ``"one_cycle"`` rises, in (0, 1).
        weight_decay: decoupled weight decay, >= 0.
        clip_norm: largest global norm of the gradient; 0 does not clip.
        loss: the criterion, ``"cross_entropy"``; see `qlif.Network.loss_and_gradients`.
        reading: what it compares, ``"membrane"``, ``"membrane_sum"`` or ``"spike_count"``.
        readout: ``"spike_count"`` or ``"membrane"``; see `qlif.Network.predict`.
        noise: what is wrong with the qubits in `fit`, which learns under it and measures validation
            samples under it: a `qlif.Noise`, one or None for each layer (a pooling counts, and has
            None), or None. It is not that of `predict` and `score`, which take their own. Neurons
            without a qubit refuse it.
        input_scaling: ``"none"``; ``"center"``: every feature less the mean of them all in
            training, which suits images; ``"standardize"``: each feature less its own mean and
            divided by its own standard deviation, which suits tables; ``"auto"``: ``"center"``
            (`SNNClassifier`: ``"none"``), with an `InputWarning` where the inputs are then too
            large or too small to learn from well. In a network of convolutions the scaling goes by
            channel, which alone can be folded into a kernel. The trained `network_` takes plain
            inputs: the scaling is folded into its first layer.
        validation_fraction: share of each class held back to measure every epoch on, in [0, 1).
        patience: epochs without a better validation accuracy after which training stops; the best
            epoch's parameters are kept. None trains for all epochs.
        random_state: None, a whole number or a generator of numpy: seeds the initial weights,
            dropout, shuffling and the validation split.
        verbose: whether to draw a progress bar; ``"auto"`` draws on a terminal and in a notebook.

    For the parameters of the optimizer, None means the engine's default.

    Attributes:
        NEURON: what ``neuron=None`` means, a `qlif.Neuron`.
        OUTPUT_NEURON: what ``output_neuron=None`` means, a `qlif.Neuron` or None.
        classes_: the labels, in the order of the output neurons.
        n_features_in_: features of a sample.
        network_: the trained `qlif.Network`; it takes the same inputs as `predict`.
        history_: for each epoch ``loss``, ``accuracy``, ``firing_rate`` (a list with the spikes per
            neuron and step of every layer), ``learning_rate`` (of the last update) and
            ``images_per_second``, NaN after `load`; with validation data also ``val_loss``
            and ``val_accuracy``.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.SpikingClassifier((500,), neuron=qlif.LIF(beta=0.8, dropout=0.2))
        >>> clf.fit(X, y).score(X_test, y_test)
        >>> GridSearchCV(clf, {"neuron__beta": [0.7, 0.8, 0.9]}).fit(X, y)

    A class with other defaults, such as the neuron, is a few lines::

        class LeakyClassifier(qlif.SpikingClassifier, hidden=(500,), learning_rate=2e-3):
            NEURON = qlif.LIF(beta=0.8)
    """

    hidden: int | Iterable[int]

    def __init__(
        self,
        hidden: int | Iterable[int] = (1000,),
        *,
        neuron: Neuron | None = None,
        output_neuron: Neuron | None = None,
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
        noise: LayerNoise = None,
        input_scaling: str = "auto",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        random_state: Any = None,
        verbose: bool | str = "auto",
    ) -> None:
        self._keep(locals())

    def _hidden_layers(self, neuron: Neuron) -> list[Layer]:
        hidden = self.hidden if isinstance(self.hidden, Iterable) else (self.hidden,)
        return [Dense(units, neuron) for units in hidden]


class QSNNClassifier(SpikingClassifier):
    """A classifier of dense layers of QLIF neurons: a quantum spiking neural network.

    Its parameters are those of `SpikingClassifier`; it differs in what ``neuron=None`` and
    ``output_neuron=None`` mean, which is in ``NEURON`` and ``OUTPUT_NEURON``.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.QSNNClassifier(random_state=0).fit(X, y)
        >>> clf.score(X_test, y_test)
        >>> clf.set_params(neuron__threshold=0.4).fit(X, y)

    The network of the paper is ``QSNNClassifier(**qlif.presets.published.qsnn)``.

    Source: D. Brand and F. Petruccione, arXiv:2407.16398.
    """

    NEURON = QLIF(
        threshold=0.5,
        drive_scale=pi / 2,
        drive_bound="tanh",
        refractory=False,
        surrogate=arctan(2.0),
        dropout=0.3,
    )
    OUTPUT_NEURON = QLIF(
        threshold=0.5, drive_scale=pi, drive_bound="none", refractory=False, surrogate=arctan(2.0)
    )


class SNNClassifier(SpikingClassifier):
    """A classifier of dense layers of LIF neurons: the classical counterpart of `QSNNClassifier`.

    Its parameters are those of `SpikingClassifier`; ``neuron=None`` means ``LIF(dropout=0.2)``, and
    ``input_scaling="auto"`` means ``"none"``.

    Example:
        >>> (X, y), (X_test, y_test) = qlif.datasets.load("mnist")
        >>> clf = qlif.SNNClassifier(random_state=0).fit(X, y)
        >>> clf.score(X_test, y_test)
    """

    NEURON = LIF(dropout=0.2)
    _AUTOMATIC_SCALING = "none"

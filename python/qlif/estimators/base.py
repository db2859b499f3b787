"""What every classifier does, whatever its layers: it builds, trains, saves and loads a network."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._engine import arrays, descriptions
from .._engine.arrays import LabelArray
from ..errors import ArgumentError
from ..layers import Dense, Layer
from ..network import Network
from ..neurons import LIF, Neuron
from ..quantum.noise import LayerNoise, NoiseRun
from ..trainer import Trainer
from ._sklearn import (
    ClassifierMixin,
    check_classification_targets,
    validate_data,
)
from .checkpoint import Checkpoint
from .parameters import Parameters
from .prediction import Prediction
from .scaling import InputScaling
from .seeds import Seeds
from .storage import Storage
from .training import History, Samples, TrainingLoop, progress_wanted

Self = TypeVar("Self", bound="Classifier")


class Classifier(Prediction, Storage, ClassifierMixin, Parameters):
    """Base of the classifiers: any neurons, in layers that a subclass builds.

    A subclass lists all parameters in its constructor, as scikit-learn wants it, and says in
    `_hidden_layers` which layers they mean.

    Attributes:
        NEURON: the neuron of the hidden layers where the parameter ``neuron`` is None.
        OUTPUT_NEURON: that of the last layer where ``output_neuron`` is None; None: the neuron of
            the hidden layers, without dropout.
        classes_: the labels, in the order of the output neurons.
        n_features_in_: features of a sample.
        network_: the trained `qlif.Network`; it takes the same inputs as `predict`.
        history_: for each epoch ``loss``, ``accuracy``, ``firing_rate`` (a list with the spikes per
            neuron and step of every layer), ``learning_rate`` (of the last update) and
            ``images_per_second``, NaN after `load`; with validation data also ``val_loss``
            and ``val_accuracy``.
    """

    NEURON: ClassVar[Neuron] = LIF()
    OUTPUT_NEURON: ClassVar[Neuron | None] = None

    neuron: Neuron | None
    output_neuron: Neuron | None
    steps: int
    epochs: int
    batch_size: int | str
    learning_rate: float | None
    schedule: str | None
    warmup: float | None
    weight_decay: float | None
    clip_norm: float | None
    loss: str | None
    reading: str | None
    noise: LayerNoise
    input_scaling: str
    validation_fraction: float
    patience: int | None
    random_state: Any
    verbose: bool | str

    n_features_in_: int
    history_: History
    _AUTOMATIC_SCALING = "center"

    _scaling: InputScaling
    _shuffler: np.random.Generator
    _streaming: Trainer | None

    def _in_force(self, name: str) -> Any:
        given = getattr(self, name)
        if given is not None or name not in ("neuron", "output_neuron"):
            return given
        if name == "neuron":
            return self.NEURON
        if self.OUTPUT_NEURON is not None:
            return self.OUTPUT_NEURON
        hidden = self._in_force("neuron")
        return replace(hidden, dropout=0.0) if getattr(hidden, "dropout", 0) else hidden

    def _hidden_layers(self, neuron: Neuron) -> list[Layer]:
        """All layers but the last, which is dense and has a neuron for each class."""
        raise NotImplementedError

    def _input_shape(self) -> tuple[int, ...]:
        """The shape that a row of X has for the network."""
        return (self.n_features_in_,)

    def _named_shape(self) -> tuple[int, ...]:
        """The shape that the parameters give a row of X."""
        return (self.n_features_in_,)

    def _new_network(self, seeds: Seeds) -> Network:
        """The untrained network that the parameters describe."""
        return Network(
            input_shape=self._input_shape(),
            layers=self._layers(),
            steps=self.steps,
            seed=seeds.network,
        )

    def _layers(self) -> list[Layer]:
        hidden = self._hidden_layers(self._in_force("neuron"))
        return [*hidden, Dense(len(self.classes_), self._in_force("output_neuron"))]

    def _check_network(self) -> None:
        """Refuses parameters that no longer describe the network that was trained.

        Raises:
            ArgumentError: says which, and what they are in the network.
        """
        network, layers = self.network_, self._layers()
        compared = [
            ("steps", self.steps, network.steps),
            ("input_scaling", self._named_scaling(), self._scaling.kind),
            ("the input's shape", self._named_shape(), network.input_shape),
            ("the number of layers", len(layers), len(network.layers)),
        ]
        for index, (layer, own) in enumerate(zip(layers, network.layers, strict=False)):
            for name, values in layer.differences(own).items():
                compared.append((f"{name} of layer {index}", *values))
        for name, now, then in compared:
            if now != then:
                raise ArgumentError(
                    f"{name} is {now!r} by the parameters, but {then!r} in the fitted network: "
                    "fit again, or set the parameters back"
                )

    def _named_scaling(self) -> str:
        """The kind of scaling that the parameters mean."""
        return self._AUTOMATIC_SCALING if self.input_scaling == "auto" else self.input_scaling

    def _measured_scaling(self, training: Samples) -> InputScaling:
        """The scaling of the inputs: in common or by feature; of images, by channel."""
        shape = self._input_shape()
        kind = self._named_scaling()
        groups = 1 if len(shape) == 1 and kind == "center" else shape[0]
        scaling = InputScaling.of(kind, training.X, training.rows, groups)
        if self.input_scaling == "auto":
            # Up to the line that called `fit` or `partial_fit`.
            scaling.warn_of_size(training.X, training.rows, stacklevel=4)
        return scaling

    # ---- Learning ----------------------------------------------------------------------

    def fit(
        self: Self,
        X: ArrayLike,
        y: ArrayLike,
        validation_data: tuple[ArrayLike, ArrayLike] | None = None,
        *,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> Self:
        """Trains a new network.

        Ctrl-C stops within one batch and keeps what was learned so far, with an
        `InterruptedWarning`. Pressed again within a second it leaves, as `KeyboardInterrupt`; so
        does the first one where scikit-learn, joblib or another library that fits many times, as a
        search or a cross-validation, is the caller.

        Args:
            X: samples, [n, features], real and finite; for a network of convolutions also images,
                [n, height, width] or [n, channels, height, width]. It is read batch by batch and
                never converted whole.
            y: the class of each sample, [n]: numbers or text.
            validation_data: ``(X, y)`` to measure each epoch on; takes the place of
                `validation_fraction`.
            checkpoint: a file that is written after each epoch. Where it exists, training goes on
                from it, to the same bits as if it had never stopped; more epochs than before are
                fine where the schedule is ``"constant"``. It is not removed at the end. `load`
                gives the estimator as it was after the last whole epoch.

        Returns:
            The estimator itself.

        Warns:
            SilentLayerWarning: a layer did not spike in a whole epoch.
            InputWarning: inputs of a size that is hard to learn from; see `input_scaling`.

        Raises:
            ValueError: data or parameters that cannot be.
        """
        # Should anything below fail, this estimator is not fitted, rather than half-fitted.
        vars(self).pop("network_", None)
        checked, labels = self._checked(X, y, reset=True)
        self.classes_, encoded = np.unique(labels, return_inverse=True)
        seeds = Seeds.of(self.random_state)
        self._shuffler = seeds.shuffler()
        training, validation = self._split(checked, encoded, seeds)
        given = None if validation_data is None else self._validation(validation_data)
        if given is not None:
            training.rows, validation = np.arange(len(encoded)), given
        if self.patience is not None and validation is None:
            raise ArgumentError(
                "patience needs validation_data, or validation_fraction greater than 0"
            )
        epochs = arrays.integer(self.epochs, "epochs", 1, 2**31)
        batch_size = self._batch_size(len(training))
        self._scaling = self._measured_scaling(training)
        self._streaming = None
        self.history_ = {}
        file = None
        if checkpoint is not None:
            held = None if given is None else (given.X, given.labels)
            file = Checkpoint.of(checkpoint, self, (checked, encoded), held)
        state = file.read() if file else None
        if state:
            trainer, self._shuffler.bit_generator.state, self.history_ = state
        else:
            network = self._new_network(seeds)
            updates = epochs * -(-len(training) // batch_size)
            trainer = self._trainer(network, self.schedule, updates)
        self._run(trainer, training, validation, batch_size, epochs, self.patience, file)
        return self

    def partial_fit(
        self: Self, X: ArrayLike, y: ArrayLike, classes: ArrayLike | None = None
    ) -> Self:
        """One pass over more samples, with a learning rate that stays the same.

        It goes on from `fit`, an earlier `partial_fit` or `load`; Adam's moments are kept from one
        `partial_fit` to the next only, also in a pickle or a copy made between them.

        Args:
            X: samples, as in `fit`.
            y: the class of each sample, [n].
            classes: every class that will ever come; needed in the first call, where nothing was
                fitted before.

        Raises:
            ValueError: data or parameters that cannot be, or parameters that have become those of
                another network.
        """
        first = not hasattr(self, "network_")
        if not first:
            self._check_network()
        classes = None if classes is None else arrays.plain(classes, "classes")
        checked, labels = self._checked(X, y, reset=first)
        if first:
            if classes is None:
                raise ArgumentError("classes must be passed on the first call to partial_fit")
            self.classes_ = np.unique(classes)
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ArgumentError(f"classes is {classes}, expected {self.classes_} as before")
        training = Samples(checked, self._encoded(labels), np.arange(len(checked)))
        if first:
            seeds = Seeds.of(self.random_state)
            self._shuffler = seeds.shuffler()
            self._scaling = self._measured_scaling(training)
            self.history_ = {}
            self._streaming = self._trainer(self._new_network(seeds), "constant")
        elif getattr(self, "_streaming", None) is None:
            network = self._scaling.unfold(self.network_)
            self._streaming = self._trainer(network, "constant")
        assert self._streaming is not None
        self._run(self._streaming, training, None, self._batch_size(len(training)), 1, None)
        return self

    def _run(
        self,
        trainer: Trainer,
        training: Samples,
        validation: Samples | None,
        batch_size: int,
        epochs: int,
        patience: int | None,
        checkpoint: Checkpoint | None = None,
    ) -> None:
        """Trains, with the result in `network_` and `history_` even after an error half-way."""
        layers = trainer.network.layers
        spiking = [index for index, layer in enumerate(layers) if layer.has_neurons]
        shape = trainer.network.input_shape
        loop = TrainingLoop(
            trainer=trainer,
            training=training,
            prepare=lambda x: self._scaling(x).reshape(-1, *shape),
            batch_size=batch_size,
            shuffler=self._shuffler,
            validation=validation,
            patience=patience,
            # Silent outputs do no harm to a loss on membranes, and predictions fall back on these.
            watched=spiking if self.reading == "spike_count" else spiking[:-1],
            loss=self.loss,
            reading=self.reading,
            readout=self.readout,
            show=progress_wanted(self.verbose),
            noise=self.noise,
            history=self.history_,
            # Without a file the history may hold earlier calls of `partial_fit`.
            done=len(self.history_.get("loss", ())) if checkpoint else 0,
            checkpoint=checkpoint,
        )
        try:
            loop.run(epochs)
        finally:
            self.network_ = self._scaling.fold(trainer.network)

    def _trainer(self, network: Network, schedule: str | None, updates: int = 0) -> Trainer:
        """The trainer of the parameters, without those that its schedule has no use for."""
        if schedule is None:
            schedule = descriptions.defaults("trainer")["schedule"]
        return Trainer(
            network,
            loss=self.loss,
            reading=self.reading,
            readout=self.readout,
            schedule=schedule,
            learning_rate=self.learning_rate,
            weight_decay=self.weight_decay,
            clip_norm=self.clip_norm,
            warmup=self.warmup if schedule == "one_cycle" else None,
            total_steps=None if schedule == "constant" else updates,
            noise=NoiseRun(self.noise, seed=network.seed),
        )

    def _batch_size(self, samples: int) -> int:
        """The batch size in force: ``"auto"`` is a two-hundredth of the samples, 8 to 200.

        So a small data set gets enough updates in an epoch, and a large one the batches that keep
        the cores busy.
        """
        if self.batch_size == "auto":
            return min(max(samples // 200, 8), 200)
        return arrays.integer(self.batch_size, "batch_size", 1, 2**31)

    # ---- Data --------------------------------------------------------------------------

    def _validated(self, X: Any, *y: Any, reset: bool) -> Any:
        """X, [n, features], and y where it is given, as scikit-learn checks them."""
        given = [arrays.unmasked(each, name) for each, name in zip((X, *y), "Xy", strict=False)]
        validated: Any = validate_data(self, *given, reset=reset)
        arrays.representable(validated[0] if y else validated, "X")
        return validated

    def _checked(self, X: Any, y: Any, *, reset: bool) -> tuple[NDArray[Any], NDArray[Any]]:
        checked, labels = self._validated(X, y, reset=reset)
        check_classification_targets(labels)
        return checked, labels

    def _encoded(self, labels: NDArray[Any]) -> LabelArray:
        """Labels as indices into `classes_`; a label that is not there is an error."""
        if arrays.is_text(labels) != arrays.is_text(self.classes_):
            raise ArgumentError(f"y has dtype {labels.dtype}, expected the classes {self.classes_}")
        indices = np.searchsorted(self.classes_, labels).clip(max=len(self.classes_) - 1)
        unknown = np.unique(labels[self.classes_[indices] != labels])
        if unknown.size:
            raise ArgumentError(f"y holds {unknown}, expected the classes {self.classes_}")
        return indices.astype(np.int64)

    def _validation(self, data: Any) -> Samples:
        if not isinstance(data, tuple | list) or len(data) != 2:
            raise ArgumentError(f"validation_data is a {type(data).__name__}, expected (X, y)")
        X, y = data
        checked, labels = self._checked(X, y, reset=False)
        return Samples(checked, self._encoded(labels), np.arange(len(checked)))

    def _split(
        self, X: NDArray[Any], encoded: LabelArray, seeds: Seeds
    ) -> tuple[Samples, Samples | None]:
        """Holds a share of each class back for validation."""
        share = arrays.number(self.validation_fraction, "validation_fraction")
        if not 0 <= share < 1:
            raise ArgumentError(f"validation_fraction is {share}, expected 0 or more, less than 1")
        order = seeds.splitter().permutation(len(encoded))
        held = np.zeros(len(encoded), dtype=bool)
        for label in range(len(self.classes_)):
            members = order[encoded[order] == label]
            held[members[: round(share * len(members))]] = True
        training = Samples(X, encoded, np.flatnonzero(~held))
        if not share:
            return training, None
        if not held.any() or held.all():
            raise ArgumentError(f"validation_fraction {share} of {len(held)} samples splits none")
        return training, Samples(X, encoded, np.flatnonzero(held))

"""Networks: an ordered list of layers, simulated and differentiated by the engine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from ctypes import c_double
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._engine import arrays, buffers, descriptions, library, loading
from ._engine.arrays import FloatArray, LabelArray
from ._engine.batch import Batch
from ._engine.descriptions import Description, LossLike, loss_text
from ._engine.library import lib
from ._engine.records import Records
from ._structure import Structure
from .errors import ArgumentError
from .layers import Layer
from .quantum.noise import NoiseArgument, NoiseLike
from .recording import LayerArrays, Recording
from .report import Report

__all__ = ["Network"]


class Network(Structure):
    """A feed-forward network of spiking layers.

    A layer runs all its steps before the next one starts. Every method that takes an input takes
    either ``[batch, *input_shape]``, which is shown at each of the network's `steps`, or a sequence
    ``[steps, batch, *input_shape]`` of any length; the number of axes tells them apart. Sequences
    ``[batch, steps, *input_shape]`` are taken with ``batch_first=True``; what is returned has the
    steps first nevertheless. Values must be finite. float32 and C-contiguous arrays are read where
    they are; others are converted. Many samples are simulated and predicted in parts, and Ctrl-C
    stops between two of them.

    Args:
        input_shape: shape of one sample, 1 to 3 sizes: ``(784,)``, ``(1, 28, 28)``.
        layers: at least one layer, in order; see `qlif.Dense`, `qlif.Conv2d`, `qlif.MaxPool2d`
            and `qlif.AvgPool2d`. A dense layer flattens the planes of the layer before it.
        steps: how many steps an input constant in time is shown for, >= 1; None is the engine's
            default.
        seed: seeds the initial weights and, while training, dropout; 0 to 2**64 - 1.

    Raises:
        ArgumentError, ShapeError, OutOfMemoryError: values and sizes that the engine refuses; of a
            layer that does not fit, the message says which one, what it got and what it needs.

    Example:
        >>> net = qlif.Network(
        ...     input_shape=(784,), steps=25, seed=0,
        ...     layers=[qlif.Dense(1000, qlif.QLIF()), qlif.Dense(10, qlif.QLIF())])
        >>> net.simulate(images).spikes[0].shape
        (25, 200, 1000)

    A network frees its memory when it is no longer referred to, or at `close()`; it also works in a
    ``with`` statement. It can be copied, pickled and used from several threads, one at a time.
    """

    __slots__ = ()

    def __init__(
        self,
        *,
        input_shape: int | Sequence[int],
        layers: Iterable[Layer],
        steps: int | None = None,
        seed: int = 0,
    ) -> None:
        layers = list(layers)
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ArgumentError(f"layers holds {layer!r}, expected layers such as qlif.Dense")
        sizes = input_shape if isinstance(input_shape, Iterable) else [input_shape]
        described: Description = {
            "input_shape": [arrays.size(each, "input_shape") for each in sizes],
            "layers": [layer.to_description() for layer in layers],
            "seed": arrays.integer(seed, "seed", 0, 2**64 - 1),
        }
        if steps is not None:
            described["steps"] = arrays.size(steps, "steps")
        pointer = library.NetworkPointer()
        lib.qlif_network_create(descriptions.text(described), pointer)
        self._take(pointer)

    @classmethod
    def from_description(cls, description: str) -> Network:
        """The network of a description as JSON text, with initial weights; see `description`.

        Absent keys take the engine's defaults.

        Raises:
            ArgumentError: the place of what is wrong, as in
                ``layers[1].neuron.threshold: 1.5, expected in (0, 1)``.

        Example:
            >>> net = qlif.Network.from_description(
            ...     '{"input_shape": [784], "layers": [{"kind": "dense", "units": 10,'
            ...     ' "neuron": {"kind": "qlif"}}]}')
            >>> net.steps
            25
        """
        pointer = library.NetworkPointer()
        lib.qlif_network_create(arrays.text(description, "description"), pointer)
        return cls._adopt(pointer)

    @classmethod
    def _adopt(cls, pointer: Any) -> Network:
        """The wrapper of a handle that the engine has just made; takes ownership."""
        network = cls.__new__(cls)
        network._take(pointer)
        return network

    # ---- Running -----------------------------------------------------------------------

    @property
    def readout(self) -> str:
        """How `predict` reads the class off the outputs where it is not told.

        ``"spike_count"`` or ``"membrane"``: what `metadata` has under ``"readout"``, as in a
        classifier's file; else the engine's default.
        """
        named = self.metadata._find(loading.READOUT)
        if named is not None and named in descriptions.kinds("readout"):
            return named
        return descriptions.default_readout()

    def _batch(self, x: ArrayLike, batch_first: bool | None) -> Batch:
        """The input as the engine takes it. Called by the methods that users call."""
        return Batch.checked(x, self._shapes[0], self._steps, batch_first)

    def simulate(
        self,
        x: ArrayLike,
        *,
        spikes: bool = True,
        membrane: bool = True,
        currents: bool = False,
        layers: Iterable[int] | None = None,
        noise: NoiseLike = None,
        batch_first: bool | None = None,
    ) -> Recording:
        """Runs the network and records what its layers do.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            spikes: whether to record spikes.
            membrane: whether to record the membranes; a pooling layer has none.
            currents: whether to record the currents that the neurons receive.
            layers: the layers to record, by index; None is every layer.
            noise: what is wrong with the qubits: one `qlif.Noise` for all `QLIF` neurons, or one
                or None for each layer, or a `qlif.NoiseRun` with a seed; None are perfect qubits
                and infinitely many shots.
            batch_first: whether a sequence is ``[batch, steps, *input_shape]``. None: no, with an
                `InputWarning` where both axes are as long, so that its shape does not tell.

        Returns:
            A `Recording` with arrays ``[steps, batch, *layer shape]``.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run = self._noise(noise)
        count = len(self._layers)
        chosen = range(count) if layers is None else [self._layer_index(each) for each in layers]
        records = Records(count)
        for layer in chosen:
            shape = (batch.steps, batch.size, *self._shapes[layer + 1])
            has_neurons = self._layers[layer].has_neurons
            if spikes:
                records.add("spikes", layer, shape)
            if membrane and has_neurons:
                records.add("membrane", layer, shape)
            if currents and has_neurons:
                # Each current has a bias of its own.
                named = f"{layer}."
                biases = [
                    each for each in self.parameters if each.startswith(named) and "bias" in each
                ]
                records.add("currents", layer, (len(biases), *shape))
        with owner.lock:
            for rows, part in batch.parts(run):
                with records.part(rows, whole=part is batch) as structs:
                    lib.qlif_network_simulate(
                        owner.pointer, part.struct, structs, count, run.struct
                    )
        names = ("spikes", "membrane", "currents")
        return Recording(**{name: LayerArrays(name, records.of(name)) for name in names})

    def _readout(self, name: str | None) -> bytes:
        chosen = self.readout if name is None else name
        return descriptions.name_of("readout", chosen, "readout").encode()

    def _noise(self, noise: NoiseLike) -> NoiseArgument:
        return NoiseArgument.of(noise, len(self._layers))

    def _layer_index(self, index: int) -> int:
        count = len(self._layers)
        return arrays.integer(index, "layers", -count, count - 1) % count

    def predict(
        self,
        x: ArrayLike,
        *,
        readout: str | None = None,
        noise: NoiseLike = None,
        batch_first: bool | None = None,
    ) -> LabelArray:
        """The class of each sample, int64 ``[batch]``.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            readout: ``"spike_count"`` (most output spikes; ties and silence: the larger summed
                membrane) or ``"membrane"`` (largest summed membrane); None is the network's own
                `readout`.
            noise: as in `simulate`.
            batch_first: as in `simulate`.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run, code = self._noise(noise), self._readout(readout)
        labels = np.empty(batch.size, np.int64)
        with owner.lock:
            for rows, part in batch.parts(run):
                out = arrays.int64_pointer(labels[rows])
                lib.qlif_network_predict(owner.pointer, part.struct, code, out, None, run.struct)
        return labels

    def predict_scores(
        self,
        x: ArrayLike,
        *,
        readout: str | None = None,
        noise: NoiseLike = None,
        batch_first: bool | None = None,
    ) -> FloatArray:
        """The scores that `predict` compares, ``[batch, classes]``.

        They are spikes per step (``"spike_count"``) or the mean of the membrane over the steps
        (``"membrane"``), of each output neuron. Arguments as in `predict`.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run, code = self._noise(noise), self._readout(readout)
        scores = np.empty((batch.size, self.classes), np.float32)
        with owner.lock:
            for rows, part in batch.parts(run):
                out = arrays.float_pointer(scores[rows])
                lib.qlif_network_predict(owner.pointer, part.struct, code, None, out, run.struct)
        return scores

    def evaluate(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: LossLike = None,
        reading: str | None = None,
        readout: str | None = None,
        noise: NoiseLike = None,
        batch_first: bool | None = None,
    ) -> Report:
        """Loss, correct predictions and firing rates of a batch, without learning from it.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            y: as in `loss_and_gradients`.
            loss: as in `loss_and_gradients`.
            reading: as in `loss_and_gradients`.
            readout: as in `predict`.
            noise: as in `simulate`.
            batch_first: as in `simulate`.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run = self._noise(noise)
        target = batch.target(y)
        report = library.ReportStruct()
        rates = np.empty(len(self._layers), np.float32)
        code = self._readout(readout)
        with owner.lock, target.told_of_y():
            lib.qlif_network_evaluate(
                owner.pointer,
                batch.struct,
                target.struct,
                loss_text(loss, reading),
                code,
                report,
                arrays.float_pointer(rates),
                run.struct,
            )
        return Report.of(report, batch.size, rates)

    def score(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        readout: str | None = None,
        noise: NoiseLike = None,
        batch_first: bool | None = None,
    ) -> float:
        """The share of the samples whose class `predict` finds; arguments as there."""
        labels = self._batch(x, batch_first).labels(y).array
        predicted = self.predict(
            x,
            readout=readout,
            noise=noise,
            batch_first=bool(batch_first),  # what there is to warn of was said
        )
        return float(np.mean(predicted == labels))

    def loss_and_gradients(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: LossLike = None,
        reading: str | None = None,
        noise: NoiseLike = None,
        batch_first: bool | None = None,
    ) -> tuple[float, dict[str, FloatArray]]:
        """The loss and its gradient with respect to every parameter, without dropout.

        A loss is a criterion on what is read off the outputs, mean over the batch; docs/model.md
        has the equations.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            y: for ``"cross_entropy"`` the class of each sample, integers ``[batch]`` in 0 to
                classes - 1; for ``"mse"`` and ``"huber"`` numbers
                ``[batch, outputs]``.
            loss: the criterion: ``"cross_entropy"`` of the softmax; ``"mse"``, the mean of the
                squared differences; ``"huber"``; or a description, such as
                ``{"kind": "huber", "delta": 0.5}``; None is the engine's default.
            reading: what it compares: ``"membrane"``, the membranes at every step, whose losses are
                summed (with cross-entropy the published loss); ``"membrane_sum"``, summed over the
                steps; ``"spike_count"``, the spikes summed over the steps; None is the engine's
                default.
            noise: as in `simulate`. Without shots the gradient is that of the noisy equations;
                through shots it is straight-through, see `qlif.Noise`.
            batch_first: as in `simulate`.

        Returns:
            The loss, and copies of the gradients by the parameters' names.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run = self._noise(noise)
        target = batch.target(y)
        out = c_double()
        with owner.lock, target.told_of_y():
            lib.qlif_network_loss_and_gradients(
                owner.pointer,
                batch.struct,
                target.struct,
                loss_text(loss, reading),
                out,
                run.struct,
            )
        return out.value, {name: view.copy() for name, view in self.gradients.items()}

    # ---- Files and copies ----------------------------------------------------------------

    @staticmethod
    def _functions() -> tuple[Any, Any]:
        return lib.qlif_network_save, lib.qlif_network_serialize

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Network:
        """Reads a file that `save`, `Trainer.save` or a classifier's ``save`` wrote.

        Of a classifier it is the network alone, whose predictions are indices into the classes;
        `qlif.load` gives the classifier.

        Raises:
            FileError: the file cannot be read.
            FormatError: the file is cut off, damaged, something else, or a checkpoint of a
                classifier's training, whose network takes inputs that the classifier scales.
        """
        pointer = library.NetworkPointer()
        lib.qlif_network_load(arrays.path(path), pointer)
        return cls._adopt(pointer)

    @classmethod
    def from_bytes(cls, data: buffers.BytesLike) -> Network:
        """A network from what `to_bytes` gave or `save` wrote.

        Raises:
            FormatError: the bytes are cut off, damaged, or something else.
        """
        held = buffers.view(data)
        pointer = library.NetworkPointer()
        lib.qlif_network_deserialize(held.pointer, held.array.size, pointer)
        return cls._adopt(pointer)

    def copy(self) -> Network:
        """A second network with the same layers, parameters and metadata."""
        owner, pointer = self._open(), library.NetworkPointer()
        with owner.lock:
            lib.qlif_network_copy(owner.pointer, pointer)
        return self._adopt(pointer)

    def __copy__(self) -> Network:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Network:
        return self.copy()

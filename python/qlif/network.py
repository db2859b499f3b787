"""Networks: an ordered list of layers, simulated and differentiated by the engine."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ctypes import c_char_p, c_double, c_int32, c_int64
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ._engine import arrays, buffers, library, loading
from ._engine.arrays import FloatArray, LabelArray
from ._engine.defaults import trainer_default
from ._engine.handles import Owner
from ._engine.library import lib
from ._engine.metadata import Metadata
from .errors import ArgumentError, ClosedError, InputWarning, ShapeError
from .layers import Layer, layer_of
from .neurons import neuron_of
from .quantum.noise import NoiseLike, NoiseRun
from .recording import LayerArrays, Recording
from .report import Report

__all__ = ["Network"]

# Rows that are run at a time: between two parts Ctrl-C is heard.
PART = 512


class Batch(NamedTuple):
    """An input as the engine takes it, with the array that owns its memory."""

    struct: library.InputStruct
    array: FloatArray
    steps: int
    size: int

    @classmethod
    def of(cls, array: FloatArray, steps: int, is_sequence: bool) -> Batch:
        """An array ``[batch, ...]`` or ``[steps, batch, ...]`` that is shown for some steps."""
        size = array.shape[1 if is_sequence else 0]
        pointer = arrays.float_pointer(array)
        struct = library.InputStruct(pointer, array.size, size, steps if is_sequence else 0)
        return cls(struct, array, steps, size)

    def part(self, rows: slice) -> Batch:
        """Some of the samples."""
        is_sequence = self.struct.steps > 0
        part = self.array[:, rows] if is_sequence else self.array[rows]
        return Batch.of(np.ascontiguousarray(part), self.steps, is_sequence)

    def labels(self, y: ArrayLike) -> arrays.Buffer:
        """The class of each sample; their range is checked by the engine."""
        try:
            return arrays.labels(y, self.size)
        except ShapeError as error:
            if self.struct.steps != np.size(y):
                raise
            hint = "x has its steps first; batch_first=True takes [batch, steps, ...]"
            raise ShapeError(f"{error}; {hint}") from None


class Network:
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
        steps: how many steps an input constant in time is shown for, >= 1.
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

    # Nothing else can be set: what does nothing must not look like a setting. So everywhere.
    __slots__ = ("__weakref__", "_layers", "_owner", "_shapes", "_steps", "_views")

    def __init__(
        self,
        *,
        input_shape: int | Sequence[int],
        layers: Iterable[Layer],
        steps: int,
        seed: int = 0,
    ) -> None:
        sizes = list(input_shape) if isinstance(input_shape, Iterable) else [input_shape]
        shape = (c_int64 * len(sizes))(*(arrays.size(each, "input_shape") for each in sizes))
        pointer = library.NetworkPointer()
        lib.qlif_network_create(
            shape,
            len(sizes),
            arrays.size(steps, "steps"),
            arrays.integer(seed, "seed", 0, 2**64 - 1),
            pointer,
        )
        self._owner: Owner | None = Owner(pointer, lib.qlif_network_destroy)
        layers = list(layers)
        if not layers:
            raise ArgumentError("layers is empty, expected at least one layer")
        for layer in layers:
            if not isinstance(layer, Layer):
                raise ArgumentError(f"layers holds {layer!r}, expected layers such as qlif.Dense")
            layer.add_to(pointer)
        self._read_structure(layers)

    @classmethod
    def _adopt(cls, pointer: Any) -> Network:
        """The wrapper of a handle that the engine has just made; takes ownership."""
        network = cls.__new__(cls)
        network._owner = Owner(pointer, lib.qlif_network_destroy)
        network._read_structure(None)
        return network

    def _read_structure(self, layers: list[Layer] | None) -> None:
        """Asks the engine once for what cannot change any more."""
        pointer = self._open().pointer
        count, steps = c_int32(), c_int64()
        lib.qlif_network_layer_count(pointer, count)
        lib.qlif_network_steps(pointer, steps)
        self._steps = steps.value
        self._shapes = [self._read_shape(pointer, layer) for layer in range(-1, count.value)]
        if layers is None:
            layers = []
            for index, described in enumerate(json.loads(self.description)["layers"]):
                neuron = None
                if "neuron" in described:
                    config = library.NeuronConfig()
                    lib.qlif_network_layer_neuron(pointer, index, config)
                    neuron = neuron_of(config)
                layers.append(layer_of(described["synapse"], neuron))
        self._layers = tuple(layers)
        self._views: tuple[Mapping[str, FloatArray], Mapping[str, FloatArray]] | None = None

    @staticmethod
    def _read_shape(pointer: Any, layer: int) -> tuple[int, ...]:
        sizes, rank = (c_int64 * 3)(), c_int32()
        lib.qlif_network_layer_shape(pointer, layer, sizes, rank)
        return tuple(sizes[: rank.value])

    def _open(self) -> Owner:
        owner = self._owner
        if owner is None:
            raise ClosedError("this network was closed")
        return owner

    # ---- Structure ---------------------------------------------------------------------

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, in order, with every constant of their neurons."""
        return self._layers

    @property
    def steps(self) -> int:
        """How many steps an input constant in time is shown for."""
        return self._steps

    @property
    def seed(self) -> int:
        """What the initial weights and, while training, dropout were seeded with."""
        return int(json.loads(self.description)["seed"])

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample of the input."""
        return self._shapes[0]

    @property
    def layer_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shape of one sample of the output of each layer."""
        return tuple(self._shapes[1:])

    @property
    def classes(self) -> int:
        """How many classes the output layer tells apart: its neurons."""
        return prod(self._shapes[-1])

    @property
    def readout(self) -> str:
        """How `predict` reads the class off the outputs where it is not told.

        ``"spike_count"`` or ``"membrane"``: as the classifier does whose file the network was
        loaded from; of other networks the engine's default.
        """
        note = self.metadata._find(loading.ESTIMATOR)
        named = None if note is None else _noted_readout(note)
        return library.READOUT.names[trainer_default().readout] if named is None else named

    @property
    def description(self) -> str:
        """The network as JSON text, as a saved file keeps it."""
        owner, out = self._open(), c_char_p()
        with owner.lock:
            lib.qlif_network_description(owner.pointer, out)
            return (out.value or b"").decode("utf-8")

    @property
    def metadata(self) -> Metadata:
        """Text under keys of one's own, which travels with the network and into its file."""
        return Metadata(self._open())

    # ---- Parameters --------------------------------------------------------------------

    @property
    def parameters(self) -> Mapping[str, FloatArray]:
        """The parameters by name, as writable views of the engine's own memory.

        Writing to a view, as in ``network.parameters["0.drive_weight"][:] = 0``, changes the
        network. A view stays valid after the network is closed.
        """
        return self._parameter_views()[0]

    @property
    def gradients(self) -> Mapping[str, FloatArray]:
        """The gradients of the last `loss_and_gradients` or `Trainer.step`, as views; 0 before."""
        return self._parameter_views()[1]

    def _parameter_views(self) -> tuple[Mapping[str, FloatArray], Mapping[str, FloatArray]]:
        owner = self._open()
        if self._views is None:
            values, gradients = {}, {}
            count = c_int32()
            with owner.lock:
                lib.qlif_network_parameter_count(owner.pointer, count)
                for index in range(count.value):
                    parameter = library.ParameterStruct()
                    lib.qlif_network_parameter(owner.pointer, index, parameter)
                    name = parameter.name.decode("utf-8")
                    shape = tuple(parameter.shape[: parameter.rank])
                    values[name] = owner.view(parameter.values, shape)
                    gradients[name] = owner.view(parameter.gradient, shape)
            self._views = MappingProxyType(values), MappingProxyType(gradients)
        return self._views

    # ---- Running -----------------------------------------------------------------------

    def _batch(self, x: ArrayLike, batch_first: bool | None) -> Batch:
        """The input, checked against the network's shape and put where the engine can read it.

        It is called by the methods that users call, where a warning points to their line.
        """
        shape = self._shapes[0]
        array = arrays.float32(x, "x")
        extra = array.ndim - len(shape)
        if extra not in (1, 2) or array.shape[extra:] != shape:
            sample = ", ".join(str(size) for size in shape)
            raise ShapeError(
                f"x has shape {array.shape}, expected (batch, {sample}) or (steps, batch, {sample})"
            )
        if array.size == 0:
            raise ShapeError(f"x has shape {array.shape}, expected at least one step and sample")
        if extra == 2 and batch_first:
            array = np.ascontiguousarray(array.swapaxes(0, 1))
        elif extra == 2 and batch_first is None and array.shape[0] == array.shape[1] > 1:
            warnings.warn(
                f"x has shape {array.shape} and is taken as [steps, batch, ...]; say "
                "batch_first=True if it is [batch, steps, ...], else batch_first=False",
                InputWarning,
                stacklevel=3,
            )
        return Batch.of(array, array.shape[0] if extra == 2 else self._steps, extra == 2)

    def _parts(self, batch: Batch, run: NoiseRun) -> Iterator[tuple[slice, Batch]]:
        """A batch in parts, whose samples draw the noise that they draw in the whole.

        Python hears Ctrl-C between two calls of the engine, and does not in one.
        """
        count = batch.size // PART
        if count <= 1:
            yield slice(None), batch
            return
        first = run.struct.first_sample
        for index in range(count):
            # The last part has what is left over too: none is smaller than the others.
            rows = slice(index * PART, (index + 1) * PART if index + 1 < count else batch.size)
            run.struct.first_sample = first + rows.start
            yield rows, batch.part(rows)

    def simulate(
        self,
        x: ArrayLike,
        *,
        spikes: bool = True,
        alpha: bool = True,
        layers: Iterable[int] | None = None,
        noise: NoiseLike = None,
        noise_seed: int = 0,
        noise_offset: int = 0,
        batch_first: bool | None = None,
    ) -> Recording:
        """Runs the network and records what its layers do.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            spikes: whether to record spikes.
            alpha: whether to record the membranes; a pooling layer has none.
            layers: the layers to record, by index; None is every layer.
            noise: what is wrong with the qubits: one `qlif.Noise` for all `QLIF` neurons, or one
                or None for each layer; None are perfect qubits and infinitely many shots.
            noise_seed: seeds shots, and spikes of neurons that fire by measurement; 0 to
                2**64 - 1. What a neuron draws at a step depends on it, on the sample's number, the
                layer, the neuron and the step, and on nothing else.
            noise_offset: the number of the first sample, so that parts of a batch draw as the
                whole of it.
            batch_first: whether a sequence is ``[batch, steps, *input_shape]``. None: no, with an
                `InputWarning` where both axes are as long, so that its shape does not tell.

        Returns:
            A `Recording` with arrays ``[steps, batch, *layer shape]``.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run = self._noise(noise, noise_seed, noise_offset)
        count = len(self._layers)
        chosen = range(count) if layers is None else [self._layer_index(each) for each in layers]
        shapes = [(batch.steps, batch.size, *shape) for shape in self._shapes[1:]]
        membranes = [layer for layer in chosen if self._layers[layer].HAS_NEURONS]
        recorded: dict[str, list[FloatArray | None]] = {
            name: [
                np.empty(shapes[layer], np.float32) if layer in wanted else None
                for layer in range(count)
            ]
            for name, wanted in (
                ("spikes", chosen if spikes else ()),
                ("alpha", membranes if alpha else ()),
            )
        }
        targets = [
            (name, layer, array)
            for name, each in recorded.items()
            for layer, array in enumerate(each)
            if array is not None
        ]
        with owner.lock:
            for rows, part in self._parts(batch, run):
                records = (library.RecordStruct * count)()
                pieces = []
                for name, layer, array in targets:
                    # The engine writes whole arrays: a part's are copied into their place.
                    piece = array if part is batch else np.empty_like(array[:, rows], order="C")
                    setattr(records[layer], name, arrays.float_pointer(piece))
                    pieces.append((array, piece))
                lib.qlif_network_simulate(owner.pointer, part.struct, records, count, run.struct)
                for array, piece in pieces:
                    if piece is not array:
                        array[:, rows] = piece
        return Recording(**{name: LayerArrays(name, each) for name, each in recorded.items()})

    def _readout(self, name: str | None) -> int:
        return library.READOUT.code(self.readout if name is None else name)

    def _noise(self, noise: NoiseLike, seed: int, first: int = 0) -> NoiseRun:
        return NoiseRun.of(noise, len(self._layers), seed, first)

    def _layer_index(self, index: int) -> int:
        count = len(self._layers)
        return arrays.integer(index, "layers", -count, count - 1) % count

    def predict(
        self,
        x: ArrayLike,
        *,
        readout: str | None = None,
        noise: NoiseLike = None,
        noise_seed: int = 0,
        noise_offset: int = 0,
        batch_first: bool | None = None,
    ) -> LabelArray:
        """The class of each sample, int64 ``[batch]``.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            readout: ``"spike_count"`` (most output spikes; ties and silence: the larger summed
                alpha) or ``"membrane"`` (largest summed alpha); None is the network's own
                `readout`.
            noise: as in `simulate`.
            noise_seed: as in `simulate`.
            noise_offset: as in `simulate`.
            batch_first: as in `simulate`.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run, code = self._noise(noise, noise_seed, noise_offset), self._readout(readout)
        labels = np.empty(batch.size, np.int64)
        with owner.lock:
            for rows, part in self._parts(batch, run):
                out = arrays.int64_pointer(labels[rows])
                lib.qlif_network_predict(owner.pointer, part.struct, code, out, None, run.struct)
        return labels

    def predict_scores(
        self,
        x: ArrayLike,
        *,
        readout: str | None = None,
        noise: NoiseLike = None,
        noise_seed: int = 0,
        noise_offset: int = 0,
        batch_first: bool | None = None,
    ) -> FloatArray:
        """The scores that `predict` compares, ``[batch, classes]``.

        They are spikes per step (``"spike_count"``) or the mean of alpha (of `LIF` neurons: of the
        membrane) over the steps (``"membrane"``), of each output neuron. Arguments as in `predict`.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run, code = self._noise(noise, noise_seed, noise_offset), self._readout(readout)
        scores = np.empty((batch.size, self.classes), np.float32)
        with owner.lock:
            for rows, part in self._parts(batch, run):
                out = arrays.float_pointer(scores[rows])
                lib.qlif_network_predict(owner.pointer, part.struct, code, None, out, run.struct)
        return scores

    def evaluate(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: str | None = None,
        readout: str | None = None,
        noise: NoiseLike = None,
        noise_seed: int = 0,
        noise_offset: int = 0,
        batch_first: bool | None = None,
    ) -> Report:
        """Loss, correct predictions and firing rates of a batch, without learning from it.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            y: the class of each sample, integers ``[batch]`` in 0 to classes - 1.
            loss: as in `loss_and_gradients`.
            readout: as in `predict`.
            noise: as in `simulate`.
            noise_seed: as in `simulate`.
            noise_offset: as in `simulate`.
            batch_first: as in `simulate`.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run = self._noise(noise, noise_seed, noise_offset)
        labels = batch.labels(y)
        report = library.ReportStruct()
        rates = np.empty(len(self._layers), np.float32)
        code = self._readout(readout)
        with owner.lock:
            lib.qlif_network_evaluate(
                owner.pointer,
                batch.struct,
                labels.pointer,
                _loss(loss),
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
        noise_seed: int = 0,
        noise_offset: int = 0,
        batch_first: bool | None = None,
    ) -> float:
        """The share of the samples whose class `predict` finds; arguments as there."""
        labels = self._batch(x, batch_first).labels(y).array
        predicted = self.predict(
            x,
            readout=readout,
            noise=noise,
            noise_seed=noise_seed,
            noise_offset=noise_offset,
            batch_first=bool(batch_first),  # what there is to warn of was said
        )
        return float(np.mean(predicted == labels))

    def loss_and_gradients(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        loss: str | None = None,
        noise: NoiseLike = None,
        noise_seed: int = 0,
        noise_offset: int = 0,
        batch_first: bool | None = None,
    ) -> tuple[float, dict[str, FloatArray]]:
        """The loss and its gradient with respect to every parameter, without dropout.

        The loss is the mean over the batch of the cross-entropy of ``softmax(logits)``:

        * ``"membrane"``: the sum over the steps of the loss with logits ``alpha[t]`` (published);
        * ``"summed_membrane"``: logits are alpha summed over the steps;
        * ``"spike_count"``: logits are the spikes summed over the steps.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            y: the class of each sample, integers ``[batch]`` in 0 to classes - 1.
            loss: one of the three; None is the engine's default.
            noise: as in `simulate`. Without shots the gradient is that of the noisy equations;
                through shots it is straight-through, see `qlif.Noise`.
            noise_seed: as in `simulate`.
            noise_offset: as in `simulate`.
            batch_first: as in `simulate`.

        Returns:
            The loss, and copies of the gradients by the parameters' names.
        """
        owner, batch = self._open(), self._batch(x, batch_first)
        run = self._noise(noise, noise_seed, noise_offset)
        labels = batch.labels(y)
        out = c_double()
        with owner.lock:
            lib.qlif_network_loss_and_gradients(
                owner.pointer, batch.struct, labels.pointer, _loss(loss), out, run.struct
            )
        return out.value, {name: view.copy() for name, view in self.gradients.items()}

    # ---- Files, copies, the end ----------------------------------------------------------

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the network to one ``.safetensors`` file.

        The tensors carry the parameters' names; the metadata rebuilds the network. The write is
        atomic: a crash leaves the old file or the new one.

        Raises:
            FileError: the file cannot be written.
        """
        owner = self._open()
        with owner.lock:
            lib.qlif_network_save(owner.pointer, arrays.path(path))

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

    def to_bytes(self) -> bytes:
        """What `save` writes, in memory."""
        return buffers.made_by(lib.qlif_network_serialize, self._open())

    @classmethod
    def from_bytes(cls, data: buffers.BytesLike) -> Network:
        """A network from what `to_bytes` gave or `save` wrote.

        Raises:
            FormatError: the bytes are cut off, damaged, or something else.
        """
        held = buffers.of(data)
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

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)

    def close(self) -> None:
        """Gives the network up: any later use is a `ClosedError`. Closing twice is fine.

        The memory is freed once no view of a parameter and no trainer refers to it any more.
        """
        self._owner = None
        self._views = None

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._owner is None

    def __enter__(self) -> Network:
        self._open()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self.closed:
            return "<closed qlif.Network>"
        layers = ",\n    ".join(repr(layer) for layer in self._layers)
        return (
            f"Network(input_shape={self.input_shape}, steps={self.steps}, layers=[\n    {layers}])"
        )


@lru_cache(maxsize=8)
def _noted_readout(text: str) -> str | None:
    """The readout that a classifier's note in the metadata names, if it is one and names one."""
    try:
        name = json.loads(text)["parameters"]["readout"]
    except (ValueError, TypeError, KeyError):
        return None
    return name if name in library.READOUT.names else None


def _loss(name: str | None) -> int:
    return trainer_default().loss if name is None else library.LOSS.code(name)

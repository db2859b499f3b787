"""Training: one update from one batch at a time."""

from __future__ import annotations

import os
from ctypes import c_int64
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._engine import arrays, buffers, library, loading
from ._engine.defaults import shortest, trainer_default
from ._engine.handles import Owner
from ._engine.library import lib
from .errors import ArgumentError, ClosedError, FormatError
from .network import Network
from .quantum.noise import NoiseLike
from .report import Report

__all__ = ["Trainer"]

_NAMES = [field[0] for field in library.TrainerConfig._fields_]
# What only some schedules have.
_OF_SCHEDULES = {"warmup": ("one_cycle",), "total_steps": ("one_cycle", "cosine")}
_CHOICES = {"loss": library.LOSS, "readout": library.READOUT, "schedule": library.SCHEDULE}


class Trainer:
    """Trains a network with Adam (arXiv:1412.6980) and decoupled weight decay (arXiv:1711.05101).

    Every argument but the first is optional; None takes the engine's default. The values in force
    are in `config`, and stay: a rate that changes is a `schedule`'s. A trainer can be pickled and
    copied, with a copy of its network.

    Args:
        network: what to train; it changes with every step.
        loss: ``"membrane"``, ``"summed_membrane"`` or ``"spike_count"``, see
            `Network.loss_and_gradients`.
        readout: how the report counts correct predictions, see `Network.predict`; None: as the
            network's own `Network.readout`.
        schedule: ``"constant"``; ``"one_cycle"``: cosine rise from rate/25 over the share `warmup`
            of the updates, then cosine fall to rate/250000; ``"cosine"``: cosine fall to 0.
        learning_rate: the rate, or its peak, > 0.
        beta1: decay of Adam's first moment, [0, 1).
        beta2: decay of Adam's second moment, [0, 1).
        epsilon: Adam's term against division by zero, > 0.
        weight_decay: of the weights, not the biases, >= 0.
        clip_norm: largest global norm of the gradient; 0 does not clip.
        warmup: share of `total_steps` in which ``"one_cycle"`` rises, in (0, 1); no other has one.
        total_steps: updates that ``"one_cycle"`` and ``"cosine"`` are spread over, >= 1 for those;
            ``"constant"`` has none.
        noise: what is wrong with the qubits while the network learns, see `Network.simulate`; it is
            part of what `save` writes.
        noise_seed: seeds its random numbers, fresh ones in every step; 0 to 2**64 - 1.

    Raises:
        ArgumentError: a value that the engine refuses.
    """

    __slots__ = ("__weakref__", "_config", "_network", "_owner")

    def __init__(
        self,
        network: Network,
        *,
        loss: str | None = None,
        readout: str | None = None,
        schedule: str | None = None,
        learning_rate: float | None = None,
        beta1: float | None = None,
        beta2: float | None = None,
        epsilon: float | None = None,
        weight_decay: float | None = None,
        clip_norm: float | None = None,
        warmup: float | None = None,
        total_steps: int | None = None,
        noise: NoiseLike = None,
        noise_seed: int = 0,
    ) -> None:
        run = network._noise(noise, noise_seed)
        given: dict[str, Any] = {
            "loss": loss,
            "readout": network.readout if readout is None else readout,
            "schedule": schedule,
            "learning_rate": learning_rate,
            "beta1": beta1,
            "beta2": beta2,
            "epsilon": epsilon,
            "weight_decay": weight_decay,
            "clip_norm": clip_norm,
            "warmup": warmup,
            "total_steps": total_steps,
        }
        config = trainer_default()
        for name, value in given.items():
            if value is not None:
                setattr(config, name, _encoded(name, value))
        in_force = _decoded("schedule", config.schedule)
        for name, schedules in _OF_SCHEDULES.items():
            if given[name] is not None and in_force not in schedules:
                raise ArgumentError(
                    f"{name} is {given[name]!r}, but the schedule is {in_force!r}: expected None, "
                    f"or the schedule {' or '.join(map(repr, schedules))}"
                )
        pointer = library.TrainerPointer()
        owner = network._open()
        with owner.lock:
            lib.qlif_trainer_create(owner.pointer, config, pointer)
        self._take(pointer, network)
        lib.qlif_trainer_set_noise(pointer, run.struct)

    def _take(self, pointer: Any, network: Network) -> None:
        """Owns the handle. A trainer and its network are one to the engine: they share a lock."""
        lock = network._open().lock
        self._owner: Owner | None = Owner(pointer, lib.qlif_trainer_destroy, lock)
        self._network = network
        config = library.TrainerConfig()
        lib.qlif_trainer_get_config(pointer, config)
        self._config = {name: _decoded(name, getattr(config, name)) for name in _NAMES}

    @classmethod
    def _adopt(cls, pointer: Any, network: Any) -> Trainer:
        """The wrapper of two handles that the engine has just made; takes ownership."""
        trainer = cls.__new__(cls)
        trainer._take(pointer, Network._adopt(network))
        return trainer

    def _open(self) -> Owner:
        if self._owner is None:
            raise ClosedError("this trainer was closed")
        return self._owner

    @property
    def network(self) -> Network:
        """The network being trained."""
        return self._network

    @property
    def config(self) -> MappingProxyType[str, Any]:
        """The values in force, by the arguments' names."""
        return MappingProxyType(self._config)

    @property
    def step_count(self) -> int:
        """Updates made so far."""
        owner, out = self._open(), c_int64()
        with owner.lock:
            lib.qlif_trainer_step_count(owner.pointer, out)
        return out.value

    def step(self, x: ArrayLike, y: ArrayLike, *, batch_first: bool | None = None) -> Report:
        """One update: forward with dropout, backward, clipping, Adam.

        Args:
            x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
            y: the class of each sample, integers ``[batch]`` in 0 to classes - 1.
            batch_first: as in `Network.simulate`.

        Returns:
            What the batch showed before the update.

        Raises:
            NotFiniteError: the input, the loss or the gradient is not finite; nothing is updated.
        """
        owner, batch = self._open(), self._network._batch(x, batch_first)
        labels = batch.labels(y)
        report = library.ReportStruct()
        rates = np.empty(len(self._network.layers), np.float32)
        with owner.lock:
            lib.qlif_trainer_step(
                owner.pointer, batch.struct, labels.pointer, report, arrays.float_pointer(rates)
            )
        return Report.of(report, batch.size, rates)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the network and all that training needs to go on to the same bits; atomic.

        `Network.load` reads the file too.

        Raises:
            FileError: the file cannot be written.
        """
        owner = self._open()
        with owner.lock:
            lib.qlif_trainer_save(owner.pointer, arrays.path(path))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Trainer:
        """Reads a file that `save` wrote: training goes on where it stopped.

        Raises:
            FileError: the file cannot be read.
            FormatError: the file is damaged, something else, a network without training state, or a
                checkpoint of a classifier's training, whose network takes inputs that the
                classifier scales.
        """
        found = loading.metadata(path)
        if found and loading.TRAINER not in found:
            raise FormatError(f"{path} holds no training state: {loading.reader(found)} reads it")
        return cls._read(path)._alone(f"{path}: ")

    @classmethod
    def _read(cls, path: str | os.PathLike[str]) -> Trainer:
        """The trainer in a file, a checkpoint's too."""
        pointer, network = library.TrainerPointer(), library.NetworkPointer()
        lib.qlif_trainer_load(arrays.path(path), pointer, network)
        return cls._adopt(pointer, network)

    def _alone(self, where: str = "") -> Trainer:
        """Itself, where its network makes sense without a classifier around it."""
        if loading.CHECKPOINT in self._network.metadata:
            raise FormatError(
                f"{where}it is the checkpoint of a classifier's training: qlif.load gives the "
                "classifier, and fit(..., checkpoint=...) goes on with the training"
            )
        return self

    def to_bytes(self) -> bytes:
        """What `save` writes, in memory."""
        return buffers.made_by(lib.qlif_trainer_serialize, self._open())

    @classmethod
    def from_bytes(cls, data: buffers.BytesLike) -> Trainer:
        """A trainer, with a network of its own, from what `to_bytes` gave or `save` wrote.

        Raises:
            FormatError: the bytes are damaged, something else, or a network without training state.
        """
        held = buffers.of(data)
        pointer, network = library.TrainerPointer(), library.NetworkPointer()
        lib.qlif_trainer_deserialize(held.pointer, held.array.size, pointer, network)
        return cls._adopt(pointer, network)._alone()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)

    def close(self) -> None:
        """Gives the trainer up, not its network. Closing twice is fine."""
        self._owner = None

    def __enter__(self) -> Trainer:
        self._open()
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._owner is None:
            return "<closed qlif.Trainer>"
        config = "".join(f", {name}={value!r}" for name, value in self._config.items())
        return f"<qlif.Trainer after {self.step_count} updates{config}>"


def _encoded(name: str, value: Any) -> int | float:
    if name in _CHOICES:
        return _CHOICES[name].code(value)
    if name == "total_steps":
        return arrays.size(value, name)
    return arrays.number(value, name)


def _decoded(name: str, value: Any) -> Any:
    if name in _CHOICES:
        return _CHOICES[name].names[value]
    return value if name == "total_steps" else shortest(value)

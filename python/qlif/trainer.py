"""Training: one update from one batch at a time."""

from __future__ import annotations

import json
import os
from ctypes import c_int64
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ._engine import arrays, buffers, descriptions, library, loading
from ._engine.descriptions import Description, LossLike
from ._engine.handles import Owner
from ._engine.library import lib
from ._engine.saved import Saved
from .errors import ArgumentError, FormatError
from .network import Network
from .quantum.noise import NoiseArgument, NoiseLike
from .report import Report

__all__ = ["Trainer"]

# What only some schedules have.
_OF_SCHEDULES = {"warmup": ("one_cycle",), "total_steps": ("one_cycle", "cosine")}


class Trainer(Saved):
    """Trains a network with Adam (arXiv:1412.6980) and decoupled weight decay (arXiv:1711.05101).

    Every argument but the first is optional; None takes the engine's default. The values in force
    are in `config`, and stay: a rate that changes is a `schedule`'s. A trainer can be pickled and
    copied, with a copy of its network.

    Args:
        network: what to train; it changes with every step.
        loss: the criterion, ``"cross_entropy"`` or ``"mse"``, see `Network.loss_and_gradients`.
        reading: what it compares: ``"membrane"``, ``"membrane_sum"`` or ``"spike_count"``.
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
            part of what `save` writes. Of a `qlif.NoiseRun` the seed counts, with fresh random
            numbers in every step.

    Raises:
        ArgumentError: a value that the engine refuses.
    """

    __slots__ = ("_config", "_network")

    def __init__(
        self,
        network: Network,
        *,
        loss: LossLike = None,
        reading: str | None = None,
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
    ) -> None:
        given: dict[str, Any] = {
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
        described = _description(given)
        described["loss"] = descriptions.loss_description(loss, reading)
        run = NoiseArgument.of(noise, len(network.layers))
        pointer = library.TrainerPointer()
        owner = network._open()
        with owner.lock:
            lib.qlif_trainer_create(owner.pointer, descriptions.text(described), pointer)
        self._take(pointer, network)
        lib.qlif_trainer_set_noise(pointer, run.struct)

    def _take(self, pointer: Any, network: Network) -> None:
        """Owns the handle. A trainer and its network are one to the engine: they share a lock."""
        lock = network._open().lock
        self._owner = Owner(pointer, lib.qlif_trainer_destroy, lock)
        self._network = network
        config = json.loads(descriptions.exported(lib.qlif_trainer_description, pointer))
        loss = config.pop("loss")
        reading = loss.pop("reading")
        # A criterion without constants is its name.
        self._config = {
            "loss": loss if len(loss) > 1 else loss["kind"],
            "reading": reading,
            **config,
        }

    @classmethod
    def _adopt(cls, pointer: Any, network: Any) -> Trainer:
        """The wrapper of two handles that the engine has just made; takes ownership."""
        trainer = cls.__new__(cls)
        trainer._take(pointer, Network._adopt(network))
        return trainer

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
            y: the class of each sample, or numbers; see `Network.loss_and_gradients`.
            batch_first: as in `Network.simulate`.

        Returns:
            What the batch showed before the update.

        Raises:
            NotFiniteError: the input, the loss or the gradient is not finite; nothing is updated.
        """
        owner, batch = self._open(), self._network._batch(x, batch_first)
        target = batch.target(y)
        report = library.ReportStruct()
        rates = np.empty(len(self._network.layers), np.float32)
        with owner.lock, target.told_of_y():
            lib.qlif_trainer_step(
                owner.pointer, batch.struct, target.struct, report, arrays.float_pointer(rates)
            )
        return Report.of(report, batch.size, rates)

    @staticmethod
    def _functions() -> tuple[Any, Any]:
        return lib.qlif_trainer_save, lib.qlif_trainer_serialize

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

    @classmethod
    def from_bytes(cls, data: buffers.BytesLike) -> Trainer:
        """A trainer, with a network of its own, from what `to_bytes` gave or `save` wrote.

        Raises:
            FormatError: the bytes are damaged, something else, or a network without training state.
        """
        held = buffers.view(data)
        pointer, network = library.TrainerPointer(), library.NetworkPointer()
        lib.qlif_trainer_deserialize(held.pointer, held.array.size, pointer, network)
        return cls._adopt(pointer, network)._alone()

    def __repr__(self) -> str:
        if self._owner is None:
            return "<closed qlif.Trainer>"
        config = "".join(f", {name}={value!r}" for name, value in self._config.items())
        return f"<qlif.Trainer after {self.step_count} updates{config}>"


def _description(given: dict[str, Any]) -> Description:
    """The settings that are given, as the engine reads them."""
    defaults = descriptions.defaults("trainer")
    found: Description = {}
    for name, value in given.items():
        if value is None:
            continue
        if isinstance(defaults[name], str):
            found[name] = descriptions.name_of(name, value, name)
        elif isinstance(defaults[name], int):
            found[name] = arrays.size(value, name)
        else:
            found[name] = arrays.number(value, name)
    schedule = found.get("schedule", defaults["schedule"])
    for name, schedules in _OF_SCHEDULES.items():
        if given[name] is not None and schedule not in schedules:
            raise ArgumentError(
                f"{name} is {given[name]!r}, but the schedule is {schedule!r}: expected None, "
                f"or the schedule {' or '.join(map(repr, schedules))}"
            )
    return found

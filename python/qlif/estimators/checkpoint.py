"""The state of a training in a file, so that an interruption costs one epoch at most."""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._engine import loading
from .._engine.arrays import LabelArray
from ..errors import ArgumentError, FormatError
from ..trainer import Trainer
from . import storage

KEY = loading.CHECKPOINT

_CHUNK = 1024  # rows that are in memory twice at a time

Data = dict[str, Any]


@dataclass(frozen=True)
class Checkpoint:
    """One file, written after each epoch: network, optimizer, order of the samples, history.

    Its network is the one that learns, which takes scaled inputs; the engine does not read it as a
    network of its own.

    Attributes:
        path: the file.
        estimator: what is being trained.
        data: what it is trained on, in few numbers that differ where anything differs.
    """

    path: Path
    estimator: Any
    data: Data

    @classmethod
    def of(
        cls,
        path: str | os.PathLike[str],
        estimator: Any,
        samples: tuple[NDArray[Any], LabelArray],
        validation: tuple[NDArray[Any], LabelArray] | None,
    ) -> Checkpoint:
        """The checkpoint of an estimator's training.

        Args:
            path: the file.
            estimator: what is being trained, with its classes and scaling known.
            samples: X and the labels' indices.
            validation: the same of the validation data, where they are given.

        Raises:
            ArgumentError: a training that a file cannot continue.
        """
        if not isinstance(estimator.random_state, int | np.integer):
            raise ArgumentError(
                f"checkpoint needs a random_state that is a number, not {estimator.random_state!r}"
            )
        if estimator.patience is not None:
            raise ArgumentError("checkpoint does not go with patience")
        data = {
            "training": digest(*samples),
            "validation": None if validation is None else digest(*validation),
        }
        return cls(Path(path), estimator, data)

    def write(self, trainer: Trainer, shuffler: np.random.Generator) -> None:
        """Puts the state after an epoch in the place of the one before, atomically."""
        metadata = trainer.network.metadata
        state = {
            "data": self.data,
            "shuffler": shuffler.bit_generator.state,
            "history": self.estimator.history_,
        }
        metadata[KEY] = storage.encode(self.estimator, **state)
        try:
            trainer.save(self.path)
        finally:
            del metadata[KEY]

    def read(self) -> tuple[Trainer, dict[str, Any], dict[str, list[Any]]] | None:
        """Trainer, state of the shuffler and history; None where there is no file.

        Raises:
            ArgumentError: the file is of another training; the message says what differs.
            FormatError: the file is damaged, or something else.
        """
        if not self.path.exists():
            return None
        found = loading.metadata(self.path)
        if found and KEY not in found:
            raise FormatError(
                f"{self.path} is no checkpoint of a training: {loading.reader(found)} reads it"
            )
        trainer = Trainer._read(self.path)
        try:
            record = json.loads(trainer.network.metadata[KEY])
            difference = self._difference(record, str(trainer.config["schedule"]))
            shuffler, history = record["shuffler"], record["history"]
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FormatError(f"{self.path}: its description of the training is damaged") from error
        if difference:
            raise ArgumentError(f"checkpoint {self.path} is of another training: {difference}")
        del trainer.network.metadata[KEY]
        return trainer, shuffler, history

    def _difference(self, old: Data, schedule: str) -> str | None:
        """The first thing in which this training is not the one of the file, in words."""
        new = json.loads(storage.encode(self.estimator))
        if old["class"] != new["class"]:
            return f"of a {old['class']}"
        before, now = old["parameters"], new["parameters"]
        words = other_parameters(before, now, {"verbose", "epochs"})
        if words:
            return words
        for part, which in (("training", ""), ("validation", "validation_data: ")):
            words = other_data(old["data"][part], self.data[part])
            if words:
                return which + words
        if (old["classes"], old["classes_dtype"]) != (new["classes"], new["classes_dtype"]):
            return f"y has the classes {_short(new['classes'])}, had {_short(old['classes'])}"
        return _other_epochs(before["epochs"], now["epochs"], len(old["history"]["loss"]), schedule)


def digest(X: NDArray[Any], y: LabelArray) -> Data:
    """Shape, type and checksums of samples, read a few rows at a time."""
    checksum = 0
    for start in range(0, len(X), _CHUNK):
        checksum = zlib.crc32(X[start : start + _CHUNK].tobytes(), checksum)
    labels = zlib.crc32(y.tobytes())
    return {"shape": list(X.shape), "dtype": X.dtype.str, "X": checksum, "y": labels}


def other_parameters(old: Data, new: Data, but: Collection[str] = ()) -> str | None:
    """The first parameter that differs, in words."""
    for name in sorted({*old, *new}.difference(but)):
        if old.get(name) != new.get(name):
            return f"{name} is {_short(new.get(name))}, was {_short(old.get(name))}"
    return None


def other_data(old: Data | None, new: Data | None) -> str | None:
    """What differs between the samples of two digests, in words."""
    if old is None or new is None:
        return None if old is new else f"{'none' if new is None else 'some'} now"
    for name, words in (("shape", "X has shape {}, had {}"), ("dtype", "X has dtype {}, had {}")):
        if old[name] != new[name]:
            return words.format(new[name], old[name])
    for name, words in (("X", "X holds other values"), ("y", "y holds other labels")):
        if old[name] != new[name]:
            return words
    return None


def _other_epochs(old: int, new: int, done: int, schedule: str) -> str | None:
    """A rate of learning that does not depend on the number of epochs allows another one."""
    if old != new and schedule != "constant":
        return f"epochs is {new}, was {old}, over which the schedule {schedule!r} is spread"
    return f"epochs is {new}, and {done} are done" if new < done else None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

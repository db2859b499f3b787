"""The state of a training in a file, so that an interruption costs one epoch at most."""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._arrays import LabelArray
from .._errors import ArgumentError, FormatError
from ..trainer import Trainer

KEY = "training"

_CHUNK = 1024  # rows that are in memory twice at a time


@dataclass(frozen=True)
class Checkpoint:
    """One file, written after each epoch: network, optimizer, order of the samples, history.

    Attributes:
        path: the file.
        training: what is being trained, in words that differ where anything differs.
    """

    path: Path
    training: str

    @classmethod
    def of(
        cls, path: str | os.PathLike[str], estimator: Any, X: NDArray[Any], y: LabelArray
    ) -> Checkpoint:
        """The checkpoint of an estimator's training on some samples.

        Raises:
            ArgumentError: a training that a file cannot continue.
        """
        if not isinstance(estimator.random_state, int | np.integer):
            raise ArgumentError(
                f"checkpoint needs a random_state that is a number, not {estimator.random_state!r}"
            )
        if estimator.patience is not None:
            raise ArgumentError("checkpoint does not go with patience")
        parameters = {
            name: str(value) for name, value in estimator.get_params().items() if name != "verbose"
        }
        checksum = zlib.crc32(y.tobytes())
        for start in range(0, len(X), _CHUNK):
            checksum = zlib.crc32(X[start : start + _CHUNK].tobytes(), checksum)
        return cls(
            Path(path),
            json.dumps([type(estimator).__name__, parameters, X.shape, checksum], sort_keys=True),
        )

    def write(self, trainer: Trainer, shuffler: np.random.Generator, history: Any) -> None:
        """Puts the state after an epoch in the place of the one before, atomically."""
        metadata = trainer.network.metadata
        metadata[KEY] = json.dumps(
            {
                "training": self.training,
                "shuffler": shuffler.bit_generator.state,
                "history": history,
            }
        )
        try:
            trainer.save(self.path)
        finally:
            del metadata[KEY]

    def read(self) -> tuple[Trainer, dict[str, Any], dict[str, list[Any]]] | None:
        """Trainer, state of the shuffler and history; None where there is no file.

        Raises:
            ArgumentError: the file is of another training.
            FormatError: the file is damaged, or something else.
        """
        if not self.path.exists():
            return None
        trainer = Trainer.load(self.path)
        try:
            record = json.loads(trainer.network.metadata[KEY])
            training, shuffler, history = (
                record[name] for name in ("training", "shuffler", "history")
            )
        except (KeyError, ValueError) as error:
            raise FormatError(f"{self.path} is not a checkpoint of an estimator") from error
        if training != self.training:
            raise ArgumentError(
                f"checkpoint {self.path} is of another training: other parameters or samples"
            )
        del trainer.network.metadata[KEY]
        return trainer, shuffler, history

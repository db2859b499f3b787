"""What long computations share.

A folder with one writer, trainings that go on where they
stopped, and whole numbers on the command line.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .._engine import files
from ..errors import ArgumentError, FileError, InterruptedWarning
from ..plot._axes import pyplot

__all__ = ["as_json", "fit", "locked", "write", "write_figure"]


def as_json(record: Any) -> str:
    """A record as a text file holds it; what is not a finite number is refused."""
    return json.dumps(record, indent=1, allow_nan=False) + "\n"


def write(path: Path, text: str) -> None:
    """Writes a text file at once or not at all, and onto the disk."""
    files.write(path, text.encode("utf-8"))


def write_figure(path: Path, fig: Any) -> None:
    """Writes a figure of matplotlib as a PNG image in the same way, and closes it."""
    stream = io.BytesIO()
    try:
        fig.savefig(stream, format="png", dpi=144)
    finally:
        pyplot().close(fig)
    files.write(path, stream.getvalue())


@contextmanager
def locked(folder: Path, work: str) -> Iterator[None]:
    """Makes a folder and keeps others out of it; `work` is what they are told is under way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise FileError(f"{folder} cannot be written: {files.reason(error)}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise FileError(f"another {work} is at work in {folder}") from error
    try:
        yield
    finally:
        os.close(handle)


def fit(model: Any, X: Any, y: Any, checkpoint: Path) -> None:
    """Trains a classifier, or goes on with its training from the last whole epoch.

    Raises:
        ArgumentError: the checkpoint is of another training.
        InterruptedWarning: Ctrl-C; the state of the last whole epoch is kept for the next call.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error", InterruptedWarning)
        try:
            model.fit(X, y, checkpoint=checkpoint)
        except ArgumentError as error:
            if not checkpoint.exists():
                raise
            raise ArgumentError(f"{error}; remove {checkpoint} to begin anew") from error

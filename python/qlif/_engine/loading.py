"""Files of networks: which object wrote one, and how to get that object back."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from ..errors import FormatError
from . import arrays

# Keys of a file's metadata. The first two are the engine's.
FORMAT, TRAINER = "qlif.format", "qlif.trainer"
ESTIMATOR, CHECKPOINT = "estimator", "estimator_checkpoint"
# What the outputs are, in a classifier's file or set by anyone: the name of a readout, and the
# classes' names as a JSON array. `Network.predict` takes the readout, `qlif-render` both.
READOUT, CLASSES = "readout", "classes"


def load(path: str | os.PathLike[str]) -> Any:
    """What a file holds, as the class that wrote it: it predicts as the object that was saved.

    Args:
        path: a file of `Network.save`, of `Trainer.save`, of a classifier's ``save``, or a
            ``checkpoint`` of a classifier's ``fit``.

    Returns:
        The `Network`, the `Trainer`, or the classifier. Of a checkpoint it is the classifier as it
        was after the last whole epoch; ``fit(..., checkpoint=path)`` goes on with its training.

    Raises:
        FileError: the file cannot be read.
        FormatError: the file is damaged, something else, or of a class that is not in qlif.
    """
    from .. import estimators
    from ..network import Network
    from ..trainer import Trainer

    found = metadata(path)
    if TRAINER in found and CHECKPOINT not in found:
        return Trainer.load(path)
    name = classifier(found)
    if name is None:
        return Network.load(path)
    cls = getattr(estimators, name, None) if name in estimators.__all__ else None
    if cls is None:
        raise FormatError(f"{path} holds a {name}, which is not in qlif: use {name}.load")
    return cls.load(path)


def metadata(path: str | os.PathLike[str]) -> dict[str, str]:
    """A file's metadata, the engine's keys included; nothing where it is no file of a network.

    What is wrong with a file, and whether it is damaged, is the engine's to say.
    """
    name = os.fsdecode(arrays.path(path))
    try:
        if not os.path.isfile(name):
            return {}
        with open(name, "rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if length > os.fstat(file.fileno()).st_size:
                return {}
            found = json.loads(file.read(length))["__metadata__"]
        return {str(key): str(value) for key, value in found.items()} if FORMAT in found else {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def class_name(label: Any) -> str | None:
    """A class as files and drawings call it: ``"3"``, also of 3.0."""
    value = label.item() if isinstance(label, np.generic) else label
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


def classifier(found: dict[str, str]) -> str | None:
    """The class of the classifier that a file's metadata tells of, or None."""
    text = found.get(CHECKPOINT) or found.get(ESTIMATOR)
    try:
        name = json.loads(text or "")["class"]
    except (ValueError, TypeError, KeyError):
        return None  # another program may use the key for something else
    return name if isinstance(name, str) else None


def reader(found: dict[str, str]) -> str:
    """The call that reads a file with this metadata."""
    if TRAINER in found and CHECKPOINT not in found:
        return "Trainer.load"
    return f"{classifier(found) or 'Network'}.load"

"""The models of a study: from files, or trained for it."""

from __future__ import annotations

import hashlib
from math import prod
from pathlib import Path
from typing import Any

from ..._engine import files, loading
from ...errors import FileError, FormatError
from .. import results
from ..compare._data import Images

PLAIN, AWARE = "plain", "aware"
TITLES = {PLAIN: "trained without noise", AWARE: "trained with noise"}


def load(path: Path) -> Any:
    """The classifier in a file, whichever it is.

    Raises:
        FormatError: the file holds a network that no classifier has written.
    """
    from ...estimators.base import Classifier

    model = loading.load(path)
    if not isinstance(model, Classifier):
        raise FormatError(f"{path} holds no classifier: expected one saved by save()")
    return model


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    data = files.read(path)
    if data is None:
        raise FileError(f"{path} cannot be read: there is no such file")
    return hashlib.sha256(data).hexdigest()


def settings(model: Any, images: Images) -> dict[str, Any]:
    """All that a training depends on."""
    parameters = {
        name: str(value) for name, value in sorted(model.get_params().items()) if name != "verbose"
    }
    return {"parameters": parameters, "images": images.checksum}


def _short(text: str) -> str:
    """A short text, else its digest: a device's noise has numbers for each qubit."""
    return text if len(text) <= 200 else f"SHA-256 {hashlib.sha256(text.encode()).hexdigest()}"


def trained(model: Any, images: Images, folder: Path, name: str) -> Any:
    """Trains a model, goes on with its training, or takes it as an earlier call has left it."""
    target, checkpoint = folder / f"{name}.safetensors", folder / f"{name}.checkpoint"
    if target.exists():
        return type(model).load(target)
    results.fit(model, images.X, images.y, checkpoint)
    model.save(target)
    checkpoint.unlink(missing_ok=True)
    return model


def units(model: Any) -> list[int]:
    """How many neurons each layer of a fitted model has."""
    return [prod(shape) for shape in model.network_.layer_shapes]

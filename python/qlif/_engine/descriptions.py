"""Descriptions: what the engine knows by name, its defaults, and JSON on the way in.

No name and no number of the engine's is repeated in Python: each is asked of it.
"""

from __future__ import annotations

import ctypes
import json
import math
from collections.abc import Mapping
from ctypes import POINTER, c_char, c_char_p
from functools import cache
from typing import Any

import numpy as np

from ..errors import ArgumentError
from .library import lib

Description = dict[str, Any]
# The name of a criterion, its description, or None for the engine's default.
LossLike = str | Mapping[str, Any] | None


@cache
def kinds(sort: str) -> tuple[str, ...]:
    """The names of a sort: ``"neuron"``, ``"loss"``, ``"readout"``, ..."""
    out = c_char_p()
    lib.qlif_kinds(out)
    return tuple(json.loads(out.value or b"{}")[sort])


@cache
def _default_text(kind: str) -> bytes:
    out = c_char_p()
    lib.qlif_defaults(kind.encode(), out)
    return out.value or b"{}"


def defaults(kind: str) -> Description:
    """A fresh copy of the defaults of a kind of neuron or loss, of a trainer or of a circuit."""
    found: Description = json.loads(_default_text(kind))
    return found


@cache
def default_readout() -> str:
    """How a trainer reads classes off the outputs by default."""
    return str(defaults("trainer")["readout"])


def check(kind: str, description: Description) -> None:
    """Refuses what a neuron, a loss, a trainer or a circuit cannot be, in the engine's words.

    Raises:
        ArgumentError: the place, the value and the rule that it breaks.
    """
    lib.qlif_check(kind.encode(), text(description))


def name_of(sort: str, value: object, argument: str) -> str:
    """One of the names of a sort; any other value is an `ArgumentError`."""
    if isinstance(value, str) and value in kinds(sort):
        return value
    allowed = ", ".join(repr(known) for known in kinds(sort))
    raise ArgumentError(f"{argument} is {value!r}, expected one of {allowed}")


def loss_description(loss: LossLike, reading: str | None) -> Description:
    """A loss; what is not given is a trainer's default.

    Args:
        loss: the name of a criterion, or its description, such as ``{"kind": "mse"}``.
        reading: what it compares.
    """
    default = defaults("trainer")["loss"]
    if loss is None:
        found: Description = default
    else:
        given = dict(loss) if isinstance(loss, Mapping) else {"kind": loss}
        kind = name_of("loss", given.get("kind"), "loss")
        found = {**defaults(kind), "reading": default["reading"], **given}
        check(kind, found)
    if reading is not None:
        found["reading"] = name_of("reading", reading, "reading")
    return found


def loss_text(loss: LossLike, reading: str | None) -> bytes:
    """The same as the engine reads it; losses by name are put together once."""
    if isinstance(loss, str | None) and isinstance(reading, str | None):
        return _named_loss(loss, reading)
    return text(loss_description(loss, reading))


@cache
def _named_loss(loss: str | None, reading: str | None) -> bytes:
    return text(loss_description(loss, reading))


def shortest(value: float) -> float:
    """The shortest decimal that is the same float32: 0.1 instead of 0.10000000149011612."""
    with np.errstate(over="ignore"):
        rounded = np.float32(value)
    return float(str(rounded)) if np.isfinite(rounded) else value


def text(description: Description) -> bytes:
    """A description as the engine reads it."""
    for key, value in description.items():
        if isinstance(value, float) and not math.isfinite(value):
            raise ArgumentError(f"{key}: {value}, expected a finite number")
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as error:
            raise ArgumentError(f"{key} is {value!r}, which is no JSON: {error}") from error
    return json.dumps(description).encode()


def exported(function: Any, *arguments: Any) -> str:
    """The text that a function of the engine leaves to its caller."""
    out = POINTER(c_char)()
    function(*arguments, out)
    try:
        return ctypes.string_at(out).decode()
    finally:
        lib.qlif_free(out)

"""Files in memory: bytes on their way out of the engine and into it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, c_int64, c_uint8
from typing import Any

import numpy as np

from .arrays import Buffer
from .handles import Owner
from .library import lib

BytesLike = bytes | bytearray | memoryview


def serialized(serialize: Callable[..., Any], owner: Owner) -> bytes:
    """What one of the engine's ``serialize`` functions makes of a handle."""
    data, count = POINTER(c_uint8)(), c_int64()
    with owner.lock:
        serialize(owner.pointer, data, count)
    try:
        return ctypes.string_at(data, count.value)
    finally:
        lib.qlif_free(data)


def view(data: BytesLike) -> Buffer:
    """Bytes for one of the engine's ``deserialize`` functions."""
    held = np.frombuffer(data, np.uint8)
    return Buffer(ctypes.cast(held.ctypes.data, POINTER(c_uint8)), held)

"""Ownership of the engine's handles."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Owner:
    """Frees a handle as soon as nothing refers to it any more.

    Networks, trainers and the views of a network's parameters all refer to the same owner, so that
    a view outlives the network's wrapper. The engine allows one thread at a time in a handle;
    callers hold `lock` during a call, because ctypes lets other Python threads run meanwhile.
    """

    def __init__(
        self, pointer: Any, destroy: Callable[[Any], None], lock: threading.Lock | None = None
    ) -> None:
        self.pointer = pointer
        self.lock = lock or threading.Lock()
        self._destroy = destroy

    def __del__(self) -> None:
        self._destroy(self.pointer)

    def view(self, values: Any, shape: tuple[int, ...]) -> NDArray[np.float32]:
        """A writable array over the engine's memory, which keeps this owner alive."""
        count = int(np.prod(shape, dtype=np.int64))
        memory: Any = (ctypes.c_float * count).from_address(ctypes.addressof(values.contents))
        memory.owner = self  # the array's base is `memory`, and so on to here
        flat: NDArray[np.float32] = np.frombuffer(memory, dtype=np.float32)
        return flat.reshape(shape)

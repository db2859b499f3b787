"""Ownership of the engine's handles."""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Callable
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray


class HandleLock:
    """One thread at a time in a handle.

    A fork may come while another thread holds the lock. That thread is not in the child, which
    would wait for it for ever: there the lock is a new one.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        _locks.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lock.release()

    def renew(self) -> None:
        """Makes it a new one, in a child that a fork has just made."""
        self._lock = threading.Lock()


_locks: weakref.WeakSet[HandleLock] = weakref.WeakSet()


def _renew_locks() -> None:
    for lock in _locks:
        lock.renew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


class Owner:
    """Frees a handle as soon as nothing refers to it any more.

    Networks, trainers and the views of a network's parameters all refer to the same owner, so that
    a view outlives the network's wrapper. The engine allows one thread at a time in a handle;
    callers hold `lock` during a call, because ctypes lets other Python threads run meanwhile.
    """

    def __init__(
        self, pointer: Any, destroy: Callable[[Any], None], lock: HandleLock | None = None
    ) -> None:
        self.pointer = pointer
        self.lock = lock or HandleLock()
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

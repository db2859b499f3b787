"""What networks and trainers have in common: a handle, files, bytes, copies and an end."""

from __future__ import annotations

import os
from types import TracebackType
from typing import Any, TypeVar

from ..errors import ClosedError
from . import arrays, buffers
from .handles import Owner

Self = TypeVar("Self", bound="Saved")


class Saved:
    """Owns a handle of the engine that can be written to a file and to bytes.

    A subclass names the engine's functions and makes itself from bytes.
    """

    __slots__ = ("__weakref__", "_owner")

    _owner: Owner | None

    @staticmethod
    def _functions() -> tuple[Any, Any]:
        """The engine's functions that write to a file and to bytes."""
        raise NotImplementedError

    def _open(self) -> Owner:
        """The handle's owner, unless it was given up."""
        if self._owner is None:
            raise ClosedError(f"this {type(self).__name__.lower()} was closed")
        return self._owner

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes one ``.safetensors`` file, at once or not at all; `qlif.load` reads it.

        The tensors carry the parameters' names; the metadata rebuilds the rest. A trainer's file
        has all that training needs to go on to the same bits.

        Raises:
            FileError: the file cannot be written.
        """
        owner = self._open()
        with owner.lock:
            self._functions()[0](owner.pointer, arrays.path(path))

    def to_bytes(self) -> bytes:
        """What `save` writes, in memory."""
        return buffers.serialized(self._functions()[1], self._open())

    @classmethod
    def from_bytes(cls: type[Self], data: buffers.BytesLike) -> Self:
        """The object of what `to_bytes` gave or `save` wrote.

        Raises:
            FormatError: the bytes are cut off, damaged, or something else.
        """
        raise NotImplementedError

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_bytes, (self.to_bytes(),)

    def close(self) -> None:
        """Gives the object up: any later use is a `ClosedError`. Closing twice is fine.

        The memory is freed once nothing refers to it any more: no view of a parameter, no trainer.
        """
        self._owner = None

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._owner is None

    def __enter__(self: Self) -> Self:
        self._open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

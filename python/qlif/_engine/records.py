"""What a simulation records, on its way out of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import arrays, library
from .arrays import FloatArray


class Records:
    """Arrays that the engine fills, some for each layer of a network.

    Args:
        count: layers of the network.
    """

    def __init__(self, count: int) -> None:
        self._arrays: dict[str, list[FloatArray | None]] = {
            field[0]: [None] * count for field in library.RecordStruct._fields_
        }
        self._count = count
        self._batch_axes: dict[str, int] = {"spikes": 1, "membrane": 1, "currents": 2}

    def add(self, name: str, layer: int, shape: tuple[int, ...]) -> None:
        """Wants a record of a layer."""
        self._arrays[name][layer] = np.empty(shape, np.float32)

    def of(self, name: str) -> list[FloatArray | None]:
        """The arrays of a record, one or None for each layer."""
        return self._arrays[name]

    @contextmanager
    def part(self, rows: slice, whole: bool) -> Iterator[Any]:
        """The engine's structs for some samples, whose records are in their place afterwards.

        Args:
            rows: the samples.
            whole: whether these are all.
        """
        structs = (library.RecordStruct * self._count)()
        pieces = []
        for name, each in self._arrays.items():
            place = (*(slice(None),) * self._batch_axes[name], rows)
            for layer, array in enumerate(each):
                if array is None:
                    continue
                # The engine writes whole arrays: a part's are copied.
                piece = array if whole else np.empty_like(array[place], order="C")
                setattr(structs[layer], name, arrays.float_pointer(piece))
                pieces.append((array[place], piece))
        yield structs
        if not whole:
            for target, piece in pieces:
                target[...] = piece

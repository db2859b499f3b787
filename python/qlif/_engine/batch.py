"""Inputs and targets on their way into the engine."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import InputWarning, QlifError, ShapeError
from . import arrays, library
from .arrays import FloatArray, LabelArray

if TYPE_CHECKING:
    from ..quantum.noise import NoiseArgument

# Rows that are run at a time: between two parts Ctrl-C is heard.
PART = 512


class Target(NamedTuple):
    """What the outputs should be, as the engine takes it, with the array that owns its memory."""

    struct: library.TargetStruct
    array: FloatArray | LabelArray
    given: NDArray[Any]

    @contextmanager
    def told_of_y(self) -> Iterator[None]:
        """What the engine says of a target is said of what was given as `y`."""
        try:
            yield
        except QlifError as error:
            given = f"y has shape {self.given.shape} and dtype {self.given.dtype}: "
            message = re.sub(r"^target\.(labels|values): ", given, str(error))
            message = re.sub(r"^target\.(labels|values)\[", "y[", message)
            raise type(error)(message) from None


class Batch(NamedTuple):
    """An input as the engine takes it, with the array that owns its memory."""

    struct: library.InputStruct
    array: FloatArray
    steps: int
    size: int

    @classmethod
    def of(cls, array: FloatArray, steps: int, is_sequence: bool) -> Batch:
        """An array ``[batch, ...]`` or ``[steps, batch, ...]`` that is shown for some steps."""
        size = array.shape[1 if is_sequence else 0]
        pointer = arrays.float_pointer(array)
        struct = library.InputStruct(pointer, array.size, size, steps if is_sequence else 0)
        return cls(struct, array, steps, size)

    def part(self, rows: slice) -> Batch:
        """Some of the samples."""
        is_sequence = self.struct.steps > 0
        part = self.array[:, rows] if is_sequence else self.array[rows]
        return Batch.of(np.ascontiguousarray(part), self.steps, is_sequence)

    def labels(self, y: ArrayLike) -> arrays.Buffer:
        """The class of each sample; their range is checked by the engine."""
        try:
            return arrays.labels(y, self.size)
        except ShapeError as error:
            if self.struct.steps != np.size(y):
                raise
            hint = "x has its steps first; batch_first=True takes [batch, steps, ...]"
            raise ShapeError(f"{error}; {hint}") from None

    @classmethod
    def checked(cls, x: ArrayLike, shape: tuple[int, ...], steps: int, first: bool | None) -> Batch:
        """An input of samples of a shape, checked and put where the engine can read it.

        Args:
            x: ``[batch, *shape]``, or a sequence ``[steps, batch, *shape]``.
            shape: of one sample.
            steps: how long an input constant in time is shown.
            first: whether a sequence is ``[batch, steps, *shape]``.
        """
        array = arrays.float32(x, "x")
        extra = array.ndim - len(shape)
        if extra not in (1, 2) or array.shape[extra:] != shape:
            sample = ", ".join(str(size) for size in shape)
            raise ShapeError(
                f"x has shape {array.shape}, expected (batch, {sample}) or (steps, batch, {sample})"
            )
        if array.size == 0:
            raise ShapeError(f"x has shape {array.shape}, expected at least one step and sample")
        if extra == 2 and first:
            array = np.ascontiguousarray(array.swapaxes(0, 1))
        elif extra == 2 and first is None and array.shape[0] == array.shape[1] > 1:
            warnings.warn(
                f"x has shape {array.shape} and is taken as [steps, batch, ...]; say "
                "batch_first=True if it is [batch, steps, ...], else batch_first=False",
                InputWarning,
                stacklevel=4,  # the line that called the method of the network
            )
        return cls.of(array, array.shape[0] if extra == 2 else steps, extra == 2)

    def target(self, y: ArrayLike) -> Target:
        """Classes, integers ``[batch]``, or numbers, ``[batch, outputs]`` or ``[batch]``."""
        array = arrays.plain(y, "y")
        if array.ndim == 2 or array.dtype.kind == "f":
            values = arrays.float32(array, "y")
            if values.ndim not in (1, 2) or len(values) != self.size:
                raise ShapeError(
                    f"y has shape {values.shape}, expected ({self.size}, outputs), or "
                    f"({self.size},) with labels"
                )
            pointer = arrays.float_pointer(values)
            return Target(library.TargetStruct(None, pointer, values.size), values, array)
        labels = self.labels(array)
        return Target(library.TargetStruct(labels.pointer, None, 0), labels.array, array)

    def parts(self, run: NoiseArgument) -> Iterator[tuple[slice, Batch]]:
        """The batch in parts, whose samples draw the noise that they draw in the whole.

        Python hears Ctrl-C between two calls of the engine, and does not in one.
        """
        count = self.size // PART
        if count <= 1:
            yield slice(None), self
            return
        first = run.struct.first_sample
        for index in range(count):
            # The last part has what is left over too: none is smaller than the others.
            rows = slice(index * PART, (index + 1) * PART if index + 1 < count else self.size)
            run.struct.first_sample = first + rows.start
            yield rows, self.part(rows)

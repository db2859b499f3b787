"""Arrays and numbers on their way into the engine: passed as they are, converted, or refused.

float32 and C-contiguous arrays pass without a copy. Any other array of real numbers (float64,
big-endian, strided, Fortran-ordered, integers, booleans) is converted; nothing is misread. Each
helper returns the array that owns the memory next to the pointer, so that a converted temporary
outlives the call that reads it.
"""

from __future__ import annotations

import ctypes
import operator
import os
from ctypes import POINTER, c_double, c_float, c_int64
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import ArgumentError, NotFiniteError, ShapeError

T = TypeVar("T")
FloatArray = NDArray[np.float32]
DoubleArray = NDArray[np.float64]
LabelArray = NDArray[np.int64]

_FLOAT_POINTER = POINTER(c_float)
_DOUBLE_POINTER = POINTER(c_double)
_INT64_POINTER = POINTER(c_int64)
_CAST = ctypes.cast

_FLOAT32_MAX = float(np.finfo(np.float32).max)


class Buffer(NamedTuple):
    """A pointer for the engine and the array whose memory it points into."""

    pointer: Any
    array: NDArray[Any]


def float32(values: ArrayLike, name: str) -> FloatArray:
    """The values as a C-contiguous float32 array; the very same object where that is possible."""
    array = _real(values, name)
    try:
        with np.errstate(over="raise"):
            return _native(array, np.dtype(np.float32))
    except FloatingPointError:
        raise _beyond(array, name) from None


def float64(values: ArrayLike, name: str) -> DoubleArray:
    """The values as a C-contiguous float64 array; the very same object where that is possible."""
    return _native(_real(values, name), np.dtype(np.float64))


def int64(values: ArrayLike, name: str) -> LabelArray:
    """The values, which must be integers, as a C-contiguous int64 array."""
    array = _real(values, name)
    if array.dtype.kind == "f":
        raise ArgumentError(f"{name} has dtype {array.dtype}, expected integers")
    if array.dtype == np.uint64 and array.size and int(array.max()) > np.iinfo(np.int64).max:
        raise ArgumentError(f"{name} holds a value beyond int64")
    return _native(array, np.dtype(np.int64))


def labels(values: ArrayLike, batch: int) -> Buffer:
    """Class indices, [batch]; their range is checked by the engine."""
    array = int64(values, "y")
    if array.shape != (batch,):
        raise ShapeError(f"y has shape {array.shape}, expected ({batch},): one label for a sample")
    return Buffer(int64_pointer(array), array)


def float_pointer(array: FloatArray) -> Any:
    """A `float *` into the array, which the caller must keep alive."""
    return _CAST(array.ctypes.data, _FLOAT_POINTER)


def double_pointer(array: DoubleArray) -> Any:
    """A `double *` into the array, which the caller must keep alive."""
    return _CAST(array.ctypes.data, _DOUBLE_POINTER)


def int64_pointer(array: LabelArray) -> Any:
    """An `int64_t *` into the array, which the caller must keep alive."""
    return _CAST(array.ctypes.data, _INT64_POINTER)


def integer(value: Any, name: str, low: int, high: int) -> int:
    """A whole number within what the C type holds: ctypes itself would wrap it silently."""
    try:
        number = operator.index(value)
    except TypeError:
        raise ArgumentError(f"{name} is {value!r}, expected a whole number") from None
    if not low <= number <= high:
        raise ArgumentError(f"{name} is {number}, expected {low} to {high}")
    return number


def size(value: Any, name: str) -> int:
    """A number that fits int64_t; the range is checked by the engine."""
    return integer(value, name, -(2**63), 2**63 - 1)


def number(value: Any, name: str) -> float:
    """A real number; NaN, infinity and the range are the engine's to refuse."""
    if isinstance(value, str | bytes):
        raise ArgumentError(f"{name} is {value!r}, expected a number")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise ArgumentError(f"{name} is {value!r}, expected a number") from None


def text(value: str, name: str) -> bytes:
    """UTF-8 for a C string, which cannot hold a NUL."""
    try:
        encoded = value.encode("utf-8")
    except (AttributeError, UnicodeEncodeError):
        raise ArgumentError(f"{name} is {value!r}, expected text") from None
    if b"\0" in encoded:
        raise ArgumentError(f"{name} holds a NUL character")
    return encoded


def path(value: str | os.PathLike[str]) -> bytes:
    """A file name for C."""
    try:
        encoded = os.fsencode(value)
    except (TypeError, UnicodeEncodeError):
        raise ArgumentError(f"path is {value!r}, expected a file name") from None
    if not encoded or b"\0" in encoded:
        raise ArgumentError(f"path is {value!r}, which no file can be called")
    return encoded


def unmasked(values: T, name: str) -> T:
    """The values as they are; masked ones are refused, because numpy would lose the mask."""
    if np.ma.is_masked(values):
        raise ArgumentError(f"{name} has masked values: fill them first, as in {name}.filled(0)")
    return values


def plain(values: Any, name: str) -> NDArray[Any]:
    """The values as an ordinary array of numpy; the very same object where that is possible."""
    if not isinstance(values, np.ndarray) and hasattr(values, "toarray"):
        kind = type(values).__name__
        raise ArgumentError(f"{name} is a sparse {kind}, expected a dense array: {name}.toarray()")
    try:
        return np.asarray(unmasked(values, name))
    except (TypeError, ValueError, RuntimeError) as error:
        if isinstance(error, ArgumentError):
            raise
        raise ArgumentError(f"{name} cannot be made an array: {error}") from error


def representable(array: NDArray[Any], name: str) -> None:
    """Refuses finite values that float32 would make infinite."""
    wide = array.dtype.kind == "f" and array.dtype.itemsize > 4 and array.size
    if wide and not max(array.max(), -array.min()) <= _FLOAT32_MAX:
        raise _beyond(array, name)


def is_text(array: NDArray[Any]) -> bool:
    """Whether every value is text."""
    if array.dtype.kind == "O":
        return all(isinstance(each, str) for each in array.ravel())
    return array.dtype.kind in "US"


def _real(values: ArrayLike, name: str) -> NDArray[Any]:
    array = plain(values, name)
    if array.dtype.kind not in "fiub":
        raise ArgumentError(f"{name} has dtype {array.dtype}, expected real numbers")
    return array


def _beyond(array: NDArray[Any], name: str) -> NotFiniteError:
    """The error that shows the finite value that is farthest from zero."""
    finite = array[np.isfinite(array)]
    value = finite[np.abs(finite).argmax()]
    return NotFiniteError(f"{name} holds {value}, beyond the range of float32: {_FLOAT32_MAX:.3g}")


def _native(array: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    if array.dtype == dtype and array.flags.c_contiguous and array.flags.aligned:
        return array
    return np.array(array, dtype=dtype, order="C")

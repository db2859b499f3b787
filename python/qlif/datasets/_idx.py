"""IDX files: the format of the MNIST family, plain or gzip-compressed.

Two zero bytes, the type (8: unsigned bytes), the number of axes, each axis' size as a big-endian
32-bit number, then the values. The sizes in the header must be the file's own.
"""

from __future__ import annotations

import gzip
import zlib
from contextlib import nullcontext
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._engine import files
from ._errors import DatasetError

_UNSIGNED_BYTES = 8
_GZIP_MAGIC = b"\x1f\x8b"
_LARGEST = 1 << 30  # bytes: a header that says more is damaged
_BLOCK = 1 << 20


def read(path: Path, axes: int) -> NDArray[np.uint8]:
    """The values of a file that must have so many axes."""
    try:
        with files.opened(path) as plain:
            compressed = plain.read(2) == _GZIP_MAGIC
            plain.seek(0)
            with gzip.open(plain) if compressed else nullcontext(plain) as stream:
                header = stream.read(4 + 4 * axes)
                shape = _shape(path, header, axes)
                # One byte more than the header says, to notice a file that is too long.
                values = _taken(stream, prod(shape) + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DatasetError(f"{path} is cut off or damaged: {files.reason(error)}") from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {files.reason(error)}") from error
    if len(values) != prod(shape):
        many = "more" if len(values) > prod(shape) else len(values)
        raise DatasetError(f"{path} holds {many} values, but its header says {prod(shape)}")
    return np.frombuffer(values, np.uint8).reshape(shape)


def _taken(stream: Any, most: int) -> bytearray:
    """Up to so many bytes; takes room for what is there, not for what a header promises."""
    values = bytearray()
    while len(values) < most and (block := stream.read(min(_BLOCK, most - len(values)))):
        values += block
    return values


def _shape(path: Path, header: bytes, axes: int) -> tuple[int, ...]:
    if len(header) < 4 + 4 * axes or header[:4] != bytes([0, 0, _UNSIGNED_BYTES, axes]):
        raise DatasetError(f"{path} is not an IDX file of unsigned bytes with {axes} axes")
    shape = tuple(int(size) for size in np.frombuffer(header, ">u4", offset=4))
    if prod(shape) > _LARGEST:
        raise DatasetError(f"{path} is damaged: its header says {prod(shape)} values")
    return shape

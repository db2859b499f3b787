"""The error of this package."""

from __future__ import annotations

from ..errors import FileError


class DatasetError(FileError):
    """A data set that is missing, cut off, damaged, or cannot be had."""

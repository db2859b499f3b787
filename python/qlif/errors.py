"""The exceptions and warnings of the package.

Each error is a `QlifError` and also the built-in exception that a caller would expect, so that
``except ValueError`` keeps working.
"""

from __future__ import annotations


class QlifError(Exception):
    """Base of every error that qlif raises on purpose."""


class ArgumentError(QlifError, ValueError):
    """A value that the argument cannot take."""


class ShapeError(ArgumentError):
    """Sizes that do not fit together."""


class NotFiniteError(ArgumentError):
    """NaN or infinity where a number is needed."""


class FileError(QlifError, OSError):
    """A file that cannot be read or written."""


class FormatError(FileError, ValueError):
    """A file, or bytes, that are not what they should be."""


class OutOfMemoryError(QlifError, MemoryError):
    """Sizes that this machine cannot hold."""


class ClosedError(ArgumentError):
    """A network or trainer that was used after `close()`."""


class LibraryError(QlifError, ImportError):
    """The engine's library is missing, or is one of another version."""


class MissingExtraError(QlifError, ImportError):
    """An optional dependency that is not installed; the message names the extra."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(f"{purpose} needs {package}: pip install 'qlif[{extra}]'")


class SilentLayerWarning(UserWarning):
    """A layer that never spiked in a whole epoch: nothing behind it can learn from it."""


class InputWarning(UserWarning):
    """An input that is hardly what it is taken for; the message has the line that mends it."""


class InterruptedWarning(UserWarning):
    """Training was stopped by Ctrl-C; the network keeps what it had learned."""

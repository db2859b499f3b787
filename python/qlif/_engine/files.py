"""Files: read where they are files, written whole or not at all.

All that the package writes by itself goes through `write`; the engine has the same in Swift
(``Sources/QLIFFiles``).
"""

from __future__ import annotations

import errno
import fcntl
import io
import json
import math
import os
import secrets
import stat
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from ..errors import FileError, FormatError

Name = str | bytes | os.PathLike[str] | os.PathLike[bytes]

_PREFIX, _SUFFIX = ".qlif-", ".tmp"
_LARGEST = 1 << 30  # bytes: no file that is read whole has more
_LINKS = 40  # as many as Linux follows

_REFUSED = {
    stat.S_IFDIR: "it is a folder",
    stat.S_IFSOCK: "it is a socket",
    stat.S_IFBLK: "it is a block device",
}


def shown(path: Name) -> str:
    """A path in words, also where it is no text."""
    return os.fsencode(path).decode("utf-8", "replace")


def reason(error: Exception) -> str:
    """Why a call failed, without the path, which the message has already."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


# ---- Writing -------------------------------------------------------------------------------


def write(path: Name, data: bytes) -> None:
    """Puts bytes into a file, at once and onto the disk.

    A link is followed and stays. A file that is there keeps its mode and its owner; one that nobody
    may write, or that this user may not, is refused. A new file obeys the umask. A pipe or a
    character device cannot be replaced and is written to; folders, sockets and block devices are
    refused.

    Raises:
        FileError: the file cannot be written; what was there before is still there.
    """
    try:
        _write(os.fsencode(path), data)
    except (OSError, ValueError) as error:  # a NUL in the path is a ValueError
        raise FileError(f"{shown(path)} cannot be written: {reason(error)}") from error


def write_arrays(path: Name, arrays: Mapping[str, Any]) -> None:
    """Writes arrays as NumPy's ``.npz``, in the same way."""
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    write(path, stream.getvalue())


def _write(path: bytes, data: bytes) -> None:
    if not path:
        raise FileNotFoundError(errno.ENOENT, "the path is empty")
    try:
        old = os.stat(path)
    except FileNotFoundError:
        _replace(_followed(path), None, data)
        return
    kind = stat.S_IFMT(old.st_mode)
    if kind in (stat.S_IFIFO, stat.S_IFCHR):
        _write_through(path, data)
        return
    if kind != stat.S_IFREG:
        raise OSError(errno.EINVAL, _REFUSED.get(kind, "it is no plain file"))
    # Renaming asks for neither. Root may write anything, but a file that nobody may write is meant
    # to stay.
    if not old.st_mode & 0o222:
        raise PermissionError(errno.EACCES, "it is read-only")
    if not os.access(path, os.W_OK, effective_ids=True):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    target = _followed(path)
    # A descriptor's entry in /proc may be a link to a file that has no name any more.
    if os.path.lexists(target) and os.path.samestat(os.lstat(target), old):
        _replace(target, old, data)
    else:
        _write_through(path, data)


def _followed(path: bytes) -> bytes:
    """Where a link leads in the end, whether there is anything or not; else the path itself."""
    for _ in range(_LINKS):
        try:
            path = os.path.join(os.path.dirname(path), os.readlink(path))
        except OSError:
            break
    return path


def _write_through(path: bytes, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_TRUNC | os.O_NOCTTY)
    try:
        _put(handle, data)
    finally:
        os.close(handle)


def _replace(target: bytes, old: os.stat_result | None, data: bytes) -> None:
    folder = os.path.dirname(target) or b"."
    _remove_dead(folder)
    # A file without a name goes with the process that is killed; not every file system has it.
    if not _place(target, folder, old, data, is_named=False):
        _place(target, folder, old, data, is_named=True)
    _sync(folder)


def _place(
    target: bytes, folder: bytes, old: os.stat_result | None, data: bytes, *, is_named: bool
) -> bool:
    """Writes a new file and puts it in the target's place; False where files need names."""
    mode = 0o666 if old is None else 0o600
    name = None
    if is_named:
        handle, name = _named(folder, mode)
    else:
        try:
            handle = os.open(folder, os.O_WRONLY | os.O_TMPFILE, mode)
        except OSError:
            return False
        _lock(handle)
    try:
        _put(handle, data)
        if old is not None:
            _take_after(handle, old)
        os.fsync(handle)
        if name is None:
            wanted = _temporary(folder)
            try:
                # With a descriptor of a folder, as else Python links the entry in /proc itself.
                os.link(b"/proc/self/fd/%d" % handle, wanted, src_dir_fd=handle)
            except OSError:
                return False
            name = wanted
        os.rename(name, target)
        name = None
    finally:
        if name is not None:
            os.unlink(name)
        os.close(handle)
    return True


def _temporary(folder: bytes) -> bytes:
    # Short whatever the target's name is, which may be as long as a name can be.
    return os.path.join(folder, f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}".encode())


def _named(folder: bytes, mode: int) -> tuple[int, bytes]:
    while True:
        name = _temporary(folder)
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        _lock(handle)
        if os.fstat(handle).st_nlink:
            return handle, name
        os.close(handle)  # taken for one of the dead before it was locked


def _lock(handle: int) -> None:
    """Tells the files of the living from those of the dead; not every file system has locks."""
    with suppress(OSError):
        fcntl.flock(handle, fcntl.LOCK_EX)


def _remove_dead(folder: bytes) -> None:
    """Removes what saves that were killed have left in a folder."""
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if not (name.startswith(_PREFIX.encode()) and name.endswith(_SUFFIX.encode())):
            continue
        path = os.path.join(folder, name)
        try:
            handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.unlink(path)
        except OSError:
            pass
        finally:
            os.close(handle)


def _take_after(handle: int, old: os.stat_result) -> None:
    """Takes the mode and the owner of the file that is replaced.

    An owner that this user cannot give it to is not kept; then others are given no more than they
    had.
    """
    mode = stat.S_IMODE(old.st_mode)
    try:
        os.fchown(handle, old.st_uid, old.st_gid)
    except OSError:
        mode &= 0o777
        try:
            os.fchown(handle, -1, old.st_gid)
        except OSError:
            mode &= 0o707
    os.fchmod(handle, mode)


def _put(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync(folder: bytes) -> None:
    """Makes the new name last, where the file system grants it."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


# ---- Reading -------------------------------------------------------------------------------


def opened(path: Name) -> BinaryIO:
    """A file for reading. Whatever else a path may name is refused: a pipe would be waited for.

    Raises:
        OSError: as `open`; also where there is something else than a file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is no plain file")
    return os.fdopen(handle, "rb")


def read(path: Name) -> bytes | None:
    """The bytes of a file, or None where there is none.

    Raises:
        FileError: the file cannot be read, or is larger than any of this package.
    """
    try:
        with opened(path) as stream:
            size = os.fstat(stream.fileno()).st_size
            if size > _LARGEST:
                raise OSError(errno.EFBIG, f"{size} bytes, expected {_LARGEST} at most")
            return stream.read(size)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FileError(f"{shown(path)} cannot be read: {reason(error)}") from error


def read_json(path: Name) -> Any | None:
    """What a text file says as JSON, or None where there is none.

    Raises:
        FileError: as `read`.
        FormatError: it says something else.
    """
    data = read(path)
    if data is None:
        return None
    try:
        return json.loads(data.decode("utf-8"), parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{shown(path)} is damaged: {error}") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"it holds the number {text}")
    return number


def read_arrays(path: Name) -> dict[str, NDArray[Any]] | None:
    """The arrays of a file of `write_arrays`, or None where there is none.

    Raises:
        FileError: as `read`.
        FormatError: it is something else, or damaged.
    """
    data = read(path)
    if data is None:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {
                entry.filename.removesuffix(".npy"): _array(archive, entry)
                for entry in archive.infolist()
            }
    except Exception as error:  # zipfile and NumPy have many words for a damaged file
        raise FormatError(f"{shown(path)} is damaged: {error}") from error


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> NDArray[Any]:
    """An array of numbers or text that fills its entry exactly."""
    # `np.load` takes the room that a header asks for; what is compressed may become anything.
    if entry.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{entry.filename} is compressed")
    data = archive.read(entry)
    stream = io.BytesIO(data)
    version = np.lib.format.read_magic(stream)
    header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }[version]
    shape, is_fortran, dtype = header(stream)
    values = data[stream.tell() :]
    if dtype.kind not in "biufcU" or math.prod(shape) * dtype.itemsize != len(values):
        raise ValueError(f"{entry.filename} is not as its header says")
    # A copy, as what is read may be written to.
    flat: NDArray[Any] = np.frombuffer(values, dtype).copy()
    return flat.reshape(shape, order="F" if is_fortran else "C")

"""Downloads that arrive whole and right, or not at all."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import urllib.request
import zlib
from pathlib import Path

from tqdm.auto import tqdm

from .._engine import files
from ..errors import FileError
from ._catalogue import File
from ._errors import DatasetError

_BLOCK = 1 << 16
_TIMEOUT = 60  # seconds without a byte


def fetch(url: str, target: Path, expected: File) -> None:
    """Downloads an official file.

    The file is written only once it is complete and checked: whatever goes wrong before, Ctrl-C
    too, leaves nothing behind. No more is taken than the official file has.

    Raises:
        DatasetError: no connection, a cut-off or a wrong file, or nowhere to write.
    """
    try:
        # Before the download, which is long, as it may fail.
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatasetError(f"{target} cannot be written: {files.reason(error)}") from error
    try:
        data = _download(url, expected.size, target.name)
        _check(url, "SHA-256", hashlib.sha256(data).hexdigest(), expected.sha256)
        contents = hashlib.md5(gzip.decompress(data), usedforsecurity=False)
        _check(url, "MD5", contents.hexdigest(), expected.md5)
    except DatasetError:
        raise
    except (OSError, ValueError, http.client.HTTPException, zlib.error, EOFError) as error:
        raise DatasetError(f"{url} cannot be downloaded: {files.reason(error)}") from error
    try:
        files.write(target, data)
    except FileError as error:
        raise DatasetError(str(error)) from error


def _download(url: str, size: int, name: str) -> bytes:
    """What the address serves, which must be so many bytes."""
    data = bytearray()
    with (
        urllib.request.urlopen(url, timeout=_TIMEOUT) as response,
        tqdm(total=size, unit="B", unit_scale=True, desc=name) as bar,
    ):
        while block := response.read(min(_BLOCK, size + 1 - len(data))):
            data += block
            if len(data) > size:
                raise DatasetError(f"{url} is not the official file: more than its {size} bytes")
            bar.update(len(block))
    if len(data) < size:
        raise EOFError(f"cut off after {len(data)} of {size} bytes")
    return bytes(data)


def _check(url: str, kind: str, found: str, expected: str) -> None:
    if found != expected:
        raise DatasetError(f"{url} is not the official file: {kind} {found}, expected {expected}")

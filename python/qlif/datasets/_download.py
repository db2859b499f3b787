"""Downloads that arrive whole and right, or not at all."""

from __future__ import annotations

import hashlib
import http.client
import os
import tempfile
import urllib.request
import zlib
from pathlib import Path

from tqdm.auto import tqdm

from ._errors import DatasetError

_BLOCK = 1 << 16
_TIMEOUT = 60  # seconds without a byte


def fetch(url: str, target: Path, md5: str) -> None:
    """Downloads a gzip file whose uncompressed contents have a known MD5.

    The file takes its name only once it is complete and checked; whatever goes wrong before, Ctrl-C
    too, leaves nothing behind.

    Raises:
        DatasetError: no connection, a cut-off or a wrong file, or nowhere to write.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(prefix=target.name + ".", dir=target.parent)
    except OSError as error:
        raise DatasetError(f"{target} cannot be written: {error}") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            found = _copy(url, stream, target.name)
            stream.flush()
            os.fsync(stream.fileno())
        if found != md5:
            raise DatasetError(f"{url} is not the official file: MD5 {found}, expected {md5}")
        os.chmod(part, 0o644)  # mkstemp's files are the owner's alone
        os.replace(part, target)
    except (OSError, http.client.HTTPException, zlib.error, EOFError) as error:
        if isinstance(error, DatasetError):
            raise
        raise DatasetError(f"{url} cannot be downloaded: {error}") from error
    finally:
        Path(part).unlink(missing_ok=True)


def _copy(url: str, stream: object, name: str) -> str:
    """Writes what the address serves; returns the MD5 of its uncompressed contents."""
    digest, unpacker = hashlib.md5(usedforsecurity=False), zlib.decompressobj(wbits=31)
    with urllib.request.urlopen(url, timeout=_TIMEOUT) as response:
        length = response.headers.get("Content-Length")
        total = int(length) if length else None
        received = 0
        with tqdm(total=total, unit="B", unit_scale=True, desc=name) as bar:
            while block := response.read(_BLOCK):
                stream.write(block)  # type: ignore[attr-defined]
                digest.update(unpacker.decompress(block))
                received += len(block)
                bar.update(len(block))
    if total is not None and received != total:
        raise EOFError(f"cut off after {received} of {total} bytes")
    if not unpacker.eof:
        raise EOFError(f"cut off after {received} bytes")
    return digest.hexdigest()

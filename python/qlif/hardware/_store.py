"""The state of a run on disk: a folder that grows by one file for each job and each step."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from .._errors import ArgumentError, FormatError

FORMAT = 1


class Store:
    """Keeps what a device returned, so that a run that stopped goes on where it was.

    ``run.json`` says which run it is; ``step-00003.npz`` holds every layer's alpha of a finished
    step; ``job-*.npz`` hold the frequencies of the step that is under way, and ``pending.json``
    names the job that was handed in last. Each file is written whole or not at all.
    """

    def __init__(self, folder: str | os.PathLike[str] | None, identity: dict[str, Any]) -> None:
        self._temporary = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix="qlif-run-") if folder is None else folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            known = self._read("run.json")
        except OSError as error:
            raise ArgumentError(f"state: {self.folder} cannot be used: {error}") from error
        wanted = {"format": FORMAT, **identity}
        if known is None:
            if any(self.folder.iterdir()):
                raise ArgumentError(
                    f"state: {self.folder} holds other files, expected an empty folder"
                )
            self._write("run.json", wanted)
        elif known.get("identity", known) != wanted:
            differing = sorted(k for k in {*wanted, *known} if known.get(k) != wanted.get(k))
            raise ArgumentError(
                f"state: {self.folder} holds another run, which differs in {', '.join(differing)}"
            )

    # ---- Steps and jobs ------------------------------------------------------------------

    def step(self, step: int) -> list[Any] | None:
        """Every layer's alpha of a finished step, or None."""
        arrays = self._load(f"step-{step:05d}.npz")
        return None if arrays is None else [arrays[f"alpha{i}"] for i in range(len(arrays))]

    def save_step(self, step: int, alpha: list[Any]) -> None:
        """Keeps a finished step; its jobs are in it."""
        self._save(f"step-{step:05d}.npz", {f"alpha{i}": each for i, each in enumerate(alpha)})
        for job in self.folder.glob("job-*.npz"):
            job.unlink()

    def job(self, name: str) -> Any | None:
        """The frequencies ``[circuits, width]`` of a finished job, or None."""
        arrays = self._load(f"job-{name}.npz")
        return None if arrays is None else arrays["frequencies"]

    def save_job(self, name: str, frequencies: Any) -> None:
        """Keeps a finished job."""
        self._save(f"job-{name}.npz", {"frequencies": frequencies})
        (self.folder / "pending.json").unlink(missing_ok=True)

    def pending(self, name: str) -> str | None:
        """The backend's name of a job that was handed in and not yet returned."""
        record = self._read("pending.json")
        return str(record["id"]) if record and record.get("job") == name else None

    def save_pending(self, name: str, job_id: str | None) -> None:
        """Remembers a job that was handed in; None forgets it."""
        if job_id is None:
            (self.folder / "pending.json").unlink(missing_ok=True)
        else:
            self._write("pending.json", {"job": name, "id": job_id})

    def finish(self) -> None:
        """Removes a folder that nobody asked for."""
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- Files ---------------------------------------------------------------------------

    def _read(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        if not path.exists():
            return None
        try:
            record = json.loads(path.read_text("utf-8"))
        except ValueError as error:
            raise FormatError(f"{path} is damaged: {error}") from error
        if not isinstance(record, dict):
            raise FormatError(f"{path} is damaged: it holds no record")
        return record

    def _write(self, name: str, record: dict[str, Any]) -> None:
        with self._whole(name) as file:
            file.write(json.dumps(record, indent=1).encode("utf-8"))

    def _load(self, name: str) -> dict[str, Any] | None:
        path = self.folder / name
        if not path.exists():
            return None
        try:
            with np.load(path, allow_pickle=False) as arrays:
                return dict(arrays)
        except (ValueError, OSError, EOFError) as error:
            raise FormatError(f"{path} is damaged: {error}") from error

    def _save(self, name: str, arrays: dict[str, Any]) -> None:
        with self._whole(name) as file:
            np.savez(file, **arrays)

    def _whole(self, name: str) -> _WholeFile:
        return _WholeFile(self.folder / name)


class _WholeFile:
    """A file that appears under its name once it is written to the end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")

    def __enter__(self) -> Any:
        self._file = self._part.open("wb")
        return self._file

    def __exit__(self, kind: object, *rest: object) -> None:
        with self._file:
            if kind is None:
                self._file.flush()
                os.fsync(self._file.fileno())
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)


def digest(*arrays: Any) -> str:
    """A fingerprint of bytes and arrays."""
    total = hashlib.sha256()
    for array in arrays:
        if isinstance(array, bytes):
            total.update(array)
        else:
            total.update(str(array.shape).encode())
            total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()

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

from .._engine import files
from ..errors import ArgumentError, FormatError

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
        except OSError as error:
            raise ArgumentError(
                f"state: {self.folder} cannot be used: {files.reason(error)}"
            ) from error
        known = self._read("run.json")
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

    def step(self, step: int, shapes: list[tuple[int, ...]]) -> list[Any] | None:
        """Every layer's alpha of a finished step, or None."""
        wanted = {f"alpha{i}": shape for i, shape in enumerate(shapes)}
        arrays = self._load(f"step-{step:05d}.npz", wanted)
        return None if arrays is None else [arrays[name] for name in wanted]

    def save_step(self, step: int, alpha: list[Any]) -> None:
        """Keeps a finished step; its jobs are in it."""
        self._save(f"step-{step:05d}.npz", {f"alpha{i}": each for i, each in enumerate(alpha)})
        for job in self.folder.glob("job-*.npz"):
            job.unlink()

    def job(self, name: str, shape: tuple[int, int]) -> Any | None:
        """The frequencies ``[circuits, width]`` of a finished job, or None."""
        arrays = self._load(f"job-{name}.npz", {"frequencies": shape})
        return None if arrays is None else arrays["frequencies"]

    def save_job(self, name: str, frequencies: Any) -> None:
        """Keeps a finished job."""
        self._save(f"job-{name}.npz", {"frequencies": frequencies})
        (self.folder / "pending.json").unlink(missing_ok=True)

    def pending(self, name: str) -> str | None:
        """The backend's name of a job that was handed in and not yet returned."""
        record = self._read("pending.json")
        if record is None or record.get("job") != name or not isinstance(record.get("id"), str):
            return None
        return str(record["id"])

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
        record = files.read_json(path)
        if record is not None and not isinstance(record, dict):
            raise FormatError(f"{path} is damaged: it holds no record")
        return record

    def _write(self, name: str, record: dict[str, Any]) -> None:
        files.write(self.folder / name, json.dumps(record, indent=1).encode("utf-8"))

    def _load(self, name: str, wanted: dict[str, tuple[int, ...]]) -> dict[str, Any] | None:
        """Populations under the wanted names and of the wanted shapes."""
        path = self.folder / name
        arrays = files.read_arrays(path)
        if arrays is None:
            return None
        if {key: values.shape for key, values in arrays.items()} != wanted:
            raise FormatError(f"{path} is damaged: it is of another run")
        for values in arrays.values():
            if values.dtype.kind != "f" or not ((values >= 0) & (values <= 1)).all():
                raise FormatError(f"{path} is damaged: it holds something else than populations")
        return arrays

    def _save(self, name: str, arrays: dict[str, Any]) -> None:
        files.write_arrays(self.folder / name, arrays)


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

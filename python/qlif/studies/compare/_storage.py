"""What a comparison leaves on the disk, so that no finished work is ever done twice or lost.

The folder has one subfolder for each model on each data set, with a model file and a record for
each seed. A record is written last, so its presence says that the run is complete; ``results.json``
and ``results.md`` are made of the records alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ... import __version__
from ..._engine import files, schema
from ...errors import FormatError
from .. import results

Record = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """The files of one run."""

    folder: Path
    seed: int

    @property
    def record(self) -> Path:
        """Its numbers."""
        return self.folder / f"seed-{self.seed}.json"

    def model(self, suffix: str) -> Path:
        """The trained model."""
        return self.folder / f"seed-{self.seed}{suffix}"

    @property
    def checkpoint(self) -> Path:
        """The state of a training that is under way."""
        return self.folder / f"seed-{self.seed}.checkpoint"


@dataclass(frozen=True)
class Store:
    """The folder of a comparison."""

    folder: Path

    def of(self, model: str, dataset: str) -> Path:
        """The subfolder of a model on a data set."""
        return self.folder / dataset / model

    def place(self, model: str, dataset: str, seed: int) -> Place:
        """The files of one run; their folder is made."""
        folder = self.of(model, dataset)
        folder.mkdir(parents=True, exist_ok=True)
        return Place(folder, seed)

    @property
    def results(self) -> Path:
        """All records in one file."""
        return self.folder / "results.json"

    @property
    def table(self) -> Path:
        """The table for readers."""
        return self.folder / "results.md"

    def records(self, models: list[str], datasets: list[str]) -> list[Record]:
        """Every finished run, in the order of the given names, then by seed."""
        found = []
        for dataset in datasets:
            for model in models:
                paths = self.of(model, dataset).glob("seed-*.json")
                runs = (read(path) for path in paths)
                found += sorted(filter(None, runs), key=lambda run: int(run["seed"]))
        return found

    def collect(self, records: list[Record], summary: list[Record], table: str) -> None:
        """Writes what the records amount to."""
        content = {"format": 1, "qlif": __version__, "summary": summary, "runs": records}
        results.write(self.results, results.as_json(content))
        results.write(self.table, table)

    def locked(self) -> AbstractContextManager[None]:
        """Keeps a second comparison out of the folder while this one works in it."""
        return results.locked(self.folder, "comparison")


# What the table and the pictures take from a record.
_SCHEMA = {
    "model": str,
    "title": str,
    "dataset": str,
    "dataset_title": str,
    "seed": int,
    "settings": {"parameters": dict, "images": str},
    "classes": [str],
    "training_images": int,
    "test_images": int,
    "parameters": int,
    "epochs": float,
    "accuracy": float,
    "precision": (float, None),
    "recall": (float, None),
    "f1": (float, None),
    "auc": (float, None),
    "training_seconds": float,
    "images_per_second": float,
    "inference_images_per_second": float,
    "spikes_per_inference": (float, None),
    "published_accuracy": (float, None),
    "layers": ([{"layer": int, "firing_rate": float}], None),
    "history": dict,
}


def read(path: Path) -> Record | None:
    """A finished run's record, or None where there is none."""
    try:
        record: Record | None = files.read_json(path)
        if record is not None:
            schema.check(record, _SCHEMA)
    except ValueError as error:
        raise FormatError(
            f"{path} is not a run of qlif.compare ({error}); remove it to run anew"
        ) from error
    return record


def neighbours(place: Place) -> Iterator[tuple[Path, Record]]:
    """Every finished run on the same data set."""
    for path in sorted(place.folder.parent.glob("*/seed-*.json")):
        record = read(path)
        if record is not None:
            yield path, record

"""What the drawings take from the results of studies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .._engine import files, schema
from ..errors import ArgumentError, FileError, FormatError

Record = dict[str, Any]

_RUN = {
    **dict.fromkeys(("model", "title", "dataset", "dataset_title"), str),
    **dict.fromkeys(("seed", "training_images", "test_images"), int),
    "accuracy": float,
    "classes": [str],
    "confusion": [[int]],
    "history": dict,
    "roc": {
        "false_positive_rate": [float],
        "true_positive_rate": [([float], None)],
        "auc": [(float, None)],
    },
}
_ROW = {
    **dict.fromkeys(("model", "sweep"), str),
    **dict.fromkeys(("mean", "lowest", "highest"), float),
    "value": (float, None),
    "seeds": int,
}
_STUDY = {
    "settings": {"dataset_title": str, "test_images": int, "shots": (int, None)},
    "models": [{"name": str, "title": str}],
    "sweeps": dict,
    "summary": [_ROW],
}


@dataclass(frozen=True)
class Group:
    """The runs of one model on one data set, at least one; they have the same classes."""

    runs: list[Record]

    @property
    def name(self) -> str:
        """As the options call it."""
        return f"{self.runs[0]['model']} on {self.runs[0]['dataset']}"

    @property
    def title(self) -> str:
        """As one writes it."""
        return f"{self.runs[0]['title']} on {self.runs[0]['dataset_title']}"

    def seeds(self, word: str) -> str:
        """``"seed 0"`` or ``"mean of 3 seeds"``."""
        count = len(self.runs)
        return f"seed {self.runs[0]['seed']}" if count == 1 else f"{word} {count} seeds"


def is_results(value: Any) -> bool:
    """Whether it is a path, or a record of results."""
    return isinstance(value, str | bytes | os.PathLike | dict)


def groups(
    results: Any, model: str | None, dataset: str | None, seed: int | None
) -> tuple[str, list[Group]]:
    """What the results are called, and the chosen runs in their order."""
    name, record = _read(results, {"runs": [_RUN]}, "qlif.compare")
    for run in record["runs"]:
        for problem in _problems(run):
            raise FormatError(f"{name}: {problem} of {run['model']} on {run['dataset']}")
    wanted = {"model": model, "dataset": dataset, "seed": seed}
    wanted = {key: value for key, value in wanted.items() if value is not None}
    runs = [run for run in record["runs"] if all(run[key] == wanted[key] for key in wanted)]
    if not runs:
        there = ", ".join(each.name for each in _grouped(record["runs"])) or "none at all"
        words = ", ".join(f"{key} is {value!r}" for key, value in wanted.items())
        raise ArgumentError(f"{words or 'results'}: {name} has no such run, it has {there}")
    return name, _grouped(runs)


def study(results: Any) -> tuple[str, Record]:
    """What the results of a study of noise are called, and what they say."""
    name, record = _read(results, _STUDY, "qlif.robustness")
    words = list(record["sweeps"].values())
    check(name, words, [{"title": str, "label": str}], "qlif.robustness")
    return name, record


def _read(results: Any, wanted: Record, command: str) -> tuple[str, Record]:
    if not is_results(results):
        raise ArgumentError(f"results is {results!r:.60}, expected a path or the record in it")
    if isinstance(results, dict):
        name, record = "the record", results
    else:
        name, found = files.shown(results), files.read_json(results)
        if found is None:
            raise FileError(f"{name} cannot be read: there is no such file")
        record = found
    check(name, record, wanted, command)
    return name, record


def check(name: str, value: Any, wanted: Any, command: str) -> None:
    """Refuses what is not as a schema says, in words about results of a command."""
    try:
        schema.check(value, wanted)
    except ValueError as error:
        raise FormatError(f"{name} is not of {command} ({error})") from error


def _problems(run: Record) -> Iterator[str]:
    count, rows, roc = len(run["classes"]), run["confusion"], run["roc"]
    if not count or [len(row) for row in rows] != [count] * count or min(map(min, rows)) < 0:
        yield "the confusion has other sizes than the classes, or counts below 0,"
    rates = roc["true_positive_rate"]
    lengths = {len(each) for each in rates if each is not None} - {len(roc["false_positive_rate"])}
    if lengths or not len(rates) == len(roc["auc"]) == count:
        yield "the ROC curves do not fit together"


def _grouped(runs: list[Record]) -> list[Group]:
    found: dict[tuple[Any, ...], list[Record]] = {}
    for run in runs:
        key = (run["model"], run["dataset"], *run["classes"])
        found.setdefault(key, []).append(run)
    return [Group(each) for each in found.values()]

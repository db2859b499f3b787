"""The table: mean and spread over the seeds, beside the authors' figures."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from typing import Any

from ...errors import FormatError
from ._storage import Record

_NONE = "\N{EN DASH}"

# Key in a record, heading, decimals, factor.
_METRICS = (
    ("precision", "precision", 2, 100),
    ("recall", "recall", 2, 100),
    ("f1", "F1", 2, 100),
    ("auc", "AUC", 4, 1),
)

_SUMMARISED = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "auc",
    "training_seconds",
    "images_per_second",
    "inference_images_per_second",
    "spikes_per_inference",
)


def summarise(records: list[Record]) -> list[Record]:
    """For each model on each data set the mean and the standard deviation over its seeds."""
    return [_summary(runs) for runs in groups(records)]


def groups(records: Iterable[Record]) -> list[list[Record]]:
    """The runs of each model on each data set, in the order of their first ones."""
    found: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        found.setdefault((record["dataset"], record["model"]), []).append(record)
    return list(found.values())


def _summary(runs: list[Record]) -> Record:
    first = runs[0]
    kept = (
        "model",
        "title",
        "dataset",
        "dataset_title",
        "training_images",
        "test_images",
        "parameters",
        "published_accuracy",
    )
    if len({len(run["layers"] or []) for run in runs}) > 1:
        raise FormatError(f"the runs of {first['model']} on {first['dataset']} differ in layers")
    rates = [
        {
            "layer": layers[0]["layer"],
            **_spread([each["firing_rate"] for each in layers]),
        }
        for layers in zip(*(run["layers"] or [] for run in runs), strict=True)
    ]
    # Where time is the limit, the seeds may differ in how far they came.
    images = [run["training_images"] for run in runs]
    return {
        **{name: first[name] for name in kept},
        "training_images": min(images),
        "most_training_images": max(images),
        "epochs": _spread([run["epochs"] for run in runs]),
        "seeds": [run["seed"] for run in runs],
        **{name: _spread([run.get(name) for run in runs]) for name in _SUMMARISED},
        "firing_rates": rates,
    }


def _spread(values: list[float | None]) -> Record:
    """Mean and sample standard deviation; the latter is None for a single value."""
    known = [value for value in values if value is not None]
    if len(known) != len(values) or not known:
        return {"mean": None, "deviation": None}
    deviation = statistics.stdev(known) if len(known) > 1 else None
    return {"mean": statistics.fmean(known), "deviation": deviation}


def markdown(summaries: list[Record]) -> str:
    """A table for each data set, and what its columns mean."""
    parts = ["# Comparison\n"]
    for dataset in dict.fromkeys(each["dataset"] for each in summaries):
        rows = [each for each in summaries if each["dataset"] == dataset]
        test = " / ".join(dict.fromkeys(f"{row['test_images']:,}" for row in rows))
        parts.append(f"## {rows[0]['dataset_title']}: {_images(rows)}, {test} test images\n")
        parts.append(_rows(rows))
    parts.append(_NOTES)
    return "\n".join(parts)


_NOTES = """\
Mean ± standard deviation over the seeds, on the test images. *Published*: D. Brand and F.
Petruccione, arXiv:2407.16398, for the same network with the authors' settings and code. Precision,
recall and F1 are weighted by the classes' sizes, in %; AUC is the mean over the classes, each
against the rest, by the softmax of the scores. The training time is that of the updates alone;
images/s are those of training and of inference. Firing rates: spikes per neuron and step of each
layer with neurons, in %.
"""


def _images(rows: list[Record]) -> str:
    """How many training images there are; a model that saw fewer says so in its own row."""
    return f"{max(row['most_training_images'] for row in rows):,} training images"


def _rows(rows: list[Record]) -> str:
    columns: list[tuple[str, Callable[[Record], str]]] = [
        ("model", lambda row: str(row["title"])),
        ("accuracy %", lambda row: _pair(row["accuracy"], 2, 100)),
        ("published %", lambda row: _plain(row["published_accuracy"], 2)),
        *(
            (heading, _metric(name, decimals, factor))
            for name, heading, decimals, factor in _METRICS
        ),
        ("training images", _used),
        ("epochs", lambda row: f"{row['epochs']['mean']:.3g}"),
        ("training time", lambda row: _duration(row["training_seconds"]["mean"])),
        ("images/s", lambda row: _speeds(row)),
        ("parameters", lambda row: f"{row['parameters']:,}"),
        ("spikes per inference", lambda row: _pair(row["spikes_per_inference"], 0, 1)),
        ("firing rates %", _rates),
        ("seeds", lambda row: ", ".join(str(seed) for seed in row["seeds"])),
    ]
    lines = ["| " + " | ".join(name for name, _ in columns) + " |"]
    lines.append("|---" + "|---:" * (len(columns) - 1) + "|")
    lines += ["| " + " | ".join(value(row) for _, value in columns) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _metric(name: str, decimals: int, factor: float) -> Callable[[Record], str]:
    return lambda row: _pair(row[name], decimals, factor)


def _used(row: Record) -> str:
    least, most = row["training_images"], row["most_training_images"]
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _speeds(row: Record) -> str:
    training, inference = (
        row[name]["mean"] for name in ("images_per_second", "inference_images_per_second")
    )
    return f"{training:,.0f} / {inference:,.0f}"


def _rates(row: Record) -> str:
    return ", ".join(_plain(100 * rate["mean"], 1) for rate in row["firing_rates"]) or _NONE


def _pair(spread: Record, decimals: int, factor: float) -> str:
    mean, deviation = spread["mean"], spread["deviation"]
    if mean is None:
        return _NONE
    text = f"{factor * mean:,.{decimals}f}"
    return text if deviation is None else f"{text} ± {factor * deviation:,.{decimals}f}"


def _plain(value: Any, decimals: int) -> str:
    return _NONE if value is None else f"{value:,.{decimals}f}"


def _duration(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.1f} s"
    minutes = seconds / 60
    return f"{minutes:.1f} min" if minutes < 100 else f"{minutes / 60:.1f} h"

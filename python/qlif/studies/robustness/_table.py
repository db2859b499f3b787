"""The results in words: mean and spread over the seeds of the noise."""

from __future__ import annotations

import statistics
from typing import Any

from ._conditions import DEVICE, EXACT, SWEEPS

Record = dict[str, Any]

_NONE = "\N{EN DASH}"


def summarise(models: list[Record], measurements: list[Record]) -> list[Record]:
    """For each model and condition: mean, sample deviation, lowest and highest accuracy.

    In the order of the models and of `SWEEPS`, then by strength. ``loss`` is how many points of a
    hundred are lost beside the same model without noise, where that was measured.
    """
    found: dict[tuple[str, str, float | None], list[float]] = {}
    for each in measurements:
        key = (each["model"], each["sweep"], each["value"])
        found.setdefault(key, []).append(each["accuracy"])
    order = [EXACT, DEVICE, *SWEEPS]
    names = [model["name"] for model in models]
    rows = []
    for name, sweep, value in sorted(
        found, key=lambda key: (names.index(key[0]), order.index(key[1]), key[2] or 0.0)
    ):
        values = found[name, sweep, value]
        mean = statistics.fmean(values)
        exact = found.get((name, EXACT, None))
        rows.append(
            {
                "model": name,
                "sweep": sweep,
                "value": value,
                "mean": mean,
                "deviation": statistics.stdev(values) if len(values) > 1 else None,
                "lowest": min(values),
                "highest": max(values),
                "seeds": len(values),
                "loss": None if exact is None else 100 * (exact[0] - mean),
            }
        )
    return rows


def markdown(settings: Record, models: list[Record], summary: list[Record]) -> str:
    """A table without noise and under the device's, and one for each kind of noise."""
    rows = {(row["model"], row["sweep"], row["value"]): row for row in summary}
    shots = "infinitely many" if settings["shots"] is None else f"{settings['shots']:,}"
    parts = [
        "# Robustness\n",
        f"{settings['dataset_title']}, {settings['test_images']:,} test images; test accuracy in "
        "%, mean ± standard deviation over the seeds of the noise, and in brackets the points lost "
        f"beside the same model without noise. {shots[:1].upper()}{shots[1:]} shots, where the "
        "shots themselves are not varied.\n",
    ]
    head = ["", *(model["title"] for model in models)]
    device = settings.get("device")
    first = [("without noise", EXACT)] + ([(f"noise of {device}", DEVICE)] if device else [])
    parts.append(
        _rows(
            head,
            [
                [name, *(_cell(rows.get((model["name"], sweep, None))) for model in models)]
                for name, sweep in first
            ],
        )
    )
    for name, sweep in SWEEPS.items():
        values = sorted({row["value"] for row in summary if row["sweep"] == name})
        if values:
            parts.append(f"## {sweep.title}\n")
            lines = [
                [f"{value:,g}", *(_cell(rows.get((m["name"], name, value))) for m in models)]
                for value in values
            ]
            parts.append(_rows([sweep.label, *head[1:]], lines))
    return "\n".join(parts)


def _rows(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(row: Record | None) -> str:
    if row is None:
        return _NONE
    text = f"{100 * row['mean']:.2f}"
    if row["deviation"] is not None:
        text += f" ± {100 * row['deviation']:.2f}"
    if row["sweep"] == EXACT or row["loss"] is None:
        return text
    return f"{text} ({row['loss']:+.2f})"

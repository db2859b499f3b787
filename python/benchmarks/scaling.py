"""How time and memory of a training step grow with hidden width, steps and batch.

    python python/benchmarks/scaling.py [--contender qlif] [--threads 1 2] [--json F] [--plot F.png]

One size is varied at a time, the others stay at 1000 hidden neurons, 25 steps, batch 200. Every
point is a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from contenders import REGISTRY, Options
from harness import machine, report
from harness.client import Worker
from harness.problem import Problem

AXES: dict[str, tuple[int, ...]] = {
    "hidden": (100, 300, 1000, 3000, 10_000),
    "steps": (5, 10, 25, 50, 100),
    "batch": (1, 10, 50, 200, 600, 2000),
}
BASE = Problem(batches=2)
# Of the lines for each number of threads, the first to be seen behind the second.
STYLES = ("o-", "s--", "^:", "D-.")


def measure(contender: str, problem: Problem, repeats: int) -> dict[str, Any]:
    """Median ms of a step and peak memory, in a fresh process."""
    worker = Worker(contender, problem, Options())
    try:
        if reason := worker.first.get("unavailable"):
            return {"left_out": reason}
        warm = worker.run(2)
        answer = warm if "unavailable" in warm else worker.run(repeats)
        if reason := answer.get("unavailable"):
            return {"left_out": reason}
        return {
            "median_ms": statistics.median(answer["times"]),
            "min_ms": min(answer["times"]),
            "max_ms": max(answer["times"]),
            "peak_bytes": answer["peak_bytes"],
        }
    finally:
        worker.close()


def growth(points: list[dict[str, Any]], axis: str, threads: int) -> str | None:
    """The power that time and memory grow with, over the upper half of an axis."""
    line = [p for p in points if p["axis"] == axis and p["threads"] == threads]
    line = sorted((p for p in line if "median_ms" in p), key=lambda p: p[axis])[-3:]
    if len(line) < 2:
        return None
    sizes = np.log([p[axis] for p in line])
    time_power = np.polyfit(sizes, np.log([p["median_ms"] for p in line]), 1)[0]
    memory = np.polyfit([p[axis] for p in line], [p["peak_bytes"] / 1e3 for p in line], 1)[0]
    return (
        f"{axis}, {threads} threads, {line[0][axis]:,} to {line[-1][axis]:,}: "
        f"time grows as {axis}^{time_power:.2f}, memory by {memory:,.1f} kB for each"
    )


def plot(points: list[dict[str, Any]], title: str, path: str) -> None:
    """Time above, memory below, one column for each axis."""
    try:
        import matplotlib
    except ImportError:
        print("no plot: matplotlib is not installed")
        return
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    axes = [axis for axis in AXES if any(p["axis"] == axis for p in points)]
    figure, panels = plt.subplots(
        2, len(axes), figsize=(4 * len(axes), 6.5), sharey="row", sharex="col", squeeze=False
    )
    for column, axis in enumerate(axes):
        for threads, style in zip(sorted({p["threads"] for p in points}), cycle(STYLES)):
            line = [p for p in points if p["axis"] == axis and p["threads"] == threads]
            line = sorted((p for p in line if "median_ms" in p), key=lambda p: p[axis])
            sizes = [p[axis] for p in line]
            label = f"{threads} thread{'s' if threads > 1 else ''}"
            panels[0, column].plot(sizes, [p["median_ms"] for p in line], style, label=label)
            panels[1, column].plot(sizes, [p["peak_bytes"] / 1e6 for p in line], style, label=label)
        for panel in panels[:, column]:
            panel.set_xscale("log")
            panel.set_xticks(AXES[axis], [f"{size:,}" for size in AXES[axis]])
            panel.minorticks_off()
            panel.grid(True, which="major", alpha=0.3)
        panels[0, column].set_yscale("log")
        panels[0, column].yaxis.set_major_formatter("{x:,g}")
        panels[1, column].set_xlabel({"hidden": "hidden neurons"}.get(axis, axis))
    panels[0, 0].set_ylabel("ms per training step")
    panels[1, 0].set_ylabel("peak memory of the process, MB")
    panels[1, 0].set_ylim(bottom=0)
    panels[0, 0].legend()
    figure.suptitle(title)
    figure.tight_layout()
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    plt.close(figure)
    print(f"plot in {path}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    choices = [key for key in REGISTRY["qsnn"] if key != "authors"]
    parser.add_argument("--contender", default="qlif", choices=choices)
    parser.add_argument("--axes", nargs="+", default=list(AXES), choices=list(AXES))
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2], metavar="N")
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="steps a point")
    parser.add_argument("--json", metavar="FILE", help="write the results there too")
    parser.add_argument("--plot", metavar="FILE", help="draw them there (needs matplotlib)")
    arguments = parser.parse_args()
    here = machine.describe()
    print(machine.line(here, max(arguments.threads)))
    name = REGISTRY["qsnn"][arguments.contender][2].split(") ")[-1]
    title = f"{name}: 784-{BASE.hidden}-10, "
    title += f"{BASE.steps} steps, batch {BASE.batch}, float32; one size varied"
    print(title)
    points: list[dict[str, Any]] = []
    for axis in arguments.axes:
        for size in AXES[axis]:
            for threads in arguments.threads:
                problem = replace(BASE, threads=threads, **{axis: size})
                print(f"{axis} {size}, {threads} threads", file=sys.stderr, flush=True)
                found = measure(arguments.contender, problem, arguments.repeats)
                if "left_out" in found and not points:
                    print(f"{arguments.contender}: {found['left_out']}")
                    return 0
                sizes = {name: getattr(problem, name) for name in AXES}
                points.append({"axis": axis, **sizes, "threads": threads, **found})
    rows = [
        [
            p["axis"],
            *[f"{p[name]:,}" for name in AXES],
            str(p["threads"]),
            *(
                [
                    f"{p['median_ms']:.2f}",
                    f"{p['batch'] / p['median_ms'] * 1e3:,.0f}",
                    f"{p['peak_bytes'] / 1e6:,.0f}",
                ]
                if "median_ms" in p
                else [p["left_out"], "-", "-"]
            ),
        ]
        for p in points
    ]
    print(report.table(["varied", *AXES, "threads", "ms/step", "samples/s", "peak MB"], rows))
    print()
    for axis in arguments.axes:
        for threads in arguments.threads:
            if text := growth(points, axis, threads):
                print(text)
    results = {"benchmark": "scaling", "contender": arguments.contender, "machine": here}
    report.write_json(arguments.json, results | {"points": points})
    if arguments.plot:
        plot(points, title, arguments.plot)
    return 0


if __name__ == "__main__":
    sys.exit(main())

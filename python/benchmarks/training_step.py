"""Samples per second of one training step: qlif beside the authors' code, PyTorch and snnTorch.

    python python/benchmarks/training_step.py [--network qsnn|qscnn] [--reference DIR]

One step is a forward pass, a backward pass and an Adam update of a batch of 200, float32. Every
contender lives in a process of its own: PyTorch (OpenMP, MKL), numpy (OpenBLAS) and qlif bring
thread pools whose idle threads spin, and allocators whose settings differ, and would disturb each
other in one process. The processes take turns, one at a time, round after round, so that a busy or
a throttled moment hits all of them alike; the first step of a turn warms caches and threads up and
is not counted.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import asdict
from typing import Any

from contenders import FLOORS, REGISTRY, Options
from harness import machine, report
from harness.client import OLDER_KERNELS, Worker
from harness.problem import Problem, published

# A turn is as many steps as fit into this time, within limits.
TURN_MS = 1500.0
MOST_STEPS = 20
# A step longer than this needs no warming up: its start is a small part of it.
LONG_MS = 4000.0
# Losses of the first step of contenders that compute the same must agree to this, relatively.
LOSS_TOLERANCE = 1e-4


class Lane:
    """One contender's worker and its measurements."""

    def __init__(self, key: str, title: str, problem: Problem, options: Options) -> None:
        self.key, self.title = key, title
        self.times: list[float] = []
        self.first_loss = float("nan")
        self.peak_bytes = 0
        self.processor = 0.0  # seconds spent in turns
        self.worker = Worker(key, problem, options)
        self.versions: dict[str, str] = self.worker.first.get("versions", {})
        self.reason: str | None = self.worker.first.get("unavailable")

    def warm_up(self) -> None:
        """Compilation and first touches, and how long a step takes about."""
        first = self._run(1)
        if first:
            self.first_loss = first["loss"]
        probe = self._run(2) if first and first["times"][0] < 3e4 else first
        if probe:
            step = min(probe["times"])
            self.steps_per_turn = int(max(1, min(MOST_STEPS, TURN_MS / step)))
            self.warm_steps = 1 if step < LONG_MS else 0

    def take_turn(self) -> None:
        if answer := self._run(self.steps_per_turn + self.warm_steps):
            self.processor += answer["processor"]
            self.times += answer["times"][self.warm_steps :]

    def _run(self, steps: int) -> dict[str, Any] | None:
        if self.reason is not None:
            return None
        answer = self.worker.run(steps)
        self.reason = answer.get("unavailable")
        self.peak_bytes = max(self.peak_bytes, answer.get("peak_bytes", 0))
        return answer if self.reason is None else None

    def result(self, batch: int) -> dict[str, Any]:
        if self.reason is not None or not self.times:
            return {"title": self.title, "left_out": self.reason or "no time measured"}
        median = statistics.median(self.times)
        return {
            "title": self.title,
            "median_ms": median,
            "min_ms": min(self.times),
            "max_ms": max(self.times),
            "samples_per_second": batch / median * 1e3,
            "steps_timed": len(self.times),
            "first_loss": self.first_loss,
            "peak_bytes": self.peak_bytes,
            "versions": self.versions,
        }


class Quiet:
    """How much of the machine other work had while the contenders took their turns."""

    # Threads that wait for each other by spinning lose far more than this share when disturbed.
    TOLERABLE = 0.03

    def __init__(self) -> None:
        self._busy, self._start = machine.busy_seconds(), time.perf_counter()

    def report(self, ours: float) -> None:
        """Warn where other work took a noticeable part of the cores."""
        busy = machine.busy_seconds()
        if busy is None or self._busy is None:
            return
        available = (time.perf_counter() - self._start) * machine.cores()
        share = max(0.0, busy - self._busy - ours) / available
        if share > self.TOLERABLE:
            print(
                f"\nWARNING: other work took {share:.0%} of the cores meanwhile; contenders suffer "
                "from that very unequally. Do not trust these figures."
            )


def measure(
    problem: Problem, options: Options, keys: list[str], repeats: int
) -> dict[str, dict[str, Any]]:
    """Results by contender."""
    lanes: list[Lane] = []
    try:
        for key in keys:
            title = REGISTRY[problem.network][key][2]
            print(f"warming up: {title}", file=sys.stderr, flush=True)
            lane = Lane(key, title, problem, options)
            lane.warm_up()
            lanes.append(lane)
            if lane.reason:
                print(f"{title}: {lane.reason}", flush=True)
        running = [lane for lane in lanes if lane.reason is None]
        quiet = Quiet()
        for index in range(repeats):
            print(f"round {index + 1} of {repeats}", file=sys.stderr, flush=True)
            for lane in running:
                lane.take_turn()
        quiet.report(sum(lane.processor for lane in running))
    finally:
        for lane in lanes:
            lane.worker.close()
    return {lane.key: lane.result(problem.batch) for lane in lanes}


def add_ratios(results: dict[str, dict[str, Any]]) -> None:
    """How many times as long as qlif each takes, where qlif ran."""
    measured = {key: value for key, value in results.items() if "median_ms" in value}
    unit = measured.get("qlif")
    for value in measured.values():
        value["times_qlif"] = value["median_ms"] / unit["median_ms"] if unit else None


def show(results: dict[str, dict[str, Any]]) -> None:
    rows = []
    for value in results.values():
        if "median_ms" not in value:
            rows.append([value["title"], *["-"] * 6])
            continue
        ratio = value["times_qlif"]
        rows.append(
            [
                value["title"],
                f"{value['median_ms']:.2f}",
                f"{value['min_ms']:.2f} - {value['max_ms']:.2f}",
                f"{value['samples_per_second']:,.0f}",
                "-" if ratio is None else f"{ratio:.2f}",
                str(value["steps_timed"]),
                f"{value['peak_bytes'] / 1e6:,.0f}",
            ]
        )
    header = ["", "ms/step", "min - max", "samples/s", "time / qlif's", "steps", "peak MB"]
    print("\n" + report.table(header, rows))


def summarise(results: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The ratios that the project promises."""
    summary: dict[str, Any] = {}
    floors = {key: results[key] for key in FLOORS if "median_ms" in results.get(key, {})}
    print()
    for value in floors.values():
        print(f"{value['title']}: {value['median_ms']:.2f} ms {value['versions']}")
    engine = results.get("qlif", {})
    if "median_ms" in engine:
        for key, value in results.items():
            if key not in (*FLOORS, "qlif") and "median_ms" in value:
                summary[f"qlif_times_faster_than_{key}"] = value["times_qlif"]
                print(f"qlif is {value['times_qlif']:.2f} times as fast as {value['title']}")
        for key, value in floors.items():
            ratio = engine["median_ms"] / value["median_ms"]
            summary[f"qlif_times_{key}"] = ratio
            print(f"qlif takes {ratio:.2f} times the {value['title']}")
    return summary


def compare_losses(results: dict[str, dict[str, Any]]) -> None:
    """These start from the same weights and images: their first losses are the same."""
    losses = {
        key: results[key]["first_loss"]
        for key in ("qlif", "torch", "autograd")
        if "first_loss" in results.get(key, {})
    }
    if len(losses) > 1:
        spread = max(losses.values()) - min(losses.values())
        verdict = "agree" if spread <= LOSS_TOLERANCE * min(losses.values()) else "DO NOT AGREE"
        shown = ", ".join(f"{key} {loss:.5f}" for key, loss in losses.items())
        print(f"first losses {verdict}: {shown}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--network", choices=["qsnn", "qscnn"], default="qsnn")
    parser.add_argument("--reference", metavar="DIR", help="clone of github.com/deanbrand/QSNN")
    parser.add_argument("--repeats", type=int, metavar="N", help="rounds (default: 7; qscnn: 3)")
    parser.add_argument("--json", metavar="FILE", help="write the results there too")
    parser.add_argument("--threads", type=int, default=2, metavar="N", help="default: 2")
    parser.add_argument(
        "--kernels", choices=list(OLDER_KERNELS), help="hold all to an older instruction set"
    )
    parser.add_argument("--only", nargs="+", metavar="KEY", help="these contenders, by key")
    parser.add_argument("--check", action="store_true", help="only check (b) against Tests/Golden")
    arguments = parser.parse_args()
    if arguments.check:
        from contenders.check import check_qscnn, check_qsnn

        print("\n".join(check_qsnn() if arguments.network == "qsnn" else check_qscnn()))
        return 0
    keys = arguments.only or list(REGISTRY[arguments.network])
    if unknown := [key for key in keys if key not in REGISTRY[arguments.network]]:
        parser.error(f"no contender {unknown[0]!r}; there are {', '.join(REGISTRY['qsnn'])}")
    problem = published(arguments.network, arguments.threads)
    repeats = arguments.repeats or (7 if arguments.network == "qsnn" else 3)
    here = machine.describe()
    print(machine.line(here, problem.threads))
    if arguments.kernels:
        print(f"held to {arguments.kernels}, as far as each can be")
    shape = "784-1000-10" if problem.network == "qsnn" else "12 and 64 channels of 5x5, dense 10"
    print(f"{shape}, {problem.steps} steps, batch {problem.batch}, {problem.data_name()}")
    results = measure(problem, Options(arguments.reference, arguments.kernels), keys, repeats)
    add_ratios(results)
    show(results)
    summary = summarise(results)
    compare_losses(results)
    report.write_json(
        arguments.json,
        {
            "benchmark": "training_step",
            "machine": here,
            "problem": asdict(problem) | {"data": problem.data_name()},
            "repeats": repeats,
            "summary": summary,
            "contenders": results,
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

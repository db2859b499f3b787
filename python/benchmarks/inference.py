"""How fast qlif predicts: 10,000 images at once, and what one call costs besides the arithmetic.

    python python/benchmarks/inference.py [--repeats N] [--json FILE]

The cost of a call is measured in two ways. `tiny`: one image of one pixel through one neuron and
one step, where there is no arithmetic worth the name, so that all of the time is the call.
`intercept`: a 784-1000-10 network on 1, 2, 4 and 8 images; the line through the times has the
arithmetic of an image as its slope and the call as its value at no image.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from harness import machine, report
from harness.problem import CLASSES, PIXELS, Problem

IMAGES = 10_000
BATCHES = (1, 2, 4, 8)


def median_ms(call: Callable[[], Any], repeats: int, inner: int = 1) -> float:
    """Median time of one call, `inner` calls to a measurement; the first round is not counted."""
    times = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        for _ in range(inner):
            call()
        times.append((time.perf_counter() - start) / inner * 1e3)
    return statistics.median(times[1:])


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=7, metavar="N")
    parser.add_argument("--json", metavar="FILE", help="write the results there too")
    arguments = parser.parse_args()
    here = machine.describe()
    print(machine.line(here, machine.cores()))
    try:
        import qlif
    except (ImportError, OSError) as error:
        print(f"(d) qlif: left out: qlif cannot be imported ({error})")
        return 0

    problem = Problem(batch=IMAGES, batches=1)
    images = problem.data()[0][0]
    network = qlif.Network(
        input_shape=(PIXELS,),
        steps=problem.steps,
        seed=0,
        layers=[qlif.Dense(problem.hidden, qlif.QLIF()), qlif.Dense(CLASSES, qlif.QLIF())],
    )
    all_ms = median_ms(lambda: network.predict(images), arguments.repeats)
    by_batch = {
        n: median_ms(lambda n=n: network.predict(images[:n]), 5 * arguments.repeats, 20)
        for n in BATCHES
    }
    slope, intercept = np.polyfit(list(by_batch), list(by_batch.values()), 1)
    small = qlif.Network(input_shape=(1,), steps=1, seed=0, layers=[qlif.Dense(1, qlif.QLIF())])
    pixel = np.ones((1, 1), np.float32)
    tiny_ms = median_ms(lambda: small.predict(pixel), 5 * arguments.repeats, 200)

    rows = [
        ["predict, 10,000 images", f"{all_ms:.1f} ms", f"{IMAGES / all_ms * 1e3:,.0f} images/s"],
        *[[f"predict, batch of {n}", f"{ms * 1e3:.1f} us", ""] for n, ms in by_batch.items()],
        ["arithmetic of one image (slope)", f"{slope * 1e3:.1f} us", ""],
        ["one call, intercept", f"{intercept * 1e3:.1f} us", ""],
        ["one call, tiny network", f"{tiny_ms * 1e3:.1f} us", ""],
    ]
    print(report.table(["784-1000-10, 25 steps", "median", ""], rows))
    report.write_json(
        arguments.json,
        {
            "benchmark": "inference",
            "machine": here,
            "predict_10000_ms": all_ms,
            "batch_ms": by_batch,
            "arithmetic_per_image_us": slope * 1e3,
            "call_intercept_us": intercept * 1e3,
            "call_tiny_us": tiny_ms * 1e3,
        },
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

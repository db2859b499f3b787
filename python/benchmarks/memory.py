"""The most memory of a process that trains one epoch on MNIST through the estimator.

    python python/benchmarks/memory.py [--json FILE]

The training runs in a process of its own, so that nothing but it is counted: the interpreter,
numpy, scikit-learn, qlif, the 60,000 images and the network with its optimizer.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from harness import machine, report
from harness.worker import peak_bytes

LIMIT_MB = 600


def train() -> None:
    """The process that is measured: one line of JSON on standard output."""
    try:
        import qlif
    except (ImportError, OSError) as error:
        print(json.dumps({"left_out": f"qlif cannot be imported ({error})"}))
        return
    imported = peak_bytes()
    (images, labels), _ = qlif.datasets.load("mnist")
    loaded = peak_bytes()
    qlif.QSNNClassifier(epochs=1, random_state=0).fit(images, labels)
    print(
        json.dumps(
            {
                "images": len(images),
                "imported_mb": imported / 1e6,
                "loaded_mb": loaded / 1e6,
                "peak_mb": peak_bytes() / 1e6,
            }
        )
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", metavar="FILE", help="write the results there too")
    parser.add_argument("--train", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.train:
        train()
        return 0
    here = machine.describe()
    print(machine.line(here, machine.cores()))
    done = subprocess.run(
        [sys.executable, __file__, "--train"], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        print("left out: the training process failed (its message is above)")
        return 0
    result = json.loads(done.stdout.splitlines()[-1])
    if "left_out" in result:
        print(f"left out: {result['left_out']}")
        return 0
    print(
        report.table(
            ["one epoch of QSNNClassifier", "peak MB so far"],
            [
                ["imports", f"{result['imported_mb']:,.0f}"],
                [f"{result['images']:,} images loaded", f"{result['loaded_mb']:,.0f}"],
                ["trained", f"{result['peak_mb']:,.0f}"],
            ],
        )
    )
    print(f"limit {LIMIT_MB} MB: {'kept' if result['peak_mb'] < LIMIT_MB else 'BROKEN'}")
    report.write_json(arguments.json, {"benchmark": "memory", "machine": here, **result})
    return 0


if __name__ == "__main__":
    sys.exit(main())

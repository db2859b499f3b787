"""One contender in a process of its own: `python -m harness.worker KEY`.

The parent (client.py) writes one JSON object per line to standard input, the worker answers each
with one line. Whatever libraries print goes to standard error.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
from typing import Any, TextIO

from contenders import REGISTRY, Contender, Options, UnavailableError

from harness.problem import Problem


def make(key: str, request: dict[str, Any]) -> Contender:
    problem = Problem(**request["problem"])
    module, name, _ = REGISTRY[problem.network][key]
    contender: Contender = getattr(importlib.import_module(f"contenders.{module}"), name)(
        problem, Options(**request["options"])
    )
    return contender


def timed(contender: Contender, steps: int) -> dict[str, Any]:
    """Milliseconds of each of `steps` training steps."""
    times, loss = [], 0.0
    processor = time.process_time()
    for _ in range(steps):
        start = time.perf_counter()
        loss = contender.step()
        times.append((time.perf_counter() - start) * 1e3)
    processor = time.process_time() - processor
    return {"times": times, "loss": loss, "peak_bytes": peak_bytes(), "processor": processor}


def peak_bytes() -> int:
    """The most memory that this process has had resident."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def serve(key: str, requests: TextIO, answers: TextIO) -> None:
    contender: Contender | None = None
    for line in requests:
        request = json.loads(line)
        try:
            if request["do"] == "make":
                contender = make(key, request)
                answer: dict[str, Any] = {"versions": contender.versions()}
            else:
                assert contender is not None
                answer = timed(contender, request["steps"])
        except UnavailableError as reason:
            answer = {"unavailable": str(reason)}
        except Exception as error:  # the benchmark goes on without this contender
            answer = {"unavailable": f"failed: {type(error).__name__}: {error}".splitlines()[0]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    serve(sys.argv[1], sys.stdin, out)

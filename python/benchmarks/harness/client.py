"""The parent's side of a worker process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from contenders import Options

from harness.problem import Problem

# Every library that may start threads obeys one of these.
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

# What holds each library to an older instruction set. MKL heeds MKL_ENABLE_INSTRUCTIONS on Intel's
# processors only.
OLDER_KERNELS = {
    "x86-64": {
        "QLIF_KERNELS": "x86-64",
        # The oldest that PyTorch's compiler can generate.
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_CBWR": "COMPATIBLE",
        "OPENBLAS_CORETYPE": "Prescott",
    },
    "x86-64-v3": {
        "QLIF_KERNELS": "x86-64-v3",
        "ATEN_CPU_CAPABILITY": "avx2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    },
}


class Worker:
    """A contender, alive in its own process between requests; idle, it uses no core."""

    def __init__(self, key: str, problem: Problem, options: Options) -> None:
        root = Path(__file__).resolve().parent.parent
        environment = dict(os.environ) | {name: str(problem.threads) for name in THREAD_VARIABLES}
        environment |= OLDER_KERNELS[options.kernels] if options.kernels else {}
        paths = [str(root), environment.get("PYTHONPATH", "")]
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "harness.worker", key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if "QLIF_BENCH_VERBOSE" not in os.environ else None,
            text=True,
            env=environment,
        )
        self.first = self._ask(
            {"do": "make", "problem": asdict(problem), "options": asdict(options)}
        )

    def run(self, steps: int) -> dict[str, Any]:
        """Times of `steps` training steps in ms, the last loss, the peak memory."""
        return self._ask({"do": "run", "steps": steps})

    def close(self) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise RuntimeError("a worker without pipes")
        try:
            requests.write(json.dumps(request) + "\n")
            requests.flush()
            line = answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            return {"unavailable": f"failed: its process ended with status {self._process.wait()}"}
        answer: dict[str, Any] = json.loads(line)
        return answer

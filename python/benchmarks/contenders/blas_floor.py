"""The floor: the matrix products of one training step through a BLAS, and nothing else.

Dense: the hidden layer's static drive and its weight gradient; the output layer's drive and delay
side by side for all steps, their weight gradient, and the gradient of their input.

Convolutional: the same of every layer, a convolution counted as the product of its unfolded input
(whose unfolding is not timed). The products of conv 2 run in pieces of one step, so that the
unfolded input stays small; the sizes multiplied are those of all steps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from harness.problem import CHANNELS, CLASSES, FLATTENED, KERNEL, PIXELS, Floats, Problem

from contenders import Options

# left @ right, and how often in one training step.
Product = tuple[Floats, Floats, int]


class _Floor:
    """A list of products, each into memory that is there already."""

    def __init__(self, problem: Problem, options: Options) -> None:
        self._random = np.random.default_rng(problem.seed)
        self._calls: list[tuple[Callable[[], Any], int]] = []
        for left, right, times in self._products(problem):
            self._calls.append((self._call(left, right, problem.threads), times))

    def _products(self, problem: Problem) -> list[Product]:
        inputs, hidden, rows = PIXELS, problem.hidden, problem.steps * problem.batch
        x, weight = self._dense(problem.batch, inputs), self._dense(hidden, inputs)
        du = self._dense(problem.batch, hidden)
        return [
            (x, weight.T, 1),
            (du.T, x, 1),
            *self._layer(self._spikes(rows, hidden), 2 * CLASSES, 1),
        ]

    def _layer(self, rows: Floats, currents: int, times: int) -> list[Product]:
        """Forward, weight gradient and input gradient of a layer that is fed with spikes."""
        weight, gradient = self._dense(currents, rows.shape[1]), self._dense(len(rows), currents)
        return [(rows, weight.T, times), (gradient.T, rows, times), (gradient, weight, times)]

    def _dense(self, *shape: int) -> Floats:
        return self._random.random(shape, dtype=np.float32)

    def _spikes(self, *shape: int) -> Floats:
        return (self._dense(*shape) < 0.15).astype(np.float32)

    def _call(self, left: Floats, right: Floats, threads: int) -> Callable[[], Any]:
        raise NotImplementedError

    def step(self) -> float:
        for call, times in self._calls:
            for _ in range(times):
                call()
        return float("nan")


class _Convolutional(_Floor):
    def _products(self, problem: Problem) -> list[Product]:
        batch, steps, area = problem.batch, problem.steps, KERNEL * KERNEL
        static = self._dense(batch * 24 * 24, area)
        static_weight = self._dense(CHANNELS[0], area)
        du = self._dense(batch * 24 * 24, CHANNELS[0])
        unfolded = self._spikes(batch * 8 * 8, CHANNELS[0] * area)
        return [
            (static, static_weight.T, 1),
            (du.T, static, 1),
            *self._layer(unfolded, 2 * CHANNELS[1], steps),
            *self._layer(self._spikes(steps * batch, FLATTENED), 2 * CLASSES, 1),
        ]


class NumpyFloor(_Floor):
    """Through numpy's BLAS: OpenBLAS in its wheels. The worker's environment sets the threads."""

    def _call(self, left: Floats, right: Floats, threads: int) -> Callable[[], Any]:
        out = np.empty((left.shape[0], right.shape[1]), np.float32)
        return lambda: np.matmul(left, right, out=out)

    def versions(self) -> dict[str, str]:
        blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]  # type: ignore[index]
        return {"numpy": np.__version__, "BLAS": f"{blas['name']} {blas['version']}"}


class TorchFloor(_Floor):
    """Through torch's BLAS: MKL in its x86-64 wheels."""

    def _call(self, left: Floats, right: Floats, threads: int) -> Callable[[], Any]:
        import torch

        torch.set_num_threads(threads)
        a, b = torch.from_numpy(left), torch.from_numpy(right)
        out = torch.empty(left.shape[0], right.shape[1])
        return lambda: torch.mm(a, b, out=out)

    def versions(self) -> dict[str, str]:
        import torch

        blas = "MKL" if torch.backends.mkl.is_available() else "not MKL"
        return {"torch": torch.__version__, "BLAS": blas}


class NumpyFloorConvolutional(_Convolutional, NumpyFloor):
    """The convolutional network's products through numpy's BLAS."""


class TorchFloorConvolutional(_Convolutional, TorchFloor):
    """The convolutional network's products through torch's BLAS."""

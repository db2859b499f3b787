"""The QSCNN in plain PyTorch, straight from the model's definition, with the gradients of autograd.

In float32, with its neurons compiled, it is what a user of PyTorch would write: the contender
"PyTorch by autograd". In float64 it is what (b) is checked by; none of its mathematics is shared
with torch_neurons.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from harness.problem import Problem
from torch import Tensor
from torch.nn import functional

from contenders import Options, torch_neurons


class _Spike(torch.autograd.Function):
    """alpha > threshold, with the arctan surrogate."""

    @staticmethod
    def forward(ctx, alpha: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        ctx.save_for_backward(alpha)
        return (alpha > 0.75).to(alpha.dtype)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:  # type: ignore[no-untyped-def]
        (alpha,) = ctx.saved_tensors
        return gradient / (1 + (math.pi * (alpha - 0.75)) ** 2)


def qlif_step(
    u: Tensor, v: Tensor, phi: Tensor, fired: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """One step of neurons: spikes, alpha, and the state to go on from, phi and who fired."""
    driven = phi + math.pi * u.abs()
    amplitude = torch.sin(phi / 2) * torch.exp(-200 * v.abs() / 60 / 2)
    # Folding the angle into [0, pi] keeps sin^2(phi / 2) and both signs of its derivative.
    folded = torch.remainder(driven, 2 * math.pi)
    folded = torch.minimum(folded, 2 * math.pi - folded)
    phi = torch.where(u > 0, folded, 2 * torch.asin(amplitude))
    phi = torch.where(fired, 0.0, phi)
    alpha = torch.sin(phi / 2) ** 2
    spikes = _Spike.apply(alpha)
    fired = spikes.detach() > 0
    return spikes, alpha, torch.where(fired, 0.0, phi), fired


def qscnn_loss(
    weights: dict[str, Tensor],
    x: Tensor,
    labels: Tensor,
    steps: int,
    neurons: Callable[..., tuple[Tensor, ...]] = qlif_step,
) -> Tensor:
    """The membrane loss of conv-pool-conv-pool-dense; a layer runs all its steps at once.

    So each convolution is one call, with the steps folded into its batch; the first one's input
    never changes, and its batch is the images alone.
    """

    def layer(index: int, signal: Tensor, repeats: int = 1) -> tuple[Tensor, Tensor]:
        """Spikes and alpha [steps, batch, ...] from a signal [steps / repeats, batch, ...]."""
        synapse = functional.linear if index == 4 else functional.conv2d
        drive, delay = (
            synapse(
                signal.flatten(0, 1),
                weights[f"{index}.{name}_weight"],
                weights[f"{index}.{name}_bias"],
            ).unflatten(0, signal.shape[:2])
            for name in ("drive", "delay")
        )
        phi = torch.zeros_like(drive[0])
        fired = torch.zeros_like(phi, dtype=torch.bool)
        record = []
        for u, v in zip(drive, delay, strict=True):
            for _ in range(repeats):
                spikes, alpha, phi, fired = neurons(u, v, phi, fired)
                record.append((spikes, alpha))
        every_spike, every_alpha = zip(*record, strict=True)
        return torch.stack(every_spike), torch.stack(every_alpha)

    def pooled(spikes: Tensor) -> Tensor:
        return functional.max_pool2d(spikes.flatten(0, 1), 2).unflatten(0, spikes.shape[:2])

    signal = pooled(layer(0, x.unsqueeze(0), repeats=steps)[0])
    signal = pooled(layer(2, signal)[0])
    _, alpha = layer(4, signal.flatten(2))
    classes = alpha.shape[-1]
    total = functional.cross_entropy(
        alpha.reshape(-1, classes), labels.repeat(steps), reduction="sum"
    )
    return total / len(labels)


class PlainQSCNN:
    """The training step: this by autograd, in float32, the neurons compiled."""

    def __init__(self, problem: Problem, options: Options) -> None:
        torch.set_num_threads(problem.threads)
        torch_neurons.keep_memory()
        images, labels = problem.data()
        x = torch.from_numpy(images).view(*images.shape[:2], 1, 28, 28)
        self._batches = list(zip(x, torch.from_numpy(labels), strict=True))
        self._steps = problem.steps
        self._weights = {
            name: torch.from_numpy(values).requires_grad_()
            for name, values in problem.weights().items()
        }
        self._neurons = torch.compile(qlif_step, dynamic=False)
        self._adam = torch.optim.Adam(self._weights.values(), problem.learning_rate, fused=True)
        self._next = 0

    def step(self) -> float:
        x, labels = self._batches[self._next % len(self._batches)]
        self._next += 1
        loss = qscnn_loss(self._weights, x, labels, self._steps, self._neurons)
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return float(loss)

    def versions(self) -> dict[str, str]:
        return {"torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}

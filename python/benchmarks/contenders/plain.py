"""The QSCNN's mathematics in the plainest PyTorch, by autograd in float64: what (b) is checked by.

Slow and straight from the model's definition; nothing here is shared with torch_neurons.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


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


class QLIF:
    """One layer's neurons; phi is the state, 0 right after a spike."""

    def __init__(self) -> None:
        self.phi: Tensor | float = 0.0
        self.fired: Tensor | None = None

    def __call__(self, u: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        phi = torch.zeros_like(u) if self.fired is None else self.phi
        fired = torch.zeros_like(u, dtype=torch.bool) if self.fired is None else self.fired
        driven = phi + math.pi * u.abs()
        amplitude = torch.sin(phi / 2) * torch.exp(-200 * v.abs() / 60 / 2)
        # Folding the angle into [0, pi] keeps sin^2(phi / 2) and both signs of its derivative.
        folded = torch.remainder(driven, 2 * math.pi)
        folded = torch.minimum(folded, 2 * math.pi - folded)
        phi = torch.where(u > 0, folded, 2 * torch.asin(amplitude))
        phi = torch.where(fired, 0.0, phi)
        alpha = torch.sin(phi / 2) ** 2
        spikes = _Spike.apply(alpha)
        self.fired = spikes.detach() > 0
        self.phi = torch.where(self.fired, 0.0, phi)
        return spikes, alpha


def qscnn_loss(weights: dict[str, Tensor], x: Tensor, labels: Tensor, steps: int) -> Tensor:
    """The membrane loss of conv-pool-conv-pool-dense."""

    def currents(index: int, signal: Tensor) -> tuple[Tensor, Tensor]:
        synapse = functional.linear if index == 4 else functional.conv2d
        drive, delay = (
            synapse(signal, weights[f"{index}.{name}_weight"], weights[f"{index}.{name}_bias"])
            for name in ("drive", "delay")
        )
        return drive, delay

    layers = {index: QLIF() for index in (0, 2, 4)}
    loss = torch.zeros((), dtype=x.dtype)
    for _ in range(steps):
        signal, _ = layers[0](*currents(0, x))
        signal, _ = layers[2](*currents(2, functional.max_pool2d(signal, 2)))
        signal = functional.max_pool2d(signal, 2).flatten(1)
        _, alpha = layers[4](*currents(4, signal))
        loss = loss + functional.cross_entropy(alpha, labels)
    return loss

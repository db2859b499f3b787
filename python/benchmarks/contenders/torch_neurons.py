"""QLIF neurons in PyTorch as fast as torch.compile makes them: relaxation, refractory, arctan.

Half-angle form: s = sin(phi/2), c = cos(phi/2). A drive rotates (s, c) by r = theta/2, a leak scales
s by q = sqrt(decay). The loop over the steps is unrolled, so that inductor makes one kernel of it
which keeps each neuron's state in vector registers while it walks through time.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
import torch._inductor.config as inductor
from torch import Tensor

THRESHOLD = 0.75
AMPLITUDE = math.sqrt(THRESHOLD)  # s at the threshold
HALF_TURN = math.pi / 2  # half of drive_scale: radians of half-angle per unit of drive
RATE = 200.0 / 60.0 / 2  # delay_scale / t1, halved: exponent of sqrt(decay) per unit of delay


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """torch.compile with the settings that an unrolled recurrence needs."""
    # The state of a step is used several times by the next one. Unless it is made a value of its own
    # early, inductor expands a tree that doubles with every step (minutes of compilation); and unless
    # fusion may go on for ever, it cuts the loop into many kernels that pass the state through memory.
    inductor.realize_opcount_threshold = 8
    inductor.realize_reads_threshold = 3
    inductor.max_fusion_size = 1_000_000
    return torch.compile(function, dynamic=False, fullgraph=True)


def keep_memory() -> None:
    """Let malloc keep freed blocks, as PyTorch's tuning guide advises.

    A fresh spike tensor of 20 MB would otherwise be mapped and faulted in at every step, which costs
    more than computing it.
    """
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc
        mmap_threshold, trim_threshold = -3, -1
        libc.mallopt(mmap_threshold, 1 << 30)
        libc.mallopt(trim_threshold, (1 << 31) - 1)


def surrogate(alpha: Tensor) -> Tensor:
    """arctan, slope 1."""
    distance = math.pi * (alpha - THRESHOLD)
    return 1 / (1 + distance * distance)


# ---- A layer whose input does not change: one drive per neuron, no delay ----------------------


def constant_forward(u: Tensor, s: Tensor, c: Tensor, steps: int) -> tuple[Tensor, Tensor, Tensor]:
    """Spikes [steps, ...] of neurons driven by u [lanes, ...], and the state to go on from.

    Lanes are the places of a max-pooling window: the spikes are those of any of them. The state is
    (0, 1) at the start.
    """
    half = torch.where(u > 0, u * HALF_TURN, 0.0)
    sr, cr = torch.sin(half), torch.cos(half)
    record = []
    for _ in range(steps):
        s, c = (s * cr + c * sr).abs(), (c * cr - s * sr).abs()
        fired = s > AMPLITUDE
        record.append(fired.to(u.dtype).amax(0) if u.shape[0] > 1 else fired[0].to(u.dtype))
        # The refractory step without a flag: from one rotation behind zero the next step ends there.
        s, c = torch.where(fired, -sr, s), torch.where(fired, cr, c)
    return torch.stack(record), s, c


def constant_backward(
    u: Tensor, s: Tensor, c: Tensor, slope: Tensor, total: Tensor, gradient: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradient of u from that of the spikes, by forward accumulation.

    A neuron has one drive for all its steps, so d(half-angle)/du is one number that travels forwards
    with the state: nothing needs storing, and the states are computed again rather than read.
    """
    half = torch.where(u > 0, u * HALF_TURN, 0.0)
    sr, cr = torch.sin(half), torch.cos(half)
    lanes = u.shape[0]
    for step in range(gradient.shape[0]):
        slope = slope + HALF_TURN
        a, b = s * cr + c * sr, c * cr - s * sr
        product = a * b
        alpha = a * a
        fired = a.abs() > AMPLITUDE
        arriving = gradient[step]
        if lanes > 1:
            takers = torch.stack(pooling_takers(fired.unbind(0)))
            arriving = torch.where(takers, arriving, 0.0)
        total = total + arriving * surrogate(alpha) * (2 * product * slope)
        slope = torch.where(fired, -HALF_TURN, torch.where(product < 0, -slope, slope))
        s, c = torch.where(fired, -sr, a.abs()), torch.where(fired, cr, b.abs())
    return s, c, slope, total


def pooling_takers(fired: Sequence[Tensor]) -> list[Tensor]:
    """Which of a pooling window's four lanes takes its gradient: the first that fired, or the first."""
    first, second, third, fourth = fired
    earlier = first | second
    return [
        first | ~(earlier | third | fourth),
        second & ~first,
        third & ~earlier,
        fourth & ~(earlier | third),
    ]


# ---- A layer whose input changes: drive and delay at every step -------------------------------


def changing_forward(currents: Tensor, last: Tensor, neurons: int) -> Tensor:
    """Amplitudes s [steps, ..., neurons] before the reset, from currents [..., drive | delay].

    `last` [..., neurons] is the amplitude of the step before, 0 at the start. A neuron has fired
    where s > AMPLITUDE.
    """
    record = []
    for step in range(currents.shape[0]):
        u, v = currents[step, ..., :neurons], currents[step, ..., neurons:]
        fired = last > AMPLITUDE
        s = torch.where(fired, 0.0, last)
        c = torch.sqrt(1 - s * s)
        half = u * HALF_TURN
        driven = (s * torch.cos(half) + c * torch.sin(half)).abs()
        leaked = s * torch.exp(v.abs() * -RATE)
        last = torch.where(fired, 0.0, torch.where(u > 0, driven, leaked))
        record.append(last)
    return torch.stack(record)


def changing_backward(
    currents: Tensor,
    amplitudes: Tensor,
    before: Tensor,
    carried: Tensor,
    alpha_gradient: Tensor,
    neurons: int,
) -> tuple[Tensor, Tensor]:
    """Gradients of the currents and of the half-angle that the first step started from.

    `before` is the amplitude of the step before the first one, `carried` the gradient of the
    half-angle after the last one, `alpha_gradient` what arrives at alpha, surrogates included.
    """
    record = []
    for step in reversed(range(currents.shape[0])):
        u, v = currents[step, ..., :neurons], currents[step, ..., neurons:]
        previous = amplitudes[step - 1] if step else before
        now = amplitudes[step]
        refractory = previous > AMPLITUDE
        s = torch.where(refractory, 0.0, previous)
        c = torch.sqrt(1 - s * s)
        half = u * HALF_TURN
        sr, cr = torch.sin(half), torch.cos(half)
        a, b = s * cr + c * sr, c * cr - s * sr
        q = torch.exp(v.abs() * -RATE)
        leaked = s * q
        rest = torch.sqrt(1 - leaked * leaked)
        drives = u > 0
        cosine = torch.where(drives, b.abs(), rest)
        angle = torch.where(now > AMPLITUDE, 0.0, carried)
        angle = angle + alpha_gradient[step] * (2 * now * cosine)
        angle = torch.where(refractory, 0.0, angle)
        sign = torch.where(a * b < 0, -1.0, 1.0)
        du = torch.where(drives, angle * sign * HALF_TURN, 0.0)
        dv = torch.where(drives, 0.0, angle * (leaked / rest) * torch.sign(v) * -RATE)
        carried = angle * torch.where(drives, sign, q * c / rest)
        record.append(torch.cat([du, dv], -1))
    return torch.stack(record[::-1]), carried


def membrane_loss(amplitudes: Tensor, one_hot: Tensor) -> tuple[Tensor, Tensor]:
    """The published loss of alpha [steps, batch, classes], and its gradient."""
    alpha = amplitudes * amplitudes
    exponents = torch.exp(alpha)  # alpha is in [0, 1]: no need to subtract the largest
    sums = exponents.sum(-1, keepdim=True)
    batch = one_hot.shape[0]
    loss = (sums.log().sum() - (alpha * one_hot).sum()) / batch
    return loss, (exponents / sums - one_hot) / batch

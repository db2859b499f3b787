"""QLIF neurons in PyTorch as fast as torch.compile makes them: relaxation, refractory, arctan.

Half-angle form: s = sin(phi/2), c = cos(phi/2). A drive rotates (s, c) by r = theta/2, a leak
scales s by q = sqrt(decay). The loop over the steps is unrolled, so that inductor makes one kernel
of it which keeps each neuron's state in vector registers while it walks through time.
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
    # The state of a step is used several times by the next one. Unless it is made a value of its
    # own early, inductor expands a tree that doubles with every step (minutes of compilation); and
    # unless fusion may go on for ever, it cuts the loop into many kernels that pass the state
    # through memory.
    inductor.realize_opcount_threshold = 8
    inductor.realize_reads_threshold = 3
    inductor.max_fusion_size = 1_000_000
    return torch.compile(function, dynamic=False, fullgraph=True)


def keep_memory() -> None:
    """Let malloc keep freed blocks, as PyTorch's tuning guide advises.

    A fresh spike tensor of 20 MB would otherwise be mapped and faulted in at every step, which
    costs more than computing it.
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


# ---- A layer whose input does not change: one drive per neuron, no delay ---------------------


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
        # The refractory step without a flag: one rotation behind zero, the next step ends there.
        s, c = torch.where(fired, -sr, s), torch.where(fired, cr, c)
    return torch.stack(record), s, c


def constant_backward(
    u: Tensor, s: Tensor, c: Tensor, slope: Tensor, total: Tensor, gradient: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Gradient of u from that of the spikes, by forward accumulation.

    A neuron has one drive for all its steps, so d(half-angle)/du is one number that travels
    forwards with the state: nothing needs storing, and the states are computed again, not read.
    """
    lanes = [
        _ConstantLane(*values)
        for values in zip(*(t.unbind(0) for t in (u, s, c, slope, total)), strict=True)
    ]
    for arriving in gradient.unbind(0):
        fired = [lane.turn() for lane in lanes]
        takers = pooling_takers(fired) if len(lanes) > 1 else [None]
        for lane, takes in zip(lanes, takers, strict=True):
            lane.accumulate(arriving if takes is None else torch.where(takes, arriving, 0.0))
    states = zip(*(lane.state() for lane in lanes), strict=True)
    s, c, slope, total = (torch.stack(values) for values in states)
    return s, c, slope, total


class _ConstantLane:
    """The state of one lane on its way through time.

    Lanes are kept apart, not stacked: a tensor of four lanes that is put together at every step
    would break the kernel into one for each step.
    """

    def __init__(self, u: Tensor, s: Tensor, c: Tensor, slope: Tensor, total: Tensor) -> None:
        half = torch.where(u > 0, u * HALF_TURN, 0.0)
        self.sr, self.cr = torch.sin(half), torch.cos(half)
        self.s, self.c, self.slope, self.total = s, c, slope, total

    def turn(self) -> Tensor:
        """One step of the drive; whether the neuron fires."""
        self.slope = self.slope + HALF_TURN
        self.a = self.s * self.cr + self.c * self.sr
        self.b = self.c * self.cr - self.s * self.sr
        self.fired = self.a.abs() > AMPLITUDE
        return self.fired

    def accumulate(self, arriving: Tensor) -> None:
        """Adds what the step's spike contributes, and goes on to the state carried over."""
        product = self.a * self.b
        change = 2 * product * self.slope
        self.total = self.total + arriving * surrogate(self.a * self.a) * change
        folded = torch.where(product < 0, -self.slope, self.slope)
        self.slope = torch.where(self.fired, -HALF_TURN, folded)
        self.s = torch.where(self.fired, -self.sr, self.a.abs())
        self.c = torch.where(self.fired, self.cr, self.b.abs())

    def state(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.s, self.c, self.slope, self.total


def pooling_takers(fired: Sequence[Tensor]) -> list[Tensor]:
    """Which of a window's four lanes takes its gradient: the first that fired, or the first."""
    first, second, third, fourth = fired
    earlier = first | second
    return [
        first | ~(earlier | third | fourth),
        second & ~first,
        third & ~earlier,
        fourth & ~(earlier | third),
    ]


# ---- A layer whose input changes: drive and delay at every step ------------------------------


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
    drive: Tensor,
    delay: Tensor,
    amplitudes: Tensor,
    before: Tensor,
    carried: Tensor,
    alpha_gradient: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """Gradients of drive, delay, and the half-angle that the first step started from.

    `before` is the amplitude of the step before the first one, `carried` the gradient of the
    half-angle after the last one, `alpha_gradient` what arrives at alpha, surrogates included.
    Drive and delay come and go apart: as halves of one tensor they are walked differently from the
    states, and the recurrence becomes a kernel for each step.
    """
    drives_record, delays_record = [], []
    for step in reversed(range(drive.shape[0])):
        u, v = drive[step], delay[step]
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
        drives_record.append(du)
        delays_record.append(dv)
    return torch.stack(drives_record[::-1]), torch.stack(delays_record[::-1]), carried


def membrane_loss(amplitudes: Tensor, one_hot: Tensor) -> tuple[Tensor, Tensor]:
    """The published loss of alpha [steps, batch, classes], and its gradient."""
    alpha = amplitudes * amplitudes
    exponents = torch.exp(alpha)  # alpha is in [0, 1]: no need to subtract the largest
    sums = exponents.sum(-1, keepdim=True)
    batch = one_hot.shape[0]
    loss = (sums.log().sum() - (alpha * one_hot).sum()) / batch
    return loss, (exponents / sums - one_hot) / batch

"""Under which noise a network is tested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ...quantum.noise import Noise

# Microseconds of a rotation where T1 is varied: an sx of IBM's Eagle and Heron devices.
GATE_TIME = 0.06


@dataclass(frozen=True)
class Sweep:
    """One kind of noise, weak to strong.

    Attributes:
        title: what a heading calls it.
        label: what an axis calls its strength, with the unit.
        values: the strengths.
        quick: the fewer ones of ``--quick``.
        noise: the noise of a strength and a number of shots.
    """

    title: str
    label: str
    values: tuple[float, ...]
    quick: tuple[float, ...]
    noise: Callable[[float, int | None], Noise]


SWEEPS = {
    "shots": Sweep(
        "Shots",
        "shots per neuron and step",
        (16, 64, 256, 1024, 4096, 16384),
        (16, 256, 4096),
        lambda value, _: Noise(shots=int(value)),
    ),
    "over_rotation": Sweep(
        "Over-rotation",
        "relative error of every angle",
        (0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
        (0.02, 0.1, 0.5),
        lambda value, shots: Noise(shots=shots, over_rotation=value),
    ),
    "depolarizing": Sweep(
        "Depolarizing",
        "probability per rotation",
        (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
        (0.001, 0.01, 0.1),
        lambda value, shots: Noise(shots=shots, depolarizing=value),
    ),
    "readout": Sweep(
        "Readout",
        "probability of a wrong bit",
        (0.001, 0.003, 0.01, 0.03, 0.1, 0.2),
        (0.003, 0.03, 0.2),
        lambda value, shots: Noise(shots=shots, readout=(value, value)),
    ),
    "t1": Sweep(
        "Relaxation",
        f"T1 = T2 (µs), rotations of {GATE_TIME} µs",
        (0.3, 1, 3, 10, 30, 100, 300),
        (0.3, 3, 30),
        lambda value, shots: Noise(shots=shots, thermal=(value, value, GATE_TIME, 0.0)),
    ),
}

EXACT = "exact"
DEVICE = "device"


@dataclass(frozen=True)
class Condition:
    """One point of a sweep, the noiseless network (`EXACT`), or the noise of a device (`DEVICE`).

    Attributes:
        sweep: a key of `SWEEPS`, or one of those two.
        value: the strength; None where there is none.
        noise: a `Noise`, one for each layer, or None.
        random: whether the seed of the noise matters.
    """

    sweep: str
    value: float | None
    noise: Any
    random: bool


def conditions(
    sweeps: Sequence[str], shots: int | None, device: Any, quick: bool
) -> list[Condition]:
    """All conditions in the order in which they are measured.

    Args:
        sweeps: keys of `SWEEPS`.
        shots: of every sweep but ``"shots"`` and of the device; None: infinitely many.
        device: its noise for each layer; None: there is none.
        quick: whether fewer points do.
    """
    found = [Condition(EXACT, None, None, False)]
    if device is not None:
        found.append(Condition(DEVICE, None, device, shots is not None))
    for name in sweeps:
        sweep = SWEEPS[name]
        for value in sweep.quick if quick else sweep.values:
            noise = sweep.noise(value, shots)
            found.append(Condition(name, float(value), noise, noise.shots is not None))
    return found

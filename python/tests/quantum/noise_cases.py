"""Random noises."""

from __future__ import annotations

import qlif


def random_noise(rng, *, thermal=True) -> qlif.Noise:
    t1 = rng.uniform(20, 200)
    return qlif.Noise(
        over_rotation=rng.uniform(-0.1, 0.1),
        depolarizing=rng.uniform(0, 0.1),
        thermal=(t1, t1 * rng.uniform(0.1, 2), rng.uniform(0, 2), rng.uniform(0, 0.3))
        if thermal
        else None,
        readout=(rng.uniform(0, 0.1), rng.uniform(0, 0.1)),
    )

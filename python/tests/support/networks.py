"""Networks that several tests use."""

from __future__ import annotations

import qlif


def make_network(seed: int = 0, **neuron) -> qlif.Network:
    """A 12-16-4 network with a sequence of 6 steps."""
    return qlif.Network(
        input_shape=(12,),
        layers=[qlif.Dense(16, qlif.QLIF(**neuron)), qlif.Dense(4, qlif.QLIF(**neuron))],
        steps=6,
        seed=seed,
    )

"""What the tests of the quantum side share."""

from __future__ import annotations

import numpy as np
import pytest

import qlif


@pytest.fixture
def small() -> tuple[qlif.Network, np.ndarray]:
    """A 6-5-3 network that fires and leaks, and a sequence [4, 2, 6]."""
    layers = [qlif.Dense(5, qlif.QLIF()), qlif.Dense(3, qlif.QLIF())]
    network = qlif.Network(input_shape=(6,), layers=layers, steps=4, seed=1)
    for values in network.parameters.values():
        values[:] *= 2.5
    x = np.random.default_rng(1).uniform(-1, 1, (4, 2, 6)).astype(np.float32)
    return network, x

"""ALIF neurons: a trace by hand, and outputs and gradients against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
from torch_neurons import compare, spike

import qlif


def test_a_trace_by_hand():
    """Threshold 1, which rises by 2 for an adaptation of 1; all numbers are binary fractions."""
    neuron = qlif.ALIF(beta=0.5, threshold=1.0, rho=0.5, adaptation=2.0)
    network = qlif.Network(input_shape=(1,), layers=[qlif.Dense(1, neuron)], steps=5)
    network.parameters["0.weight"][:] = 1
    network.parameters["0.bias"][:] = 0
    rec = network.simulate(np.array([1.5, 2.0, 1.5, 1.0, 0.0], np.float32).reshape(5, 1, 1))
    # step   a       theta   U                          spike
    # 0      0       1       1.5                        1
    # 1      0.5     2       0.75 + 2.0 - 1 = 1.75      0
    # 2      0.25    1.5     0.875 + 1.5 = 2.375        1
    # 3      0.625   2.25    1.1875 + 1 - 1.5 = 0.6875  0
    # 4      0.3125  1.625   0.34375                    0
    np.testing.assert_array_equal(rec.membrane[0].ravel(), [1.5, 1.75, 2.375, 0.6875, 0.34375])
    np.testing.assert_array_equal(rec.spikes[0].ravel(), [1, 0, 1, 0, 0])


def test_without_adaptation_it_is_a_lif():
    x = np.random.default_rng(1).uniform(-1, 2, (7, 3, 5)).astype(np.float32)
    found = [
        qlif.Network(input_shape=(5,), layers=[qlif.Dense(9, neuron)], seed=2).simulate(x)
        for neuron in (qlif.ALIF(adaptation=0.0, beta=0.8), qlif.LIF(beta=0.8))
    ]
    np.testing.assert_array_equal(found[0].membrane[0], found[1].membrane[0])
    np.testing.assert_array_equal(found[0].spikes[0], found[1].spikes[0])


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("reading", ["membrane_sum", "spike_count"])
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_against_pytorch(reset, reading, constant):
    neuron = qlif.ALIF(beta=0.8, threshold=0.6, rho=0.7, adaptation=0.9, reset=reset)

    def step(state, current):
        membrane, adaptation, fired = state
        adapted = neuron.rho * adaptation + (1 - neuron.rho) * fired
        left = fired.detach()
        if reset == "zero":
            moved = neuron.beta * membrane * (1 - left) + current
        else:
            threshold = (neuron.threshold + neuron.adaptation * adaptation).detach()
            moved = neuron.beta * membrane + current - left * threshold
        spikes = spike(moved - neuron.threshold - neuron.adaptation * adapted)
        return (moved, adapted, spikes), moved, spikes

    compare(neuron, step, reading, constant)

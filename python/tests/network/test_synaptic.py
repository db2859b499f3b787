"""SynapticLIF neurons: a trace by hand, and outputs and gradients against snnTorch's Synaptic."""

from __future__ import annotations

import numpy as np
import pytest
from torch_neurons import compare, spike

import qlif


def test_a_trace_by_hand():
    neuron = qlif.SynapticLIF(alpha=0.5, beta=0.5, threshold=1.0)
    network = qlif.Network(input_shape=(1,), layers=[qlif.Dense(1, neuron)], steps=4)
    network.parameters["0.weight"][:] = 1
    network.parameters["0.bias"][:] = 0
    rec = network.simulate(np.array([1.0, 1.0, 0.0, 0.0], np.float32).reshape(4, 1, 1))
    # step   S      U                              spike
    # 0      1      1                              0, as it is not above
    # 1      1.5    0.5 + 1.5 = 2                  1
    # 2      0.75   1 + 0.75 - 1 = 0.75            0
    # 3      0.375  0.375 + 0.375 = 0.75           0
    np.testing.assert_array_equal(rec.membrane[0].ravel(), [1, 2, 0.75, 0.75])
    np.testing.assert_array_equal(rec.spikes[0].ravel(), [0, 1, 0, 0])


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("reading", ["membrane_sum", "spike_count"])
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_against_snntorch(reset, reading, constant):
    snn = pytest.importorskip("snntorch", reason="snnTorch is not installed")
    neuron = qlif.SynapticLIF(alpha=0.7, beta=0.8, threshold=0.9, reset=reset)
    theirs = snn.Synaptic(
        alpha=0.7, beta=0.8, threshold=0.9, spike_grad=spike, reset_mechanism=reset
    ).double()

    def step(state, current):
        membrane, synapse, _ = state
        spikes, synapse, membrane = theirs(current, synapse, membrane)
        return (membrane, synapse, spikes), membrane, spikes.double()

    compare(neuron, step, reading, constant)

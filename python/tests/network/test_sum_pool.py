"""Sums of spikes over windows: by numpy, and against averages, whose weights count as much more."""

from __future__ import annotations

import numpy as np
import pytest

import qlif


def make(pool, synapse):
    neuron = qlif.QLIF(threshold=0.4, drive_bound="tanh")
    after = qlif.Conv2d(3, 2, neuron) if synapse == "conv2d" else qlif.Dense(5, neuron)
    layers = [qlif.Conv2d(4, 3, neuron), pool, after, qlif.Dense(2, neuron)]
    return qlif.Network(input_shape=(1, 11, 9), layers=layers, steps=7, seed=3)


@pytest.mark.parametrize("synapse", ["conv2d", "dense"])
def test_it_is_an_average_with_larger_weights(synapse, rng):
    x, y = rng.uniform(-1, 1, (6, 1, 11, 9)).astype(np.float32), rng.integers(0, 2, 6)
    found = {}
    for pool in (qlif.AvgPool2d(2), qlif.SumPool2d(2)):
        network = make(pool, synapse)
        if isinstance(pool, qlif.AvgPool2d):
            for name in ("2.drive_weight", "2.delay_weight"):
                network.parameters[name][...] *= 4  # exact, as is the average's division by it
        rec = network.simulate(x)
        assert 0.02 < rec.spikes[2].mean() < 0.9
        found[type(pool)] = rec, network.loss_and_gradients(x, y)
    (average, (loss, slopes)), (total, (same, gradients)) = found.values()
    window = average.spikes[0].reshape(7, 6, 4, 9, 7)[..., :8, :6].reshape(7, 6, 4, 4, 2, 3, 2)
    np.testing.assert_array_equal(total.spikes[1], window.sum(axis=(4, 6)))
    np.testing.assert_array_equal(total.membrane[2], average.membrane[2])
    assert loss == same
    for name, gradient in gradients.items():
        factor = 4 if name in ("2.drive_weight", "2.delay_weight") else 1
        np.testing.assert_array_equal(gradient, factor * slopes[name])


def test_it_needs_spikes_before_it_and_neurons_behind(tmp_path):
    with pytest.raises(qlif.ShapeError, match=r"sum_pool2d.*expected a layer of neurons before"):
        qlif.Network(input_shape=(1, 8, 8), layers=[qlif.SumPool2d(2)])
    layers = [qlif.Conv2d(2, 3, qlif.LIF()), qlif.SumPool2d(2), qlif.MaxPool2d(2)]
    with pytest.raises(qlif.ShapeError, match=r"max_pool2d.*expected spikes"):
        qlif.Network(input_shape=(1, 8, 8), layers=layers)
    network = make(qlif.SumPool2d(2), "dense")
    network.save(tmp_path / "n.safetensors")
    assert qlif.Network.load(tmp_path / "n.safetensors").layers == network.layers

"""Networks of classical neurons in PyTorch, in double precision, by automatic differentiation."""

from __future__ import annotations

import numpy as np
import pytest

import qlif

STEPS, BATCH, SIZES = 9, 4, (6, 20, 6)


def spike(excess):
    """1 where `excess` is above 0, with the derivative ``1 / (1 + (pi x)^2)``."""
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    class Spike(torch.autograd.Function):
        @staticmethod
        def forward(context, x):
            context.save_for_backward(x)
            return (x > 0).double()

        @staticmethod
        def backward(context, gradient):
            (x,) = context.saved_tensors
            return gradient / (1 + (torch.pi * x) ** 2)

    return Spike.apply(excess)


def compare(neuron, step, reading, constant):
    """Spikes, membranes, loss and gradients of two dense layers equal those of `step` in PyTorch.

    Args:
        neuron: of both layers, with one current.
        step: takes the state (membrane, another number, whether it fired) and a current; returns
            the state after it, the membrane and the spikes.
        reading: what the cross-entropy compares.
        constant: whether the input is constant in time.
    """
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    rng = np.random.default_rng(3)
    layers = [qlif.Dense(units, neuron) for units in SIZES[1:]]
    network = qlif.Network(input_shape=SIZES[:1], layers=layers, steps=STEPS, seed=5)
    for name, values in network.parameters.items():
        values *= 4 if name.endswith("weight") else 1
    shape = (BATCH, SIZES[0]) if constant else (STEPS, BATCH, SIZES[0])
    x, y = rng.uniform(-1, 1.5, shape).astype(np.float32), rng.integers(0, SIZES[-1], BATCH)

    wide = {
        name: torch.tensor(values, dtype=torch.float64, requires_grad=True)
        for name, values in network.parameters.items()
    }
    states = [tuple(torch.zeros(BATCH, units).double() for _ in range(3)) for units in SIZES[1:]]
    records = [([], []) for _ in layers]
    for index in range(STEPS):
        signal = torch.tensor(x if constant else x[index], dtype=torch.float64)
        for layer, (membranes, spikes) in enumerate(records):
            current = signal @ wide[f"{layer}.weight"].T + wide[f"{layer}.bias"]
            states[layer], membrane, signal = step(states[layer], current)
            membranes.append(membrane)
            spikes.append(signal)
    numbers = torch.stack(records[-1][reading == "spike_count"]).sum(dim=0)
    loss = torch.nn.functional.cross_entropy(numbers, torch.tensor(y))
    loss.backward()

    rec = network.simulate(x, batch_first=None if constant else False)
    for layer, (membranes, spikes) in enumerate(records):
        assert 0.02 < rec.spikes[layer].mean() < 0.98
        for found, expected in ((rec.membrane, membranes), (rec.spikes, spikes)):
            np.testing.assert_allclose(
                found[layer], torch.stack(expected).detach().numpy(), atol=2e-5
            )
    found, gradients = network.loss_and_gradients(
        x, y, reading=reading, batch_first=None if constant else False
    )
    assert found == pytest.approx(loss.item(), rel=1e-5)
    for name, gradient in gradients.items():
        expected = wide[name].grad.numpy()
        assert np.abs(expected).max() > 1e-4
        np.testing.assert_allclose(gradient, expected, atol=2e-5 * np.abs(expected).max())

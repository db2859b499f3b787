"""Huber's loss: by numpy on what is read off the outputs, its gradient against that of mse."""

from __future__ import annotations

import numpy as np
import pytest

import qlif


@pytest.mark.parametrize("delta", [0.2, 1.0])
@pytest.mark.parametrize("reading", ["membrane", "membrane_sum", "spike_count"])
def test_its_value(network, batch, rng, reading, delta):
    x, _ = batch
    goals = rng.uniform(-1, 2, (5, 4)).astype(np.float32)
    rec = network.simulate(x)
    numbers = {
        "membrane": rec.membrane[1],
        "membrane_sum": rec.membrane[1].sum(axis=0)[None],
        "spike_count": rec.spikes[1].sum(axis=0)[None],
    }[reading]
    distance = np.abs(numbers - goals)
    each = np.where(distance <= delta, distance**2 / 2, delta * (distance - delta / 2))
    found = network.evaluate(x, goals, loss={"kind": "huber", "delta": delta}, reading=reading)
    assert found.loss == pytest.approx(each.sum(axis=0).mean(), rel=1e-5)


def test_small_differences_are_half_of_mse(network, batch, rng):
    x, _ = batch
    goals = rng.uniform(-1, 2, (5, 4)).astype(np.float32)
    wide = {"kind": "huber", "delta": 1e6}
    loss, gradients = network.loss_and_gradients(x, goals, loss=wide, reading="membrane_sum")
    twice, slopes = network.loss_and_gradients(x, goals, loss="mse", reading="membrane_sum")
    assert loss == pytest.approx(twice / 2, rel=1e-6)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(gradient, slopes[name] / 2, rtol=1e-5, atol=1e-7)


def test_large_differences_have_a_gradient_of_their_sign(network, batch):
    """Far from its goals the loss grows by ``delta`` for each output, whatever the distance."""
    x, _ = batch
    far = [
        network.loss_and_gradients(x, np.full((5, 4), goal), loss="huber", reading="membrane_sum")
        for goal in (1e3, 1e4)
    ]
    for name, gradient in far[0][1].items():
        np.testing.assert_array_equal(gradient, far[1][1][name])
    assert far[1][0] - far[0][0] == pytest.approx(9e3, rel=1e-5)


def test_refusals(network, batch):
    x, y = batch
    with pytest.raises(qlif.ArgumentError, match="delta: 0.0, expected above 0"):
        qlif.Trainer(network, loss={"kind": "huber", "delta": 0.0})
    with pytest.raises(qlif.ArgumentError, match="huber compares with numbers"):
        network.evaluate(x, y, loss="huber")
    config = qlif.Trainer(network, loss={"kind": "huber", "delta": 0.5}).config
    assert config["loss"] == {"kind": "huber", "delta": 0.5}

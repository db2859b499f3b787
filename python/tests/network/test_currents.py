"""The currents that neurons receive, as they are recorded, against numpy."""

import numpy as np
import pytest
import reference

import qlif


def network(steps=4):
    """Both kinds of neurons and every kind of layer; images of [2, 7, 6]."""
    made = qlif.Network(
        input_shape=(2, 7, 6),
        layers=[
            qlif.Conv2d(3, (3, 2), qlif.QLIF(refractory=False), stride=2, padding=1),
            qlif.MaxPool2d(2, 1),
            qlif.Conv2d(4, 2, qlif.LIF(threshold=0.3)),
            qlif.AvgPool2d(2),
            qlif.Dense(5, qlif.QLIF(threshold=0.3)),
            qlif.Dense(3, qlif.LIF(threshold=0.3)),
        ],
        steps=steps,
        seed=5,
    )
    rng = np.random.default_rng(2)
    for name, values in made.parameters.items():
        biases = 0.3 * rng.standard_normal(values.shape) if "bias" in name else 0
        values[:] = 2 * values + biases
    return made


def expected(net, layer, signal):
    """Currents [currents, steps, batch, *shape] of a signal [steps, batch, ...]."""
    kind = net.layers[layer]
    synapse = (
        reference.Conv2d(kind.stride, kind.padding)
        if isinstance(kind, qlif.Conv2d)
        else reference.Dense()
    )
    rows = signal.reshape(-1, *signal.shape[2:]).astype(float)
    prefixes = ("drive_", "delay_") if isinstance(kind.neuron, qlif.QLIF) else ("",)
    found = [
        synapse.forward(
            rows,
            net.parameters[f"{layer}.{prefix}weight"].astype(float),
            net.parameters[f"{layer}.{prefix}bias"].astype(float),
        )
        for prefix in prefixes
    ]
    return np.array(found).reshape(len(prefixes), *signal.shape[:2], *net.layer_shapes[layer])


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("batch", [1, 7, 1030])
def test_currents_are_weights_by_spikes(rng, constant, batch):
    net = network()
    shape = (batch, 2, 7, 6) if constant else (4, batch, 2, 7, 6)
    x = rng.uniform(-1, 1, shape).astype(np.float32)
    rec = net.simulate(x, currents=True, batch_first=False)
    signal = np.broadcast_to(x, (4, *x.shape)) if constant else x
    for layer, kind in enumerate(net.layers):
        assert rec.currents.recorded(layer) == kind.has_neurons
        if kind.has_neurons:
            want = expected(net, layer, signal)
            assert rec.currents[layer].shape == want.shape
            np.testing.assert_allclose(rec.currents[layer], want, rtol=1e-4, atol=1e-5)
        if batch > 1:
            assert 0 < rec.spikes[layer].mean() < 1
        signal = rec.spikes[layer]


@pytest.mark.parametrize("constant", [True, False])
def test_a_batch_in_parts_is_the_whole(rng, constant):
    """More than 1,024 samples: the engine is called for some at a time."""
    net = network(steps=2)
    x = rng.uniform(-1, 1, (1025, 2, 7, 6) if constant else (2, 1025, 2, 7, 6)).astype(np.float32)
    rec = net.simulate(x, currents=True)
    for first in (0, 511, 512, 1023, 1024):
        part = x[first : first + 1] if constant else x[:, first : first + 1]
        alone = net.simulate(part, currents=True, batch_first=False)
        for layer in (0, 2, 4, 5):
            assert np.isfinite(rec.currents[layer]).all()
            for each, one in (
                (rec.currents[layer][:, :, first], alone.currents[layer][:, :, 0]),
                (rec.membrane[layer][:, first], alone.membrane[layer][:, 0]),
                (rec.spikes[layer][:, first], alone.spikes[layer][:, 0]),
            ):
                np.testing.assert_allclose(each, one, rtol=1e-5, atol=1e-5)


def test_what_is_recorded_changes_nothing(rng):
    net, x = network(), rng.uniform(-1, 1, (9, 2, 7, 6)).astype(np.float32)
    plain, whole = net.simulate(x), net.simulate(x, currents=True)
    only = net.simulate(x, spikes=False, membrane=False, currents=True, layers=[4, -1])
    for layer in (0, 2, 4, 5):
        np.testing.assert_array_equal(plain.spikes[layer], whole.spikes[layer])
        np.testing.assert_array_equal(plain.membrane[layer], whole.membrane[layer])
        assert not plain.currents.recorded(layer)
        assert only.currents.recorded(layer) == (layer >= 4)
    for layer in (4, 5):
        np.testing.assert_array_equal(only.currents[layer], whole.currents[layer])
    assert only.steps == 4
    with pytest.raises(qlif.ArgumentError, match="the currents of layer 1 was not recorded"):
        whole.currents[1]


def test_currents_do_not_know_of_noise(rng):
    """The first layer's: those after it are of the spikes that noise makes."""
    net, x = network(), rng.uniform(-1, 1, (9, 2, 7, 6)).astype(np.float32)
    each = qlif.Noise(shots=20, readout=(0.1, 0.1))
    noise = qlif.NoiseRun([each, None, None, None, each, None], seed=3)
    quiet, noisy = net.simulate(x, currents=True), net.simulate(x, currents=True, noise=noise)
    np.testing.assert_allclose(noisy.currents[0], quiet.currents[0], rtol=1e-6, atol=1e-6)
    for layer in (4, 5):
        want = expected(net, layer, noisy.spikes[layer - 1])
        np.testing.assert_allclose(noisy.currents[layer], want, rtol=1e-4, atol=1e-5)

"""Circuits of a network's layer at a step: the engine's own membranes, and what Qiskit reads."""

import numpy as np
import pytest

import qlif
from qlif import circuits


def before(rec, layer, step):
    """What the neurons of the only sample remember at a step: 0 at first and after a spike."""
    if step == 0:
        return np.zeros(rec.membrane[layer].shape[2:]).ravel()
    fired = rec.spikes[layer][step - 1, 0] > 0
    return np.where(fired, 0, rec.membrane[layer][step - 1, 0]).ravel().astype(float)


def currents(rec, layer, step, refractory):
    """u and v; of a neuron that rests after its spike 0."""
    found = rec.currents[layer][:, step, 0].reshape(2, -1).astype(float)
    if step and refractory:
        found[:, rec.spikes[layer][step - 1, 0].ravel() > 0] = 0
    return found


def deep(**options):
    """A convolution, a pooling, LIF neurons and dense layers; images of [1, 5, 4]."""
    neuron = qlif.QLIF(threshold=0.5, **options)
    network = qlif.Network(
        input_shape=(1, 5, 4),
        layers=[
            qlif.Conv2d(2, 2, neuron),
            qlif.MaxPool2d(2, 1),
            qlif.Dense(4, qlif.LIF(threshold=0.3)),
            qlif.Dense(3, neuron),
        ],
        steps=6,
        seed=4,
    )
    for values in network.parameters.values():
        values[:] *= 2.5
    return network


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("refractory", [True, False])
@pytest.mark.parametrize(
    ("leak", "form"),
    [("relaxation", None), ("relaxation", "rotation"), ("rotation", None), ("published", None)],
)
def test_a_step_is_the_engines(leak, form, refractory, constant, rng):
    network = deep(leak=leak, refractory=refractory)
    x = rng.uniform(-1, 1, (1, 5, 4) if constant else (6, 1, 5, 4)).astype(np.float32)
    rec = network.simulate(x[None] if constant else x[:, None], currents=True, batch_first=False)
    for layer in (0, 3):
        neuron = network.layers[layer].neuron
        assert rec.spikes[layer].any()
        for step in range(6):
            alpha = before(rec, layer, step)
            u, v = currents(rec, layer, step, refractory)
            text = circuits.qasm3(network, x, layer=layer, step=step, leak_form=form)
            assert text == circuits.qasm3(neuron, u, v, alpha=alpha, leak_form=form)
            run = circuits.run(neuron, u[None], v[None], before=alpha, leak_form=form)
            np.testing.assert_allclose(
                run.alpha[0], rec.membrane[layer][step, 0].ravel(), atol=1e-5
            )


def test_qiskit_reads_the_engines_membranes(small):
    pytest.importorskip("qiskit_aer")
    from test_circuits import simulated

    network, x = small
    rec = network.simulate(x)
    for layer in (0, 1):
        for step in range(4):
            circuit = circuits.to_qiskit(network, x[:, 1], layer=layer, step=step)
            assert circuit.num_qubits == network.layers[layer].units
            np.testing.assert_allclose(simulated(circuit), rec.membrane[layer][step, 1], atol=1e-5)


def test_delays_are_stretched_to_a_devices_t1(small):
    network, x = small
    noise = qlif.Noise(thermal=(120, 120, 0, 0))
    waits = [
        [float(part.split("us]")[0]) for part in text.split("delay[")[1:]]
        for text in (
            circuits.qasm3(network, x[:, 0], layer=0, step=1, **options)
            for options in ({}, {"noise": noise}, {"noise": noise, "clock": "absolute"})
        )
    ]
    assert len(waits[0]) > 0
    np.testing.assert_allclose(waits[1], np.multiply(waits[0], 2), rtol=1e-9)
    assert waits[2] == waits[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"layer": 1, "step": 0}, "^layer: 1 has no QLIF neurons"),
        ({"layer": 2, "step": 0}, "^layer: 2 has no QLIF neurons"),
        ({"layer": 4, "step": 0}, "^layer: 4, expected 0 to 3"),
        ({"layer": -1, "step": 0}, "^layer: -1, expected 0 to 3"),
        ({"layer": 0, "step": 6}, "^step: 6, expected 0 to 5"),
        ({"layer": 0, "step": -1}, "^step: -1, expected 0 to 5"),
        ({"layer": 0, "step": 2**70}, "^step is "),
        ({"layer": "a", "step": 0}, "^layer is 'a', expected a whole number"),
        ({"layer": 0}, "^layer and step are needed"),
        ({"step": 0}, "^layer and step are needed"),
        ({"layer": 0, "step": 0, "delay": 0.0}, "^delay is given, .* expected None"),
        ({"layer": 0, "step": 0, "alpha": 0.1}, "^alpha is given, .* expected None"),
        ({"layer": 0, "step": 0, "memory": "coherent"}, "^memory is given, .* expected None"),
        ({"layer": 0, "step": 0, "clock": "fast"}, '^clock: "fast", expected one of'),
        ({"layer": 0, "step": 0, "leak_form": 3}, "^leak_form: 3, expected one of"),
        ({"layer": 0, "step": 0, "leak_form": object()}, "^leak_form is <object"),
        ({"layer": 0, "step": 0, "noise": 3}, "^noise is 3, expected a qlif.Noise"),
        (
            {"layer": 0, "step": 0, "noise": qlif.Noise(readout=([0.1, 0.2], 0.1))},
            "^noise has values for 2 neurons, expected one for all",
        ),
    ],
)
def test_refusals(options, words):
    with pytest.raises(qlif.ArgumentError, match=words):
        circuits.qasm3(deep(), np.zeros((1, 5, 4)), **options)


def test_samples_that_do_not_fit():
    network = deep()
    for wrong in (np.zeros((5, 4)), np.zeros((2, 2, 1, 5, 4)), np.zeros((1, 4, 5)), 3):
        with pytest.raises(qlif.ShapeError, match="^x has shape"):
            circuits.qasm3(network, wrong, layer=0, step=0)
    with pytest.raises(qlif.NotFiniteError):
        circuits.qasm3(network, np.full((1, 5, 4), np.nan), layer=0, step=0)


@pytest.mark.parametrize(
    ("change", "words"),
    [({"firing": "measurement"}, "fire by measurement"), ({"memory": "coherent"}, "no step")],
)
def test_neurons_without_a_step_of_their_own(change, words):
    with pytest.raises(qlif.ArgumentError, match=words):
        circuits.qasm3(deep(**change), np.zeros((1, 5, 4)), layer=0, step=0)


def test_a_neuron_has_no_layers():
    for options in ({"layer": 0}, {"step": 0}):
        with pytest.raises(qlif.ArgumentError, match="no layer or step"):
            circuits.qasm3(qlif.QLIF(), 0.1, 0.1, alpha=0.1, **options)
    with pytest.raises(qlif.ArgumentError, match="^expected drive and delay"):
        circuits.qasm3(qlif.QLIF(), 0.1)

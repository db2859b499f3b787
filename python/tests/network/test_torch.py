"""LIF neurons, convolutions and poolings against snnTorch and PyTorch, where they are installed."""

import numpy as np
import pytest

import qlif

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install 'qlif[bench]'")
snn = pytest.importorskip("snntorch", reason="snnTorch is not installed: pip install 'qlif[bench]'")

STEPS, BATCH = 9, 4
MARGIN = 1e-5  # of a membrane to the threshold, so that float32 must agree on every spike

SURROGATES = {
    "arctan": (qlif.surrogate.arctan(slope=1), lambda: snn.surrogate.atan(alpha=2)),
    "fast_sigmoid": (
        qlif.surrogate.fast_sigmoid(slope=3),
        lambda: snn.surrogate.fast_sigmoid(slope=3),
    ),
    "sigmoid": (qlif.surrogate.sigmoid(slope=2.5), lambda: snn.surrogate.sigmoid(slope=2.5)),
}


def torch_run(layers, x, labels, parameters):
    """The network, step by step in float64; returns spikes, membranes, loss and gradients.

    Layers are functions of (signal, weight, bias) with a `Leaky` for their neurons, or of the
    signal and the membranes before it with None.
    """
    wide = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for name, value in parameters.items()
    }
    states = [neuron.init_leaky() if neuron else None for _, neuron in layers]
    spikes, membranes = [[] for _ in layers], [[] for _ in layers]
    for step in range(STEPS):
        signal = torch.tensor(x[step] if x.ndim in (3, 5) else x, dtype=torch.float64)
        for index, (synapse, neuron) in enumerate(layers):
            if neuron is None:
                signal = synapse(signal, states[index - 1])
            else:
                current = synapse(signal, wide[f"{index}.weight"], wide[f"{index}.bias"])
                signal, states[index] = neuron(current, states[index])
                membranes[index].append(states[index])
                signal = signal.double()  # snnTorch's spikes are float32
            spikes[index].append(signal)
    logits = torch.stack(membranes[-1]).sum(dim=0)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor(labels))
    loss.backward()
    activity = [
        [torch.stack(each).detach().numpy() if each else None for each in record]
        for record in (spikes, membranes)
    ]
    gradients = {name: value.grad.numpy() for name, value in wide.items()}
    return *activity, loss.item(), gradients


def compare(make_network, torch_layers, x_of, threshold):
    for seed in range(100):
        network, rng = make_network(seed), np.random.default_rng(seed)
        for name, view in network.parameters.items():
            view *= 2.5 if name.endswith("weight") else 1
        x = x_of(rng).astype(np.float32)
        labels = rng.integers(0, network.classes, BATCH)
        spikes, membranes, loss, gradients = torch_run(torch_layers, x, labels, network.parameters)
        known = [each for each in membranes if each is not None]
        fired = [s.mean() for s, m in zip(spikes, membranes, strict=True) if m is not None]
        near = min(np.abs(each - threshold).min() for each in known)
        if near > MARGIN and min(fired) > 0.02:
            break
    else:
        raise AssertionError("no settled case was found")
    rec = network.simulate(x)
    for index in range(len(torch_layers)):
        np.testing.assert_allclose(rec.spikes[index], spikes[index], atol=1e-6)
        if membranes[index] is not None:
            np.testing.assert_allclose(rec.membrane[index], membranes[index], atol=1e-5)
    found, found_gradients = network.loss_and_gradients(x, labels, reading="membrane_sum")
    assert found == pytest.approx(loss, rel=1e-4, abs=1e-6)
    for name, expected in gradients.items():
        np.testing.assert_allclose(
            found_gradients[name],
            expected,
            atol=1e-3 * np.abs(expected).max() + 1e-7,
            rtol=0,
            err_msg=name,
        )


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("surrogate", SURROGATES)
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_lif_is_snntorchs_leaky(reset, surrogate, constant):
    ours, theirs = SURROGATES[surrogate]
    neuron = qlif.LIF(beta=0.85, threshold=0.8, reset=reset, surrogate=ours)
    leaky = snn.Leaky(beta=0.85, threshold=0.8, reset_mechanism=reset, spike_grad=theirs())
    shape = (BATCH, 7) if constant else (STEPS, BATCH, 7)
    compare(
        lambda seed: qlif.Network(
            input_shape=7,
            layers=[qlif.Dense(units, neuron) for units in (12, 9, 4)],
            steps=STEPS,
            seed=seed,
        ),
        [(torch.nn.functional.linear, leaky)] * 3,
        lambda rng: rng.uniform(-1, 1, shape),
        0.8,
    )


def flat_linear(signal, weight, bias):
    return torch.nn.functional.linear(signal.flatten(1), weight, bias)


def largest(signal, membranes, size, stride):
    """The spike of the neuron with the largest membrane of each window."""
    values, places = torch.nn.functional.max_pool2d(membranes, size, stride, return_indices=True)
    return signal.flatten(2).gather(-1, places.flatten(2)).view_as(values)


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("pool", ["max", "max membrane", "max membrane, overlapping", "average"])
@pytest.mark.parametrize(("stride", "padding"), [(1, 0), (2, 1), (1, 2)])
def test_convolutions_and_poolings_are_pytorchs(stride, padding, pool, constant):
    F = torch.nn.functional
    neuron = qlif.LIF(beta=0.85, threshold=0.8, surrogate=qlif.surrogate.arctan(slope=1))
    leaky = snn.Leaky(beta=0.85, threshold=0.8, spike_grad=snn.surrogate.atan(alpha=2))
    ours, theirs = {
        "max": (qlif.MaxPool2d(2), lambda s, _: F.max_pool2d(s, 2)),
        "max membrane": (
            qlif.MaxPool2d(2, ties="membrane"),
            lambda s, membranes: largest(s, membranes, 2, 2),
        ),
        "max membrane, overlapping": (
            qlif.MaxPool2d(3, 2, ties="membrane"),
            lambda s, membranes: largest(s, membranes, 3, 2),
        ),
        "average": (qlif.AvgPool2d(2), lambda s, _: F.avg_pool2d(s, 2)),
    }[pool]
    shape = (BATCH, 2, 11, 12) if constant else (STEPS, BATCH, 2, 11, 12)

    def convolution(signal, weight, bias):
        return F.conv2d(signal, weight, bias, stride=stride, padding=padding)

    compare(
        lambda seed: qlif.Network(
            input_shape=(2, 11, 12),
            layers=[
                qlif.Conv2d(5, 3, neuron, stride=stride, padding=padding),
                ours,
                qlif.Conv2d(6, (2, 1), neuron),
                qlif.Dense(4, neuron),
            ],
            steps=STEPS,
            seed=seed,
        ),
        [(convolution, leaky), (theirs, None), (F.conv2d, leaky), (flat_linear, leaky)],
        lambda rng: rng.uniform(-1, 1, shape),
        0.8,
    )

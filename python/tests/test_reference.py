"""Activity, loss and gradients against the float64 equations, for every option."""

import itertools

import numpy as np
import pytest
import reference

import qlif

LEAKS = ["relaxation", "published"]
SURROGATES = ["arctan", "fast_sigmoid", "sigmoid", "triangular"]
LOSSES = ["membrane", "summed_membrane", "spike_count"]
MARGIN = 1e-4  # of alpha to the threshold, so that float32 must agree on every spike


def case(seed, options, constant):
    rng = np.random.default_rng(seed)
    sizes, steps, batch = (7, 9, 4), 8, 6
    layers = [
        (
            reference.Neuron(**options),
            {
                "drive_weight": rng.normal(0.05, 0.5, (n, m)).astype(np.float32),
                "drive_bias": rng.normal(0, 0.2, n).astype(np.float32),
                "delay_weight": rng.normal(0, 0.15, (n, m)).astype(np.float32),
                "delay_bias": rng.normal(0, 0.1, n).astype(np.float32),
            },
        )
        for m, n in itertools.pairwise(sizes)
    ]
    shape = (batch, sizes[0]) if constant else (steps, batch, sizes[0])
    x = rng.uniform(-1, 1, shape).astype(np.float32)
    return layers, x, steps, rng.integers(0, sizes[-1], batch)


def settled_case(options, constant, loss):
    """The first case in which no alpha is near the threshold."""
    for seed in range(200):
        layers, x, steps, labels = case(seed, options, constant)
        result = reference.run(
            [(n, {k: v.astype(float) for k, v in p.items()}) for n, p in layers],
            x.astype(float),
            steps,
            labels,
            loss,
        )
        nearest = min(np.abs(alpha - options["threshold"]).min() for alpha in result[1])
        busy = all(0.02 < spikes.mean() < 0.9 for spikes in result[0])
        if nearest > MARGIN and busy:
            return layers, x, steps, labels, result
    raise AssertionError("no settled case was found")


def compare(options, constant, loss):
    layers, x, steps, labels, (spikes, alphas, value, gradients) = settled_case(
        options, constant, loss
    )
    model = dict(options)
    surrogate = qlif.surrogate.Surrogate(model.pop("surrogate"), model.pop("slope"))
    neuron = qlif.QLIF(**model, surrogate=surrogate, dropout=0)
    network = qlif.Network(
        input_shape=(x.shape[-1],),
        layers=[qlif.Dense(len(p["drive_bias"]), neuron) for _, p in layers],
        steps=steps,
    )
    for index, (_, parameters) in enumerate(layers):
        for name, values in parameters.items():
            network.parameters[f"{index}.{name}"][:] = values
    rec = network.simulate(x)
    for layer in range(len(layers)):
        np.testing.assert_array_equal(rec.spikes[layer], spikes[layer])
        np.testing.assert_allclose(rec.alpha[layer], alphas[layer], atol=2e-5, rtol=0)
    found, found_gradients = network.loss_and_gradients(x, labels, loss=loss)
    np.testing.assert_allclose(found, value, rtol=1e-5)
    for name, expected in gradients.items():
        np.testing.assert_allclose(
            found_gradients[name],
            expected,
            atol=1e-3 * np.abs(expected).max() + 1e-7,
            rtol=0,
            err_msg=name,
        )


BASE = {
    "threshold": 0.7,
    "t1": 60.0,
    "drive_scale": 2.5,
    "delay_scale": 90.0,
    "drive_bound": "none",
    "leak": "relaxation",
    "refractory": True,
    "surrogate": "arctan",
    "slope": 1.3,
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("surrogate", SURROGATES)
@pytest.mark.parametrize("leak", LEAKS)
def test_surrogates_leaks_and_losses(leak, surrogate, loss):
    compare({**BASE, "leak": leak, "surrogate": surrogate}, constant=False, loss=loss)


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("refractory", [True, False])
@pytest.mark.parametrize("bound", ["none", "tanh"])
@pytest.mark.parametrize("leak", LEAKS)
def test_bounds_refractoriness_and_inputs(leak, bound, refractory, constant):
    options = {**BASE, "leak": leak, "drive_bound": bound, "refractory": refractory}
    compare(options, constant=constant, loss="summed_membrane")

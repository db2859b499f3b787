"""Activity, loss and gradients against the float64 equations, for every option."""

import itertools
from dataclasses import asdict, dataclass, replace

import numpy as np
import pytest
import reference

import qlif

LEAKS = ["relaxation", "published"]
SURROGATES = ["arctan", "fast_sigmoid", "sigmoid", "triangular"]
READINGS = ["membrane", "membrane_sum", "spike_count"]
MARGIN = 2e-5  # of alpha to the threshold, so that float32 must agree on every spike


@dataclass(frozen=True)
class Problem:
    """Layers as the reference has them, their input and their labels or numbers."""

    layers: list
    x: np.ndarray
    steps: int
    target: np.ndarray
    constant: bool

    def expected(self, reading):
        wide = [
            (synapse, neuron, {name: value.astype(float) for name, value in p.items()})
            for synapse, neuron, p in self.layers
        ]
        return reference.run(
            wide, self.x.astype(float), self.steps, self.target, reading, self.constant
        )


def parameters(rng, neuron, shape):
    """Weights for inputs of 0 to 1, so that neurons neither rest nor fire at every step."""
    inputs = np.prod(shape[1:])
    spread = {"": 2.0, "drive_": 1.3, "delay_": 0.4}
    found = {}
    for name in neuron.CURRENTS:
        weight = rng.normal(0.8 * spread[name] / inputs, spread[name] / inputs**0.5, shape)
        found[f"{name}weight"] = weight.astype(np.float32)
        found[f"{name}bias"] = rng.normal(0, 0.2 * spread[name], shape[0]).astype(np.float32)
    return found


def dense_problem(neurons, constant, seed):
    """Dense layers 7-9-4, or of as many hidden layers as there are neurons."""
    rng = np.random.default_rng(seed)
    sizes = (7, *[9] * (len(neurons) - 1), 4)
    layers = [
        (reference.Dense(), neuron, parameters(rng, neuron, (n, m)))
        for neuron, (m, n) in zip(neurons, itertools.pairwise(sizes), strict=True)
    ]
    shape = (6, sizes[0]) if constant else (8, 6, sizes[0])
    x = rng.uniform(-1, 1, shape).astype(np.float32)
    return Problem(layers, x, 8, rng.integers(0, 4, 6), constant)


def settled(make, reading):
    """The first problem in which no membrane is near its threshold."""
    for seed in range(300):
        problem = make(seed)
        result = problem.expected(reading)
        spikes, alphas = result[:2]
        populations = [
            (neuron, s, a)
            for (_, neuron, _), s, a in zip(problem.layers, spikes, alphas, strict=True)
            if neuron
        ]
        nearest = min(np.abs(a - neuron.threshold).min() for neuron, _, a in populations)
        busy = all(0.02 < s.mean() < 0.9 for _, s, _ in populations)
        if nearest > MARGIN and busy:
            return problem, result
    raise AssertionError("no settled case was found")


def engine_neuron(neuron):
    fields = asdict(neuron)
    surrogate = qlif.surrogate.Surrogate(fields.pop("surrogate"), fields.pop("slope"))
    return getattr(qlif, type(neuron).__name__)(**fields, surrogate=surrogate, dropout=0)


def engine_layer(synapse, neuron, p):
    match synapse:
        case reference.Pool2d(size, stride, largest, ties):
            return qlif.MaxPool2d(size, stride, ties) if largest else qlif.AvgPool2d(size)
        case reference.Conv2d(stride, padding):
            channels, _, *kernel = p[f"{neuron.CURRENTS[0]}weight"].shape
            return qlif.Conv2d(channels, tuple(kernel), engine_neuron(neuron), stride, padding)
    return qlif.Dense(len(p[f"{neuron.CURRENTS[0]}bias"]), engine_neuron(neuron))


def engine_network(problem):
    network = qlif.Network(
        input_shape=problem.x.shape[1 if problem.constant else 2 :],
        layers=[engine_layer(*layer) for layer in problem.layers],
        steps=problem.steps,
    )
    for index, (_, _, p) in enumerate(problem.layers):
        for name, values in p.items():
            network.parameters[f"{index}.{name}"][:] = values
    return network


def compare(make, reading):
    problem, (spikes, alphas, value, gradients) = settled(make, reading)
    network = engine_network(problem)
    rec = network.simulate(problem.x)
    for layer in range(len(problem.layers)):
        np.testing.assert_allclose(rec.spikes[layer], spikes[layer], atol=1e-6, rtol=0)
        assert rec.membrane.recorded(layer) == (alphas[layer] is not None)
        if alphas[layer] is not None:
            np.testing.assert_allclose(rec.membrane[layer], alphas[layer], atol=2e-5, rtol=0)
    loss = "mse" if problem.target.ndim == 2 else "cross_entropy"
    found, found_gradients = network.loss_and_gradients(
        problem.x, problem.target, loss=loss, reading=reading
    )
    np.testing.assert_allclose(found, value, rtol=1e-5, atol=1e-7)
    assert set(found_gradients) == set(gradients)
    for name, expected in gradients.items():
        np.testing.assert_allclose(
            found_gradients[name],
            expected,
            atol=1e-3 * np.abs(expected).max() + 1e-7,
            rtol=0,
            err_msg=name,
        )


BASE = reference.QLIF(
    threshold=0.7, drive_scale=2.5, delay_scale=90.0, surrogate="arctan", slope=1.3
)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("surrogate", SURROGATES)
@pytest.mark.parametrize("leak", LEAKS)
def test_surrogates_leaks_and_readings(leak, surrogate, reading):
    neuron = replace(BASE, leak=leak, surrogate=surrogate)
    compare(lambda seed: dense_problem([neuron] * 2, False, seed), reading)


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("refractory", [True, False])
@pytest.mark.parametrize("bound", ["none", "tanh"])
@pytest.mark.parametrize("leak", LEAKS)
def test_bounds_refractoriness_and_inputs(leak, bound, refractory, constant):
    neuron = replace(BASE, leak=leak, drive_bound=bound, refractory=refractory)
    compare(lambda seed: dense_problem([neuron] * 2, constant, seed), "membrane_sum")


# ---- LIF -----------------------------------------------------------------------------------


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("surrogate", SURROGATES)
@pytest.mark.parametrize("reset", ["subtract", "zero"])
def test_lif(reset, surrogate, reading):
    neuron = reference.LIF(beta=0.8, threshold=0.9, reset=reset, surrogate=surrogate, slope=1.3)
    compare(lambda seed: dense_problem([neuron] * 3, False, seed), reading)


@pytest.mark.parametrize("beta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("constant", [True, False])
def test_lif_decays_and_inputs(beta, constant):
    neuron = reference.LIF(beta=beta, threshold=1.2)
    compare(lambda seed: dense_problem([neuron] * 2, constant, seed), "membrane_sum")


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("kinds", [(reference.LIF(), BASE), (BASE, reference.LIF())])
def test_kinds_of_neurons_in_one_network(kinds, constant):
    compare(lambda seed: dense_problem(kinds, constant, seed), "membrane")


# ---- Mean squared errors -------------------------------------------------------------------


def towards_numbers(problem, outputs, seed):
    """The problem with numbers in place of labels, about as large as what is read."""
    goals = np.random.default_rng(seed + 1).uniform(-1, 3, (len(problem.target), outputs))
    return replace(problem, target=goals.astype(np.float32))


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("neuron", [BASE, reference.LIF(beta=0.8)], ids=["qlif", "lif"])
@pytest.mark.parametrize("reading", READINGS)
def test_mean_squared_errors(reading, neuron, constant):
    compare(
        lambda seed: towards_numbers(dense_problem([neuron] * 2, constant, seed), 4, seed), reading
    )


# ---- Images --------------------------------------------------------------------------------

Conv2d, Dense = reference.Conv2d, reference.Dense
NEURONS = {
    "qlif": reference.QLIF(threshold=0.7, drive_scale=2.5, delay_scale=90.0, refractory=False),
    "lif": reference.LIF(beta=0.8),
}
MAX, AVERAGE = reference.Pool2d(2, 2, True), reference.Pool2d(2, 2, False)
# Each synapse with the shape of its weights; images are [2, 7, 6].
ARCHITECTURES = {
    "a convolution": [(Conv2d(), (3, 2, 3, 3)), (Dense(), (4, 3 * 5 * 4))],
    "two convolutions": [
        (Conv2d(), (3, 2, 3, 2)),
        (Conv2d(), (5, 3, 2, 4)),
        (Dense(), (4, 5 * 4 * 2)),
    ],
    "stride and padding": [
        (Conv2d(2, 1), (3, 2, 3, 3)),
        (Conv2d(1, 2), (4, 3, 3, 3)),
        (Conv2d(2, 1), (3, 4, 2, 3)),
        (Dense(), (4, 3 * 4 * 3)),
    ],
    "max pooling": [
        (Conv2d(1, 1), (3, 2, 3, 3)),
        (MAX, None),
        (Conv2d(), (4, 3, 2, 2)),
        (Dense(), (4, 4 * 2 * 2)),
    ],
    "max pooling that overlaps": [
        (Conv2d(), (3, 2, 2, 2)),
        (reference.Pool2d(3, 1, True, "membrane"), None),
        (reference.Pool2d(2, 2, True), None),
        (Dense(), (4, 3 * 2 * 1)),
    ],
    "max pooling with gaps": [
        (Conv2d(), (3, 2, 2, 2)),
        (reference.Pool2d(2, 3, True, "membrane"), None),
        (Dense(), (4, 3 * 2 * 2)),
    ],
    "average pooling": [
        (Conv2d(), (3, 2, 2, 2)),
        (AVERAGE, None),
        (Conv2d(1, 1), (4, 3, 2, 2)),
        (Dense(), (4, 4 * 4 * 3)),
    ],
    "average pooling onto a dense layer": [
        (Conv2d(1, 1), (3, 2, 3, 3)),
        (AVERAGE, None),
        (Dense(), (4, 3 * 3 * 3)),
    ],
    "averages of largest": [
        (Conv2d(1, 1), (3, 2, 3, 3)),
        (reference.Pool2d(2, 1, True), None),
        (AVERAGE, None),
        (Dense(), (4, 3 * 3 * 2)),
    ],
    "seventy channels behind others": [
        (Conv2d(), (3, 2, 3, 3)),
        (Conv2d(), (70, 3, 2, 2)),
        (Dense(), (4, 70 * 4 * 3)),
    ],
    "seventy channels": [(Conv2d(), (70, 2, 3, 3)), (MAX, None), (Dense(), (4, 70 * 2 * 2))],
}


def image_problem(architecture, neuron, constant, seed):
    rng = np.random.default_rng(seed)
    layers = [
        (synapse, neuron, parameters(rng, neuron, shape)) if shape else (synapse, None, {})
        for synapse, shape in ARCHITECTURES[architecture]
    ]
    shape = (3, 2, 7, 6) if constant else (5, 3, 2, 7, 6)
    x = rng.uniform(-1, 1, shape).astype(np.float32)
    return Problem(layers, x, 5, rng.integers(0, 4, 3), constant)


@pytest.mark.parametrize("constant", [True, False])
@pytest.mark.parametrize("neuron", NEURONS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_images(architecture, neuron, constant):
    compare(
        lambda seed: image_problem(architecture, NEURONS[neuron], constant, seed),
        "membrane_sum",
    )


@pytest.mark.parametrize("reading", READINGS)
def test_readings_of_images(reading):
    compare(lambda seed: image_problem("max pooling", NEURONS["qlif"], False, seed), reading)


@pytest.mark.parametrize("reading", READINGS)
def test_mean_squared_errors_of_images(reading):
    neuron = NEURONS["lif"]
    compare(
        lambda seed: towards_numbers(image_problem("max pooling", neuron, False, seed), 4, seed),
        reading,
    )

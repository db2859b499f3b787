"""Noise in the engine: against the double-precision circuits, which are checked with Qiskit Aer."""

from __future__ import annotations

import copy
import itertools
import json
import pickle

import numpy as np
import pytest
import sealing

import qlif
from qlif import circuits
from qlif.errors import ArgumentError, ShapeError

STEPS, NEURONS = 220, 40
FULL = qlif.Noise(
    shots=256,
    over_rotation=0.01,
    depolarizing=0.003,
    thermal=(200.0, 150.0, 0.06, 0.01),
    readout=(0.01, 0.02),
)


def identity(neuron: qlif.QLIF, neurons: int, steps: int) -> qlif.Network:
    """A layer whose input is its currents: drives, then delays."""
    layers = [qlif.Dense(neurons, neuron)]
    network = qlif.Network(input_shape=(2 * neurons,), steps=steps, layers=layers)
    for view in network.parameters.values():
        view[:] = 0
    network.parameters["0.drive_weight"][:, :neurons] = np.eye(neurons)
    network.parameters["0.delay_weight"][:, neurons:] = np.eye(neurons)
    return network


def varied(count: int) -> qlif.Noise:
    """Every neuron with a noise of its own."""
    rng = np.random.default_rng(5)
    return qlif.Noise(
        over_rotation=rng.normal(0, 0.03, count),
        depolarizing=0.02 * rng.random(count),
        thermal=(50 + 100 * rng.random(count), 40 + 10 * rng.random(count), 0.1, 0.05),
        readout=(0.05 * rng.random(count), 0.05 * rng.random(count)),
    )


NOISES = {
    "none": None,
    "over-rotation": qlif.Noise(over_rotation=0.05),
    "depolarizing": qlif.Noise(depolarizing=0.01),
    "thermal": qlif.Noise(thermal=(100.0, 80.0, 0.5, 0.03)),
    "T2 = 2 T1": qlif.Noise(thermal=(100.0, 200.0, 0.5, 0.0)),
    "readout": qlif.Noise(readout=(0.01, 0.03)),
    "all": qlif.Noise(
        over_rotation=-0.02,
        depolarizing=0.005,
        thermal=(150.0, 90.0, 0.2, 0.01),
        readout=(0.02, 0.01),
    ),
    "per neuron": varied(NEURONS),
}
MODES = list(itertools.product(("reprepare", "coherent"), ("relaxation", "rotation", "published")))


@pytest.mark.parametrize("refractory", [True, False])
@pytest.mark.parametrize("name", NOISES)
@pytest.mark.parametrize(("memory", "leak"), MODES)
def test_equals_the_circuits(memory, leak, name, refractory):
    rng = np.random.default_rng(1)
    u = rng.normal(0, 1, (STEPS, NEURONS)).astype(np.float32)
    v = rng.normal(0, 0.4, (STEPS, NEURONS)).astype(np.float32)
    neuron = qlif.QLIF(threshold=0.9, memory=memory, leak=leak, refractory=refractory)
    x = np.concatenate([u, v], axis=1)[:, None]
    found = identity(neuron, NEURONS, STEPS).simulate(x, noise=NOISES[name])
    expected = circuits.run(neuron, u, v, noise=NOISES[name])
    # Of a neuron that came too close to the threshold for float32, what was before that.
    clear = np.cumsum(np.abs(expected.alpha - 0.9) < 1e-5, axis=0) == 0
    assert clear.mean() > 0.95
    assert np.abs(found.membrane[0][:, 0] - expected.alpha)[clear].max() < 1e-5
    assert (found.spikes[0][:, 0] == expected.spikes)[clear].all()


@pytest.mark.parametrize("memory", ["reprepare", "coherent"])
def test_an_input_constant_in_time_is_a_sequence_of_itself(memory):
    neuron = qlif.QLIF(memory=memory)
    x = np.random.default_rng(2).normal(0, 1, (3, 80)).astype(np.float32)
    network = identity(neuron, 40, 30)
    for noise in (None, FULL, qlif.Noise(shots=20), qlif.Noise(readout=(0.3, 0.1))):
        shown = network.simulate(x, noise=noise).membrane[0]
        again = network.simulate(np.repeat(x[None], 30, axis=0), noise=noise).membrane[0]
        np.testing.assert_array_equal(shown, again)


def cross_entropy(alpha: np.ndarray) -> float:
    """The loss `membrane` of one sample of class 0."""
    highest = alpha.max(axis=1, keepdims=True)
    sums = np.log(np.exp(alpha - highest).sum(axis=1)) + highest[:, 0]
    return float((sums - alpha[:, 0]).sum())


@pytest.mark.parametrize("name", [each for each in NOISES if each != "per neuron"])
@pytest.mark.parametrize(("memory", "leak"), MODES)
def test_gradients_are_those_of_the_circuits(memory, leak, name):
    steps, neurons, noise = 14, 12, NOISES[name]
    rng = np.random.default_rng(3)
    u = rng.normal(0.1, 0.5, (steps, neurons)).astype(np.float32)
    v = rng.normal(0, 0.2, (steps, neurons)).astype(np.float32)
    neuron = qlif.QLIF(threshold=0.9, memory=memory, leak=leak, drive_bound="tanh")
    x = np.concatenate([u, v], axis=1)[:, None]
    network = identity(neuron, neurons, steps)
    _, gradients = network.loss_and_gradients(x, [0], reading="membrane", noise=noise)
    step = 1e-6
    expected = {"0.drive_bias": np.zeros(neurons), "0.delay_bias": np.zeros(neurons)}
    for index in range(neurons):
        shift = np.zeros((steps, neurons))
        shift[:, index] = step
        for parameter, (du, dv) in (("0.drive_bias", (shift, 0)), ("0.delay_bias", (0, shift))):
            up, down = (
                cross_entropy(
                    circuits.run(
                        neuron, u.astype(float) + s * du, v.astype(float) + s * dv, noise=noise
                    ).alpha
                )
                for s in (1, -1)
            )
            expected[parameter][index] = (up - down) / (2 * step)
    largest = max(np.abs(each).max() for each in expected.values())
    for parameter, values in expected.items():
        np.testing.assert_allclose(gradients[parameter], values, atol=1e-4 * largest)


def readings(p: float, noise_seed: int = 0, **noise) -> np.ndarray:
    """100,000 readings of qubits that all read 1 with the probability `p`."""
    network = identity(qlif.QLIF(threshold=0.9999, refractory=False), 50, 20)
    run = qlif.Noise(readout=(p, 1 - p), **noise)
    x = np.zeros((100, 100), np.float32)
    recording = network.simulate(x, noise=qlif.NoiseRun(run, noise_seed))
    # A reading of 1 is a spike, after which the reading is again of the same probability.
    return recording.membrane[0].reshape(-1).astype(float)


@pytest.mark.parametrize("p", [0.0005, 0.004, 0.03, 0.25, 0.5, 0.8, 0.97, 0.9995])
@pytest.mark.parametrize("shots", [1, 2, 16, 100, 1024, 16384])
def test_shots_are_binomial(p, shots):
    stats = pytest.importorskip("scipy.stats")
    counts = readings(p, shots=shots) * shots
    assert np.abs(counts - np.rint(counts)).max() < 1e-6 * shots + 1e-9
    counts = np.rint(counts).astype(int)
    assert counts.min() >= 0
    assert counts.max() <= shots
    error = np.sqrt(shots * p * (1 - p) / counts.size)
    assert abs(counts.mean() - shots * p) < 4 * error
    # Neighbouring counts together, so that at least 20 of each class are expected.
    law = stats.binom(shots, p)
    edges, mass = [], 0.0
    for k in range(int(law.ppf(1e-12)), int(law.ppf(1 - 1e-12)) + 1):
        mass += law.pmf(k)
        if mass * counts.size >= 20:
            edges.append(k)
            mass = 0.0
    if len(edges) < 2:
        return
    limits = [-1, *edges[:-1], shots]
    expected = np.diff([0.0 if each < 0 else law.cdf(each) for each in limits]) * counts.size
    observed = np.histogram(counts, np.array(limits) + 0.5)[0]
    chi = ((observed - expected) ** 2 / expected).sum()
    assert stats.chi2.sf(chi, len(expected) - 1) > 1e-4


def test_certain_readings_are_certain():
    for shots in (1, 7, 49, 1024, 10**6, 2**31 - 1):
        assert (readings(0.0, shots=shots) == 0).all()
        assert (readings(1.0, shots=shots) == 1).all()


def test_many_shots_have_the_right_spread():
    for shots in (10**5, 10**7, 2**31 - 1):
        alpha = readings(0.3, shots=shots)
        spread = np.sqrt(0.3 * 0.7 / shots)
        assert abs(alpha.mean() - 0.3) < 4 * spread / np.sqrt(alpha.size) + 3e-8
        assert alpha.std() == pytest.approx(np.hypot(spread, 1e-8), rel=0.02)


def test_firing_by_measurement():
    network = identity(qlif.QLIF(firing="measurement", refractory=False), 50, 20)
    x = np.zeros((100, 100), np.float32)
    for noise in (qlif.Noise(readout=(0.3, 0.7)), qlif.Noise(readout=(0.3, 0.7), shots=1)):
        recording = network.simulate(x, noise=noise)
        spikes, alpha = recording.spikes[0], recording.membrane[0]
        assert abs(spikes.mean() - 0.3) < 4 * np.sqrt(0.21 / spikes.size)
        # The shot that decides is one of those that are counted.
        if noise.shots:
            np.testing.assert_array_equal(spikes, alpha)
        neighbours = np.corrcoef(spikes[:-1].reshape(-1), spikes[1:].reshape(-1))[0, 1]
        assert abs(neighbours) < 4 / np.sqrt(spikes.size)
    assert network.simulate(x).spikes[0].sum() == 0  # alpha 0 never fires


def test_the_gradient_of_a_measured_spike_is_that_of_its_mean():
    # One step: the mean of the spike is alpha, so its gradient is alpha's.
    x = np.full((1, 2), 0.3, np.float32)
    network = identity(qlif.QLIF(firing="measurement"), 1, 1)
    two = qlif.Network(
        input_shape=(2,),
        layers=[qlif.Dense(1, qlif.QLIF(firing="measurement")), qlif.Dense(2, qlif.QLIF())],
        steps=2,
    )
    assert network.loss_and_gradients(x, [0])[0] == 0
    _, gradients = two.loss_and_gradients(x, [1], noise=qlif.Noise(shots=64))
    assert all(np.isfinite(each).all() for each in gradients.values())


def deep(**constants) -> qlif.Network:
    neuron = qlif.QLIF(threshold=0.5, **constants)
    layers = [qlif.Conv2d(3, 3, neuron), qlif.MaxPool2d(2), qlif.Dense(4, neuron)]
    return qlif.Network(input_shape=(2, 10, 10), steps=9, seed=4, layers=layers)


@pytest.mark.parametrize("firing", ["threshold", "measurement"])
def test_neither_batches_nor_threads_matter(firing):
    network = deep(firing=firing)
    x = np.random.default_rng(6).random((30, 2, 10, 10), np.float32)
    y = np.arange(30) % 4
    whole = network.simulate(x, noise=qlif.NoiseRun(FULL, seed=9))
    for size in (1, 7):
        for first in range(0, 30, size):
            part = network.simulate(
                x[first : first + size], noise=qlif.NoiseRun(FULL, seed=9, offset=first)
            )
            for layer in (0, 2):
                expected = whole.membrane[layer][:, first : first + size]
                np.testing.assert_array_equal(part.membrane[layer], expected)
    before = qlif.threads()
    try:
        results = []
        for threads in (1, 2, 3):
            qlif.set_threads(threads)
            loss, gradients = network.loss_and_gradients(x, y, noise=qlif.NoiseRun(FULL, seed=9))
            results.append((loss, [each.tobytes() for each in gradients.values()]))
    finally:
        qlif.set_threads(before)
    assert results[0] == results[1] == results[2]
    other = network.simulate(x, noise=qlif.NoiseRun(FULL, seed=10))
    assert (other.membrane[2] != whole.membrane[2]).mean() > 0.2


@pytest.mark.parametrize("constants", [{}, {"refractory": False}, {"memory": "coherent"}])
@pytest.mark.parametrize("hidden", [7, 64, 170])
def test_spikes_are_the_same_with_alpha_recorded_or_not(hidden, constants):
    # Without it, a neuron whose input never drives it is left out where noise cannot make it fire.
    layers = [qlif.Dense(hidden, qlif.QLIF(**constants)), qlif.Dense(3, qlif.QLIF())]
    network = qlif.Network(input_shape=(20,), steps=12, seed=2, layers=layers)
    x = np.random.default_rng(8).normal(0, 1, (9, 20)).astype(np.float32)
    loud = qlif.Noise(depolarizing=0.1, readout=(0.3, 0.0))
    many = qlif.Noise(shots=4096, depolarizing=0.003, readout=(0.01, 0.02))
    bare = qlif.Noise(shots=20)
    for noise in (FULL, many, bare, loud, [varied(hidden), None]):
        full, spikes = (network.simulate(x, noise=noise, membrane=each) for each in (True, False))
        assert full.spikes[0].any()
        for layer in (0, 1):
            np.testing.assert_array_equal(full.spikes[layer], spikes.spikes[layer])


def test_planes_take_noise_in_the_order_of_their_shape():
    network = deep()
    x = np.random.default_rng(6).random((5, 2, 10, 10), np.float32)
    shape = network.layer_shapes[0]
    p01 = np.zeros(shape)
    p01[1, 2, 3] = 1
    noise = qlif.Noise(readout=(p01.reshape(-1), 0.0))
    alpha = network.simulate(x, noise=[noise, None, None]).membrane[0]
    assert (alpha[0][:, 1, 2, 3] == 1).all()
    clean = network.simulate(x).membrane[0]
    np.testing.assert_allclose(alpha[0][:, 0], clean[0][:, 0], atol=1e-6)


def test_one_noise_for_all_is_one_for_each():
    network, x = deep(), np.random.default_rng(6).random((5, 2, 10, 10), np.float32)
    common = network.simulate(x, noise=FULL)
    each = network.simulate(x, noise=[FULL, None, FULL])
    wide = [FULL, None, FULL.take([0, 0, 0, 0])]
    for layer in (0, 2):
        np.testing.assert_array_equal(common.membrane[layer], each.membrane[layer])
        np.testing.assert_array_equal(
            common.membrane[layer], network.simulate(x, noise=wide).membrane[layer]
        )
    perfect = network.simulate(x, noise=qlif.Noise())
    np.testing.assert_array_equal(perfect.membrane[2], network.simulate(x).membrane[2])


def test_refusals():
    network, x = deep(), np.zeros((2, 2, 10, 10), np.float32)
    classical = qlif.Network(input_shape=(3,), layers=[qlif.Dense(2, qlif.LIF())], steps=2)

    def refused(error, words, run):
        with pytest.raises(error, match=words):
            run()

    refused(ShapeError, "2 entries", lambda: network.predict(x, noise=[FULL, None]))
    refused(
        ArgumentError,
        "layer 1: it has no neurons",
        lambda: network.predict(x, noise=[FULL, FULL, FULL]),
    )
    refused(ArgumentError, "qlif.Noise", lambda: network.predict(x, noise="loud"))
    refused(ArgumentError, "qlif.Noise", lambda: network.predict(x, noise=[1, None, None]))
    refused(ArgumentError, "noise.seed", lambda: network.predict(x, noise=qlif.NoiseRun(seed=-1)))
    refused(
        ArgumentError, "noise.seed", lambda: network.predict(x, noise=qlif.NoiseRun(seed=2**64))
    )
    refused(
        ArgumentError, "noise.offset", lambda: network.predict(x, noise=qlif.NoiseRun(offset=-1))
    )
    refused(ArgumentError, "no qubits", lambda: classical.predict(np.zeros((1, 3)), noise=FULL))
    refused(ShapeError, "qubit_count: 5", lambda: network.predict(x, noise=[None, None, varied(5)]))
    refused(ShapeError, "qubit_count: 5", lambda: qlif.Trainer(network, noise=varied(5)))
    refused(ArgumentError, "shots", lambda: qlif.Noise(shots=0))
    refused(ArgumentError, "memory", lambda: qlif.QLIF(memory="leaky"))
    refused(ArgumentError, "firing", lambda: qlif.QLIF(firing="never"))


def test_the_constants_travel(tmp_path):
    network = deep(memory="coherent", firing="measurement", leak="rotation")
    network.save(tmp_path / "n.safetensors")
    loaded = qlif.Network.load(tmp_path / "n.safetensors")
    assert loaded.layers[0].neuron == network.layers[0].neuron
    metadata, tensors = sealing.unpack(network.to_bytes())
    described = json.loads(metadata["qlif.network"])
    neuron = described["layers"][0]["neuron"]
    assert (neuron.pop("memory"), neuron.pop("firing")) == ("coherent", "measurement")
    metadata["qlif.network"] = json.dumps(described)
    plain = qlif.Network.from_bytes(sealing.pack(metadata, tensors)).layers[0].neuron
    assert (plain.memory, plain.firing) == ("reprepare", "threshold")


def test_a_trainer_keeps_its_noise(tmp_path):
    rng = np.random.default_rng(0)
    x, y = rng.random((20, 2, 10, 10), np.float32), rng.integers(0, 4, 20)

    def trained(trainer, count):
        return [trainer.step(x, y).loss for _ in range(count)]

    wide = [FULL, None, FULL.take([0, 0, 0, 0])]
    for noise in (None, FULL, wide):
        trainer = qlif.Trainer(deep(firing="measurement"), noise=qlif.NoiseRun(noise, seed=3))
        trained(trainer, 2)
        trainer.save(tmp_path / "t.safetensors")
        others = [qlif.Trainer.load(tmp_path / "t.safetensors"), copy.deepcopy(trainer)]
        expected = trained(trainer, 3)
        for other in others:
            assert trained(other, 3) == expected
    # Fresh numbers in every step: without learning the loss still varies.
    still = qlif.Trainer(deep(), noise=FULL, learning_rate=1e-30)
    assert len(set(trained(still, 3))) == 3


def test_a_classifier_under_noise(tmp_path):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 700)
    X = rng.normal(0, 0.3, (700, 6)) + np.where(y[:, None] == 1, 0.5, 0.0)
    noise = qlif.Noise(shots=128, depolarizing=0.002, readout=(0.01, 0.02))
    options = {"hidden": (20,), "epochs": 10, "random_state": 0, "verbose": False}
    noisy = qlif.QSNNClassifier(noise=noise, **options).fit(X, y)
    clean = qlif.QSNNClassifier(**options).fit(X, y)
    assert noisy.history_["loss"] != clean.history_["loss"]
    assert noisy.score(X, y, noise=noise) > 0.8 < clean.score(X, y, noise=noise)
    few = qlif.Noise(shots=4, readout=(0.1, 0.1))
    proba = noisy.predict_proba(X, noise=few)
    assert (proba != noisy.predict_proba(X)).any()
    # 500 samples go through at a time; each has random numbers of its own.
    np.testing.assert_array_equal(proba[:500], noisy.predict_proba(X[:500], noise=few))
    same = noisy.predict_proba(np.repeat(X[:1], 1001, axis=0), noise=few)
    assert (same[0] != same[500]).any() or (same[1] != same[501]).any()
    assert (noisy.predict(X, noise=few) == noisy.predict(X, noise=qlif.NoiseRun(few, 0))).all()
    noisy.save(tmp_path / "c.safetensors")
    loaded = qlif.QSNNClassifier.load(tmp_path / "c.safetensors")
    assert loaded.noise == noise == pickle.loads(pickle.dumps(noisy)).noise
    np.testing.assert_array_equal(loaded.predict(X, noise=few), noisy.predict(X, noise=few))
    with pytest.raises(ArgumentError, match="no qubits"):
        qlif.SNNClassifier(**options).fit(X, y).predict(X, noise=noise)


@pytest.mark.parametrize("loss", ["membrane_sum", "spike_count"])
@pytest.mark.parametrize("memory", ["reprepare", "coherent"])
@pytest.mark.parametrize("firing", ["threshold", "measurement"])
def test_every_mode_learns(memory, firing, loss):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    X = rng.normal(0, 0.3, (400, 6)) + np.where(y[:, None] == 1, 0.5, 0.0)
    options = {"hidden": (20,), "epochs": 12, "random_state": 0, "verbose": False}
    clf = qlif.QSNNClassifier(reading=loss, noise=qlif.Noise(shots=64), **options)
    for neuron in ("neuron", "output_neuron"):
        clf.set_params(**{f"{neuron}__memory": memory, f"{neuron}__firing": firing})
    clf.fit(X, y)
    assert clf.score(X, y, noise=qlif.Noise(shots=64)) > 0.85


def test_a_circuit_is_not_followed_through_random_spikes():
    """The closed form knows populations; what single shots make of them is no closed form."""
    neuron = qlif.QLIF(firing="measurement")
    for run in (qlif.circuits.run, qlif.circuits.qasm3):
        with pytest.raises(qlif.ArgumentError, match="firing: measurement, expected threshold"):
            run(neuron, [0.3, 0.3], [0.0, 0.0])
    # One step decides nothing: the measurement at its end is the spike.
    assert "measure" in qlif.circuits.qasm3(neuron, [0.3], [0.0], alpha=[0.2])

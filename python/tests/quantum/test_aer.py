"""Closed forms against Qiskit Aer's density matrix."""

import math

import numpy as np
import pytest
from noise_cases import random_noise

import qlif
from qlif import circuits

aer = pytest.importorskip("qiskit_aer")
qiskit = pytest.importorskip("qiskit")
from qiskit.quantum_info import DensityMatrix
from qiskit_aer.noise import depolarizing_error, thermal_relaxation_error

STEPS = 200


class AerNeuron:
    """A neuron whose step is a circuit that Aer runs; it shares no formula with the engine."""

    def __init__(self, neuron, noise, memory, leak):
        self.neuron, self.noise, self.memory, self.leak = neuron, noise, memory, leak
        self.t1, self.t2, self.gate, self.rest = noise.thermal or (neuron.t1, 2 * neuron.t1, 0, 0)
        self.simulator = aer.AerSimulator(method="density_matrix")
        self.state, self.alpha, self.fired = DensityMatrix.from_label("0"), 0.0, False

    def rotate(self, circuit, theta):
        circuit.rx(theta * (1 + self.noise.over_rotation), 0)
        circuit.append(depolarizing_error(self.noise.depolarizing, 1).to_instruction(), [0])
        if self.gate:
            self.relax(circuit, self.gate)

    def relax(self, circuit, time):
        error = thermal_relaxation_error(self.t1, self.t2, time, self.rest)
        circuit.append(error.to_instruction(), [0])

    def step(self, u, v):
        if self.fired:
            self.state, self.alpha, self.fired = DensityMatrix.from_label("0"), 0.0, False
            if self.neuron.refractory:
                return 0.0
        circuit = qiskit.QuantumCircuit(1)
        if self.memory == "reprepare":
            population = self.alpha
            self.rotate(circuit, 2 * math.asin(math.sqrt(population)))
            side = 1
        else:
            circuit.set_density_matrix(self.state)
            rho = np.asarray(self.state)
            population, side = rho[1, 1].real, -1 if rho[1, 0].imag > 0 else 1
        wait = self.neuron.delay_scale * abs(v) / self.neuron.t1 * self.t1
        if u > 0:
            self.rotate(circuit, self.neuron.drive_scale * u)
        elif self.leak == "delay":
            self.relax(circuit, wait)
        else:
            phi = 2 * math.asin(math.sqrt(population))
            target = 2 * math.asin(math.sqrt(population * math.exp(-wait / self.t1)))
            gamma = target - phi if self.neuron.leak == "relaxation" else -target
            self.rotate(circuit, side * gamma)
        circuit.save_density_matrix()
        result = self.simulator.run(circuit).result()
        self.state = DensityMatrix(result.data()["density_matrix"])
        excited = np.asarray(self.state)[1, 1].real
        p01, p10 = self.noise.readout
        self.alpha = min(1.0, max(0.0, excited * (1 - p10) + (1 - excited) * p01))
        self.fired = self.alpha > self.neuron.threshold
        return self.alpha


def noises(rng):
    t1 = 131.5
    whole = random_noise(rng)
    return {
        "none": qlif.Noise(),
        "over_rotation": qlif.Noise(over_rotation=0.03),
        "depolarizing": qlif.Noise(depolarizing=0.02),
        "thermal": qlif.Noise(thermal=(t1, 0.8 * t1, 1.5, 0.05)),
        "readout": qlif.Noise(readout=(0.01, 0.04)),
        "all": whole,
    }


@pytest.mark.parametrize(
    "kind", ["none", "over_rotation", "depolarizing", "thermal", "readout", "all"]
)
@pytest.mark.parametrize("memory", ["reprepare", "coherent"])
@pytest.mark.parametrize(
    ("leak", "form"),
    [("relaxation", "delay"), ("relaxation", "rotation"), ("published", "rotation")],
)
def test_steps_equal_aer(kind, memory, leak, form, record_property):
    rng = np.random.default_rng(5)
    noise = noises(rng)[kind]
    neuron = qlif.QLIF(leak=leak)
    # Numbers that are the same in float32, as the engine's constants are.
    scale = float(np.float32(neuron.drive_scale))
    u = rng.uniform(-0.6, 0.7, STEPS)
    v = rng.uniform(-0.2, 0.2, STEPS)
    run = circuits.run(neuron, u, v, noise=noise, memory=memory, leak_form=form)
    device = AerNeuron(neuron, noise, memory, form)
    object.__setattr__(device.neuron, "drive_scale", scale)
    expected = np.array([device.step(*currents) for currents in zip(u, v, strict=True)])
    worst = np.abs(run.alpha - expected).max()
    record_property("worst", worst)
    assert worst < 1e-10
    assert 0 < run.spikes.sum() < STEPS


def test_single_operations_equal_aer(rng):
    for _ in range(20):
        noise = random_noise(rng)
        t1, t2, gate, rest = noise.thermal
        theta, wait = rng.uniform(-5, 5), rng.uniform(0, 100)
        circuit = qiskit.QuantumCircuit(1)
        circuit.rx(2 * math.asin(math.sqrt(0.3)), 0)
        circuit.rx(theta * (1 + noise.over_rotation), 0)
        circuit.append(depolarizing_error(noise.depolarizing, 1).to_instruction(), [0])
        for time in (gate, wait):
            circuit.append(thermal_relaxation_error(t1, t2, time, rest).to_instruction(), [0])
        circuit.save_density_matrix()
        result = aer.AerSimulator(method="density_matrix").run(circuit).result()
        matrix = np.asarray(result.data()["density_matrix"])
        state = qlif.quantum.NeuronState(0.3, noise=noise).rotate(theta).wait(wait)
        np.testing.assert_allclose(state.density_matrix, matrix, atol=1e-12)


def test_a_noise_model_with_readout_equals_aer(rng):
    """The noise model as a user would write it, with a measurement: the counts are binomial."""
    from qiskit_aer.noise import NoiseModel, ReadoutError

    noise = random_noise(rng)
    t1, t2, gate, rest = noise.thermal
    p01, p10 = noise.readout
    model = NoiseModel(basis_gates=["rx"])
    error = depolarizing_error(noise.depolarizing, 1).compose(
        thermal_relaxation_error(t1, t2, gate, rest)
    )
    model.add_all_qubit_quantum_error(error, ["rx"])
    model.add_all_qubit_readout_error(ReadoutError([[1 - p01, p01], [p10, 1 - p10]]))
    circuit = qiskit.QuantumCircuit(1, 1)
    for theta in (0.9, 0.6):
        circuit.rx(theta * (1 + noise.over_rotation), 0)
    circuit.measure(0, 0)
    shots = 100_000
    simulator = aer.AerSimulator(noise_model=model, seed_simulator=7)
    counts = simulator.run(circuit, shots=shots, optimization_level=0).result().get_counts()
    p = qlif.quantum.NeuronState(noise=noise).rotate(0.9).rotate(0.6).measure()
    assert abs(counts["1"] / shots - p) < 4 * math.sqrt(p * (1 - p) / shots)

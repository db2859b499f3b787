"""`qlif.Noise`: what it allows, and how it reads a backend."""

import numpy as np
import pytest

import qlif


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shots": 0}, "shots is 0, expected 1"),
        ({"depolarizing": 1.2}, "depolarizing: 1.2, expected a probability"),
        ({"thermal": (60, 130, 0, 0)}, r"t2: 130.0, expected at most 2 t1 = 120.0"),
        ({"thermal": (-1, 1, 0, 0)}, "t1: -1.0, expected above 0"),
        ({"thermal": (0, 1, 0, 0)}, "t1: 0.0, expected above 0"),
        ({"thermal": (60, -1, 0, 0)}, "t2: -1.0, expected above 0"),
        ({"thermal": (60, 60, -1, 0)}, "gate_time: -1.0, expected 0 or more"),
        ({"thermal": (60, 60, 0, 2)}, "excited_population: 2.0, expected a probability"),
        ({"thermal": (60, 60)}, "thermal is .* expected"),
        ({"readout": (0.1, 1.1)}, "p10: 1.1, expected a probability"),
        ({"readout": (float("nan"), 0)}, "p01: nan"),
        ({"over_rotation": "much"}, "over_rotation"),
        ({"over_rotation": float("inf")}, "over_rotation"),
        ({"over_rotation": 1.5}, "over_rotation"),
        ({"depolarizing": (0.1, 0.2), "readout": ((0.1, 0.1, 0.1), 0)}, "neurons"),
        ({"depolarizing": (0.1, 1.2)}, "depolarizing: 1.2"),
    ],
)
def test_bad_values_are_refused_with_their_rule(options, words):
    with pytest.raises(qlif.ArgumentError, match=words):
        qlif.Noise(**options)


def test_one_value_for_each_neuron():
    noise = qlif.Noise(depolarizing=[0.1, 0.2], thermal=([60, 70], 60, 0.1, 0))
    assert noise.units == 2
    assert [each.t1 for each in noise.structs(2)] == [60, 70]
    assert noise.take([1, 1, 0]).depolarizing == (0.2, 0.2, 0.1)
    with pytest.raises(qlif.ShapeError):
        noise.structs(3)
    assert qlif.Noise().units is None


def test_a_backends_calibration():
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    backend = fake.FakeBrisbane()
    noise = qlif.Noise.from_backend(backend, [0, 7], shots=1024)
    assert noise.shots == 1024
    assert noise.thermal[0][0] == pytest.approx(237.4, abs=0.1)
    properties = backend.properties().qubit_property(7)
    assert noise.readout[0][1] == properties["prob_meas1_prep0"][0]
    assert noise.readout[1][1] == properties["prob_meas0_prep1"][0]
    assert qlif.Noise.from_backend(backend).units == 127
    with pytest.raises(qlif.ArgumentError, match="qubits is 127, expected 0 to 126"):
        qlif.Noise.from_backend(backend, [127])
    with pytest.raises(qlif.ArgumentError, match="BackendV2"):
        qlif.Noise.from_backend(object())


def test_a_backend_without_t1_is_refused():
    aer = pytest.importorskip("qiskit_aer")
    with pytest.raises(qlif.ArgumentError, match="qubit 0 has no T1"):
        qlif.Noise.from_backend(aer.AerSimulator(), [0])


def test_the_calibrated_noise_is_the_simulators():
    """A rotation of two sx with relaxation, against Aer's density matrix."""
    aer = pytest.importorskip("qiskit_aer")
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    from qiskit import QuantumCircuit, transpile

    simulator = aer.AerSimulator.from_backend(fake.FakeBrisbane(), method="density_matrix")
    rng = np.random.default_rng(0)
    for qubit in (0, 60, 112):
        noise = qlif.Noise.from_backend(simulator, [qubit])
        phi, theta = rng.uniform(0, np.pi, 2)
        circuit = QuantumCircuit(1)
        circuit.rx(phi, 0)
        circuit.barrier(0)
        circuit.rx(theta, 0)
        compiled = transpile(circuit, simulator, initial_layout=[qubit], optimization_level=1)
        compiled.save_density_matrix([qubit])
        matrix = simulator.run(compiled).result().data()["density_matrix"]
        state = qlif.quantum.NeuronState(noise=noise).rotate(phi).rotate(theta)
        assert state.alpha == pytest.approx(np.asarray(matrix)[1, 1].real, abs=1e-3)

"""OpenQASM text: Qiskit reads it, and its simulation gives the same alpha."""

import numpy as np
import pytest

import qlif
from qlif import circuits

qiskit = pytest.importorskip("qiskit")
pytest.importorskip("qiskit_qasm3_import")
aer = pytest.importorskip("qiskit_aer")
from qiskit.circuit import Delay
from qiskit_aer.noise import thermal_relaxation_error

T1 = 60.0


def simulated(circuit):
    """The probability of each bit, by Aer, with relaxation in place of every delay."""
    noisy = circuit.copy_empty_like()
    bits = {}
    for instruction in circuit.data:
        operation = instruction.operation
        if isinstance(operation, Delay):
            assert operation.unit == "us"
            error = thermal_relaxation_error(T1, 2 * T1, float(operation.duration))
            noisy.append(error.to_instruction(), instruction.qubits)
        elif operation.name == "measure":
            bit = circuit.find_bit(instruction.clbits[0]).index
            bits[bit] = f"p{bit}"
            noisy.save_probabilities(instruction.qubits, label=f"p{bit}")
        else:
            noisy.append(operation, instruction.qubits)
    data = aer.AerSimulator(method="density_matrix").run(noisy).result().data()
    return np.array([data[bits[bit]][1] for bit in sorted(bits)])


@pytest.mark.parametrize(
    ("leak", "form"),
    [("relaxation", "delay"), ("relaxation", "rotation"), ("published", "rotation")],
)
def test_a_layers_step(leak, form, rng):
    neuron = qlif.QLIF(leak=leak)
    count = 6
    alpha, u, v = rng.uniform(0, 1, count), rng.uniform(-1, 1, count), rng.uniform(-1, 1, count)
    u[:2] = [0.3, -0.3]
    circuit = circuits.to_qiskit(neuron, u, v, alpha=alpha, leak_form=form)
    expected = circuits.run(neuron, u[None], v[None], before=alpha, leak_form=form).alpha[0]
    np.testing.assert_allclose(simulated(circuit), expected, atol=1e-10)
    assert circuit.num_qubits == count
    assert circuit.num_nonlocal_gates() == 0
    for qubit in circuit.qubits:
        on = [each.operation.name for each in circuit.data if qubit in each.qubits]
        assert on.count("rx") + on.count("delay") == 2
        assert on.count("rx") <= 2
        assert set(on) <= {"rx", "delay", "measure"}


@pytest.mark.parametrize("memory", ["reprepare", "coherent"])
@pytest.mark.parametrize("form", ["delay", "rotation"])
@pytest.mark.parametrize("steps", [1, 2, 3, 25])
def test_a_spike_train(memory, form, steps, rng):
    neuron = qlif.QLIF()
    u, v = rng.uniform(-0.5, 0.7, steps), rng.uniform(-0.05, 0.05, steps)
    v[0] = 1e-9  # a literal with an exponent
    circuit = circuits.to_qiskit(neuron, u, v, memory=memory, leak_form=form)
    expected = circuits.run(neuron, u, v, memory=memory, leak_form=form).alpha
    if memory == "coherent":
        expected = expected[-1:]
    np.testing.assert_allclose(simulated(circuit), expected, atol=1e-10)
    assert circuit.num_qubits == 1
    assert circuit.count_ops().get("rx", 0) <= 2 * steps


def test_one_neurons_step_and_stretched_delays():
    text = circuits.qasm3(
        qlif.QLIF(), -1, 0.1, alpha=0.5, noise=qlif.Noise(thermal=(120, 100, 0.1, 0))
    )
    assert "qubit[1] q;" in text
    wait = float(text.split("delay[")[1].split("us]")[0])
    assert wait == pytest.approx(40, rel=1e-6)


def test_numbers_keep_every_digit():
    text = circuits.qasm3(qlif.QLIF(), -1, 0.1, alpha=1 / 3)
    angle = float(text.split("rx(")[1].split(")")[0])
    assert angle == pytest.approx(2 * np.arcsin(np.sqrt(1 / 3)), rel=1e-15)
    assert angle == 2 * np.arcsin(np.sqrt(1 / 3))

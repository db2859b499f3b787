"""What ``qlif-render qasm`` writes: Qiskit reads it, and its simulation gives the same alpha."""

from __future__ import annotations

import subprocess

import numpy as np
import pytest

import qlif
from qlif import circuits, render
from qlif._engine import locate

qiskit = pytest.importorskip("qiskit")
pytest.importorskip("qiskit_qasm3_import")
pytest.importorskip("qiskit_aer")

from test_circuits import simulated

pytestmark = pytest.mark.skipif(
    locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is None,
    reason="qlif-render is not built",
)


def read(*arguments):
    """The circuit that the program writes."""
    command = [str(render.program()), "qasm", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return qiskit.qasm3.loads(done.stdout)


def listed(values):
    return ",".join(map(repr, np.ravel(values).tolist()))


@pytest.fixture
def files(small, tmp_path):
    network, x = small
    network.save(tmp_path / "m.safetensors")
    np.save(tmp_path / "x.npy", x)
    arguments = ("--model", tmp_path / "m.safetensors", "--input", tmp_path / "x.npy")
    return network.simulate(x), (*arguments, "--index", 1)


@pytest.mark.parametrize("form", ["delay", "rotation"])
def test_one_step(form, rng):
    alpha, u, v = (rng.uniform(low, 1, 7) for low in (0, -1, -1))
    numbers = ("--alpha", listed(alpha), "--drive", listed(u), "--delay", listed(v))
    circuit = read(*numbers, "--leak", form)
    expected = circuits.run(qlif.QLIF(), u[None], v[None], before=alpha, leak_form=form).alpha[0]
    np.testing.assert_allclose(simulated(circuit), expected, atol=1e-10)
    assert circuit.num_qubits == 7
    assert circuit.num_nonlocal_gates() == 0
    for qubit in circuit.qubits:
        on = [each.operation.name for each in circuit.data if qubit in each.qubits]
        assert on.count("rx") <= 2
        assert set(on) <= {"rx", "delay", "measure"}


@pytest.mark.parametrize("form", ["delay", "rotation"])
@pytest.mark.parametrize("layer", [0, 1])
def test_every_step_of_a_models_layer(form, layer, files):
    rec, arguments = files
    assert rec.membrane[layer][:, 1].any()
    assert rec.spikes[0][:, 1].any()
    for step in range(4):
        circuit = read(*arguments, "--layer", layer, "--step", step, "--leak", form)
        assert circuit.num_qubits == rec.membrane[layer].shape[2]
        assert circuit.num_nonlocal_gates() == 0
        assert circuit.count_ops()["rx"] <= 2 * circuit.num_qubits
        np.testing.assert_allclose(simulated(circuit), rec.membrane[layer][step, 1], atol=1e-5)


@pytest.mark.parametrize("memory", ["reprepare", "coherent"])
def test_a_models_spike_train(memory, files):
    rec, arguments = files
    for neuron in range(3):
        options = ("--layer", 1, "--neuron", neuron, "--memory", memory)
        circuit = read(*arguments, *options)
        assert circuit.num_qubits == 1
        assert circuit.count_ops().get("rx", 0) <= 2 * 4
        if memory == "reprepare":
            np.testing.assert_allclose(simulated(circuit), rec.membrane[1][:, 1, neuron], atol=1e-5)

"""Options of noise, qubits, circuits and hardware; see `test_options`."""

from __future__ import annotations

import time

import pytest
from option_tools import NOISE, SEQUENCE, SLOW, In, Refused, network

import qlif
from qlif import hardware


def noise_run(tools, **options):
    return network().simulate(SEQUENCE, noise=qlif.NoiseRun(**{"noise": NOISE, **options}))


def angles(tools, **options):
    return qlif.circuits.angles(qlif.QLIF(), [0.2, 0.3], [0.3, -0.1], [0.0, 0.05], **options)


def noise(tools, **options):
    return network().simulate(SEQUENCE, noise=qlif.NoiseRun(qlif.Noise(**options), 1))


QUBIT = {"t1": 50.0, "t2": 40.0}


def qubit(tools, **options):
    state = qlif.quantum.NeuronState(**{**options})
    state.rotate(0.7).wait(20)
    return [state.history, state.measure(), state.noise]


def pulse(tools, **options):
    state = qlif.quantum.NeuronState(0.2, **QUBIT)
    return [state.drive(0.8, 3.0, **options), state.history]


CURRENTS = (
    [[0.2, 0.5], [-0.1, 0.3], [0.4, -0.2], [0.1, 0.1]],
    [[0.0, 0.1], [0.05, 0.0], [0.0, 0.08], [0.1, 0.0]],
)


def circuit(tools, **options):
    return qlif.circuits.run(qlif.QLIF(), *CURRENTS, **options)


def qasm(tools, **options):
    """Of a neuron; of a network where the options say which layer's."""
    if "step" in options:
        return qlif.circuits.qasm3(network(), SEQUENCE[:, 0], **options)
    return qlif.circuits.qasm3(qlif.QLIF(), [0.3, -0.1], **{"delay": [0.0, 0.05], **options})


def qiskit_circuit(tools, **options):
    pytest.importorskip("qiskit_qasm3_import")
    given = {"delay": [0.0, 0.05], **options}
    return str(qlif.circuits.to_qiskit(qlif.QLIF(), [0.3, -0.1], **given))


def backend_noise(tools, **options):
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    return qlif.Noise.from_backend(fake.FakeManilaV2(), **options)


class Flaky:
    """A simulator of Manila whose first job fails; counts jobs."""

    def __init__(self, backend):
        self._backend, self.jobs = backend, 0
        self.target, self.name, self.options = backend.target, backend.name, backend.options

    def run(self, circuits, **options):
        self.jobs += 1
        if self.jobs == 1:
            raise ConnectionError("the line is down")
        return self._backend.run(circuits, **options)


Flaky.__module__ = "qiskit_aer.of_a_test"  # a simulator, to the package


def on_hardware(tools, **options):
    aer = pytest.importorskip("qiskit_aer")
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    backend = Flaky(aer.AerSimulator.from_backend(fake.FakeManilaV2()))
    net = network(seed=186)  # whose readouts differ widely, whatever the noise
    slept = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "sleep", slept.append)
        quick = {"pause": 0.5, "seed": 1, "progress": False}
        run = hardware.run(net, SEQUENCE[:, :1], backend, **{**quick, **options})
    record = [run.recording, run.predictions, run.noise, run.report, slept, tools.printed()]
    return [record, sorted(each.name for each in tools.folder.iterdir())]


def hardware_picture(tools, **options):
    aer = pytest.importorskip("qiskit_aer")
    net = network()
    run = hardware.run(
        net, SEQUENCE[:3], aer.AerSimulator(), 100, leak_form="rotation", seed=1, progress=False
    )
    return run.plot(**options)[0]


# name: (call, {option: value that is not its default})
ENTRIES = {
    "Noise": (
        noise,
        {
            "shots": 10,
            "over_rotation": 0.2,
            "depolarizing": 0.1,
            "thermal": (20.0, 10.0, 2.0, 0.1),
            "readout": (0.05, 0.1),
        },
    ),
    "Noise.from_backend": (backend_noise, {"qubits": [3, 1], "shots": 100}),
    "Noise.structs": (
        lambda tools, **o: len(qlif.Noise(depolarizing=[0.1, 0.2]).structs(**o)),
        {"units": Refused(3)},
    ),
    "NeuronState": (
        qubit,
        {"alpha": 0.3, "noise": NOISE, "t1": 5.0, "t2": 3.0, "excited_population": 0.2},
    ),
    "NeuronState.prepare": (
        lambda tools, **o: qlif.quantum.NeuronState(0.1).prepare(**o).alpha,
        {"alpha": 0.4},
    ),
    "NeuronState.drive": (
        pulse,
        {
            "detuning": 0.5,
            "shape": "gaussian",
            "sigma": In(0.4, shape="gaussian"),
            "relax": False,
            "samples": 4,
        },
    ),
    "circuits.run": (
        circuit,
        {
            "noise": SLOW,
            "memory": "coherent",
            "leak_form": In("rotation", memory="coherent"),
            "clock": In("absolute", noise=SLOW),
            "before": [0.3, 0.1],
        },
    ),
    "circuits.qasm3": (
        qasm,
        {
            "alpha": [0.2, 0.3],
            "noise": SLOW,
            "memory": "coherent",
            "leak_form": "rotation",
            "clock": In("absolute", noise=SLOW),
            "delay": [0.0, 0.2],
            "layer": In(1, step=2),
            "step": In(3, layer=0),
        },
    ),
    "circuits.to_qiskit": (qiskit_circuit, {"delay": [0.0, 0.2]}),
    "circuits.angles": (
        angles,
        {"noise": SLOW, "leak_form": "rotation", "clock": In("absolute", noise=SLOW)},
    ),
    "NoiseRun": (
        noise_run,
        {"noise": qlif.Noise(shots=5), "seed": 4, "offset": 50},
    ),
    "hardware.run": (
        on_hardware,
        {
            "shots": 100,
            "leak_form": "rotation",
            "qubits": [1, 2],
            "qubits_per_circuit": 2,
            "circuits_per_job": 1,
            "state": lambda tools: tools.new(),
            "retries": 0,
            "pause": 2.0,
            "noise": NOISE,
            "readout": "membrane",
            "seed": 2,
            "progress": True,
        },
    ),
    "HardwareResult.plot": (hardware_picture, {"sample": 2}),
}

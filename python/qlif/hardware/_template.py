"""The circuit of one step of some neurons: transpiled once, then only bound."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._engine.arrays import DoubleArray
from ..errors import QlifError
from ..quantum.calibration import calibrations
from ._device import Device
from ._qiskit import qiskit


class Template:
    """A step of neurons side by side on given qubits, with a parameter for every rotation.

    Each qubit: ``delay(idle)``, ``RX(phi)``, ``RX(theta)``, ``delay(wait)``, and all are measured
    together. The first delay lets a qubit that waits less than others begin later, in its ground
    state, so that none decays while it waits for the rest. Delays are there where the leak has the
    form ``"delay"`` only; Qiskit cannot transpile a parameter in them, so they are put in
    afterwards.
    """

    def __init__(self, device: Device, qubits: tuple[int, ...], *, delays: bool) -> None:
        package = qiskit()
        from qiskit.circuit import ParameterVector

        self.width = len(qubits)
        self._granule = device.granule
        self._dt = device.target.dt
        phi, theta = ParameterVector("phi", self.width), ParameterVector("theta", self.width)
        circuit = package.QuantumCircuit(
            package.QuantumRegister(self.width, "q"), package.ClassicalRegister(self.width, "m")
        )
        for i in range(self.width):
            if delays:
                circuit.delay(self._granule, i, unit="dt")
            circuit.rx(phi[i], i)
            circuit.barrier(i)  # two rotations: the memory's and the input's
            circuit.rx(theta[i], i)
            if delays:
                circuit.barrier(i)
                circuit.delay(self._granule, i, unit="dt")
        circuit.barrier()
        for i in range(self.width):
            circuit.measure(i, i)
        self.logical = circuit
        self.circuit = package.transpile(
            circuit,
            target=device.target,
            initial_layout=list(qubits),
            optimization_level=1,  # higher ones find no more: barriers keep the rotations apart
            seed_transpiler=0,
        )
        names = {parameter.name: parameter for parameter in self.circuit.parameters}
        self._phi = [names[parameter.name] for parameter in phi]
        self._theta = [names[parameter.name] for parameter in theta]
        self._places = self._find(qubits) if delays else []
        self.depth = int(self.circuit.depth())
        # Seconds of gates and measurement, the longest path.
        self.duration = _duration(device, qubits)

    def _find(self, qubits: tuple[int, ...]) -> list[tuple[int, int]]:
        """Where each qubit's two delays are in the transpiled circuit."""
        found: dict[int, list[int]] = {qubit: [] for qubit in qubits}
        for place, instruction in enumerate(self.circuit.data):
            if instruction.operation.name == "delay":
                qubit = self.circuit.find_bit(instruction.qubits[0]).index
                found.setdefault(qubit, []).append(place)
        if any(len(found[qubit]) != 2 for qubit in qubits):
            raise QlifError("the transpiler moved a delay")
        return [(found[qubit][0], found[qubit][1]) for qubit in qubits]

    def bind(self, phi: DoubleArray, theta: DoubleArray, wait: DoubleArray | None) -> Any:
        """The circuit with its angles in radians and its waits in microseconds."""
        values = dict(zip(self._phi, phi.tolist(), strict=True))
        values.update(zip(self._theta, theta.tolist(), strict=True))
        circuit = self.circuit.assign_parameters(values)
        if wait is not None and self._places:
            from qiskit.circuit import Delay

            lengths = self.granules(wait)
            longest = int(lengths.max())
            for (first, last), length in zip(self._places, lengths.tolist(), strict=True):
                for place, units in ((first, longest - length), (last, length)):
                    old = circuit.data[place]
                    circuit.data[place] = old.replace(operation=Delay(units, unit="dt"))
        return circuit

    def granules(self, wait: DoubleArray) -> Any:
        """Waits in microseconds as whole granules, in dt."""
        counts = np.rint(wait * 1e-6 / self._dt / self._granule).astype(np.int64)
        return counts * self._granule


def _duration(device: Device, qubits: tuple[int, ...]) -> float:
    """Two rotations and a measurement, seconds, on the slowest of the qubits."""
    if not device.calibrated:
        return 0.0
    measures = device.target["measure"]
    return max(
        2 * each.rotation * 1e-6 + float(measures[(qubit,)].duration or 0.0)
        for qubit, each in zip(qubits, calibrations(device.backend, qubits), strict=True)
    )

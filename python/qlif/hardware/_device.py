"""A Qiskit backend or ``SamplerV2``: what it is, and running circuits on it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._engine import arrays
from .._engine.arrays import DoubleArray
from ..errors import ArgumentError, QlifError
from ..quantum.calibration import backend_of, t1_of, target_of
from ..quantum.noise import Noise
from ._qiskit import qiskit

# Neurons in one circuit on a simulator with noise, which pays 4^n for a density matrix.
SIMULATED_QUBITS = 6
# What devices wait between two shots where they do not say, seconds.
REPETITION_DELAY = 250e-6
MICRO = 1e6


class DeviceError(QlifError, RuntimeError):
    """A backend that failed more often than it may; the message says what is saved."""


class Device:
    """A backend with the qubits that are used, in order of the neurons.

    Neuron j of a layer runs on qubit ``qubits[j % len(qubits)]``.
    """

    def __init__(
        self, backend: Any, qubits: Sequence[int] | None, width: int | None, neurons: int
    ) -> None:
        qiskit()
        self.handle = backend
        self.backend = backend_of(backend)
        self.target = target_of(backend)
        self.size = int(self.target.num_qubits or neurons)
        self.is_sampler = not hasattr(backend, "target")
        module = type(self.backend).__module__
        self.is_simulator = module.startswith("qiskit_aer") or "fake_provider" in module
        if qubits is None:
            known = [t1_of(self.target, q) is not None for q in range(self.size)]
            self.calibrated = any(known)
            self.qubits = self._best(neurons)
        else:
            self.qubits = [arrays.integer(q, "qubits", 0, self.size - 1) for q in qubits]
            if not self.qubits or len(set(self.qubits)) != len(self.qubits):
                raise ArgumentError(f"qubits is {self.qubits}, expected one or more, all different")
            self.calibrated = all(t1_of(self.target, q) is not None for q in self.qubits)
        most = len(self.qubits)
        if width is None:
            width = min(most, SIMULATED_QUBITS) if self.is_simulator else most
        self.width = arrays.integer(width, "qubits_per_circuit", 1, 2**31 - 1)
        if self.width > most:
            raise ArgumentError(
                f"qubits_per_circuit is {self.width}, expected at most the {most} qubits in use "
                f"of {self.name}, which has {self.size}"
            )

    @property
    def name(self) -> str:
        """What the backend calls itself."""
        name = getattr(self.backend, "name", None) or type(self.backend).__name__
        return str(name() if callable(name) else name)

    def _best(self, neurons: int) -> list[int]:
        """As many qubits as there are neurons, or as the device has: those that read best."""
        if not self.calibrated:
            return list(range(min(neurons, self.size)))
        measures = self.target["measure"]

        def error(qubit: int) -> float:
            found = measures.get((qubit,))
            return 1.0 if found is None or found.error is None else float(found.error)

        known = [q for q in range(self.size) if t1_of(self.target, q) is not None]
        usable = [q for q in known if self._plausible(q)] or known
        return sorted(usable, key=error)[:neurons]

    def _plausible(self, qubit: int) -> bool:
        """Whether a qubit is calibrated, with T2 <= 2 T1: simulators refuse to relax others."""
        if t1_of(self.target, qubit) is None:
            return False
        own = self.target.qubit_properties[qubit]
        return own.t2 is None or own.t2 <= 2 * own.t1

    def qubit(self, neuron: int) -> int:
        """The qubit that a neuron runs on."""
        return self.qubits[neuron % len(self.qubits)]

    def t1(self, neurons: int) -> DoubleArray:
        """T1 in microseconds of each neuron's qubit; a qubit without T1 is refused."""
        found = {qubit: t1_of(self.target, qubit) for qubit in self.qubits}
        missing = [qubit for qubit, t1 in found.items() if t1 is None]
        if missing:
            raise ArgumentError(
                f"leak_form is 'delay', but backend {self.name}: qubit {missing[0]} has no T1: "
                'expected leak_form="rotation", or qubits with a calibrated T1'
            )
        return np.array([found[qubit] for qubit in self._all(neurons)])

    def noise(self, neurons: int) -> Noise:
        """The calibrated noise of each neuron's qubit; none where the backend is not calibrated."""
        if not self.calibrated:
            return Noise()
        return Noise.from_backend(self.backend, self._all(neurons))

    def _all(self, neurons: int) -> list[int]:
        return [self.qubit(j) for j in range(neurons)]

    @property
    def granule(self) -> int:
        """What the length of a delay must be a multiple of, in dt."""
        sizes = [getattr(self.target, "granularity", 1), getattr(self.target, "pulse_alignment", 1)]
        return math.lcm(*(int(size) for size in sizes if size))

    @property
    def most_circuits(self) -> int | None:
        """How many circuits one job may hold."""
        most = getattr(self.backend, "max_circuits", None)
        return int(most) if isinstance(most, int) and most > 0 else None

    @property
    def repetition_delay(self) -> float:
        """Seconds between two shots."""
        delay = getattr(self.backend, "default_rep_delay", None)
        return float(delay) if isinstance(delay, int | float) else REPETITION_DELAY

    # ---- Running -----------------------------------------------------------------------

    def submit(self, circuits: list[Any], shots: int, seed: int | None) -> Any:
        """Hands circuits to the backend; returns its job."""
        if self.is_sampler:
            return self.handle.run([(circuit,) for circuit in circuits], shots=shots)
        if not self.is_simulator and _is_ibm(self.backend):
            from qiskit_ibm_runtime import SamplerV2

            self.handle, self.is_sampler = SamplerV2(mode=self.backend), True
            return self.submit(circuits, shots, seed)
        options = {"seed_simulator": seed} if self.is_simulator and seed is not None else {}
        return self.backend.run(circuits, shots=shots, **options)

    def retrieve(self, job_id: str) -> Any | None:
        """A job of an earlier process, where the backend can still find it."""
        for owner, name in (
            (getattr(self.backend, "service", None), "job"),
            (self.backend, "retrieve_job"),
        ):
            find = getattr(owner, name, None)
            if callable(find):
                try:
                    return find(job_id)
                except Exception:
                    return None
        return None

    @staticmethod
    def frequencies(job: Any, circuits: Sequence[Any], shots: int) -> list[DoubleArray]:
        """For each circuit the frequency of ones of each of its bits; waits for the job."""
        result = job.result()
        found = []
        for index, circuit in enumerate(circuits):
            bits = circuit.num_clbits
            if hasattr(result, "get_counts"):
                ones, total = _ones(result.get_counts(index), bits)
            else:
                array = next(iter(result[index].data.values()))
                ones, total = _ones(array.get_counts(), bits)
            if total != shots:
                raise DeviceError(f"circuit {index}: {total} shots came back, expected {shots}")
            found.append(ones / total)
        return found


def _is_ibm(backend: Any) -> bool:
    return type(backend).__module__.startswith("qiskit_ibm_runtime")


def _ones(counts: dict[str, int], bits: int) -> tuple[DoubleArray, int]:
    """How often each bit, from bit 0, was 1; and how many shots there were."""
    text = "".join(key.replace(" ", "") for key in counts)
    table = np.frombuffer(text.encode("ascii"), np.uint8).reshape(len(counts), bits) - ord("0")
    weights = np.fromiter(counts.values(), np.int64, len(counts))
    return (weights @ table.astype(np.int64))[::-1].astype(np.float64), int(weights.sum())


def persist(
    attempt: Callable[[], Any], retries: int, pause: float, failed: Callable[[Exception], None]
) -> Any:
    """Calls `attempt` until it succeeds, ``retries + 1`` times, waiting longer each time."""
    for again in range(retries + 1):
        try:
            return attempt()
        except Exception as error:
            failed(error)
            if again == retries:
                raise
            time.sleep(pause * 2**again)
    raise AssertionError("unreachable")

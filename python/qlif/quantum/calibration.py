"""A device's calibration, read from a Qiskit ``BackendV2``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from .._engine import arrays
from ..errors import ArgumentError

MICRO = 1e6


class Calibration(NamedTuple):
    """One qubit, in `qlif.Noise`'s terms; times in microseconds."""

    thermal: tuple[float, float, float, float]
    readout: tuple[float, float]
    depolarizing: float
    rotation: float
    """Length of a whole RX."""


def target_of(backend: Any) -> Any:
    """The target of a backend, or of the backend behind a sampler."""
    backend = backend_of(backend)
    target = getattr(backend, "target", None)
    if target is None or not hasattr(target, "qubit_properties"):
        raise ArgumentError(f"backend is {backend!r}, expected a Qiskit BackendV2")
    return target


def backend_of(backend: Any) -> Any:
    """The backend behind a ``SamplerV2``; a backend is its own."""
    if hasattr(backend, "target"):
        return backend
    for name in ("backend", "_backend"):
        inner = getattr(backend, name, None)
        if callable(inner):
            inner = inner()
        if inner is not None:
            return inner
    return backend


def t1_of(target: Any, qubit: int) -> float | None:
    """T1 in microseconds, or None where the target has none."""
    properties = target.qubit_properties
    own = properties[qubit] if properties else None
    t1 = None if own is None else own.t1
    return None if t1 is None or not math.isfinite(t1) or t1 <= 0 else t1 * MICRO


def calibrations(backend: Any, qubits: Iterable[int] | None) -> list[Calibration]:
    """The calibration of some qubits, or of all that have one."""
    target = target_of(backend)
    count = target.num_qubits or 0
    if qubits is None:
        chosen = [qubit for qubit in range(count) if t1_of(target, qubit) is not None]
        if not chosen:
            raise ArgumentError(f"backend {_name(backend)}: no qubit has a calibrated T1")
    else:
        chosen = [arrays.integer(qubit, "qubits", 0, count - 1) for qubit in qubits]
    if not chosen:
        raise ArgumentError("qubits is empty, expected at least one qubit of the backend")
    return [_calibration(backend_of(backend), target, qubit) for qubit in chosen]


def _name(backend: Any) -> Any:
    backend = backend_of(backend)
    return getattr(backend, "name", backend)


def _calibration(backend: Any, target: Any, qubit: int) -> Calibration:
    t1 = t1_of(target, qubit)
    if t1 is None:
        raise ArgumentError(
            f"backend {_name(backend)}: qubit {qubit} has no T1, expected a calibrated T1"
        )
    t2 = target.qubit_properties[qubit].t2
    t2 = 2 * t1 if t2 is None or not t2 > 0 else min(t2 * MICRO, 2 * t1)
    times, duration, error = _rotation(target, qubit)
    depolarizing = _depolarizing(error, duration, t1, t2)
    if times == 2:
        # Between two sx the qubit is on the equator, where it loses coherence, not population.
        depolarizing = 1 - (1 - depolarizing) ** 2 * math.exp(-duration / t2)
    return Calibration(
        (t1, t2, duration, 0.0), _readout(backend, target, qubit), depolarizing, times * duration
    )


def _rotation(target: Any, qubit: int) -> tuple[int, float, float]:
    """How many gates an RX is, and the length and average error of one of them.

    It is a gate of its own, or two sx with rz between.
    """
    for name, times in (("rx", 1), ("r", 1), ("sx", 2), ("u3", 1), ("u", 1)):
        gates = target[name] if name in target.operation_names else None
        gate = gates.get((qubit,)) if gates else None
        if gate is not None:
            return times, (gate.duration or 0.0) * MICRO, min(1.0, gate.error or 0.0)
    return 1, 0.0, 0.0


def _depolarizing(error: float, duration: float, t1: float, t2: float) -> float:
    """The depolarizing probability that makes up the rest of an average gate error.

    The average gate fidelity of relaxation is ``F = (1 + (exp(-t/t1) + 2 exp(-t/t2)) / 3) / 2`` and
    that of depolarizing after it ``F (1 - p) + p / 2``; solved for p with ``F = 1 - error``.
    """
    kept = (math.exp(-duration / t1) + 2 * math.exp(-duration / t2)) / 3
    fidelity = (1 + kept) / 2
    if fidelity <= 1 - error or fidelity <= 0.5:
        return 0.0
    return min(1.0, max(0.0, (fidelity - (1 - error)) / (fidelity - 0.5)))


def _readout(backend: Any, target: Any, qubit: int) -> tuple[float, float]:
    """The probabilities of reading 1 in state 0, and 0 in state 1.

    From a simulator's own noise model, else the backend's properties, else the target, which mostly
    knows one error for both.
    """
    model = getattr(getattr(backend, "options", None), "noise_model", None)
    local = getattr(model, "_local_readout_errors", None)
    if type(backend).__module__.startswith("qiskit_aer") and local is not None:
        table = local.get((qubit,))
        if table is None:
            return 0.0, 0.0
        return float(table.probabilities[0][1]), float(table.probabilities[1][0])
    properties = getattr(backend, "properties", None)
    if callable(properties):
        try:
            known = properties().qubit_property(qubit)
            return float(known["prob_meas1_prep0"][0]), float(known["prob_meas0_prep1"][0])
        except Exception:  # a backend without properties, or without these
            pass
    measures = target["measure"] if "measure" in target.operation_names else None
    found = measures.get((qubit,)) if measures else None
    error = float(getattr(found, "error", None) or 0.0)
    p01 = getattr(found, "prob_meas1_prep0", None)
    p10 = getattr(found, "prob_meas0_prep1", None)
    return (error if p01 is None else p01), (error if p10 is None else p10)

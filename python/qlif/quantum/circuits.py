"""Neurons as circuits: what they read on qubits, and their text in OpenQASM 3."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._engine import arrays, library
from .._engine.arrays import DoubleArray
from .._engine.library import lib
from ..errors import ArgumentError, MissingExtraError, ShapeError
from ..neurons import QLIF
from .noise import Noise

__all__ = ["QubitRun", "qasm3", "run", "to_qiskit"]


class QubitRun(NamedTuple):
    """What `run` recorded.

    Attributes:
        spikes: 0 or 1, ``[steps, neurons]``.
        alpha: what a measurement reads, ``[steps, neurons]``.
        bloch: the qubits' states before the reading, ``[steps, neurons, 3]``.
    """

    spikes: DoubleArray
    alpha: DoubleArray
    bloch: DoubleArray


def run(
    neuron: QLIF,
    drive: ArrayLike,
    delay: ArrayLike,
    *,
    noise: Noise | None = None,
    memory: str | None = None,
    leak: str | None = None,
    clock: str = "relative",
    before: ArrayLike | None = None,
) -> QubitRun:
    """Neurons on qubits of their own, step by step, in double precision.

    This is the closed form of what `qasm3` writes: `qlif.Noise` says with which noise; its `shots`
    are not used, the populations are those of infinitely many.

    Args:
        neuron: the neurons' constants.
        drive: the currents ``u``, ``[steps, neurons]`` or ``[steps]``.
        delay: the currents ``v``, of the same shape.
        noise: None: perfect qubits that relax while they wait, with the neuron's ``t1``.
        memory: ``"reprepare"`` (the qubit is measured at every step and prepared anew) or
            ``"coherent"`` (it is kept as it is); None: as the neuron has it.
        leak: ``"delay"`` (it waits) or ``"rotation"`` (it is turned back, by ``RX(gamma)``); None:
            as the neuron has it, whose leaks ``"rotation"`` and ``"published"`` are no delay.
        clock: ``"relative"``: a delay lasts ``delay_scale |v| T1 / neuron.t1`` microseconds with
            the qubit's T1, so that the neuron leaks as it was trained to; ``"absolute"``:
            ``delay_scale |v|`` microseconds.
        before: the populations that the neurons remember at the start, ``[neurons]``; None: 0.

    Raises:
        ArgumentError: a value that is not allowed, or a neuron with the firing ``"measurement"``,
            whose spikes are outcomes of single shots.
    """
    config = _config(neuron, memory, leak, clock)
    u, v = _currents(drive, delay)
    flat = u.ndim == 1
    steps, count = len(u), 1 if flat else u.shape[1]
    noises = None if noise is None else noise.structs(count)
    initial = None
    if before is not None:
        initial = np.atleast_1d(arrays.float64(before, "before"))
        if initial.shape != (count,):
            raise ShapeError(f"before has shape {initial.shape}, expected ({count},)")
    alpha, spikes = np.empty((steps, count)), np.empty((steps, count))
    bloch = np.empty((steps, count, 3))
    lib.qlif_circuit_run(
        config,
        noises,
        0 if noises is None else len(noises),
        steps,
        count,
        arrays.double_pointer(u),
        arrays.double_pointer(v),
        None if initial is None else arrays.double_pointer(initial),
        arrays.double_pointer(alpha),
        arrays.double_pointer(spikes),
        ctypes.cast(bloch.ctypes.data, POINTER(library.QubitStruct)),
    )
    return QubitRun(*((each[:, 0] if flat else each) for each in (spikes, alpha, bloch)))


def qasm3(
    neuron: QLIF,
    drive: ArrayLike,
    delay: ArrayLike,
    *,
    alpha: ArrayLike | None = None,
    noise: Noise | None = None,
    memory: str | None = None,
    leak: str | None = None,
    clock: str = "relative",
) -> str:
    """OpenQASM 3 text, written by the engine; ``qiskit.qasm3.loads`` reads it.

    With `alpha` it is one step: of one neuron (numbers) or of a layer, its neurons side by side on
    one qubit each (``[neurons]``). Qubit j re-prepares ``alpha[j]``, turns by ``RX(theta)`` where
    ``drive[j] > 0`` and leaks elsewhere, and is measured into bit j: two rotations at most, or one
    and a delay, and no gate of two qubits.

    Without `alpha` it is the whole spike train of one neuron, ``drive`` and ``delay`` being
    ``[steps]``. With the memory ``"reprepare"`` step t is measured into bit t, and prepares the
    noiseless alpha of the step before; with ``"coherent"`` the qubit is measured once, at the end.

    Args:
        neuron: the neurons' constants.
        drive: the currents ``u``.
        delay: the currents ``v``, of the same shape.
        alpha: the populations that the neurons remember, in [0, 1]; 0 after a spike.
        noise: gives the T1 that delays are stretched to; None: the neuron's own.
        memory: as in `run`.
        leak: as in `run`.
        clock: as in `run`.

    Raises:
        ArgumentError: a value that is not allowed; without `alpha` also a neuron with the firing
            ``"measurement"``, whose resets come at random.
    """
    config = _config(neuron, memory, leak, clock)
    out = POINTER(c_char)()
    u, v = (np.atleast_1d(each) for each in _currents(drive, delay))
    if u.ndim != 1:
        raise ShapeError(f"drive has shape {u.shape}, expected [neurons] with alpha, or [steps]")
    struct = None if noise is None else noise.structs()[0]
    inputs = [u, v]
    function = lib.qlif_circuit_train_qasm
    if alpha is not None:
        before = np.atleast_1d(arrays.float64(alpha, "alpha"))
        if before.shape != u.shape:
            raise ShapeError(f"alpha has shape {before.shape}, expected {u.shape} as drive has")
        inputs = [before, u, v]
        function = lib.qlif_circuit_layer_qasm
    pointers = [arrays.double_pointer(array) for array in inputs]
    function(config, struct, len(u), *pointers, out)
    try:
        return ctypes.string_at(out).decode("ascii")
    finally:
        lib.qlif_text_free(out)


def to_qiskit(neuron: QLIF, drive: ArrayLike, delay: ArrayLike, **options: Any) -> Any:
    """The same as a ``qiskit.QuantumCircuit`` (extra ``qiskit``); arguments as in `qasm3`."""
    try:
        from qiskit import qasm3 as reader
    except ImportError as error:
        raise MissingExtraError("qiskit", "qiskit", "qlif.circuits.to_qiskit") from error
    try:
        import qiskit_qasm3_import  # noqa: F401
    except ImportError as error:
        name = "qiskit-qasm3-import"
        raise MissingExtraError(name, "qiskit", "qlif.circuits.to_qiskit") from error
    return reader.loads(qasm3(neuron, drive, delay, **options))


def _config(
    neuron: QLIF, memory: str | None, leak: str | None, clock: str
) -> library.CircuitConfig:
    if not isinstance(neuron, QLIF):
        raise ArgumentError(f"neuron is {neuron!r}, expected a qlif.QLIF")
    if leak is None:
        leak = "delay" if neuron.leak == "relaxation" else "rotation"
    return library.CircuitConfig(
        neuron=neuron.to_config(),
        memory=library.MEMORY.code(neuron.memory if memory is None else memory),
        leak=library.CIRCUIT_LEAK.code(leak),
        clock=library.DELAY_CLOCK.code(clock),
    )


def _currents(drive: ArrayLike, delay: ArrayLike) -> tuple[DoubleArray, DoubleArray]:
    u, v = arrays.float64(drive, "drive"), arrays.float64(delay, "delay")
    if u.shape != v.shape or u.ndim > 2:
        raise ShapeError(f"drive and delay have shapes {u.shape} and {v.shape}, expected equal")
    if u.size == 0:
        raise ShapeError("drive and delay are empty, expected at least one value")
    return u, v

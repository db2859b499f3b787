"""Neurons as circuits: what they read on qubits, and their text in OpenQASM 3."""

from __future__ import annotations

import ctypes
from ctypes import POINTER
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from .._engine import arrays, descriptions, library
from .._engine.arrays import DoubleArray
from .._engine.library import lib
from ..errors import ArgumentError, MissingExtraError, ShapeError
from ..network import Network
from ..neurons import QLIF
from .noise import Noise

__all__ = ["Angles", "QubitRun", "angles", "qasm3", "run", "to_qiskit"]


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
    leak_form: str | None = None,
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
        leak_form: ``"delay"`` (it waits) or ``"rotation"`` (it is turned back, by ``RX(gamma)``);
            None: as the neuron has it, whose leaks ``"rotation"`` and ``"published"`` are no delay.
        clock: ``"relative"``: a delay lasts ``delay_scale |v| T1 / neuron.t1`` microseconds with
            the qubit's T1, so that the neuron leaks as it was trained to; ``"absolute"``:
            ``delay_scale |v|`` microseconds.
        before: the populations that the neurons remember at the start, ``[neurons]``; None: 0.

    Raises:
        ArgumentError: a value that is not allowed, or a neuron with the firing ``"measurement"``,
            whose spikes are outcomes of single shots.
    """
    circuit = _described(neuron, memory, leak_form, clock)
    u, v = _currents(drive, delay)
    flat = u.ndim == 1
    steps, count = len(u), 1 if flat else u.shape[1]
    noises = _structs(noise, count)
    initial = None
    if before is not None:
        initial = np.atleast_1d(arrays.float64(before, "before"))
        if initial.shape != (count,):
            raise ShapeError(f"before has shape {initial.shape}, expected ({count},)")
    alpha, spikes = np.empty((steps, count)), np.empty((steps, count))
    bloch = np.empty((steps, count, 3))
    lib.qlif_circuit_run(
        circuit,
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
    source: QLIF | Network,
    drive: ArrayLike,
    delay: ArrayLike | None = None,
    *,
    layer: int | None = None,
    step: int | None = None,
    alpha: ArrayLike | None = None,
    noise: Noise | None = None,
    memory: str | None = None,
    leak_form: str | None = None,
    clock: str = "relative",
) -> str:
    """OpenQASM 3 text, written by the engine; ``qiskit.qasm3.loads`` reads it.

    Of a neuron and `alpha` it is one step: of one neuron (numbers) or of a layer, its neurons side
    by side on one qubit each (``[neurons]``). Qubit j re-prepares ``alpha[j]``, turns by
    ``RX(theta)`` where ``drive[j] > 0`` and leaks elsewhere, and is measured into bit j: two
    rotations at most, or one and a delay, and no gate of two qubits.

    Of a neuron without `alpha` it is its whole spike train, ``drive`` and ``delay`` being
    ``[steps]``. With the memory ``"reprepare"`` step t is measured into bit t, and prepares the
    noiseless alpha of the step before; with ``"coherent"`` the qubit is measured once, at the end.

    Of a network and an input it is one step of the QLIF neurons of a layer, with what they remember
    and receive at that step of a run without noise::

        qlif.circuits.qasm3(network, x, layer=0, step=2)

    Args:
        source: the neurons' constants, or a network.
        drive: the currents ``u``; of a network one sample, ``input_shape`` or
            ``[steps, *input_shape]``.
        delay: the currents ``v``, of the same shape; a network has its own.
        layer: the network's layer.
        step: the step, counted from 0.
        alpha: the populations that the neurons remember, in [0, 1]; 0 after a spike.
        noise: gives the T1 that delays are stretched to, the same for all; None: the neuron's own.
        memory: as in `run`; a network's neurons have theirs.
        leak_form: as in `run`.
        clock: as in `run`.

    Raises:
        ArgumentError: a value that is not allowed; a neuron with the firing ``"measurement"``,
            whose resets come at random, without `alpha`; a layer without QLIF neurons.

    Example:
        >>> print(qlif.circuits.qasm3(qlif.QLIF(), 0.4, 0.0, alpha=0.3))
        OPENQASM 3.0;...
    """
    structs = _structs(noise)
    if structs is not None and len(structs) > 1:
        raise ShapeError(f"noise has values for {len(structs)} neurons, expected one for all")
    struct = None if structs is None else structs[0]
    if isinstance(source, Network):
        given = {"delay": delay, "alpha": alpha, "memory": memory}
        for name, value in given.items():
            if value is not None:
                raise ArgumentError(f"{name} is given, but a network has its own: expected None")
        if layer is None or step is None:
            raise ArgumentError("layer and step are needed with a network")
        return _of_network(source, drive, layer, step, _run_as(leak_form, clock), struct)
    if layer is not None or step is not None or delay is None:
        raise ArgumentError("expected drive and delay with a neuron, and no layer or step")
    circuit = _described(source, memory, leak_form, clock)
    u, v = (np.atleast_1d(each) for each in _currents(drive, delay))
    if u.ndim != 1:
        raise ShapeError(f"drive has shape {u.shape}, expected [neurons] with alpha, or [steps]")
    given_arrays = [u, v]
    function = lib.qlif_circuit_train_qasm
    if alpha is not None:
        before = np.atleast_1d(arrays.float64(alpha, "alpha"))
        if before.shape != u.shape:
            raise ShapeError(f"alpha has shape {before.shape}, expected {u.shape} as drive has")
        given_arrays = [before, u, v]
        function = lib.qlif_circuit_layer_qasm
    pointers = [arrays.double_pointer(array) for array in given_arrays]
    return descriptions.exported(function, circuit, struct, len(u), *pointers)


def _of_network(
    network: Network, x: ArrayLike, layer: int, step: int, circuit: bytes, noise: Any
) -> str:
    sample = arrays.float32(x, "x")
    axis = sample.ndim - len(network.input_shape)
    if axis not in (0, 1):
        raise ShapeError(
            f"x has shape {sample.shape}, expected one sample: {network.input_shape}, or "
            "(steps, ...)"
        )
    batch = network._batch(np.expand_dims(sample, axis), batch_first=False)
    owner = network._open()
    with owner.lock:
        return descriptions.exported(
            lib.qlif_network_layer_qasm,
            owner.pointer,
            batch.struct,
            arrays.integer(layer, "layer", -(2**31), 2**31 - 1),
            arrays.size(step, "step"),
            circuit,
            noise,
        )


class Angles(NamedTuple):
    """What `angles` found, each ``[neurons]``.

    Attributes:
        phi: the memory's rotation, radians.
        theta: the input spike's or the leak's rotation, radians; 0 where the leak waits.
        wait: the leak's delay, microseconds; 0 where there is none.
    """

    phi: DoubleArray
    theta: DoubleArray
    wait: DoubleArray


def angles(
    neuron: QLIF,
    alpha: ArrayLike,
    drive: ArrayLike,
    delay: ArrayLike,
    *,
    noise: Noise | None = None,
    leak_form: str | None = None,
    clock: str = "relative",
) -> Angles:
    """What one step does to the qubits of neurons that are prepared anew.

    Args:
        neuron: the neurons' constants.
        alpha: the populations that the neurons remember, in [0, 1]; 0 after a spike.
        drive: the currents ``u``, of the same shape.
        delay: the currents ``v``, of the same shape.
        noise: gives the T1 that delays are stretched to, one or one for each neuron (of the last
            axis); None: the neuron's own.
        leak_form: as in `run`.
        clock: as in `run`.

    Raises:
        ArgumentError: a value that is not allowed.

    Example:
        >>> qlif.circuits.angles(qlif.QLIF(drive_scale=3.0), 0.0, 0.5, 0.0).theta
        array(1.5)
    """
    u, v = _currents(drive, delay)
    before = arrays.float64(alpha, "alpha")
    if before.shape != u.shape:
        raise ShapeError(f"alpha has shape {before.shape}, expected {u.shape} as drive has")
    width = u.shape[-1] if u.ndim else 1
    structs = _structs(noise, width)
    if structs is not None and len(structs) > 1 and u.size != width:
        structs = (library.QubitNoiseStruct * u.size)(*(list(structs) * (u.size // width)))
    found = Angles(*(np.empty(u.shape) for _ in range(3)))
    lib.qlif_circuit_angles(
        _described(neuron, None, leak_form, clock),
        structs,
        0 if structs is None else len(structs),
        u.size,
        *(arrays.double_pointer(each) for each in (before, u, v, *found)),
    )
    return found


def to_qiskit(
    source: QLIF | Network, drive: ArrayLike, delay: ArrayLike | None = None, **options: Any
) -> Any:
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
    return reader.loads(qasm3(source, drive, delay, **options))


def _described(neuron: QLIF, memory: str | None, leak_form: str | None, clock: str) -> bytes:
    if not isinstance(neuron, QLIF):
        raise ArgumentError(f"neuron is {neuron!r}, expected a qlif.QLIF")
    if memory is not None:
        neuron = replace(neuron, memory=memory)
    described = {"neuron": neuron.to_description(), "clock": clock}
    if leak_form is not None:
        described["leak_form"] = leak_form
    return descriptions.text(described)


def _structs(noise: Noise | None, units: int | None = None) -> Any:
    """The engine's structs: one for all neurons, or one for each; None are perfect qubits."""
    if noise is None:
        return None
    if not isinstance(noise, Noise):
        raise ArgumentError(f"noise is {noise!r}, expected a qlif.Noise")
    return noise.structs(units)


def _run_as(leak_form: str | None, clock: str) -> bytes:
    given = {"clock": clock} | ({} if leak_form is None else {"leak_form": leak_form})
    return descriptions.text(given)


def _currents(drive: ArrayLike, delay: ArrayLike) -> tuple[DoubleArray, DoubleArray]:
    u, v = arrays.float64(drive, "drive"), arrays.float64(delay, "delay")
    if u.shape != v.shape or u.ndim > 2:
        raise ShapeError(f"drive and delay have shapes {u.shape} and {v.shape}, expected equal")
    if u.size == 0:
        raise ShapeError("drive and delay are empty, expected at least one value")
    return u, v

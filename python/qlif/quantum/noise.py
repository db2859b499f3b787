"""What is wrong with the qubits of a device: shots, gates, relaxation, readout."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .._engine import arrays, library
from .._engine.library import lib
from ..errors import ArgumentError, ShapeError

__all__ = ["Noise", "NoiseLike"]

_THERMAL = ("t1", "t2", "gate_time", "excited_population")
_READOUT = ("p01", "p10")


@dataclass(frozen=True, kw_only=True)
class Noise:
    """What is wrong with the qubits that neurons run on; each part is optional.

    A step re-prepares the neuron's memory by ``RX(phi)``, turns it by ``RX(theta)`` or lets it
    leak, and measures. With ``(x, y, z)`` the Bloch vector, every rotation is, in this order::

        over-rotation   RX(theta (1 + over_rotation))
        depolarizing    (x, y, z) -> (1 - depolarizing) (x, y, z)
        thermal         z -> z0 + (z - z0) exp(-gate_time / t1),   z0 = 1 - 2 excited_population
                        (x, y) -> (x, y) exp(-gate_time / t2)

    a wait is ``thermal`` with its length in place of ``gate_time``, and a measurement reads::

        alpha_read = alpha (1 - p10) + (1 - alpha) p01

    With `shots`, what is read (compared with the threshold, recorded and remembered) is the
    frequency of ones among that many shots, ``Binomial(shots, alpha_read) / shots``. A network's
    gradient goes straight through the counting, ``d frequency / d alpha_read = 1``, which is that
    of its mean; in the memory it does so by angles, ``d phi(frequency) = d phi(alpha_read)``, since
    ``d phi / d alpha`` has no bound where a count is 0 or all (the straight-through estimator of
    Bengio, Leonard and Courville, arXiv:1308.3432).

    Args:
        shots: measurements of each neuron and step, >= 1; None is infinitely many.
        over_rotation: relative error of every rotation's angle, -1 to 1 (0.01: one percent too
            far).
        depolarizing: probability, in [0, 1], that a rotation leaves the fully mixed state.
        thermal: ``(t1, t2, gate_time, excited_population)``: relaxation time, coherence time
            (``t2 <= 2 t1``) and length of one rotation in microseconds, and the excited-state
            population at rest, in [0, 1]. None: gates take no time, and a wait relaxes with the
            neuron's own ``t1``.
        readout: ``(p01, p10)``: the probabilities of reading 1 in state 0, and 0 in state 1.

    Every number but `shots` may also be a sequence with one value for each neuron of a layer.

    Raises:
        ArgumentError: a value that is not allowed, with the rule.

    Source: the channels are those of Qiskit Aer: ``depolarizing_error(p, 1)``,
    ``thermal_relaxation_error(t1, t2, time, excited_state_population)``,
    ``ReadoutError([[1 - p01, p01], [p10, 1 - p10]])``; Nielsen and Chuang, "Quantum Computation and
    Quantum Information", section 8.3.
    """

    shots: int | None = None
    over_rotation: Any = 0.0
    depolarizing: Any = 0.0
    thermal: tuple[Any, Any, Any, Any] | None = None
    readout: tuple[Any, Any] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if self.shots is not None:
            object.__setattr__(self, "shots", arrays.integer(self.shots, "shots", 1, 2**31 - 1))
        thermal = None if self.thermal is None else _parts(self.thermal, "thermal", _THERMAL)
        values = {
            "over_rotation": _value(self.over_rotation, "over_rotation"),
            "depolarizing": _value(self.depolarizing, "depolarizing"),
            "thermal": thermal,
            "readout": _parts(
                (0.0, 0.0) if self.readout is None else self.readout, "readout", _READOUT
            ),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)
        if thermal is not None:
            for time in np.atleast_1d(thermal[0]):
                if not time > 0:
                    raise ArgumentError(f"t1: {time}, expected above 0 (microseconds)")
        for struct in self.structs():
            lib.qlif_qubit_noise_check(struct)

    @property
    def units(self) -> int | None:
        """How many neurons the noise speaks of; None where it is the same for all."""
        sizes = {len(value) for value in self._numbers().values() if isinstance(value, tuple)}
        if len(sizes) > 1:
            raise ShapeError(f"noise has values for {sorted(sizes)} neurons, expected one number")
        return sizes.pop() if sizes else None

    @cached_property
    def _structs(self) -> Any:
        return self.structs()

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_structs"}

    def _numbers(self) -> dict[str, Any]:
        """Every number by the name of its field in the engine's struct."""
        named = {"over_rotation": self.over_rotation, "depolarizing": self.depolarizing}
        if self.thermal is not None:
            named.update(zip(_THERMAL, self.thermal, strict=True))
        named.update(zip(_READOUT, self.readout, strict=True))
        return named

    def structs(self, units: int | None = None) -> Any:
        """An array of the engine's structs: one for all, or one for each of `units` neurons."""
        own, numbers = self.units, self._numbers()
        if own is not None and units is not None and own != units:
            raise ShapeError(f"noise has values for {own} neurons, expected {units}")
        count = own or 1
        array = (library.QubitNoiseStruct * count)()
        for index, struct in enumerate(array):
            lib.qlif_qubit_noise_default(struct)
            for name, value in numbers.items():
                setattr(struct, name, value[index] if isinstance(value, tuple) else value)
        return array

    def take(self, neurons: Iterable[int]) -> Noise:
        """The noise of some of the neurons, in the order given, repeated where asked."""
        chosen = list(neurons)
        if self.units is None:
            return self

        def pick(value: Any) -> Any:
            return tuple(value[i] for i in chosen) if isinstance(value, tuple) else value

        return Noise(
            shots=self.shots,
            over_rotation=pick(self.over_rotation),
            depolarizing=pick(self.depolarizing),
            thermal=None if self.thermal is None else _quad(map(pick, self.thermal)),
            readout=_pair(map(pick, self.readout)),
        )

    @classmethod
    def from_backend(
        cls, backend: Any, qubits: Iterable[int] | None = None, *, shots: int | None = None
    ) -> Noise:
        """The noise of some qubits of a Qiskit ``BackendV2``, from its own calibration.

        ``depolarizing`` is what is left of the calibrated average error of a gate when relaxation's
        share is taken out, as Qiskit Aer does it. Where a rotation is two ``sx``, each of length
        ``t`` and with the depolarizing part ``q``, the qubit is on the equator between them and
        loses coherence there: ``gate_time = t``, ``depolarizing = 1 - (1 - q)^2 exp(-t / t2)``,
        which is exact for the population of a rotation from the ground state. Readout is the
        calibrated ``prob_meas1_prep0`` and ``prob_meas0_prep1``, else the readout error for both.
        A calibrated ``T2 > 2 T1`` is taken as ``2 T1``.

        Args:
            backend: any backend with a ``target``: a device, a fake one, a simulator.
            qubits: the qubits, one for each neuron of a layer; None: all of the device that have a
                T1.
            shots: as in `Noise`.

        Raises:
            ArgumentError: no such qubit, or a qubit without T1; a device where none has one.
        """
        from .calibration import calibrations

        found = calibrations(backend, qubits)
        columns = list(zip(*((*c.thermal, *c.readout, c.depolarizing) for c in found), strict=True))
        return cls(
            shots=shots,
            depolarizing=columns[6],
            thermal=(columns[0], columns[1], columns[2], columns[3]),
            readout=(columns[4], columns[5]),
        )


@dataclass(frozen=True)
class NoiseRun:
    """The noise of one run: what is wrong with the qubits, and where its random numbers come from.

    What a neuron draws at a step depends on the seed, on the sample's number, the layer, the neuron
    and the step, and on nothing else: not on batches or threads.

    Args:
        noise: one `qlif.Noise` for all `QLIF` neurons, or one or None for each layer; None are
            perfect qubits and infinitely many shots.
        seed: seeds shots, and spikes of neurons that fire by measurement; 0 to 2**64 - 1.
        offset: the number of the first sample, >= 0, so that parts of a batch draw as the whole of
            it.

    Example:
        >>> run = qlif.NoiseRun(qlif.Noise(shots=100), seed=7)
        >>> network.predict(x, noise=run)
        array([...
    """

    noise: LayerNoise = None
    seed: int = 0
    offset: int = 0


LayerNoise: TypeAlias = Noise | Sequence[Noise | None] | None
"""The same for all QLIF neurons of a network; one for each layer, None where it has no qubits or
perfect ones; or none."""

NoiseLike: TypeAlias = LayerNoise | NoiseRun
"""Of a network: a noise, or a `NoiseRun` of it with a seed."""


def noise_run(noise: NoiseLike, first: int = 0) -> NoiseRun:
    """The run of a part of a batch that begins with its sample `first`."""
    run = noise if isinstance(noise, NoiseRun) else NoiseRun(noise)
    return replace(run, offset=run.offset + first) if first else run


class NoiseArgument(NamedTuple):
    """A noise as the engine takes it, with the objects that own its memory."""

    struct: library.NoiseStruct
    owners: list[Any]

    @classmethod
    def of(cls, given: NoiseLike, layers: int) -> NoiseArgument:
        """The noise of a network of so many layers."""
        run = noise_run(given)
        noise = run.noise
        if noise is None:
            each: list[Noise | None] = []
        elif isinstance(noise, Noise):
            each = [noise]
        elif isinstance(noise, Iterable) and not isinstance(noise, str | bytes):
            each = list(noise)
            if len(each) != layers:
                raise ShapeError(
                    f"noise has {len(each)} entries, expected one for each of {layers} layers"
                )
        else:
            each = [noise]
        array = (library.LayerNoiseStruct * len(each))()
        for struct, own in zip(array, each, strict=True):
            if own is None:
                continue
            if not isinstance(own, Noise):
                raise ArgumentError(f"noise is {own!r}, expected a qlif.Noise, or one per layer")
            struct.qubits, struct.qubit_count = own._structs, len(own._structs)
            struct.shots = own.shots or 0
        struct = library.NoiseStruct(
            array,
            len(each),
            arrays.integer(run.seed, "noise.seed", 0, 2**64 - 1),
            arrays.integer(run.offset, "noise.offset", 0, 2**62),
        )
        return cls(struct, [array, each])


def _value(value: Any, name: str) -> Any:
    """A number, or a tuple of numbers."""
    if np.ndim(value) == 0:
        return arrays.number(value, name)
    if np.ndim(value) != 1 or len(value) == 0:
        raise ShapeError(f"{name} has shape {np.shape(value)}, expected a number or [neurons]")
    return tuple(arrays.number(each, name) for each in value)


def _parts(values: Any, name: str, parts: tuple[str, ...]) -> tuple[Any, ...]:
    try:
        given = tuple(values)
    except TypeError:
        given = ()
    if len(given) != len(parts):
        raise ArgumentError(f"{name} is {values!r}, expected ({', '.join(parts)})")
    return tuple(_value(value, part) for value, part in zip(given, parts, strict=True))


def _pair(values: Iterable[Any]) -> tuple[Any, Any]:
    a, b = values
    return a, b


def _quad(values: Iterable[Any]) -> tuple[Any, Any, Any, Any]:
    a, b, c, d = values
    return a, b, c, d

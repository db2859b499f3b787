"""A neuron as what it is: one qubit, gate by gate, in double precision."""

from __future__ import annotations

from ctypes import c_double
from typing import Any

import numpy as np

from .._engine import arrays, library
from .._engine.arrays import DoubleArray
from .._engine.library import lib
from ..errors import ArgumentError
from .noise import Noise

__all__ = ["NeuronState"]


class NeuronState:
    """The qubit of one neuron: its Bloch vector, after every gate.

    The density matrix is ``rho = (1 + x X + y Y + z Z) / 2``; the ground state is ``z = 1``,
    and the membrane is the excited-state population ``alpha = (1 - z) / 2``. Conventions are
    Qiskit's: ``RX(theta) = exp(-i theta X / 2)``. Angles are in radians, times in microseconds.

    Args:
        alpha: the population to begin with, in [0, 1], prepared by ``RX(2 asin(sqrt(alpha)))``.
        noise: what is wrong with the qubit; see `qlif.Noise`. None: nothing. Its `shots` are not
            used: `measure` gives the probability.
        t1: relaxation time while waiting, > 0, where the noise has no ``thermal``; None: the
            default neuron's.
        t2: coherence time, > 0 and <= 2 t1; None: ``2 t1`` (relaxation and nothing else).
        excited_population: at rest, in [0, 1], where the noise has no ``thermal``.

    Example:
        >>> qubit = qlif.quantum.NeuronState(0.3, t1=60, t2=60)
        >>> qubit.wait(20).rotate(0.7).alpha
        0.4935...

    Each operation changes the state and returns it. `history` holds the Bloch vector after each.
    """

    __slots__ = ("__weakref__", "_gates", "_history", "_noise", "_qubit", "_rest")

    def __init__(
        self,
        alpha: float = 0.0,
        *,
        noise: Noise | None = None,
        t1: float | None = None,
        t2: float | None = None,
        excited_population: float = 0.0,
    ) -> None:
        noise = Noise() if noise is None else noise
        if noise.units not in (None, 1):
            raise ArgumentError(f"noise has values for {noise.units} neurons, expected one")
        if noise.thermal is not None and (t1, t2, excited_population) != (None, None, 0.0):
            raise ArgumentError("t1, t2 and excited_population are the noise's: expected none here")
        self._noise = noise
        self._gates = noise.structs()[0]
        self._rest = noise.structs()[0]
        if noise.thermal is None:
            from .._engine.descriptions import defaults

            own = float(defaults("qlif")["t1"]) if t1 is None else arrays.number(t1, "t1")
            if not own > 0:
                raise ArgumentError(f"t1: {own}, expected above 0 (microseconds)")
            self._rest.t1 = own
            self._rest.t2 = 2 * own if t2 is None else arrays.number(t2, "t2")
            self._rest.excited_population = arrays.number(excited_population, "excited_population")
            lib.qlif_qubit_noise_check(self._rest)
        self._qubit = library.QubitStruct()
        self._history: list[tuple[float, float, float]] = []
        self.prepare(alpha)

    # ---- What it is --------------------------------------------------------------------

    @property
    def noise(self) -> Noise:
        """What is wrong with the qubit."""
        return self._noise

    @property
    def bloch(self) -> DoubleArray:
        """The Bloch vector ``[x, y, z]``."""
        return np.array(self._point())

    @property
    def alpha(self) -> float:
        """The excited-state population ``(1 - z) / 2``: the membrane."""
        return min(1.0, max(0.0, (1 - float(self._qubit.z)) / 2))

    @property
    def density_matrix(self) -> Any:
        """The density matrix, complex ``[2, 2]``."""
        x, y, z = self._point()
        return np.array([[1 + z, x - 1j * y], [x + 1j * y, 1 - z]]) / 2

    @property
    def history(self) -> DoubleArray:
        """The Bloch vectors after each operation since `prepare`, ``[operations + 1, 3]``."""
        return np.array(self._history)

    def _point(self) -> tuple[float, float, float]:
        return self._qubit.x, self._qubit.y, self._qubit.z

    def _changed(self) -> NeuronState:
        self._history.append(self._point())
        return self

    # ---- What can be done to it ----------------------------------------------------------

    def prepare(self, alpha: float = 0.0) -> NeuronState:
        """The ground state, then a perfect ``RX(2 asin(sqrt(alpha)))``."""
        lib.qlif_qubit_prepare(arrays.number(alpha, "alpha"), self._qubit)
        self._history = []
        return self._changed()

    def reset(self) -> NeuronState:
        """The ground state, at once and without error."""
        lib.qlif_qubit_prepare(0.0, self._qubit)
        return self._changed()

    def rotate(self, theta: float) -> NeuronState:
        """``RX(theta)`` with over-rotation, depolarizing and relaxation, in this order."""
        lib.qlif_qubit_rotate(self._qubit, arrays.number(theta, "theta"), self._gates)
        return self._changed()

    def depolarize(self, p: float) -> NeuronState:
        """The depolarizing channel ``rho' = (1 - p) rho + p / 2``, p in [0, 1]."""
        lib.qlif_qubit_depolarize(self._qubit, arrays.number(p, "p"))
        return self._changed()

    def wait(self, duration: float) -> NeuronState:
        """Relaxes for `duration` microseconds, >= 0.

        ``z' = z0 + (z - z0) exp(-t / t1)``, ``(x, y)' = (x, y) exp(-t / t2)``,
        ``z0 = 1 - 2 excited_population``.
        """
        lib.qlif_qubit_wait(self._qubit, arrays.number(duration, "duration"), self._rest)
        return self._changed()

    def measure(self) -> float:
        """The probability of a 1: ``alpha (1 - p10) + (1 - alpha) p01``. It changes nothing."""
        out = c_double()
        lib.qlif_qubit_measure(self._qubit, self._gates, out)
        return out.value

    def drive(
        self,
        theta: float,
        duration: float,
        *,
        detuning: float = 0.0,
        shape: str = "constant",
        sigma: float | None = None,
        relax: bool = True,
        samples: int = 1,
    ) -> DoubleArray:
        """A drive pulse of finite length, followed by the Lindblad equation.

        In the frame of the drive, in radians per microsecond::

            H(t) / hbar = (detuning Z + omega(t) X) / 2,   integral of omega = theta

        with the jump operators ``sqrt((1 - p) / t1) |0><1|``, ``sqrt(p / t1) |1><0|`` (p the
        excited population at rest) and ``sqrt((1 / t2 - 1 / (2 t1)) / 2) Z``. A short pulse without
        detuning is `rotate`; over-rotation, depolarizing and readout do not enter.

        Args:
            theta: the pulse's area in radians.
            duration: its length in microseconds, > 0.
            detuning: the qubit's frequency less the drive's, radians per microsecond.
            shape: ``"constant"``, or ``"gaussian"``, cut off at both ends.
            sigma: width of the gaussian in microseconds; None: a quarter of the duration. A
                constant pulse has none.
            relax: whether the qubit relaxes meanwhile.
            samples: how many states to return, at equal intervals, the last at the pulse's end.

        Returns:
            Bloch vectors ``[samples, 3]``.
        """
        duration = arrays.number(duration, "duration")
        if sigma is not None and shape == "constant":
            raise ArgumentError(f"sigma is {sigma!r}, but the shape is 'constant': expected None")
        width = duration / 4 if sigma is None else arrays.number(sigma, "sigma")
        pulse = library.PulseStruct(
            shape=library.PULSE.code(shape),
            theta=arrays.number(theta, "theta"),
            duration=duration,
            detuning=arrays.number(detuning, "detuning"),
            sigma=width,
        )
        count = arrays.integer(samples, "samples", 1, 2**20)
        trajectory = (library.QubitStruct * count)()
        lib.qlif_qubit_follow(self._qubit, pulse, self._rest if relax else None, count, trajectory)
        states: DoubleArray = np.array([(point.x, point.y, point.z) for point in trajectory])
        self._history.extend(tuple(state) for state in states.tolist())
        return states

    def __repr__(self) -> str:
        x, y, z = self._point()
        return f"NeuronState(alpha={self.alpha:.6g}, bloch=[{x:.6g}, {y:.6g}, {z:.6g}])"

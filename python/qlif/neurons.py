"""Kinds of neurons: one frozen dataclass each, with the engine's constants as fields."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, ClassVar

import numpy as np

from ._engine import descriptions
from ._engine.arrays import number
from ._engine.descriptions import Description
from .errors import ArgumentError
from .surrogate import Surrogate

__all__ = ["ALIF", "LIF", "QLIF", "Neuron", "SynapticLIF"]

# Stands where a field is not given; replaced by the engine's default as soon as the neuron is made.
_ENGINE: Any = None


class Neuron:
    """Base of the neurons.

    A subclass is a frozen dataclass with the engine's name of its kind in `KIND` and the constants
    of that kind as fields. What they may be, and what they are by default, is asked of the engine.
    """

    KIND: ClassVar[str] = ""
    _KINDS: ClassVar[dict[str, type[Neuron]]] = {}

    threshold: float
    surrogate: Surrogate
    dropout: float

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "KIND" in vars(cls):
            Neuron._KINDS[cls.KIND] = cls

    def __post_init__(self) -> None:
        for name, value in self._arguments(descriptions.defaults(self.KIND)).items():
            given = getattr(self, name)
            object.__setattr__(self, name, value if given is None else _like(value, given, name))
        descriptions.check(self.KIND, self.to_description())

    def to_description(self) -> Description:
        """The neuron as the engine reads it, complete."""
        found: Description = {"kind": self.KIND}
        for field in fields(self):  # type: ignore[arg-type]  # of subclasses, which are dataclasses
            value = getattr(self, field.name)
            if isinstance(value, Surrogate):
                found |= {"surrogate": value.kind, "slope": descriptions.shortest(value.slope)}
            else:
                is_real = isinstance(value, float)
                found[field.name] = descriptions.shortest(value) if is_real else value
        return found

    @staticmethod
    def from_description(description: Description) -> Neuron:
        """The neuron of any kind that a description of the engine tells of."""
        cls = Neuron._KINDS[description["kind"]]
        return cls(**cls._arguments(description))

    @classmethod
    def _arguments(cls, description: Description) -> dict[str, Any]:
        """A complete description as the constructor's arguments."""
        found = {name: value for name, value in description.items() if name != "kind"}
        if "surrogate" in found:
            found["surrogate"] = Surrogate(found["surrogate"], found.pop("slope"))
        return found


def _like(default: Any, value: Any, name: str) -> Any:
    """A value of the type of a default."""
    if isinstance(default, Surrogate):
        if not isinstance(value, Surrogate):
            raise ArgumentError(
                f"{name} is {value!r}, expected one of qlif.surrogate, "
                "such as qlif.surrogate.arctan()"
            )
        return value
    if isinstance(default, bool):
        if not isinstance(value, int | np.integer | np.bool_) or value not in (False, True):
            raise ArgumentError(f"{name} is {value!r}, expected True or False")
        return bool(value)
    if isinstance(default, str):
        if not isinstance(value, str):
            raise ArgumentError(f"{name} is {value!r}, expected a name such as {default!r}")
        return str(value)
    return number(value, name)


@dataclass(frozen=True, kw_only=True)
class QLIF(Neuron):
    """A quantum leaky integrate-and-fire neuron: one qubit.

    Its membrane is the excited-state population ``alpha`` in [0, 1], with the polar angle
    ``phi = 2 asin(sqrt(alpha))``. At every step it receives a drive ``u`` and a delay ``v``::

        theta = drive_scale * bound(|u|)       decay = exp(-delay_scale * |v| / t1)
        fired at t-1, and refractory:          alpha[t] = 0
        u > 0:                                 alpha[t] = sin^2((phi + theta) / 2)
        u <= 0, leak "relaxation", "rotation": alpha[t] = alpha[t-1] * decay
        u <= 0, leak "published":              alpha[t] = sin^2((phi - gamma) / 2),
                                               gamma = 2 asin(sqrt(alpha[t-1] * decay))
        spike[t] = 1 if alpha[t] > threshold else 0

    ``phi`` and ``alpha[t-1]`` count as 0 right after a spike and at the start of a sequence.

    Args (None takes the engine's default; the resolved values are in the repr):
        threshold: population above which the neuron fires, in (0, 1).
        t1: relaxation time in microseconds, > 0.
        drive_scale: radians of rotation per unit of drive, > 0.
        delay_scale: microseconds of waiting per unit of delay, >= 0.
        drive_bound: ``"none"`` (published: ``bound(u) = u``) or ``"tanh"``.
        leak: ``"relaxation"`` (T1 decay by waiting, the paper's words), ``"rotation"`` (the same
            decay by ``RX(2 asin sqrt(alpha decay) - phi)``: another thing under noise and with a
            coherent memory only) or ``"published"`` (the authors' code).
        refractory: whether the reset takes a step of its own, as in the authors' code.
        memory: ``"reprepare"`` (the paper's, as above: the qubit is measured at every step and
            prepared anew) or ``"coherent"``: the qubit is kept as it is, its Bloch vector turns by
            theta or relaxes with T1 and T2 (without noise ``T2 = 2 T1``), and ``alpha = (1 - z)/2``
            is what a measurement would read.
        firing: ``"threshold"`` (the paper's, as above) or ``"measurement"``: a spike is the outcome
            of one shot, 1 with the probability ``alpha[t]``; with `qlif.Noise.shots` of one of
            these. Its gradient is straight-through, ``d spike / d alpha = 1``: the mean of the
            spike is alpha, so the estimate is unbiased for what is linear in it (Bengio, Leonard
            and Courville, arXiv:1308.3432).
        surrogate: stands in for ``d spike / d alpha``; see `qlif.surrogate`.
        dropout: share of the layer's spikes left out while training, in [0, 1).

    Raises:
        ArgumentError: a value that the constant cannot take.

    Source: D. Brand and F. Petruccione, arXiv:2407.16398.
    """

    KIND: ClassVar[str] = "qlif"

    threshold: float = _ENGINE
    t1: float = _ENGINE
    drive_scale: float = _ENGINE
    delay_scale: float = _ENGINE
    drive_bound: str = _ENGINE
    leak: str = _ENGINE
    refractory: bool = _ENGINE
    memory: str = _ENGINE
    firing: str = _ENGINE
    surrogate: Surrogate = _ENGINE
    dropout: float = _ENGINE


@dataclass(frozen=True, kw_only=True)
class LIF(Neuron):
    """A leaky integrate-and-fire neuron: the classical counterpart of `QLIF`.

    Its membrane ``U`` is a real number, 0 at the start of a sequence. At every step it receives one
    current ``I``; a spike resets it one step later::

        reset "subtract":    U[t] = beta * U[t-1] + I[t] - spike[t-1] * threshold
        reset "zero":        U[t] = beta * U[t-1] * (1 - spike[t-1]) + I[t]
        spike[t] = 1 if U[t] > threshold else 0

    The reset is a constant for the gradient. The same as ``snntorch.Leaky`` with ``reset_delay``.

    Args (None takes the engine's default; the resolved values are in the repr):
        beta: share of the membrane that a step leaves, in [0, 1].
        threshold: membrane above which the neuron fires, > 0.
        reset: what a spike takes away, ``"subtract"`` (the threshold) or ``"zero"`` (all).
        surrogate: stands in for ``d spike / d U``; see `qlif.surrogate`.
        dropout: share of the layer's spikes left out while training, in [0, 1).

    Raises:
        ArgumentError: a value that the constant cannot take.

    Source: J. K. Eshraghian and others, "Training spiking neural networks using lessons from deep
    learning", arXiv:2109.12894.
    """

    KIND: ClassVar[str] = "lif"

    beta: float = _ENGINE
    threshold: float = _ENGINE
    reset: str = _ENGINE
    surrogate: Surrogate = _ENGINE
    dropout: float = _ENGINE


@dataclass(frozen=True, kw_only=True)
class ALIF(Neuron):
    """A leaky integrate-and-fire neuron whose threshold rises with each of its own spikes.

    Beside its membrane ``U`` it has an adaptation ``a``, which comes down slowly; both are 0 at the
    start of a sequence. At every step it receives one current ``I``; its threshold is
    ``theta[t] = threshold + adaptation * a[t]``::

        a[t] = rho * a[t-1] + (1 - rho) * spike[t-1]
        reset "subtract":    U[t] = beta * U[t-1] + I[t] - spike[t-1] * theta[t-1]
        reset "zero":        U[t] = beta * U[t-1] * (1 - spike[t-1]) + I[t]
        spike[t] = 1 if U[t] > theta[t] else 0

    The reset is a constant for the gradient, the adaptation is not.

    Args (None takes the engine's default; the resolved values are in the repr):
        beta: share of the membrane that a step leaves, in [0, 1].
        threshold: membrane above which a neuron without adaptation fires, > 0.
        rho: share of the adaptation that a step leaves, in [0, 1).
        adaptation: what the threshold rises by for an adaptation of 1, >= 0; a neuron that fired at
            every step would reach that.
        reset: what a spike takes away, ``"subtract"`` (the threshold) or ``"zero"`` (all).
        surrogate: stands in for ``d spike / d (U - theta)``; see `qlif.surrogate`.
        dropout: share of the layer's spikes left out while training, in [0, 1).

    Raises:
        ArgumentError: a value that the constant cannot take.

    Example:
        >>> clf = qlif.SpikingClassifier(neuron=qlif.ALIF(rho=0.9)).fit(X, y)

    Source: G. Bellec and others, "Long short-term memory and learning-to-learn in networks of
    spiking neurons", arXiv:1803.09574.
    """

    KIND: ClassVar[str] = "alif"

    beta: float = _ENGINE
    threshold: float = _ENGINE
    rho: float = _ENGINE
    adaptation: float = _ENGINE
    reset: str = _ENGINE
    surrogate: Surrogate = _ENGINE
    dropout: float = _ENGINE


@dataclass(frozen=True, kw_only=True)
class SynapticLIF(Neuron):
    """A leaky integrate-and-fire neuron with a synaptic current of its own, which decays.

    The synaptic current ``S`` and the membrane ``U`` are 0 at the start of a sequence. At every
    step the neuron receives one current ``I``::

        S[t] = alpha * S[t-1] + I[t]
        reset "subtract":    U[t] = beta * U[t-1] + S[t] - spike[t-1] * threshold
        reset "zero":        U[t] = (beta * U[t-1] + S[t]) * (1 - spike[t-1])
        spike[t] = 1 if U[t] > threshold else 0

    The reset is a constant for the gradient. The same as ``snntorch.Synaptic`` with
    ``reset_delay``.

    Args (None takes the engine's default; the resolved values are in the repr):
        alpha: share of the synaptic current that a step leaves, in [0, 1].
        beta: share of the membrane that a step leaves, in [0, 1].
        threshold: membrane above which the neuron fires, > 0.
        reset: what a spike takes away, ``"subtract"`` (the threshold) or ``"zero"`` (all).
        surrogate: stands in for ``d spike / d U``; see `qlif.surrogate`.
        dropout: share of the layer's spikes left out while training, in [0, 1).

    Raises:
        ArgumentError: a value that the constant cannot take.

    Example:
        >>> network = qlif.Network(
        ...     input_shape=(8,), layers=[qlif.Dense(2, qlif.SynapticLIF(alpha=0.8))])

    Source: J. K. Eshraghian and others, "Training spiking neural networks using lessons from deep
    learning", arXiv:2109.12894, and its snnTorch.
    """

    KIND: ClassVar[str] = "synaptic"

    alpha: float = _ENGINE
    beta: float = _ENGINE
    threshold: float = _ENGINE
    reset: str = _ENGINE
    surrogate: Surrogate = _ENGINE
    dropout: float = _ENGINE

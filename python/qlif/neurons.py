"""Kinds of neurons: one frozen dataclass each, with the engine's constants as fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ._engine import library
from ._engine.arrays import number
from ._engine.defaults import LIF_KIND, QLIF_KIND, neuron_default, shortest
from .errors import ArgumentError
from .surrogate import Surrogate

__all__ = ["LIF", "QLIF", "Neuron"]

# Stands where a field is not given; replaced by the engine's default as soon as the neuron is made.
_ENGINE: Any = None


class Neuron:
    """Base of the neurons.

    A subclass is a frozen dataclass whose fields bear the names of the C struct's. It says which of
    them are numbers, which a choice by name and which a yes or no; `surrogate` is common to all.
    """

    KIND: ClassVar[int]
    _NUMBERS: ClassVar[tuple[str, ...]]
    _CHOICES: ClassVar[dict[str, library.Choice]] = {}
    _FLAGS: ClassVar[tuple[str, ...]] = ()

    threshold: float
    surrogate: Surrogate
    dropout: float

    def __post_init__(self) -> None:
        values = self._values(neuron_default(self.KIND))
        values |= {name: given for name in values if (given := getattr(self, name)) is not None}
        for name in self._NUMBERS:
            values[name] = number(values[name], name)
        for name in self._FLAGS:
            if values[name] not in (False, True):
                raise ArgumentError(f"{name} is {values[name]!r}, expected True or False")
            values[name] = bool(values[name])
        for name, choice in self._CHOICES.items():
            choice.code(values[name])
        if not isinstance(values["surrogate"], Surrogate):
            raise ArgumentError(
                f"surrogate is {values['surrogate']!r}, expected one of qlif.surrogate, "
                "such as qlif.surrogate.arctan()"
            )
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def to_config(self) -> library.NeuronConfig:
        """The struct that the engine takes."""
        config = neuron_default(self.KIND)
        for name in (*self._NUMBERS, *self._FLAGS):
            setattr(config, name, getattr(self, name))
        for name, choice in self._CHOICES.items():
            setattr(config, name, choice.code(getattr(self, name)))
        config.surrogate = library.SURROGATE.code(self.surrogate.kind)
        config.slope = self.surrogate.slope
        return config

    @classmethod
    def from_config(cls, config: library.NeuronConfig) -> Neuron:
        """The neuron that a struct of the engine describes."""
        return cls(**cls._values(config))

    @classmethod
    def _values(cls, config: library.NeuronConfig) -> dict[str, Any]:
        """The struct as keyword arguments."""
        return {
            **{name: shortest(getattr(config, name)) for name in cls._NUMBERS},
            **{name: bool(getattr(config, name)) for name in cls._FLAGS},
            **{name: kind.names[getattr(config, name)] for name, kind in cls._CHOICES.items()},
            "surrogate": Surrogate(
                library.SURROGATE.names[config.surrogate], shortest(config.slope)
            ),
        }


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
        ArgumentError: an unknown name or something that is not a number; ranges are checked by the
            engine when a network is made.

    Source: D. Brand and F. Petruccione, arXiv:2407.16398.
    """

    KIND: ClassVar[int] = QLIF_KIND
    _NUMBERS: ClassVar[tuple[str, ...]] = (
        "threshold",
        "t1",
        "drive_scale",
        "delay_scale",
        "dropout",
    )
    _CHOICES: ClassVar[dict[str, library.Choice]] = {
        "drive_bound": library.DRIVE_BOUND,
        "leak": library.LEAK,
        "memory": library.MEMORY,
        "firing": library.FIRING,
    }
    _FLAGS: ClassVar[tuple[str, ...]] = ("refractory",)

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
    """A leaky integrate-and-fire neuron: the classical twin of `QLIF`.

    Its membrane ``U`` is a real number, 0 at the start of a sequence, and appears where `QLIF` has
    ``alpha``. At every step it receives one current ``I``; a spike resets it one step later::

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
        ArgumentError: an unknown name or something that is not a number; ranges are checked by the
            engine when a network is made.

    Source: J. K. Eshraghian and others, "Training spiking neural networks using lessons from deep
    learning", arXiv:2109.12894.
    """

    KIND: ClassVar[int] = LIF_KIND
    _NUMBERS: ClassVar[tuple[str, ...]] = ("beta", "threshold", "dropout")
    _CHOICES: ClassVar[dict[str, library.Choice]] = {"reset": library.RESET}

    beta: float = _ENGINE
    threshold: float = _ENGINE
    reset: str = _ENGINE
    surrogate: Surrogate = _ENGINE
    dropout: float = _ENGINE


_KINDS: dict[int, type[Neuron]] = {kind.KIND: kind for kind in (QLIF, LIF)}


def neuron_of(config: library.NeuronConfig) -> Neuron:
    """The neuron of any kind that a struct of the engine describes."""
    return _KINDS[config.kind].from_config(config)

"""Kinds of neurons: one frozen dataclass each, with the engine's constants as fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from . import _lib
from ._arrays import number
from ._defaults import QLIF_KIND, neuron_default, shortest
from ._errors import ArgumentError
from .surrogate import Surrogate

__all__ = ["QLIF", "Neuron"]

# Stands where a field is not given; replaced by the engine's default as soon as the neuron is made.
_ENGINE: Any = None


class Neuron:
    """Base of the neurons. A subclass is a dataclass that knows its kind and its C struct."""

    KIND: ClassVar[int]

    def to_config(self) -> _lib.NeuronConfig:
        """The struct that the engine takes."""
        raise NotImplementedError

    @classmethod
    def from_config(cls, config: _lib.NeuronConfig) -> Neuron:
        """The neuron that a struct of the engine describes."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class QLIF(Neuron):
    """A quantum leaky integrate-and-fire neuron: one qubit.

    Its membrane is the excited-state population ``alpha`` in [0, 1], with the polar angle
    ``phi = 2 asin(sqrt(alpha))``. At every step it receives a drive ``u`` and a delay ``v``::

        theta = drive_scale * bound(|u|)       decay = exp(-delay_scale * |v| / t1)
        fired at t-1, and refractory:          alpha[t] = 0
        u > 0:                                 alpha[t] = sin^2((phi + theta) / 2)
        u <= 0, leak "relaxation":             alpha[t] = alpha[t-1] * decay
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
        leak: ``"relaxation"`` (T1 decay, the paper's words) or ``"published"`` (the authors' code).
        refractory: whether the reset takes a step of its own, as in the authors' code.
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

    threshold: float = _ENGINE
    t1: float = _ENGINE
    drive_scale: float = _ENGINE
    delay_scale: float = _ENGINE
    drive_bound: str = _ENGINE
    leak: str = _ENGINE
    refractory: bool = _ENGINE
    surrogate: Surrogate = _ENGINE
    dropout: float = _ENGINE

    def __post_init__(self) -> None:
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        for name, default in self._values(neuron_default(self.KIND)).items():
            value = default if given[name] is None else given[name]
            object.__setattr__(self, name, value)
        for name in self._NUMBERS:
            object.__setattr__(self, name, number(getattr(self, name), name))
        if self.refractory not in (False, True):
            raise ArgumentError(f"refractory is {self.refractory!r}, expected True or False")
        object.__setattr__(self, "refractory", bool(self.refractory))
        if not isinstance(self.surrogate, Surrogate):
            raise ArgumentError(
                f"surrogate is {self.surrogate!r}, expected one of qlif.surrogate, "
                "such as qlif.surrogate.arctan()"
            )
        _lib.LEAK.code(self.leak)
        _lib.DRIVE_BOUND.code(self.drive_bound)

    def to_config(self) -> _lib.NeuronConfig:
        """The struct that the engine takes."""
        return _lib.NeuronConfig(
            kind=self.KIND,
            leak=_lib.LEAK.code(self.leak),
            drive_bound=_lib.DRIVE_BOUND.code(self.drive_bound),
            surrogate=_lib.SURROGATE.code(self.surrogate.kind),
            refractory=int(self.refractory),
            slope=self.surrogate.slope,
            **{name: getattr(self, name) for name in self._NUMBERS},
        )

    @classmethod
    def from_config(cls, config: _lib.NeuronConfig) -> QLIF:
        """The neuron that a struct of the engine describes."""
        return cls(**cls._values(config))

    @classmethod
    def _values(cls, config: _lib.NeuronConfig) -> dict[str, Any]:
        """The struct as keyword arguments."""
        return {
            "drive_bound": _lib.DRIVE_BOUND.names[config.drive_bound],
            "leak": _lib.LEAK.names[config.leak],
            "refractory": bool(config.refractory),
            "surrogate": Surrogate(_lib.SURROGATE.names[config.surrogate], shortest(config.slope)),
            **{name: shortest(getattr(config, name)) for name in cls._NUMBERS},
        }


_KINDS: dict[int, type[Neuron]] = {kind.KIND: kind for kind in (QLIF,)}


def neuron_of(config: _lib.NeuronConfig) -> Neuron:
    """The neuron of any kind that a struct of the engine describes."""
    return _KINDS[config.kind].from_config(config)

"""Kinds of layers: a synapse and the neurons behind it, one frozen dataclass each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ._arrays import size
from ._errors import ArgumentError
from ._lib import lib
from .neurons import Neuron

__all__ = ["Dense", "Layer"]


class Layer:
    """Base of the layers. A subclass knows which function of the engine adds it to a network."""

    KIND: ClassVar[str]  # of the synapse, as a network's description calls it

    def add_to(self, network: Any) -> None:
        """Adds this layer to the end of a network under construction (a C handle)."""
        raise NotImplementedError

    @classmethod
    def from_description(cls, synapse: dict[str, Any], neuron: Neuron) -> Layer:
        """The layer that a network's description and its neurons' config tell of."""
        raise NotImplementedError


@dataclass(frozen=True)
class Dense(Layer):
    """Every input to every neuron: ``current = weight @ input + bias``.

    The input of the layer is flattened. For `QLIF` neurons there are two currents with weights of
    their own, named after the layer's index ``i`` in the network: ``i.drive_weight`` and
    ``i.delay_weight`` of shape [units, inputs], ``i.drive_bias`` and ``i.delay_bias`` of [units].

    Args:
        units: how many neurons, >= 1.
        neuron: what they are, for example ``qlif.QLIF()``.

    Raises:
        ArgumentError: `units` is not a whole number or `neuron` not a neuron.
    """

    KIND: ClassVar[str] = "dense"

    units: int
    neuron: Neuron

    def __post_init__(self) -> None:
        object.__setattr__(self, "units", size(self.units, "units"))
        if not isinstance(self.neuron, Neuron):
            raise ArgumentError(f"neuron is {self.neuron!r}, expected a neuron such as qlif.QLIF()")

    def add_to(self, network: Any) -> None:
        """Adds this layer to the end of a network under construction (a C handle)."""
        lib.qlif_network_add_dense(network, self.units, self.neuron.to_config())

    @classmethod
    def from_description(cls, synapse: dict[str, Any], neuron: Neuron) -> Dense:
        """The layer that a network's description and its neurons' config tell of."""
        return cls(synapse["units"], neuron)


_KINDS: dict[str, type[Layer]] = {kind.KIND: kind for kind in (Dense,)}


def layer_of(synapse: dict[str, Any], neuron: Neuron) -> Layer:
    """The layer of any kind that a network's description tells of."""
    return _KINDS[synapse["kind"]].from_description(synapse, neuron)

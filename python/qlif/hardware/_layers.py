"""A network's layers as a device needs them: currents, angles and waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .._engine import library
from .._engine.arrays import DoubleArray
from ..errors import ArgumentError
from ..layers import Dense
from ..network import Network
from ..neurons import QLIF

# A wait of this many T1 leaves 6e-6 of the population: none is longer.
MOST_T1 = 12.0


class DeviceLayer:
    """One layer of a network `as_executed`, in double precision."""

    def __init__(self, network: Network, index: int) -> None:
        layer = network.layers[index]
        assert isinstance(layer, Dense)
        assert isinstance(layer.neuron, QLIF)  # see `as_executed`
        self.index = index
        self.neuron: QLIF = layer.neuron

        def parameter(name: str) -> DoubleArray:
            return network.parameters[f"{index}.{name}"].astype(np.float64)

        self._drive = parameter("drive_weight"), parameter("drive_bias")
        self._delay = parameter("delay_weight"), parameter("delay_bias")
        self.units = len(self._drive[1])

    def currents(self, spikes: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
        """The currents u and v, ``[..., units]``, of inputs ``[..., features]``."""
        return tuple(spikes @ w.T + b for w, b in (self._drive, self._delay))

    def angles(
        self, alpha: DoubleArray, u: DoubleArray, v: DoubleArray, t1: DoubleArray | None
    ) -> tuple[DoubleArray, DoubleArray, DoubleArray | None]:
        """The rotations phi and theta in radians and, with T1 in microseconds, the waits.

        Without T1 the leak is a rotation:
        ``gamma = 2 asin sqrt(alpha decay) - 2 asin sqrt(alpha)``, or
        ``gamma = -2 asin sqrt(alpha decay)`` of the published leak.
        """
        neuron, driven = self.neuron, u > 0
        phi = 2 * np.arcsin(np.sqrt(alpha))
        bounded = np.tanh(np.abs(u)) if neuron.drive_bound == "tanh" else np.abs(u)
        theta = neuron.drive_scale * bounded
        waited = neuron.delay_scale * np.abs(v) / neuron.t1
        if t1 is not None:
            wait = np.where(driven, 0.0, np.minimum(waited, MOST_T1) * t1)
            return phi, np.where(driven, theta, 0.0), wait
        target = 2 * np.arcsin(np.sqrt(alpha * np.exp(-waited)))
        gamma = -target if neuron.leak == "published" else target - phi
        return phi, np.where(driven, theta, gamma), None


def as_executed(network: Network, leak: str) -> Network:
    """The network with the leak that the device gives it; what a device cannot run is refused."""
    library.CIRCUIT_LEAK.code(leak)
    layers = []
    for index, layer in enumerate(network.layers):
        if not isinstance(layer, Dense) or not isinstance(layer.neuron, QLIF):
            raise ArgumentError(f"layer {index} is {layer!r}, expected a qlif.Dense of qlif.QLIF")
        neuron = layer.neuron
        for name, expected in (("memory", "reprepare"), ("firing", "threshold")):
            if getattr(neuron, name) != expected:
                raise ArgumentError(
                    f"{name} of layer {index} is {getattr(neuron, name)!r}, expected {expected!r}: "
                    "every step of a device measures the neuron and prepares it anew"
                )
        own = neuron.leak
        if leak == "delay" and own == "published":
            raise ArgumentError(
                f"leak is 'delay', but the published leak of layer {index} is a rotation: "
                "expected 'rotation'"
            )
        executed = "relaxation" if leak == "delay" else "rotation"
        layers.append(
            replace(layer, neuron=replace(neuron, leak=own if own == "published" else executed))
        )
    copy = Network(
        input_shape=network.input_shape, layers=layers, steps=network.steps, seed=network.seed
    )
    for name, values in network.parameters.items():
        copy.parameters[name][...] = values
    return copy


def predict(spikes: Any, alpha: Any, readout: str) -> Any:
    """The class of each sample from the output layer's records ``[steps, batch, classes]``."""
    summed = alpha.sum(axis=0, dtype=np.float64)
    if readout == "membrane":
        return summed.argmax(axis=1)
    counts = spikes.sum(axis=0, dtype=np.float64)
    tied = counts == counts.max(axis=1, keepdims=True)
    return np.where(tied, summed, -1.0).argmax(axis=1)

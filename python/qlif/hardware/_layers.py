"""A network's layers as a device needs them: currents, angles and waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .._engine import arrays
from .._engine.arrays import DoubleArray
from .._engine.library import lib
from ..errors import ArgumentError
from ..layers import Dense
from ..network import Network
from ..neurons import QLIF
from ..quantum import circuits
from ..quantum.noise import Noise

# A wait of this many T1 leaves 6e-6 of the population: none is longer.
MOST_T1 = 12.0


class DeviceLayer:
    """One layer of a network `as_executed`: what the engine makes of what a device read."""

    def __init__(self, network: Network, index: int) -> None:
        layer = network.layers[index]
        assert isinstance(layer, Dense)
        assert isinstance(layer.neuron, QLIF)  # see `as_executed`
        self.index = index
        self.neuron: QLIF = layer.neuron
        self.units = layer.units
        before = network.input_shape if index == 0 else network.layer_shapes[index - 1]
        # The layer alone, for a single step.
        self._alone = Network(input_shape=before, layers=[layer], steps=1)
        for name, values in self._alone.parameters.items():
            values[...] = network.parameters[f"{index}{name[1:]}"]

    def currents(self, spikes: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
        """The currents u and v, ``[..., units]``, of inputs ``[..., features]``."""
        sequence = spikes.reshape(-1, 1, spikes.shape[-1])
        rec = self._alone.simulate(
            sequence, spikes=False, membrane=False, currents=True, batch_first=False
        )
        drive, delay = rec.currents[0].astype(np.float64)
        shape = (*spikes.shape[:-1], self.units)
        return drive.reshape(shape), delay.reshape(shape)

    def angles(
        self, alpha: DoubleArray, u: DoubleArray, v: DoubleArray, t1: DoubleArray | None
    ) -> tuple[DoubleArray, DoubleArray, DoubleArray | None]:
        """The rotations phi and theta in radians and, with T1 in microseconds, the waits.

        Without T1 the leak is a rotation.
        """
        if t1 is None:
            found = circuits.angles(self.neuron, alpha, u, v, leak_form="rotation")
            return found.phi, found.theta, None
        noise = Noise(thermal=(t1, 2 * t1, 0.0, 0.0))
        found = circuits.angles(self.neuron, alpha, u, v, noise=noise)
        return found.phi, found.theta, np.minimum(found.wait, MOST_T1 * t1)


def as_executed(network: Network, leak_form: str) -> Network:
    """The network with the leak that the device gives it; what a device cannot run is refused."""
    if leak_form not in ("delay", "rotation"):
        raise ArgumentError(f"leak_form is {leak_form!r}, expected one of 'delay', 'rotation'")
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
        if leak_form == "delay" and own == "published":
            raise ArgumentError(
                f"leak_form is 'delay', but the published leak of layer {index} is a rotation: "
                "expected 'rotation'"
            )
        executed = "relaxation" if leak_form == "delay" else "rotation"
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
    counted, membranes = arrays.float32(spikes, "spikes"), arrays.float32(alpha, "alpha")
    labels = np.empty(counted.shape[1], np.int64)
    lib.qlif_readout(
        readout.encode(),
        *counted.shape,
        arrays.float_pointer(counted),
        arrays.float_pointer(membranes),
        arrays.int64_pointer(labels),
    )
    return labels

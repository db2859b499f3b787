"""What a network is made of: layers, shapes and parameters, asked of the engine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from ctypes import c_char_p, c_int32, c_int64
from math import prod
from types import MappingProxyType
from typing import Any

from ._engine import library
from ._engine.arrays import FloatArray
from ._engine.handles import Owner
from ._engine.library import lib
from ._engine.metadata import Metadata
from ._engine.saved import Saved
from .layers import Layer


class Structure(Saved):
    """A handle of a network of the engine, and what it tells of itself."""

    # Nothing else can be set: what does nothing must not look like a setting. So everywhere.
    __slots__ = ("_layers", "_seed", "_shapes", "_steps", "_views")

    def _take(self, pointer: Any) -> None:
        """Owns a handle, and asks the engine once for what cannot change any more."""
        self._owner = Owner(pointer, lib.qlif_network_destroy)
        described = json.loads(self.description)
        self._steps: int = described["steps"]
        self._seed: int = described["seed"]
        self._layers = tuple(Layer.from_description(each) for each in described["layers"])
        self._shapes = [self._read_shape(pointer, layer) for layer in range(-1, len(self._layers))]
        self._views: tuple[Mapping[str, FloatArray], Mapping[str, FloatArray]] | None = None

    @staticmethod
    def _read_shape(pointer: Any, layer: int) -> tuple[int, ...]:
        sizes, rank = (c_int64 * 3)(), c_int32()
        lib.qlif_network_layer_shape(pointer, layer, sizes, rank)
        return tuple(sizes[: rank.value])

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, in order, with every constant of their neurons."""
        return self._layers

    @property
    def steps(self) -> int:
        """How many steps an input constant in time is shown for."""
        return self._steps

    @property
    def seed(self) -> int:
        """What the initial weights and, while training, dropout were seeded with."""
        return self._seed

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one sample of the input."""
        return self._shapes[0]

    @property
    def layer_shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shape of one sample of the output of each layer."""
        return tuple(self._shapes[1:])

    @property
    def classes(self) -> int:
        """How many classes the output layer tells apart: its neurons."""
        return prod(self._shapes[-1])

    @property
    def description(self) -> str:
        """The network as JSON text, as a saved file keeps it."""
        owner, out = self._open(), c_char_p()
        with owner.lock:
            lib.qlif_network_description(owner.pointer, out)
            return (out.value or b"").decode("utf-8")

    @property
    def metadata(self) -> Metadata:
        """Text under keys of one's own, which travels with the network and into its file."""
        return Metadata(self._open())

    # ---- Parameters --------------------------------------------------------------------

    @property
    def parameters(self) -> Mapping[str, FloatArray]:
        """The parameters by name, as writable views of the engine's own memory.

        Writing to a view, as in ``network.parameters["0.drive_weight"][:] = 0``, changes the
        network. A view stays valid after the network is closed.
        """
        return self._parameter_views()[0]

    @property
    def gradients(self) -> Mapping[str, FloatArray]:
        """The gradients of the last `loss_and_gradients` or `Trainer.step`, as views; 0 before."""
        return self._parameter_views()[1]

    def _parameter_views(self) -> tuple[Mapping[str, FloatArray], Mapping[str, FloatArray]]:
        owner = self._open()
        if self._views is None:
            values, gradients = {}, {}
            count = c_int32()
            with owner.lock:
                lib.qlif_network_parameter_count(owner.pointer, count)
                for index in range(count.value):
                    parameter = library.ParameterStruct()
                    lib.qlif_network_parameter(owner.pointer, index, parameter)
                    name = parameter.name.decode("utf-8")
                    shape = tuple(parameter.shape[: parameter.rank])
                    values[name] = owner.view(parameter.values, shape)
                    gradients[name] = owner.view(parameter.gradient, shape)
            self._views = MappingProxyType(values), MappingProxyType(gradients)
        return self._views

    def close(self) -> None:
        """Gives the network up: any later use is a `ClosedError`. Closing twice is fine."""
        super().close()
        self._views = None

    def __repr__(self) -> str:
        if self.closed:
            return "<closed qlif.Network>"
        layers = ",\n    ".join(repr(layer) for layer in self._layers)
        return (
            f"Network(input_shape={self.input_shape}, steps={self.steps}, layers=[\n    {layers}])"
        )

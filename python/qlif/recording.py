"""What a simulation recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from ._engine.arrays import FloatArray
from .errors import ArgumentError

__all__ = ["LayerArrays", "Recording"]


class LayerArrays(Sequence[FloatArray]):
    """One array for each layer; a layer that was not recorded is an error when asked for."""

    __slots__ = ("_arrays", "_what")

    def __init__(self, what: str, arrays: Sequence[FloatArray | None]) -> None:
        self._what = what
        self._arrays = tuple(arrays)

    @overload
    def __getitem__(self, index: int) -> FloatArray: ...
    @overload
    def __getitem__(self, index: slice) -> LayerArrays: ...
    def __getitem__(self, index: int | slice) -> FloatArray | LayerArrays:
        if isinstance(index, slice):
            return LayerArrays(self._what, self._arrays[index])
        array = self._arrays[index]
        if array is None:
            raise ArgumentError(f"the {self._what} of layer {index} was not recorded")
        return array

    def __len__(self) -> int:
        return len(self._arrays)

    def recorded(self, index: int) -> bool:
        """Whether the layer was recorded."""
        return self._arrays[index] is not None

    def __repr__(self) -> str:
        shapes = ["-" if array is None else str(array.shape) for array in self._arrays]
        return f"[{', '.join(shapes)}]"


@dataclass(frozen=True)
class Recording:
    """The activity of every layer during one simulation.

    Attributes:
        spikes: for each layer an array [steps, batch, *layer shape] of 0 and 1.
        membrane: for each layer an array of the same shape with the membranes: excited-state
            populations in [0, 1] of `QLIF` neurons, real numbers of others. A pooling layer has
            none; its spikes are what it passes on, of an average the average.
        currents: for each layer an array [currents, steps, batch, *layer shape] with what its
            neurons received; of `QLIF` the drive, then the delay.
    """

    spikes: LayerArrays
    membrane: LayerArrays
    currents: LayerArrays

    @property
    def steps(self) -> int:
        """How many steps were simulated; 0 if nothing was recorded."""
        for axis, arrays in ((0, self.spikes), (0, self.membrane), (1, self.currents)):
            for layer in range(len(arrays)):
                if arrays.recorded(layer):
                    return int(arrays[layer].shape[axis])
        return 0

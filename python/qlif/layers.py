"""Kinds of layers: a synapse and the neurons behind it, one frozen dataclass each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from ._engine.arrays import size
from ._engine.descriptions import Description, name_of
from .errors import ArgumentError
from .neurons import Neuron

__all__ = ["AvgPool2d", "Conv2d", "Dense", "Layer", "MaxPool2d", "SumPool2d"]


class Layer:
    """Base of the layers.

    A subclass is a frozen dataclass with the engine's name of its kind in `KIND` and the sizes of
    that kind as fields; a layer of neurons has a field `neuron`.
    """

    KIND: ClassVar[str] = ""
    _KINDS: ClassVar[dict[str, type[Layer]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "KIND" in vars(cls):
            Layer._KINDS[cls.KIND] = cls

    @property
    def has_neurons(self) -> bool:
        """Whether the layer has neurons, and so membranes; a pooling has none."""
        return hasattr(self, "neuron")

    def to_description(self) -> Description:
        """The layer as the engine reads it."""
        found: Description = {"kind": self.KIND}
        for field in fields(self):  # type: ignore[arg-type]  # of subclasses, which are dataclasses
            value = getattr(self, field.name)
            found[field.name] = value.to_description() if isinstance(value, Neuron) else value
        return found

    @staticmethod
    def from_description(description: Description) -> Layer:
        """The layer of any kind that a description of the engine tells of."""
        cls = Layer._KINDS[description["kind"]]
        found = {name: value for name, value in description.items() if name != "kind"}
        if "neuron" in found:
            found["neuron"] = Neuron.from_description(found["neuron"])
        return cls(**cls._arguments(found))

    @classmethod
    def _arguments(cls, description: Description) -> dict[str, Any]:
        """A complete description as the constructor's arguments."""
        return description

    def differences(self, other: Layer) -> dict[str, tuple[Any, Any]]:
        """The constants that differ, by name: here and in the other."""
        mine, others = _constants(self), _constants(other)
        return {
            name: (mine.get(name), others.get(name))
            for name in {**mine, **others}
            if mine.get(name) != others.get(name)
        }

    def _take_sizes(self, *names: str) -> None:
        """Checks that fields are whole numbers; their ranges are checked by the engine."""
        for name in names:
            object.__setattr__(self, name, size(getattr(self, name), name))

    def _check_neuron(self, neuron: object) -> None:
        if not isinstance(neuron, Neuron):
            raise ArgumentError(
                f"neuron is {neuron!r}, expected a neuron such as qlif.QLIF() or qlif.LIF()"
            )


@dataclass(frozen=True)
class Dense(Layer):
    """Every input to every neuron: ``current = weight @ input + bias``.

    The input of the layer is flattened. For `QLIF` neurons there are two currents with weights of
    their own, named after the layer's index ``i`` in the network: ``i.drive_weight`` and
    ``i.delay_weight`` of shape [units, inputs], ``i.drive_bias`` and ``i.delay_bias`` of [units].
    For `LIF` neurons there is one, with ``i.weight`` and ``i.bias``.

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
        self._take_sizes("units")
        self._check_neuron(self.neuron)


@dataclass(frozen=True)
class Conv2d(Layer):
    """A kernel over all channels of an image onto planes of neurons, one plane for each channel.

    ``current[o, y, x] = bias[o] + sum weight[o, c, i, j] * input[c, y * stride + i - padding,
    x * stride + j - padding]``, with 0 beyond the edges: a cross-correlation, as in PyTorch. The
    layer before, or the input, has the shape [channels, height, width]; this one's is
    ``(channels, (height + 2 * padding - kernel) // stride + 1, ...)``. Parameters are named as
    those of `Dense`; weights have the shape [channels, channels of the input, height and width of
    the kernel], biases [channels].

    Args:
        channels: how many planes, >= 1.
        kernel: height and width of the kernel, >= 1; one number is a square.
        neuron: what the neurons are, for example ``qlif.QLIF()``.
        stride: steps of the kernel in both directions, >= 1.
        padding: rows and columns of zeros around the image, >= 0 and smaller than the kernel.

    Raises:
        ArgumentError: something that is not a whole number, or `neuron` not a neuron. Whether the
            kernel fits the image is checked when the network is made.
    """

    KIND: ClassVar[str] = "conv2d"

    channels: int
    kernel: int | tuple[int, int]  # always a pair once the layer is made
    neuron: Neuron
    stride: int = 1
    padding: int = 0

    def __post_init__(self) -> None:
        self._take_sizes("channels", "stride", "padding")
        object.__setattr__(self, "kernel", pair(self.kernel, "kernel"))
        self._check_neuron(self.neuron)

    def to_description(self) -> Description:
        """The layer as the engine reads it."""
        found = super().to_description()
        found["kernel_height"], found["kernel_width"] = found.pop("kernel")
        return found

    @classmethod
    def _arguments(cls, description: Description) -> dict[str, Any]:
        height, width = description.pop("kernel_height"), description.pop("kernel_width")
        return {**description, "kernel": (height, width)}


@dataclass(frozen=True)
class MaxPool2d(Layer):
    """Whether any neuron of a window spikes, in each plane: 1 or 0.

    Windows of `size` x `size` lie `stride` apart; what does not fill a window is left out. The
    gradient goes to one of the neurons that are the maximum: of those that spiked, or of all where
    none did. The layer has no neurons and no parameters, but counts: ``rec.spikes[i]`` holds what
    it passes on.

    Args:
        size: height and width of a window, >= 1.
        stride: from one window to the next, >= 1; None sets them side by side.
        ties: which of several maxima has the gradient: ``"first"``, row by row, as in
            `torch.nn.MaxPool2d`; or ``"membrane"``: the one with the largest membrane, as if the
            membranes were pooled and then compared with the threshold. ``"first"`` asks the same
            neuron of a silent window over and over, often one that nothing drives, and layers may
            fall silent (docs/lab/defaults.md); ``"membrane"`` has more gradients to pass on, and
            needs a layer of neurons right before the pooling.

    Raises:
        ArgumentError: something that is not a whole number, or an unknown name. Whether a window
            fits the layer before, and whether that has membranes, is checked when the network is
            made.
    """

    KIND: ClassVar[str] = "max_pool2d"

    size: int
    stride: int = None  # type: ignore[assignment]  # None is resolved below
    ties: str = "first"

    def __post_init__(self) -> None:
        if self.stride is None:
            object.__setattr__(self, "stride", self.size)
        self._take_sizes("size", "stride")
        name_of("ties", self.ties, "ties")


@dataclass(frozen=True)
class AvgPool2d(Layer):
    """The share of a window's neurons that spike, in each plane: 0 to 1.

    Windows of `size` x `size` lie side by side; what does not fill a window is left out. A layer of
    neurons must follow. The layer has no neurons and no parameters, but counts: ``rec.spikes[i]``
    holds what it passes on.

    Args:
        size: height and width of a window, >= 1.

    Raises:
        ArgumentError: `size` is not a whole number. Whether a window fits the layer before is
            checked when the network is made.
    """

    KIND: ClassVar[str] = "avg_pool2d"

    size: int

    def __post_init__(self) -> None:
        self._take_sizes("size")


@dataclass(frozen=True)
class SumPool2d(Layer):
    """How many of a window's neurons spike, in each plane: 0 to ``size * size``.

    Windows of `size` x `size` lie side by side; what does not fill a window is left out. A layer of
    neurons must follow. The layer has no neurons and no parameters, but counts: ``rec.spikes[i]``
    holds what it passes on.

    Args:
        size: height and width of a window, >= 1.

    Raises:
        ArgumentError: `size` is not a whole number. Whether a window fits the layer before is
            checked when the network is made.

    Example:
        >>> layers = [qlif.Conv2d(4, 3, qlif.LIF()), qlif.SumPool2d(2), qlif.Dense(10, qlif.LIF())]
    """

    KIND: ClassVar[str] = "sum_pool2d"

    size: int

    def __post_init__(self) -> None:
        self._take_sizes("size")


def _constants(layer: Layer) -> Description:
    """The constants of a layer and of its neurons, by name."""
    found = layer.to_description()
    neuron = found.pop("neuron", None)
    return found if neuron is None else {**neuron, **found, "neuron": neuron["kind"]}


def pair(value: object, name: str) -> tuple[int, int]:
    """Height and width, from both or from one number for both."""
    sizes = tuple(value) if isinstance(value, Iterable) else (value, value)
    if len(sizes) != 2:
        raise ArgumentError(f"{name} is {value!r}, expected a number or a pair of them")
    return size(sizes[0], name), size(sizes[1], name)

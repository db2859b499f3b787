"""Drawings of networks: spikes, membranes, weights and the way of a qubit."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._engine import arrays
from ..errors import ArgumentError, ShapeError
from ..network import Network
from ..quantum.qubit import NeuronState
from ..recording import LayerArrays, Recording
from ._axes import COLOURS, axes, whole_numbers


def raster(
    rec: Recording | ArrayLike,
    ax: Any = None,
    *,
    layer: int | None = None,
    sample: int | None = None,
) -> tuple[Any, Any]:
    """Which neurons of a layer spike when: one dot for each spike.

    Args:
        rec: a recording, or spikes [steps, batch, *layer shape] or [steps, neurons].
        ax: axes of matplotlib; None makes a figure.
        layer: the layer of a recording; None: the first. Plain spikes are of one.
        sample: the sample of the batch; None: the first. [steps, neurons] are of one.
    """
    spikes = _activity(_layer_of(rec, "spikes", layer), sample)
    fig, ax = axes(ax)
    step, neuron = np.nonzero(spikes)
    ax.scatter(step, neuron, s=12, marker="|", color=COLOURS[0], linewidths=1.2)
    ax.set_xlim(-0.5, spikes.shape[0] - 0.5)
    ax.set_ylim(-0.5, spikes.shape[1] - 0.5)
    whole_numbers(ax.xaxis)
    whole_numbers(ax.yaxis)
    ax.set(xlabel="step", ylabel="neuron", title=f"{len(step)} spikes of {spikes.shape[1]} neurons")
    return fig, ax


def traces(
    rec: Recording | ArrayLike,
    ax: Any = None,
    *,
    layer: int | None = None,
    sample: int | None = None,
    neurons: Iterable[int] = (0, 1, 2),
    threshold: float | None = None,
) -> tuple[Any, Any]:
    """Alpha, or a membrane, over the steps of some neurons; spikes of a recording are marked.

    Args:
        rec: a recording, or alpha [steps, batch, *layer shape] or [steps, neurons].
        ax: axes of matplotlib; None makes a figure.
        layer: as in `raster`.
        sample: as in `raster`.
        neurons: the neurons to draw; as many as there are colours can be told apart.
        threshold: draws the threshold.
    """
    recorded = isinstance(rec, Recording)
    alpha = _activity(_layer_of(rec, "membrane", layer), sample)
    spikes = None
    if isinstance(rec, Recording) and rec.spikes.recorded(layer or 0):
        spikes = _activity(rec.spikes[layer or 0], sample)
    fig, ax = axes(ax)
    steps = np.arange(alpha.shape[0])
    for order, neuron in enumerate(neurons):
        if not -alpha.shape[1] <= neuron < alpha.shape[1]:
            raise ArgumentError(f"neurons holds {neuron}, the layer has {alpha.shape[1]}")
        colour = COLOURS[order % len(COLOURS)]
        ax.plot(steps, alpha[:, neuron], color=colour, label=f"neuron {neuron}")
        if spikes is not None:
            fired = steps[spikes[:, neuron] > 0]
            ax.plot(fired, alpha[fired, neuron], "o", color=colour, markersize=5)
    if threshold is not None:
        ax.axhline(threshold, color="0.4", linestyle="--", linewidth=1, label="threshold")
    whole_numbers(ax.xaxis)
    title = f"membranes of layer {layer or 0}" if recorded else "membranes"
    ax.set(xlabel="step", ylabel="membrane", title=title)
    if alpha.min() >= 0 and alpha.max() <= 1:  # populations
        ax.set(ylim=(-0.02, 1.02), ylabel="alpha (excited-state population)")
    ax.legend(loc="best", fontsize="small")
    return fig, ax


def bloch(states: NeuronState | ArrayLike, ax: Any = None) -> tuple[Any, Any]:
    """The way of a qubit on the Bloch sphere, coloured by its order.

    Args:
        states: a `qlif.quantum.NeuronState`, whose `history` is drawn, or Bloch vectors
            [points, 3].
        ax: axes of matplotlib with ``projection="3d"``; None makes a figure.
    """
    history = states.history if isinstance(states, NeuronState) else states
    points = arrays.float64(history, "states")
    if points.ndim != 2 or points.shape[1] != 3 or len(points) == 0:
        raise ShapeError(f"states has shape {points.shape}, expected [points, 3]")
    if ax is None:
        fig, plain = axes(None, (6, 5.4))
        plain.remove()
        ax = fig.add_subplot(projection="3d")
    elif not hasattr(ax, "get_zlim"):
        raise ArgumentError('ax is flat, expected axes with projection="3d"')
    fig = ax.figure
    angle = np.linspace(0, 2 * np.pi, 121)
    across, along, none = np.cos(angle), np.sin(angle), np.zeros(121)
    for circle in ((across, along, none), (none, along, across), (across, none, along)):
        ax.plot(*circle, color="0.7", linewidth=0.8)
    for name, place in {
        "x": (1, 0, 0),
        "y": (0, 1, 0),
        "|0⟩": (0, 0, 1),
        "|1⟩": (0, 0, -1),
    }.items():
        ax.plot(*([0, each] for each in place), color="0.7", linewidth=0.8)
        ax.text(*(1.15 * each for each in place), name, ha="center", va="center")
    order = np.arange(len(points))
    ax.plot(*points.T, color="0.4", linewidth=1)
    dots = ax.scatter(*points.T, c=order, cmap="plasma_r", s=14, depthshade=False)
    ax.scatter(*points[:1].T, marker="s", s=55, facecolor="white", edgecolor="black", label="start")
    ax.scatter(*points[-1:].T, marker="D", s=45, color="black", label="end")
    ax.set(xlim=(-1, 1), ylim=(-1, 1), zlim=(-1, 1))
    ax.set_box_aspect((1, 1, 1), zoom=1.3)
    ax.set_axis_off()
    ax.view_init(elev=18, azim=-30)
    ax.legend(loc="lower left", fontsize="small")
    fig.colorbar(dots, ax=ax, label="point", shrink=0.6)
    return fig, ax


def filters(
    weights: Network | ArrayLike,
    ax: Any = None,
    *,
    layer: int | None = None,
    units: Iterable[int] = range(32),
    shape: tuple[int, int] | None = None,
    columns: int = 8,
) -> tuple[Any, Any]:
    """Weights of dense neurons, or kernels, as images on one diverging scale centred at zero.

    Args:
        weights: a network, whose drive weights (of `LIF` neurons: weights) are shown, or weights
            [units, inputs] or [channels, channels of the input, height, width].
        ax: axes of matplotlib; None makes a figure.
        layer: the layer of a network; None: the first. Plain weights are of one.
        units: the neurons to show, or the kernels, all of a channel before those of the next; those
            beyond the last are left out.
        shape: height and width of the input of dense neurons; None takes the square that has as
            many pixels. Kernels have their own.
        columns: images in a row.
    """
    if isinstance(weights, Network):
        weights = _weights(weights, layer or 0)
    elif layer is not None:
        raise ArgumentError(f"layer is {layer}, but weights is no network: expected None")
    matrix = arrays.float32(weights, "weights")
    if matrix.ndim == 4:
        if shape is not None:
            raise ArgumentError(f"shape is {shape}, but weights are kernels: expected None")
        shape = matrix.shape[2:]
        matrix = matrix.reshape(-1, prod(shape))
    if matrix.ndim != 2:
        raise ShapeError(
            f"weights has shape {matrix.shape}, expected [units, inputs] or "
            "[channels, channels of the input, height, width]"
        )
    height, width = shape or (round(matrix.shape[1] ** 0.5),) * 2
    if height * width != matrix.shape[1]:
        raise ShapeError(f"{matrix.shape[1]} inputs are not {height} x {width}: give shape")
    shown = [unit for unit in units if unit < len(matrix)]
    if not shown:
        raise ArgumentError("units names no neuron of the layer")
    rows, columns = -(-len(shown) // columns), min(columns, len(shown))
    sheet = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1), np.nan, np.float32)
    for order, unit in enumerate(shown):
        top, left = order // columns * (height + 1), order % columns * (width + 1)
        sheet[top : top + height, left : left + width] = matrix[unit].reshape(height, width)
    fig, ax = axes(ax)
    limit = float(np.nanmax(np.abs(sheet))) or 1.0
    image = ax.imshow(sheet, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_title(f"weights of {len(shown)} of {len(matrix)}")
    fig.colorbar(image, ax=ax, label="weight (drive per unit of input)")
    return fig, ax


def _weights(network: Network, layer: int) -> NDArray[Any]:
    """The weights of a layer's first current."""
    for name, values in network.parameters.items():
        if name.startswith(f"{layer}.") and name.endswith("weight"):
            return values
    raise ArgumentError(f"layer {layer} has no weights")


def _layer_of(rec: Recording | ArrayLike, what: str, layer: int | None) -> ArrayLike:
    """The record of a layer, or the array that is one already."""
    if isinstance(rec, Recording):
        records: LayerArrays = getattr(rec, what)
        return records[layer or 0]
    if layer is not None:
        raise ArgumentError(f"layer is {layer}, but rec is no recording: expected None")
    return rec


def _activity(values: ArrayLike, sample: int | None) -> NDArray[np.float32]:
    """One sample of a record, as [steps, neurons]."""
    array = arrays.float32(values, "rec")
    if array.ndim < 2:
        raise ShapeError(
            f"rec has shape {array.shape}, expected [steps, batch, *layer shape] "
            "or [steps, neurons]"
        )
    if array.ndim == 2 and sample is not None:
        raise ArgumentError(f"sample is {sample}, but rec is [steps, neurons]: expected None")
    if array.ndim > 2:
        sample = sample or 0
        if not -array.shape[1] <= sample < array.shape[1]:
            raise ArgumentError(f"sample is {sample}, the batch has {array.shape[1]}")
        array = array[:, sample]
    return array.reshape(len(array), -1)

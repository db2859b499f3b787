"""Drawings with matplotlib (extra ``plot``), for those who want to go on from them.

Every function takes plain arrays or a `qlif.Recording`, draws on `ax` or on a new figure, and
returns ``(fig, ax)``. `qlif.render` draws the same without matplotlib.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._engine import arrays
from .errors import ArgumentError, MissingExtraError, ShapeError
from .network import Network
from .quantum.qubit import NeuronState
from .recording import LayerArrays, Recording

__all__ = ["bloch", "confusion", "filters", "history", "raster", "roc", "traces"]

# Okabe and Ito's palette: told apart with every kind of colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")


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
    fig, ax = _axes(ax)
    step, neuron = np.nonzero(spikes)
    ax.scatter(step, neuron, s=12, marker="|", color=COLOURS[0], linewidths=1.2)
    ax.set_xlim(-0.5, spikes.shape[0] - 0.5)
    ax.set_ylim(-0.5, spikes.shape[1] - 0.5)
    _whole_numbers(ax.xaxis)
    _whole_numbers(ax.yaxis)
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
    alpha = _activity(_layer_of(rec, "alpha", layer), sample)
    spikes = None
    if isinstance(rec, Recording) and rec.spikes.recorded(layer or 0):
        spikes = _activity(rec.spikes[layer or 0], sample)
    fig, ax = _axes(ax)
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
    _whole_numbers(ax.xaxis)
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
        fig, plain = _axes(None, (6, 5.4))
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
    fig, ax = _axes(ax)
    limit = float(np.nanmax(np.abs(sheet))) or 1.0
    image = ax.imshow(sheet, cmap="RdBu_r", vmin=-limit, vmax=limit, interpolation="nearest")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_title(f"weights of {len(shown)} of {len(matrix)}")
    fig.colorbar(image, ax=ax, label="weight (drive per unit of input)")
    return fig, ax


def history(estimator: Any, ax: Any = None, *, what: str = "accuracy") -> tuple[Any, Any]:
    """How training went, by epoch.

    Args:
        estimator: a fitted estimator, or its ``history_``.
        ax: axes of matplotlib; None makes a figure.
        what: ``"accuracy"``, ``"loss"``, ``"firing_rate"``, ``"learning_rate"`` or
            ``"images_per_second"``; validation is drawn too where there is one.
    """
    record: Mapping[str, Sequence[Any]] = getattr(estimator, "history_", estimator)
    if what not in record:
        raise ArgumentError(f"what is {what!r}, expected one of {sorted(record)}")
    fig, ax = _axes(ax)
    epochs = np.arange(1, len(record[what]) + 1)
    lines = {"training": record[what]}
    if f"val_{what}" in record:
        lines["validation"] = record[f"val_{what}"]
    if what == "firing_rate":
        columns = zip(*record[what], strict=True)
        lines = {f"layer {layer}": rates for layer, rates in enumerate(columns)}
    for order, (label, values) in enumerate(lines.items()):
        colour = COLOURS[order % len(COLOURS)]
        ax.plot(epochs, values, marker="o", markersize=4, color=colour, label=label)
    _whole_numbers(ax.xaxis)
    units = {
        "firing_rate": "firing rate (spikes per neuron and step)",
        "images_per_second": "images per second",
        "learning_rate": "learning rate of the last update",
    }
    ax.set(xlabel="epoch", ylabel=units.get(what, what))
    ax.legend(loc="best", fontsize="small")
    return fig, ax


def _weights(network: Network, layer: int) -> NDArray[Any]:
    """The weights of a layer's first current."""
    for name, values in network.parameters.items():
        if name.startswith(f"{layer}.") and name.endswith("weight"):
            return values
    raise ArgumentError(f"layer {layer} has no weights")


def confusion(
    y: ArrayLike, predicted: ArrayLike, ax: Any = None, *, classes: Sequence[str] | None = None
) -> tuple[Any, Any]:
    """Which classes are taken for which: counts, each row coloured by its shares.

    Args:
        y: the true classes, [n].
        predicted: the predicted classes, [n].
        ax: axes of matplotlib; None makes a figure.
        classes: what the classes are called, in their sorted order.
    """
    metrics = _metrics("qlif.plot.confusion")
    labels, guesses = arrays.plain(y, "y"), arrays.plain(predicted, "predicted")
    present = np.unique(np.concatenate([labels.ravel(), guesses.ravel()]))
    names = _names(classes, present)
    counts = metrics.confusion_matrix(labels, guesses, labels=present)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    fig, ax = _axes(ax, (6.4, 5.4))
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[row, column] > 0.5 else "black"
        ax.text(column, row, counts[row, column], ha="center", va="center", color=colour, size=8)
    ax.set_xticks(range(len(names)), names, rotation=90 if max(map(len, names)) > 3 else 0)
    ax.set_yticks(range(len(names)), names)
    accuracy = np.trace(counts) / counts.sum()
    ax.set(xlabel="predicted class", ylabel="true class", title=f"accuracy {100 * accuracy:.2f} %")
    fig.colorbar(image, ax=ax, label="share of the true class")
    return fig, ax


def roc(
    y: ArrayLike, scores: ArrayLike, ax: Any = None, *, classes: Sequence[str] | None = None
) -> tuple[Any, Any]:
    """The ROC curve of each class against the rest, with the area under it.

    Args:
        y: the true classes, [n].
        scores: [n, classes] as `predict_proba` gives them, the classes in sorted order.
        ax: axes of matplotlib; None makes a figure.
        classes: what the classes are called, in their sorted order.
    """
    metrics = _metrics("qlif.plot.roc")
    labels, columns = arrays.plain(y, "y"), arrays.plain(scores, "scores")
    present = np.unique(labels)
    if columns.ndim != 2 or len(columns) != len(labels) or columns.shape[1] != len(present):
        raise ShapeError(
            f"scores has shape {columns.shape}, expected [{len(labels)}, {len(present)}]"
        )
    fig, ax = _axes(ax, (6.4, 5.0))
    for order, (label, name) in enumerate(zip(present, _names(classes, present), strict=True)):
        false, true, _ = metrics.roc_curve(labels == label, columns[:, order])
        ax.plot(
            false,
            true,
            color=COLOURS[order % len(COLOURS)],
            # Two classes of one colour differ in their dashes.
            linestyle=("-", "--", ":", "-.")[order // len(COLOURS) % 4],
            label=f"{name}, AUC {metrics.auc(false, true):.4f}",
        )
    ax.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1)
    ax.set(
        xlabel="false positive rate",
        ylabel="true positive rate",
        title="each class against the rest",
    )
    ax.legend(loc="lower right", fontsize="small")
    return fig, ax


def _metrics(purpose: str) -> Any:
    try:
        from sklearn import metrics
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "sklearn", purpose) from error
    return metrics


def _names(classes: Sequence[str] | None, present: NDArray[Any]) -> list[str]:
    names = [str(each) for each in (present if classes is None else classes)]
    if len(names) != len(present):
        raise ArgumentError(f"classes has {len(names)} names, expected {len(present)}")
    return names


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


def _axes(ax: Any, size: tuple[float, float] = (7, 4)) -> tuple[Any, Any]:
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot", "qlif.plot") from error
    if ax is not None:
        return ax.figure, ax
    return pyplot.subplots(figsize=size, layout="constrained")


def _whole_numbers(axis: Any) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True))

"""The results of studies as curves: trainings, ROC, and accuracy under noise."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ArgumentError
from ._axes import COLOURS, grid, look, short, whole_numbers, wrapped
from ._results import Group, Record, check, groups, study

_MOST_LINES = 24  # more cannot be told apart
_MOST_MARKED = 30  # points: more marks would hide the line
_KINDS = ("loss", "accuracy", "roc")


@dataclass(frozen=True)
class _Line:
    """A line; those of one name look alike in every plot."""

    name: str
    x: Sequence[float]
    y: NDArray[Any]
    band: tuple[NDArray[Any], NDArray[Any]] | None = None  # the lowest and highest, drawn pale
    is_strong: bool = False  # thick and black, as a mean among its parts
    level_of: str | None = None  # the line of which it is a level: dotted, in its colour


@dataclass(frozen=True)
class _Plot:
    heading: str
    lines: list[_Line]
    axes: dict[str, Any]
    counts: bool = False
    has_chance: bool = False


def curves(
    results: Any,
    *,
    kind: str = "loss",
    model: str | None = None,
    dataset: str | None = None,
    seed: int | None = None,
    title: str | None = None,
) -> tuple[Any, Any]:
    """How the models of a comparison learned, or their ROC curves.

    Loss and accuracy in training over the epochs: a plot for each data set with a line for each
    model, the mean of the seeds; the pale band goes from the lowest to the highest. Losses of
    different kinds of model have different units. ROC curves of one model on one data set: a line
    for each class against the rest and their mean, and the upper left corner enlarged; of several:
    the means alone.

    Args:
        results: the ``results.json`` of ``python -m qlif.compare``, by its path or as the record
            in it.
        kind: ``"loss"``, ``"accuracy"`` or ``"roc"``.
        model: only this model, such as ``"qsnn"``.
        dataset: only this data set, such as ``"mnist"``.
        seed: only this seed; None takes the mean of all.
        title: in place of the one made from the results.

    Returns:
        The figure and its axes, an array [plots].

    Example:
        >>> qlif.plot.curves("results.json", kind="roc", model="qsnn", dataset="mnist")

    Raises:
        ArgumentError: there is no such run, or it has no such curve.
        FormatError: the results are damaged, or something else.
        FileError: the results cannot be read.
        MissingExtraError: matplotlib is not installed.
    """
    if kind not in _KINDS:
        raise ArgumentError(f"kind is {kind!r}, expected one of {', '.join(_KINDS)}")
    name, found = groups(results, model, dataset, seed)
    if kind != "roc":
        return _learning(name, found, kind, title)
    if len(found) > 1:
        plots = [
            _roc_plot(heading, [_mean_of_classes(name, each, each.runs[0]["title"]) for each in on])
            for heading, on in _by_dataset(found)
        ]
        note = "Mean of the classes against the rest, and of the seeds; dotted, grey: chance"
        return _draw(plots, title, "ROC curves", note)
    (group,) = found
    lines = [*_classes(group), _mean_of_classes(name, group, "mean", is_strong=True)]
    corner = _roc_plot("Upper left corner", lines, xlim=(0, 0.1), ylim=(0.9, 1), has_chance=False)
    note = f"Each class against the rest, {group.seeds('mean of')}; dotted, grey: chance"
    return _draw([_roc_plot("All", lines), corner], title, f"ROC curves of {group.title}", note)


def robustness(results: Any, *, title: str | None = None) -> tuple[Any, Any]:
    """The test accuracy over the strength of each kind of noise, with the spread of the seeds.

    A plot for each kind of noise, its strength on a logarithmic axis: the accuracy of each model
    in per cent, the mean of the noise's seeds; the pale band goes from the lowest to the highest.
    Dotted is the same model without noise.

    Args:
        results: the ``results.json`` of ``python -m qlif.robustness``, by its path or as the
            record in it.
        title: in place of the one made from the results.

    Returns:
        The figure and its axes, an array [plots].

    Example:
        >>> qlif.plot.robustness("results.json")

    Raises:
        ArgumentError: no kind of noise was varied.
        FormatError: the results are damaged, or something else.
        FileError: the results cannot be read.
        MissingExtraError: matplotlib is not installed.
    """
    name, record = study(results)
    settings, summary = record["settings"], record["summary"]
    plots = []
    for sweep, words in record["sweeps"].items():
        rows = [row for row in summary if row["sweep"] == sweep and (row["value"] or 0) > 0]
        axes = {"xlabel": words["label"], "ylabel": "test accuracy (%)", "xscale": "log"}
        lines = [line for each in record["models"] for line in _under_noise(each, rows, summary)]
        if lines:
            plots.append(_Plot(words["title"], lines, axes))
    if not plots:
        raise ArgumentError(f"results is {name}, in which no kind of noise is varied")
    shots = "infinitely many" if settings["shots"] is None else f"{settings['shots']:,}"
    note = (
        f"{settings['test_images']:,} test images; {shots} shots where they are not varied; mean "
        f"of up to {max(row['seeds'] for row in summary)} seeds, pale: lowest to highest; dotted: "
        "without noise"
    )
    return _draw(plots, title, f"Accuracy under noise: {settings['dataset_title']}", note)


# ---- Lines ---------------------------------------------------------------------------------


def _learning(name: str, found: list[Group], kind: str, title: str | None) -> tuple[Any, Any]:
    datasets = _by_dataset(found)
    label = "loss in training" if kind == "loss" else "accuracy in training (%)"
    plots = [
        _Plot(
            heading if len(datasets) > 1 else "",
            [_learned(name, group, kind) for group in on],
            {"xlabel": "epoch", "ylabel": label},
            counts=True,
        )
        for heading, on in datasets
    ]
    models, data = (
        ", ".join(dict.fromkeys(group.runs[0][key] for group in found))
        for key in ("title", "dataset_title")
    )
    most = max(len(group.runs) for group in found)
    note = (
        f"Mean of up to {most} seeds; pale: from the lowest to the highest"
        if most > 1
        else found[0].seeds("").capitalize()
    )
    return _draw(plots, title, f"{kind.capitalize()} in training: {models} on {data}", note)


def _learned(name: str, group: Group, kind: str) -> _Line:
    """The mean of the seeds, as far as all of them have the same points in time."""
    trainings = []
    for run in group.runs:
        history: Record = run["history"]
        if not history.get(kind):
            raise ArgumentError(f"kind is {kind!r}, but {name} has no {kind} of {group.name}")
        check(name, [history[kind], history.get("epoch") or []], [[float]], "qlif.compare")
        epochs = history.get("epoch") or range(1, len(history[kind]) + 1)
        trainings.append(list(zip(epochs, history[kind], strict=False)))
    x, y = [], []
    for points in zip(*trainings, strict=False):
        if len({epoch for epoch, _ in points}) > 1:
            break
        x.append(float(points[0][0]))
        y.append([value for _, value in points])
    values = np.array(y, dtype=float).reshape(-1, len(trainings)) * (1 if kind == "loss" else 100)
    band = (values.min(axis=1), values.max(axis=1)) if len(trainings) > 1 else None
    return _Line(group.runs[0]["title"], x, values.mean(axis=1), band)


def _roc_plot(heading: str, lines: list[_Line], *, has_chance: bool = True, **limits: Any) -> _Plot:
    axes = {"xlabel": "false positive rate", "ylabel": "true positive rate"}
    return _Plot(
        heading, lines, {**axes, "xlim": (0, 1), "ylim": (0, 1.005), **limits}, False, has_chance
    )


def _classes(group: Group) -> list[_Line]:
    """A line for each class, the mean of the seeds; the mean of the classes has its own."""
    lines: list[_Line] = []
    for index, label in enumerate(group.runs[0]["classes"]):
        curve = _curve(group, index)
        if curve is not None and len(lines) < _MOST_LINES - 1:
            area = _area([run["roc"]["auc"][index] for run in group.runs])
            lines.append(_Line(f"{short(label)}{area}", *curve))
    return lines


def _mean_of_classes(name: str, group: Group, title: str, *, is_strong: bool = False) -> _Line:
    found = (_curve(group, index) for index in range(len(group.runs[0]["classes"])))
    there = [each for each in found if each is not None]
    if not there:
        raise ArgumentError(f"kind is 'roc', but {name} has no ROC curve of {group.name}")
    area = _area([each for run in group.runs for each in run["roc"]["auc"]])
    y = np.mean([each[1] for each in there], axis=0)
    return _Line(title + (area if is_strong else ""), there[0][0], y, is_strong=is_strong)


def _curve(group: Group, index: int) -> tuple[list[float], NDArray[Any]] | None:
    """One class' curve, the mean of the seeds; None where the class has none."""
    rates = group.runs[0]["roc"]["false_positive_rate"]
    rocs = [run["roc"] for run in group.runs if run["roc"]["false_positive_rate"] == rates]
    found = [roc["true_positive_rate"][index] for roc in rocs]
    there = [each for each in found if each is not None]
    if not there or not rates:
        return None
    # A curve starts at nothing found, and may rise at once.
    return [0.0, *rates], np.concatenate([[0.0], np.mean(there, axis=0)])


def _area(values: list[float | None]) -> str:
    there = [value for value in values if value is not None]
    return f", AUC {np.mean(there):.4f}" if there else ""


def _by_dataset(found: list[Group]) -> list[tuple[str, list[Group]]]:
    datasets: dict[str, list[Group]] = {}
    for group in found:
        datasets.setdefault(group.runs[0]["dataset_title"], []).append(group)
    return list(datasets.items())


def _under_noise(model: Record, rows: list[Record], summary: list[Record]) -> list[_Line]:
    """A model's line with its band, and its level without noise."""
    own = sorted((row for row in rows if row["model"] == model["name"]), key=lambda r: r["value"])
    if not own:
        return []
    x = [row["value"] for row in own]
    mean, low, high = (
        100 * np.array([row[key] for row in own]) for key in ("mean", "lowest", "highest")
    )
    lines = [_Line(model["title"], x, mean, (low, high))]
    for row in summary:
        if (row["model"], row["sweep"]) == (model["name"], "exact"):
            level, name = np.full(2, 100 * row["mean"]), f"no noise: {model['title']}"
            lines.append(_Line(name, [x[0], x[-1]], level, level_of=model["title"]))
            break
    return lines


# ---- The figure ----------------------------------------------------------------------------


def _draw(plots: list[_Plot], title: str | None, words: str, note: str) -> tuple[Any, Any]:
    """Three plots in a row, with one legend and a note below."""
    lines = [line for plot in plots for line in plot.lines]
    names = list(dict.fromkeys(line.name for line in lines))
    if len(names) > _MOST_LINES:
        raise ArgumentError(
            f"results has {len(names)} lines to draw, expected {_MOST_LINES} at most: give model "
            "or dataset"
        )
    if any(not len(line.x) for line in lines):
        raise ArgumentError("results has trainings without an epoch in common: give seed")
    plain = dict.fromkeys(
        line.name for line in lines if not line.is_strong and line.level_of is None
    )
    order = {name: place for place, name in enumerate(plain)}
    columns = min(len(plots), 3)
    rows = -(-len(plots) // columns)
    free = list(range(len(plots), rows * columns))
    width = columns * {1: 6.2, 2: 4.6, 3: 3.9}[columns] + (2.4 if len(names) > 1 > len(free) else 0)
    fig, places = grid(rows, columns, (width, 3.5 * rows + 0.9))
    handles: dict[str, Any] = {}
    for plot, ax in zip(plots, places.flat, strict=False):
        _draw_plot(plot, ax, order, handles)
    for place in free:
        places.flat[place].axis("off")
    if len(names) > 1:
        # Where a plot would be, else to the right of them.
        legend = (places.flat[free[0]] if free else places[0, -1]).legend(
            handles.values(),
            [textwrap.fill(short(name, 90), 36) for name in handles],
            loc="upper left",
            bbox_to_anchor=(0 if free else 1.02, 1),
            borderaxespad=0,
            fontsize="small",
            frameon=False,
            handlelength=3,
        )
        for text in legend.get_texts():
            text.set_parse_math(False)
    fig.suptitle(wrapped(title or words, width), parse_math=title is not None)
    fig.supxlabel(wrapped(note, 1.3 * width), fontsize="small", color="0.3")
    return fig, places.ravel()[: len(plots)]


def _draw_plot(plot: _Plot, ax: Any, order: dict[str, int], handles: dict[str, Any]) -> None:
    if plot.has_chance:
        ax.plot([0, 1], [0, 1], color="0.6", linestyle=":", linewidth=1.2)
    for line in plot.lines:
        marked = len(line.x) <= _MOST_MARKED
        if line.is_strong:
            style: dict[str, Any] = {"color": COLOURS[-1], "linewidth": 2.8}
        elif line.level_of is None:
            style = look(order[line.name], is_marked=marked)
        else:
            style = look(order[line.level_of], is_marked=True)
            style |= {"linestyle": ":", "markerfacecolor": "white"}
        if line.band is not None:
            ax.fill_between(line.x, *line.band, color=style["color"], alpha=0.15, linewidth=0)
        (handles[line.name],) = ax.plot(line.x, line.y, **style)
    ax.set(**plot.axes)
    ax.set_title(short(plot.heading, 40), fontsize="medium", parse_math=False)
    ax.grid(axis="y", color="0.9")
    x = [value for line in plot.lines for value in line.x]
    # Less than an epoch is marked in parts of it.
    if plot.counts and (max(x) - min(x) >= 1 or all(value == round(value) for value in x)):
        whole_numbers(ax.xaxis)

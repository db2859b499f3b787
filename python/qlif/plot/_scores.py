"""How a training went, and how good predictions are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .._engine import arrays
from ..errors import ArgumentError, MissingExtraError, ShapeError
from ._axes import COLOURS, axes, look, short, whole_numbers, wrapped
from ._results import groups, is_results

_MOST_WRITTEN = 25  # classes: the counts of more would not be read
_MOST_NAMED = 60


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
    fig, ax = axes(ax)
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
    whole_numbers(ax.xaxis)
    units = {
        "firing_rate": "firing rate (spikes per neuron and step)",
        "images_per_second": "images per second",
        "learning_rate": "learning rate of the last update",
    }
    ax.set(xlabel="epoch", ylabel=units.get(what, what))
    ax.legend(loc="best", fontsize="small")
    return fig, ax


def confusion(
    results: Any,
    predicted: ArrayLike | None = None,
    ax: Any = None,
    *,
    classes: Sequence[str] | None = None,
    model: str | None = None,
    dataset: str | None = None,
    seed: int | None = None,
    title: str | None = None,
) -> tuple[Any, Any]:
    """Which classes are taken for which: counts, each row coloured by its shares.

    Args:
        results: the true classes, [n]; or the ``results.json`` of ``python -m qlif.compare``, by
            its path or as the record in it.
        predicted: the predicted classes, [n]; of results None.
        ax: axes of matplotlib; None makes a figure.
        classes: what the classes are called, in their sorted order; results have names.
        model: of results the model, such as ``"qsnn"``; not needed where there is one only.
        dataset: of results the data set; not needed where there is one only.
        seed: of results one seed; None adds all of them up.
        title: in place of the one made from the data.

    Example:
        >>> qlif.plot.confusion(["a", "a", "b"], ["a", "b", "b"])
        (<Figure size 640x540 with 2 Axes>, <Axes: title=...

    Raises:
        ArgumentError: an option that the data have no use for; results that have no such run, or
            several models or data sets.
        FormatError: the results are damaged, or something else.
        FileError: the results cannot be read.
        MissingExtraError: matplotlib, or scikit-learn for predictions, is not installed.
    """
    if is_results(results):
        _unused("results have their own", predicted=predicted, classes=classes)
        counts, names, words = _summed(results, model, dataset, seed)
    else:
        _unused("it goes with results", model=model, dataset=dataset, seed=seed)
        if predicted is None:
            raise ArgumentError("predicted is missing: expected the predicted classes, [n]")
        metrics = _metrics("qlif.plot.confusion")
        labels, guesses = arrays.plain(results, "y"), arrays.plain(predicted, "predicted")
        present = np.unique(np.concatenate([labels.ravel(), guesses.ravel()]))
        names = _names(classes, present)
        counts = metrics.confusion_matrix(labels, guesses, labels=present)
        words = f"accuracy {100 * np.trace(counts) / counts.sum():.2f} %"
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    many = min(max(0.0, 0.42 * (len(names) - 10)), 10.0)
    fig, ax = axes(ax, (6.4 + many, 5.4 + many))
    image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    if len(names) <= _MOST_WRITTEN:
        for row, column in zip(*np.nonzero(counts), strict=True):
            colour = "white" if shares[row, column] > 0.5 else "black"
            text = f"{counts[row, column]:,}"
            ax.text(column, row, text, ha="center", va="center", color=colour, size=8)
    named = [short(name) for name in names] if len(names) <= _MOST_NAMED else []
    rotation = 90 if max(map(len, names)) > 3 else 0
    ax.set_xticks(range(len(named)), named, rotation=rotation, parse_math=False)
    ax.set_yticks(range(len(named)), named, parse_math=False)
    ax.set(xlabel="predicted class", ylabel="true class")
    ax.set_title(wrapped(title or words, fig.get_figwidth()), parse_math=title is not None)
    fig.colorbar(image, ax=ax, label="share of the true class")
    return fig, ax


def _unused(why: str, **options: Any) -> None:
    for name, value in options.items():
        if value is not None:
            raise ArgumentError(f"{name} is {value!r:.60}, but {why}: expected None")


def _summed(
    results: Any, model: str | None, dataset: str | None, seed: int | None
) -> tuple[NDArray[Any], list[str], str]:
    """The counts of all seeds, the classes, and a title."""
    name, found = groups(results, model, dataset, seed)
    if len(found) > 1:
        there = ", ".join(each.name for each in found)
        raise ArgumentError(
            f"results is {name}, of which one picture shows one model on one data set with the "
            f"same classes: give model, dataset and seed ({there})"
        )
    (group,) = found
    first = group.runs[0]
    counts = np.sum([run["confusion"] for run in group.runs], axis=0)
    accuracy = 100 * sum(run["accuracy"] for run in group.runs) / len(group.runs)
    words = (
        f"{short(group.title, 60)}: accuracy {accuracy:.2f} %\n{group.seeds('sum of')}, "
        f"{first['test_images']:,} test and {first['training_images']:,} training images"
    )
    return counts, first["classes"], words


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
    fig, ax = axes(ax, (6.4, 5.0))
    for order, (label, name) in enumerate(zip(present, _names(classes, present), strict=True)):
        false, true, _ = metrics.roc_curve(labels == label, columns[:, order])
        area = metrics.auc(false, true)
        ax.plot(false, true, **look(order), label=f"{name}, AUC {area:.4f}")
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

"""How good predictions are, by scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..._engine.arrays import FloatArray, LabelArray
from ...errors import MissingExtraError

# Where a ROC curve is kept, so that the curves of several seeds can be averaged: finer near zero,
# where good classifiers differ.
FALSE_POSITIVE_RATES = np.concatenate([np.arange(0, 0.1, 0.002), np.linspace(0.1, 1, 46)])


def check() -> None:
    """Refuses to begin a long comparison whose end needs what is not installed."""
    try:
        import sklearn.metrics  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "sklearn", "qlif.compare") from error


def measure(labels: LabelArray, scores: FloatArray) -> dict[str, Any]:
    """Accuracy, weighted precision, recall and F1, mean AUC, confusion and ROC curves.

    A class that no label has, or that every label has, has no ROC curve: None.

    Args:
        labels: the true classes, [n], 0 to classes - 1.
        scores: [n, classes]; the largest is the prediction.
    """
    from sklearn.metrics import (
        accuracy_score,
        confusion_matrix,
        precision_recall_fscore_support,
    )

    predicted = scores.argmax(axis=1)
    classes = range(scores.shape[1])
    precision, recall, f1, _ = precision_recall_fscore_support(
        labels, predicted, labels=classes, average="weighted", zero_division=0
    )
    roc = _roc(labels, scores)
    areas = [area for area in roc["auc"] if area is not None]
    return {
        "accuracy": float(accuracy_score(labels, predicted)),
        "precision": float(precision),
        "recall": float(recall),
        "f1": float(f1),
        "auc": float(np.mean(areas)) if areas else None,
        "confusion": confusion_matrix(labels, predicted, labels=classes).tolist(),
        "roc": roc,
    }


def _roc(labels: LabelArray, scores: FloatArray) -> dict[str, Any]:
    """Each class against the rest, by the softmax of the scores.

    The softmax' log-odds order the samples as its probabilities do, and never round to 1.
    """
    from sklearn.metrics import auc, roc_curve

    odds = _log_odds(scores.astype(np.float64))
    areas: list[float | None] = []
    curves: list[list[float] | None] = []
    for index in range(scores.shape[1]):
        member = labels == index
        if not member.any() or member.all():
            areas.append(None)
            curves.append(None)
            continue
        false, true, _ = roc_curve(member, odds[:, index])
        areas.append(float(auc(false, true)))
        curves.append(np.interp(FALSE_POSITIVE_RATES, false, true).round(6).tolist())
    return {
        "false_positive_rate": FALSE_POSITIVE_RATES.round(6).tolist(),
        "true_positive_rate": curves,
        "auc": areas,
    }


def _log_odds(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """``log(p / (1 - p))`` of each class' softmax: its score less the log-sum-exp of the others."""
    odds = np.empty_like(scores)
    for index in range(scores.shape[1]):
        others = np.delete(scores, index, axis=1)
        largest = others.max(axis=1, keepdims=True)
        total = largest[:, 0] + np.log(np.exp(others - largest).sum(axis=1))
        odds[:, index] = scores[:, index] - total
    return odds

"""The models that are compared: what each is called, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from ...errors import MissingExtraError

QNN = "qnn"


@dataclass(frozen=True)
class Model:
    """One row of the table.

    Attributes:
        title: as the table calls it.
        estimator: the name of its class in `qlif`; None for the variational circuit.
    """

    title: str
    estimator: str | None


MODELS = {
    "qsnn": Model("QSNN", "QSNNClassifier"),
    "qscnn": Model("QSCNN", "QSCNNClassifier"),
    "snn": Model("SNN", "SNNClassifier"),
    "scnn": Model("SCNN", "SCNNClassifier"),
    QNN: Model("QNN (PennyLane)", None),
}

# Test accuracies in per cent of the same networks in D. Brand and F. Petruccione, arXiv:2407.16398.
# KMNIST was whole there: 60,000 training images.
PUBLISHED = {
    ("qsnn", "mnist"): 84.73,
    ("qsnn", "fashion-mnist"): 74.09,
    ("qsnn", "kmnist"): 58.32,
    ("qscnn", "mnist"): 81.84,
}


def why_unavailable(name: str) -> str | None:
    """Why a model cannot take part, or None if it can."""
    import qlif

    estimator = MODELS[name].estimator
    if estimator is None:
        if find_spec("pennylane") is None:
            return str(MissingExtraError("PennyLane", "pennylane", "the variational circuit"))
    elif estimator not in qlif.__all__:
        return f"this version of qlif has no {estimator}"
    return None


def create(name: str, seed: int, *, epochs: int | None, minutes: float) -> Any:
    """A model that has learned nothing yet, with its own defaults.

    Args:
        name: a key of `MODELS`.
        seed: its random state.
        epochs: in place of its default; the variational circuit is bound by time instead.
        minutes: how long the variational circuit learns.
    """
    import qlif

    estimator = MODELS[name].estimator
    if estimator is None:
        from ._qnn import QNNClassifier

        return QNNClassifier(minutes=minutes, random_state=seed)
    model = getattr(qlif, estimator)(random_state=seed, verbose=True)
    return model.set_params(epochs=epochs) if epochs else model

"""Named sets of parameters for the estimators.

A preset is unpacked into an estimator's constructor::

    clf = qlif.QSNNClassifier(**qlif.presets.published.qsnn)
    clf = qlif.QSNNClassifier(**qlif.presets.published.qsnn, random_state=0)
    clf = qlif.QSNNClassifier(**{**qlif.presets.published.qsnn, "epochs": 1})
    clf = qlif.QSCNNClassifier(**qlif.presets.published.qscnn)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from types import MappingProxyType
from typing import Any

from .neurons import QLIF
from .surrogate import arctan

__all__ = ["Preset", "published"]


@dataclass(frozen=True)
class Preset:
    """Parameters of one origin, for each estimator.

    Attributes:
        qsnn: for `qlif.QSNNClassifier`.
        qscnn: for `qlif.QSCNNClassifier`.
    """

    qsnn: Mapping[str, Any]
    qscnn: Mapping[str, Any]


_NEURON = QLIF(
    threshold=0.75,
    t1=60.0,
    drive_scale=pi,
    delay_scale=200.0,
    drive_bound="none",
    leak="published",
    refractory=True,
    memory="reprepare",
    firing="threshold",
    surrogate=arctan(1.0),
    dropout=0.0,
)

_PUBLISHED: dict[str, Any] = {
    "neuron": _NEURON,
    "output_neuron": _NEURON,
    "batch_size": 200,
    "schedule": "constant",
    "weight_decay": 0.0,
    "clip_norm": 0.0,
    "loss": "cross_entropy",
    "reading": "membrane",
    "readout": "spike_count",
    "input_scaling": "none",
}

published = Preset(
    qsnn=MappingProxyType(
        {"hidden": (1000,), "steps": 25, "epochs": 3, "learning_rate": 5e-3, **_PUBLISHED}
    ),
    qscnn=MappingProxyType(
        {
            "channels": (12, 64),
            "kernel": 5,
            "pool": 2,
            "pool_ties": "first",
            "steps": 50,
            "epochs": 2,
            "learning_rate": 5e-4,
            **_PUBLISHED,
        }
    ),
)
"""The settings of the paper and of its authors' code (deanbrand/QSNN): every number is theirs, so
none of them follows a default of this library."""

"""Quantum leaky integrate-and-fire (QLIF) neurons and networks.

A native engine behind a thin Python package. The model is that of D. Brand and F. Petruccione, "A
quantum leaky integrate-and-fire spiking neuron and network", npj Quantum Information (2024),
arXiv:2407.16398.

    >>> clf = qlif.QSNNClassifier(hidden=(1000,), random_state=0).fit(X, y)
    >>> clf.score(X_test, y_test)

`QSNNClassifier`, `QSCNNClassifier` and their classical counterparts `SNNClassifier` and
`SCNNClassifier` are the whole path for users of scikit-learn; `SpikingClassifier` and
`ConvolutionalClassifier` take any neuron; `Network` and `Trainer` are the parts.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import datasets, hardware, presets, quantum, render, surrogate
from ._engine.library import lib
from ._engine.loading import load
from ._engine.threads import instruction_set, set_threads, threads
from .errors import (
    ArgumentError,
    ClosedError,
    FileError,
    FormatError,
    InputWarning,
    InterruptedWarning,
    LibraryError,
    MissingExtraError,
    NotFiniteError,
    OutOfMemoryError,
    QlifError,
    ShapeError,
    SilentLayerWarning,
)
from .layers import AvgPool2d, Conv2d, Dense, Layer, MaxPool2d, SumPool2d
from .network import Network
from .neurons import ALIF, LIF, QLIF, Neuron, SynapticLIF
from .quantum import circuits
from .quantum.noise import Noise, NoiseRun
from .recording import Recording
from .report import Report
from .trainer import Trainer

if TYPE_CHECKING:
    from . import plot
    from .estimators import (
        ConvolutionalClassifier,
        QSCNNClassifier,
        QSNNClassifier,
        SCNNClassifier,
        SNNClassifier,
        SpikingClassifier,
    )

__version__: str = lib.qlif_version().decode("ascii")

__all__ = [
    "ALIF",
    "LIF",
    "QLIF",
    "ArgumentError",
    "AvgPool2d",
    "ClosedError",
    "Conv2d",
    "ConvolutionalClassifier",
    "Dense",
    "FileError",
    "FormatError",
    "InputWarning",
    "InterruptedWarning",
    "Layer",
    "LibraryError",
    "MaxPool2d",
    "MissingExtraError",
    "Network",
    "Neuron",
    "Noise",
    "NoiseRun",
    "NotFiniteError",
    "OutOfMemoryError",
    "QSCNNClassifier",
    "QSNNClassifier",
    "QlifError",
    "Recording",
    "Report",
    "SCNNClassifier",
    "SNNClassifier",
    "ShapeError",
    "SilentLayerWarning",
    "SpikingClassifier",
    "SumPool2d",
    "SynapticLIF",
    "Trainer",
    "__version__",
    "circuits",
    "datasets",
    "hardware",
    "instruction_set",
    "load",
    "plot",
    "presets",
    "quantum",
    "render",
    "set_threads",
    "surrogate",
    "threads",
]


def __getattr__(name: str) -> Any:
    """Imports the plots and the estimators when asked for: scikit-learn takes a second."""
    if name == "plot":
        return importlib.import_module(".plot", __name__)
    if name in __all__:  # all other names are here already
        from . import estimators

        return getattr(estimators, name)
    raise AttributeError(f"module 'qlif' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__

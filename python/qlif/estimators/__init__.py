"""Classifiers with scikit-learn's manners."""

from .base import SpikingClassifier
from .qscnn import QSCNNClassifier
from .qsnn import QSNNClassifier
from .scnn import SCNNClassifier
from .snn import SNNClassifier

__all__ = [
    "QSCNNClassifier",
    "QSNNClassifier",
    "SCNNClassifier",
    "SNNClassifier",
    "SpikingClassifier",
]

"""Classifiers with scikit-learn's manners."""

from ._base import SpikingClassifier
from .qsnn import QSNNClassifier

__all__ = ["QSNNClassifier", "SpikingClassifier"]

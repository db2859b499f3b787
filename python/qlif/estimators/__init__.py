"""Classifiers with the scikit-learn API."""

from .convolutional import ConvolutionalClassifier, QSCNNClassifier, SCNNClassifier
from .dense import QSNNClassifier, SNNClassifier, SpikingClassifier

__all__ = [
    "ConvolutionalClassifier",
    "QSCNNClassifier",
    "QSNNClassifier",
    "SCNNClassifier",
    "SNNClassifier",
    "SpikingClassifier",
]

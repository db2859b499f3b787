"""Data sets of images: MNIST, Fashion-MNIST, KMNIST, and scikit-learn's digits."""

from .._engine.arrays import FloatArray
from ._errors import DatasetError
from ._load import Split, at_hand, load

__all__ = ["DatasetError", "FloatArray", "Split", "at_hand", "load"]

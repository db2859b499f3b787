"""scikit-learn's base classes and checks where it is installed, small stand-ins where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _fallback

if TYPE_CHECKING:  # one set of types, whatever is installed
    from ._fallback import (
        BaseEstimator,
        ClassifierMixin,
        accuracy_score,
        check_classification_targets,
        check_is_fitted,
        validate_data,
    )
else:
    try:
        from sklearn.base import BaseEstimator, ClassifierMixin
        from sklearn.metrics import accuracy_score
        from sklearn.utils.multiclass import check_classification_targets
        from sklearn.utils.validation import check_is_fitted, validate_data
    except ImportError:
        BaseEstimator = _fallback.BaseEstimator
        ClassifierMixin = _fallback.ClassifierMixin
        accuracy_score = _fallback.accuracy_score
        check_classification_targets = _fallback.check_classification_targets
        check_is_fitted = _fallback.check_is_fitted
        validate_data = _fallback.validate_data

__all__ = [
    "BaseEstimator",
    "ClassifierMixin",
    "accuracy_score",
    "check_classification_targets",
    "check_is_fitted",
    "validate_data",
]

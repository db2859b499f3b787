"""The little of scikit-learn that the estimators need, for where it is not installed.

Only what the estimators call is here. With scikit-learn installed, its own classes and checks take
these places; see `_sklearn`.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._engine import arrays
from .._engine.arrays import is_text
from ..errors import ArgumentError, QlifError, ShapeError


class NotFittedError(QlifError, ValueError, AttributeError):
    """An estimator that was used before `fit`."""


class BaseEstimator:
    """Parameters by name, as the constructor of the class lists them."""

    @classmethod
    def _get_param_names(cls) -> list[str]:
        return sorted(name for name in inspect.signature(cls.__init__).parameters if name != "self")

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The constructor's parameters and their values."""
        return {name: getattr(self, name) for name in self._get_param_names()}

    def set_params(self, **params: Any) -> Any:
        """Sets parameters by name; an unknown name is an error."""
        names = self._get_param_names()
        for name, value in params.items():
            if name not in names:
                raise ArgumentError(f"{type(self).__name__} has no parameter {name!r}: {names}")
            setattr(self, name, value)
        return self

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__.copy()

    def __repr__(self) -> str:
        defaults = inspect.signature(type(self).__init__).parameters
        changed = [
            f"{name}={value!r}"
            for name, value in self.get_params(deep=False).items()
            if value != defaults[name].default
        ]
        return f"{type(self).__name__}({', '.join(changed)})"


class ClassifierMixin:
    """The mark of a classifier."""


def validate_data(
    estimator: Any, X: Any, y: Any = "no_validation", *, reset: bool = True
) -> NDArray[Any] | tuple[NDArray[Any], NDArray[Any]]:
    """X as a two-dimensional array of finite real numbers, and y as long as it."""
    array = arrays.plain(X, "X")
    if array.ndim != 2 or 0 in array.shape:
        raise ShapeError(f"X has shape {array.shape}, expected [samples, features], not empty")
    if array.dtype.kind not in "fiub":
        raise ArgumentError(f"X has dtype {array.dtype}, expected real numbers")
    # The sum of finite numbers may overflow, but never hides one that is not finite.
    suspicious = array.dtype.kind == "f" and not np.isfinite(array.sum(dtype=np.float64))
    if suspicious and not np.isfinite(array).all():
        raise ArgumentError("X holds NaN or infinity")
    if reset:
        estimator.n_features_in_ = array.shape[1]
    elif array.shape[1] != estimator.n_features_in_:
        raise ShapeError(
            f"X has {array.shape[1]} features, expected {estimator.n_features_in_} as in fit"
        )
    if isinstance(y, str) and y == "no_validation":
        return array
    return array, _labels(y, len(array))


def accuracy_score(y_true: Any, y_pred: NDArray[Any], *, sample_weight: Any = None) -> float:
    """The share of the predictions that are right.

    Args:
        y_true: the true classes, [n] or [n, 1].
        y_pred: the predicted classes, [n].
        sample_weight: what each sample counts, [n]; None: all the same.
    """
    labels, weights = _labels(y_true, len(y_pred)), None
    check_classification_targets(labels)
    if is_text(labels) != is_text(y_pred):
        raise ArgumentError(f"y has dtype {labels.dtype}, the classes have {y_pred.dtype}")
    if sample_weight is not None:
        weights = arrays.float64(sample_weight, "sample_weight")
        if weights.shape != labels.shape:
            raise ShapeError(f"sample_weight has shape {weights.shape}, expected {labels.shape}")
        if not np.isfinite(weights).all() or not weights.any():
            raise ArgumentError("sample_weight is not finite, or zero throughout")
    return float(np.average(labels == y_pred, weights=weights))


def _labels(y: Any, samples: int) -> NDArray[Any]:
    """The class of each sample, [n]; a column is taken as a row."""
    if y is None:
        raise ArgumentError("y is None, expected the class of each sample")
    labels = arrays.plain(y, "y")
    if labels.shape not in ((samples,), (samples, 1)):
        raise ShapeError(f"y has shape {labels.shape}, expected ({samples},)")
    return labels.ravel()


def check_classification_targets(y: NDArray[Any]) -> None:
    """Refuses labels that look like measurements, and objects that are no text."""
    if y.dtype.kind not in "fiubUS" and not is_text(y):
        raise ArgumentError(f"y has dtype {y.dtype}, expected numbers or text")
    if y.dtype.kind == "f" and not (np.isfinite(y).all() and (y == np.floor(y)).all()):
        raise ArgumentError("y holds fractions, expected classes")


def check_is_fitted(estimator: Any, attribute: str) -> None:
    """Refuses an estimator that has learned nothing yet, and so lacks an attribute."""
    if not hasattr(estimator, attribute):
        raise NotFittedError(f"this {type(estimator).__name__} is not fitted yet: call fit first")

"""Estimators in a network's metadata: what makes a file of the network a file of the estimator."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any

import numpy as np

from ..errors import ArgumentError, FormatError
from ..quantum.noise import Noise
from .scaling import InputScaling

_NOISE = "noise"
_TIME = "images_per_second"


def encode(estimator: Any, **more: Any) -> str:
    """Parameters, classes and the inputs' scaling, and what else there is, as JSON text."""
    classes = estimator.classes_
    scaling: InputScaling = estimator._scaling
    record = {
        "class": type(estimator).__name__,
        "parameters": {name: _plain(value) for name, value in estimator.get_params().items()},
        "classes": classes.tolist(),
        "classes_dtype": classes.dtype.str,
        "n_features_in": int(estimator.n_features_in_),
        "feature_names_in": _listed(getattr(estimator, "feature_names_in_", None)),
        "input_mean": _listed(scaling.mean),
        "input_scale": _listed(scaling.scale),
        # Without the times, which differ between equal trainings.
        "history": {name: each for name, each in estimator.history_.items() if name != _TIME},
        **more,
    }
    try:
        return json.dumps(record)
    except TypeError as error:
        raise ArgumentError(f"this estimator cannot be written to a file: {error}") from error


def decode(text: str, cls: type[Any]) -> Any:
    """An estimator of `cls` in the fitted state that the text describes, without its network."""
    try:
        record = json.loads(text)
        name = record["class"]
        if name != cls.__name__:
            raise FormatError(f"the file holds a {name}: use {name}.load")
        parameters = record["parameters"]
        for key, value in parameters.items():
            parameters[key] = _restored(value)
        estimator = cls(**parameters)
        estimator.classes_ = np.array(record["classes"], dtype=np.dtype(record["classes_dtype"]))
        if estimator.classes_.ndim != 1:
            raise ValueError(f"classes: {record['classes']}, expected a list")
        estimator.n_features_in_ = int(record["n_features_in"])
        if record["feature_names_in"] is not None:
            estimator.feature_names_in_ = np.array(record["feature_names_in"], dtype=object)
        estimator._scaling = InputScaling(
            _array(record["input_mean"]), _array(record["input_scale"])
        )
        estimator.history_ = record["history"]
        estimator.history_.setdefault(_TIME, [math.nan] * len(estimator.history_["loss"]))
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"the file's description of the estimator is damaged: {error}") from error
    return estimator


def _plain(value: Any) -> Any:
    """A parameter as JSON knows it; a random generator as None, since its state is not kept."""
    if isinstance(value, Noise):
        return {_NOISE: {each.name: getattr(value, each.name) for each in fields(value)}}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.random.Generator | np.random.RandomState):
        return None
    if isinstance(value, tuple | list | np.ndarray):
        return [_plain(each) for each in value]
    return value


def _restored(value: Any) -> Any:
    """What `_plain` made a list or a dictionary."""
    if isinstance(value, list):
        return tuple(map(_restored, value))
    return Noise(**value[_NOISE]) if isinstance(value, dict) else value


def _listed(array: Any) -> list[Any] | None:
    return None if array is None else list(array.tolist())


def _array(values: list[float] | None) -> Any:
    return None if values is None else np.array(values, dtype=np.float64)

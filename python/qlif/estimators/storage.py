"""Estimators in a network's metadata: what makes a file of the network a file of the estimator."""

from __future__ import annotations

import json
import math
import os
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .._engine import loading
from ..errors import ArgumentError, FormatError
from ..network import Network
from ..neurons import Neuron
from ..quantum.noise import Noise
from ..trainer import Trainer
from ._sklearn import check_is_fitted
from .scaling import InputScaling
from .seeds import Seeds

Self = TypeVar("Self", bound="Storage")

_NEURON, _NOISE = "neuron", "noise"
_TIME = "images_per_second"


class Storage:
    """The methods of a classifier that write it to a file and read it."""

    classes_: NDArray[Any]
    n_features_in_: int
    network_: Network
    readout: str | None
    random_state: Any

    _scaling: InputScaling
    _shuffler: np.random.Generator
    _streaming: Trainer | None

    def _check_network(self) -> None:
        """Refuses parameters that no longer describe the network that was trained."""
        raise NotImplementedError

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes network, parameters and classes to one ``.safetensors`` file, atomically.

        `Network.load` reads the file too. A `random_state` that is not a number is not kept.

        Raises:
            ArgumentError: the parameters were changed since `fit`, to those of another network.
            FileError: the file cannot be written.
        """
        check_is_fitted(self, "network_")
        self._check_network()
        metadata = self.network_.metadata
        note = {
            loading.ESTIMATOR: encode(self),
            loading.READOUT: self.readout or self.network_.readout,
            loading.CLASSES: json.dumps([loading.class_name(each) for each in self.classes_]),
        }
        before = {key: metadata[key] for key in note if key in metadata}
        metadata.update(note)
        try:
            self.network_.save(path)
        finally:
            # A save leaves no trace in the network.
            for key in note:
                del metadata[key]
            metadata.update(before)

    @classmethod
    def load(cls: type[Self], path: str | os.PathLike[str]) -> Self:
        """Reads a file that `save` wrote, or a checkpoint of `fit`.

        A checkpoint gives the estimator as it was after the last whole epoch;
        ``fit(..., checkpoint=path)`` goes on with its training.

        Raises:
            FileError: the file cannot be read.
            FormatError: the file is damaged, or holds something else; `qlif.load` reads any.
        """
        found = loading.metadata(path)
        is_checkpoint = loading.CHECKPOINT in found
        key = loading.CHECKPOINT if is_checkpoint else loading.ESTIMATOR
        network = Trainer._read(path).network if is_checkpoint else Network.load(path)
        text = network.metadata.pop(key, None)
        for each in (loading.READOUT, loading.CLASSES):
            network.metadata.pop(each, None)
        if text is None:
            raise FormatError(f"{path} holds no {cls.__name__}: {loading.reader(found)} reads it")
        estimator: Self = decode(text, cls)
        if is_checkpoint:
            network = estimator._scaling.fold(network)
        expected = (estimator.n_features_in_, len(estimator.classes_))
        if (int(np.prod(network.input_shape)), network.classes) != expected:
            raise FormatError("the file's network and estimator do not fit together")
        estimator.network_ = network
        try:
            estimator._check_network()
        except ArgumentError as error:
            raise FormatError(f"the file contradicts itself: {error}") from error
        estimator._shuffler = Seeds.of(estimator.random_state).shuffler()
        estimator._streaming = None
        return estimator


def encode(estimator: Any, **more: Any) -> str:
    """Parameters, classes and the inputs' scaling, and what else there is, as JSON text."""
    classes = estimator.classes_
    scaling: InputScaling = estimator._scaling
    record = {
        "class": type(estimator).__name__,
        # Neurons as they are, also where they are the class's: its defaults may change one day.
        "parameters": {
            name: _plain(estimator._in_force(name)) for name in estimator.get_params(deep=False)
        },
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
        estimator = _without_defaults(cls(**parameters))
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


def _without_defaults(estimator: Any) -> Any:
    """The estimator with None in the place of neurons that this stands for."""
    for name in ("neuron", "output_neuron"):
        given = getattr(estimator, name)
        setattr(estimator, name, None)
        if estimator._in_force(name) != given:
            setattr(estimator, name, given)
    return estimator


def _plain(value: Any) -> Any:
    """A parameter as JSON knows it; a random generator as None, since its state is not kept."""
    if isinstance(value, Neuron):
        # With constants in full where the engine's have fewer digits.
        exact = {name: each for name, each in vars(value).items() if isinstance(each, float)}
        return {_NEURON: {**value.to_description(), **exact}}
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
    if not isinstance(value, dict):
        return value
    if _NOISE in value:
        return Noise(**value[_NOISE])
    return Neuron.from_description(value[_NEURON])


def _listed(array: Any) -> list[Any] | None:
    return None if array is None else list(array.tolist())


def _array(values: list[float] | None) -> Any:
    return None if values is None else np.array(values, dtype=np.float64)

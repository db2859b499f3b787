"""Parameters of an estimator by name, with those of its neurons: ``neuron__threshold``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import wraps
from inspect import signature
from typing import Any

from ..errors import ArgumentError
from ._sklearn import BaseEstimator


class Parameters(BaseEstimator):
    """An estimator whose parameters may be frozen dataclasses, such as neurons.

    A field of such an object is a parameter too, named ``parameter__field``. Objects are shared,
    between estimators and their copies, and never changed: `set_params` puts a new one in place.

    A subclass may change defaults in its class line and leaves the constructor alone::

        class WideClassifier(qlif.SpikingClassifier, hidden=(5000,), learning_rate=1e-4): ...
    """

    def __init_subclass__(cls, **defaults: Any) -> None:
        super().__init_subclass__()
        if defaults:
            changed: Any = _with_defaults(cls.__init__, defaults)
            cls.__init__ = changed  # type: ignore[method-assign]

    def _keep(self, given: dict[str, Any]) -> None:
        """Sets the parameters as they were given: all that a constructor may do in scikit-learn.

        Args:
            given: the constructor's ``locals()``.
        """
        vars(self).update({name: value for name, value in given.items() if name != "self"})

    def __setattr__(self, name: str, value: Any) -> None:
        """Takes parameters and fitted attributes: a name that means nothing is an error."""
        if not (
            name.startswith("_")
            or name.endswith("_")
            or name in self._get_param_names()
            or hasattr(type(self), name)
        ):
            raise AttributeError(f"{type(self).__name__} has no parameter {name!r}")
        super().__setattr__(name, value)

    def _in_force(self, name: str) -> Any:
        """The value of a parameter, or the object that its None stands for."""
        return getattr(self, name)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The parameters by name.

        Args:
            deep: whether also those of neurons and other objects, as ``neuron__threshold``; where
                a neuron is None, those of the neuron that this stands for.
        """
        params = super().get_params(deep=False)
        if deep:
            for name in list(params):
                params.update(_inner(name, self._in_force(name)))
        return params

    def set_params(self, **params: Any) -> Any:
        """Sets parameters by name; ``neuron__threshold=0.4`` replaces the neuron by a new one.

        Returns:
            The estimator itself.

        Raises:
            ArgumentError: an unknown name, or a value that the neuron refuses. It is a ValueError.
        """
        own, inner = _sorted_out(params)
        super().set_params(**own)
        for name, changes in inner.items():
            if name not in self._get_param_names():
                raise ArgumentError(f"{type(self).__name__} has no parameter {name!r}")
            setattr(self, name, _replaced(self._in_force(name), name, changes))
        return self


def _inner(place: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The fields of a dataclass, and those of dataclasses in it, by the names of parameters."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            name = f"{place}__{each.name}"
            yield name, getattr(value, each.name)
            yield from _inner(name, getattr(value, each.name))


def _sorted_out(params: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Parameters without ``__``, and the others by what stands before it."""
    own: dict[str, Any] = {}
    inner: dict[str, dict[str, Any]] = {}
    for key, value in params.items():
        name, separator, rest = key.partition("__")
        if separator:
            inner.setdefault(name, {})[rest] = value
        else:
            own[name] = value
    return own, inner


def _replaced(value: Any, place: str, changes: Mapping[str, Any]) -> Any:
    """A dataclass with other values of some fields."""
    if not is_dataclass(value) or isinstance(value, type):
        raise ArgumentError(f"{place} is {value!r}, which has no parameters of its own")
    names = [each.name for each in fields(value)]
    own, inner = _sorted_out(changes)
    for name in (*own, *inner):
        if name not in names:
            raise ArgumentError(f"{place} has no parameter {name!r}: {names}")
    for name, deeper in inner.items():
        own[name] = _replaced(own.get(name, getattr(value, name)), f"{place}__{name}", deeper)
    return replace(value, **own)


def _with_defaults(constructor: Callable[..., None], defaults: Mapping[str, Any]) -> Any:
    """A constructor with other defaults, which its signature says, as scikit-learn wants it."""
    own = signature(constructor)
    unknown = sorted(defaults.keys() - own.parameters.keys())
    if unknown:
        raise TypeError(f"{constructor.__qualname__} has no parameter {unknown[0]!r}")
    changed = own.replace(
        parameters=[
            each.replace(default=defaults.get(name, each.default))
            for name, each in own.parameters.items()
        ]
    )

    @wraps(constructor)
    def construct(*args: Any, **given: Any) -> None:
        bound = changed.bind(*args, **given)
        bound.apply_defaults()
        constructor(*bound.args, **bound.kwargs)

    construct.__signature__ = changed  # type: ignore[attr-defined]
    return construct

"""Networks of dense layers."""

from __future__ import annotations

from collections.abc import Iterable

from ..layers import Dense, Layer
from .base import SpikingClassifier


class DenseClassifier(SpikingClassifier):
    """Base of the classifiers whose hidden layers are dense."""

    hidden: int | Iterable[int]

    def _hidden_layers(self) -> list[Layer]:
        hidden = self.hidden if isinstance(self.hidden, Iterable) else (self.hidden,)
        return [Dense(units, self._hidden_neuron()) for units in hidden]

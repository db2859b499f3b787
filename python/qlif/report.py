"""What one pass over a batch showed."""

from __future__ import annotations

from typing import NamedTuple

from ._engine import library
from ._engine.arrays import FloatArray

__all__ = ["Report"]


class Report(NamedTuple):
    """What one pass over a batch showed.

    Attributes:
        loss: mean over the batch.
        correct: samples whose prediction was right.
        samples: samples in the batch.
        firing_rates: for each layer the spikes per neuron and step, 0 to 1; of a max-pooling per
            window, of an average those of the neurons before it.
        learning_rate: of this update; 0 where nothing was updated.
        gradient_norm: before clipping; 0 where no gradient was computed.
    """

    loss: float
    correct: int
    samples: int
    firing_rates: tuple[float, ...]
    learning_rate: float
    gradient_norm: float

    @property
    def accuracy(self) -> float:
        """Share of the samples whose prediction was right, 0 to 1."""
        return self.correct / self.samples

    @classmethod
    def of(cls, struct: library.ReportStruct, samples: int, rates: FloatArray) -> Report:
        """The engine's struct in Python's terms."""
        return cls(
            struct.loss,
            struct.correct,
            samples,
            tuple(rates.tolist()),
            struct.learning_rate,
            struct.gradient_norm,
        )

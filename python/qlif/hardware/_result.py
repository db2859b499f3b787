"""What a run on a device returned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ..quantum.noise import Noise
from ..recording import Recording
from ._report import HardwareReport


@dataclass(frozen=True)
class HardwareResult:
    """What a run on a device returned, beside what the engine says.

    Attributes:
        recording: the device's spikes and alpha (measured frequencies), ``[steps, batch, units]``.
        predictions: the class of each sample, ``[batch]``: of a classifier as its `predict` has it.
        noiseless: the same run by the engine.
        noisy: the same run in closed form with the backend's noise and infinitely many shots.
        expected: alpha of each step, predicted from what the device measured in the step before;
            one array ``[steps, batch, units]`` for each layer.
        noise: what was taken for the backend's noise, one for each layer.
        report: figures of agreement and cost.
    """

    recording: Recording
    predictions: NDArray[Any]
    noiseless: Recording
    noiseless_predictions: NDArray[Any]
    noisy: Recording
    noisy_predictions: NDArray[Any]
    expected: tuple[Any, ...]
    noise: tuple[Noise, ...]
    report: HardwareReport

    @property
    def spikes(self) -> Any:
        """The device's spikes, one array ``[steps, batch, units]`` for each layer."""
        return self.recording.spikes

    @property
    def alpha(self) -> Any:
        """The measured frequencies, one array ``[steps, batch, units]`` for each layer."""
        return self.recording.membrane

    def plot(self, sample: int = 0) -> tuple[Any, Any]:
        """A picture of the report (extra ``plot``); returns ``(fig, axes)``."""
        from ._picture import draw

        return draw(self, sample)

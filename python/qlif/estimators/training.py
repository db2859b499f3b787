"""The loop over epochs and batches: history, progress bar, early stopping, Ctrl-C."""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from .._engine.arrays import FloatArray, LabelArray
from ..errors import InterruptedWarning, SilentLayerWarning
from ..network import Network
from ..quantum.noise import LayerNoise, NoiseRun
from ..report import Report
from ..trainer import Trainer
from .checkpoint import Checkpoint
from .interruption import leaves

# Rows that go through a network at a time where nothing is learned: enough to keep the cores busy,
# and few enough that the spikes of a large layer stay small.
INFERENCE_BATCH = 500

History = dict[str, list[Any]]


@dataclass
class Totals:
    """Sums over the batches of an epoch."""

    samples: int = 0
    loss: float = 0.0
    correct: int = 0
    rates: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def add(self, report: Report) -> None:
        """Adds one batch, weighted by its samples."""
        rates = np.asarray(report.firing_rates) * report.samples
        self.rates = rates if self.samples == 0 else self.rates + rates
        self.samples += report.samples
        self.loss += report.loss * report.samples
        self.correct += report.correct

    @property
    def mean_loss(self) -> float:
        """Mean loss of a sample."""
        return self.loss / self.samples

    @property
    def accuracy(self) -> float:
        """Share of the samples whose prediction was right."""
        return self.correct / self.samples

    @property
    def firing_rate(self) -> list[float]:
        """Spikes per neuron and step of each layer."""
        return [float(rate) for rate in self.rates / self.samples]


@dataclass
class Samples:
    """Rows of X with their class indices; X itself is neither copied nor converted whole."""

    X: NDArray[Any]
    labels: LabelArray
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass
class TrainingLoop:
    """Trains for some epochs and writes down how it went.

    Attributes:
        trainer: makes the updates.
        training: what to learn from.
        prepare: applied to each batch, some rows of X, before the network sees it.
        batch_size: samples for one update; the last batch of an epoch may be smaller.
        shuffler: orders the samples anew for each epoch.
        validation: what to measure each epoch on, or None.
        patience: epochs without a better validation accuracy after which to stop and to go back to
            the best epoch; None never stops early.
        watched: layers to warn about when they are silent.
        loss, reading, readout: for the validation, as in training.
        noise: for the validation, as in training.
        show: whether to draw a progress bar.
        done: epochs that an interrupted training had behind it.
        checkpoint: where to write the state after each epoch, or None.
    """

    trainer: Trainer
    training: Samples
    prepare: Callable[[NDArray[Any]], NDArray[Any]]
    batch_size: int
    shuffler: np.random.Generator
    validation: Samples | None
    patience: int | None
    watched: Sequence[int]
    loss: str | None
    reading: str | None
    readout: str | None
    show: bool
    noise: LayerNoise = None
    history: History = field(default_factory=dict)
    done: int = 0
    checkpoint: Checkpoint | None = None

    def run(self, epochs: int) -> None:
        """Trains until the epochs are over, validation stops improving, or Ctrl-C."""
        bar = tqdm(
            total=epochs * len(self.training),
            initial=self.done * len(self.training),
            unit="img",
            disable=not self.show,
            dynamic_ncols=True,
            mininterval=0.1 if sees_progress() else 10,  # seconds; each one is a line in a log
        )
        best = Best(self.trainer.network) if self.patience is not None else None
        with bar:
            try:
                for epoch in range(self.done, epochs):
                    bar.set_description(f"epoch {epoch + 1}/{epochs}", refresh=False)
                    self._epoch(bar)
                    if self.checkpoint:
                        self.checkpoint.write(self.trainer, self.shuffler)
                    if best and best.stale(self.history) >= (self.patience or 0):
                        break
            except KeyboardInterrupt:
                if leaves():
                    raise
                warnings.warn(
                    "training was interrupted; the network keeps what it had learned",
                    InterruptedWarning,
                    stacklevel=4,
                )
        if best:
            best.restore()

    def _epoch(self, bar: Any) -> None:
        totals, report = Totals(), None
        order = self.shuffler.permutation(self.training.rows)
        start = time.perf_counter()
        for first in range(0, len(order), self.batch_size):
            rows = order[first : first + self.batch_size]
            report = self.trainer.step(
                self.prepare(self.training.X[rows]), self.training.labels[rows]
            )
            totals.add(report)
            shown = {"loss": totals.mean_loss, "accuracy": totals.accuracy}
            if "val_accuracy" in self.history:
                shown["val_accuracy"] = self.history["val_accuracy"][-1]
            bar.set_postfix({k: f"{v:.4f}" for k, v in shown.items()}, refresh=False)
            bar.update(len(rows))
        seconds = time.perf_counter() - start
        entry = {
            "loss": totals.mean_loss,
            "accuracy": totals.accuracy,
            "firing_rate": totals.firing_rate,
            "learning_rate": report.learning_rate if report else 0.0,
            "images_per_second": totals.samples / seconds,
        }
        if self.validation is not None:
            measured = evaluate(
                self.trainer.network,
                self.validation,
                self.prepare,
                self.loss,
                self.reading,
                self.readout,
                self.noise,
            )
            entry |= {"val_loss": measured.mean_loss, "val_accuracy": measured.accuracy}
        for name, value in entry.items():
            self.history.setdefault(name, []).append(value)
        self._warn_of_silence(totals.firing_rate)

    def _warn_of_silence(self, rates: list[float]) -> None:
        """Once per layer: the first epoch of silence is the one to tell about."""
        epoch = len(self.history["loss"])
        for layer in self.watched:
            earlier = (past[layer] for past in self.history["firing_rate"][:-1])
            if rates[layer] == 0 and 0 not in earlier:
                warnings.warn(
                    f"layer {layer} did not spike once in epoch {epoch}: nothing behind it can "
                    "learn from it. Try a lower threshold, inputs of another scale, or, for QLIF "
                    "neurons, a larger drive_scale.",
                    SilentLayerWarning,
                    stacklevel=6,
                )


class Best:
    """The parameters of the best epoch so far, by validation accuracy, then loss."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._mark: tuple[float, float] | None = None
        self._epoch = 0
        self._parameters: dict[str, FloatArray] = {}

    def stale(self, history: History) -> int:
        """Notes the newest epoch; returns how many epochs ago the best one was."""
        newest = len(history["val_loss"])
        mark = (history["val_accuracy"][-1], -history["val_loss"][-1])
        if self._mark is None or mark > self._mark:
            self._mark, self._epoch = mark, newest
            self._parameters = {
                name: view.copy() for name, view in self._network.parameters.items()
            }
        return newest - self._epoch

    def restore(self) -> None:
        """Puts the best epoch's parameters back."""
        for name, values in self._parameters.items():
            self._network.parameters[name][:] = values


def evaluate(
    network: Network,
    samples: Samples,
    prepare: Callable[[NDArray[Any]], NDArray[Any]],
    loss: str | None,
    reading: str | None,
    readout: str | None,
    noise: LayerNoise = None,
) -> Totals:
    """Loss, accuracy and firing rates of samples, without learning from them."""
    totals = Totals()
    for first in range(0, len(samples), INFERENCE_BATCH):
        rows = samples.rows[first : first + INFERENCE_BATCH]
        totals.add(
            network.evaluate(
                prepare(samples.X[rows]),
                samples.labels[rows],
                loss=loss,
                reading=reading,
                readout=readout,
                noise=NoiseRun(noise, network.seed, first),
            )
        )
    return totals


def progress_wanted(verbose: bool | str) -> bool:
    """Whether to draw a progress bar: ``"auto"`` draws where somebody can see it."""
    return sees_progress() if verbose == "auto" else bool(verbose)


def sees_progress() -> bool:
    """Whether a bar is drawn over and over in one place: on a terminal and in a notebook."""
    return sys.stderr.isatty() or "ipykernel" in sys.modules

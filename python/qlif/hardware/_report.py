"""How a run on a device compares with the engine."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

from .._engine import files

_ROWS = (
    ("predictions equal, noiseless engine", "predictions_noiseless", "{:.1%}"),
    ("predictions equal, noisy engine", "predictions_noisy", "{:.1%}"),
    ("spikes equal, noiseless engine", "spikes_noiseless", "{:.2%}"),
    ("spikes equal, noisy engine", "spikes_noisy", "{:.2%}"),
    ("mean |delta alpha|, noiseless engine", "delta_noiseless", "{:.5f}"),
    ("mean |delta alpha|, noisy engine", "delta_noisy", "{:.5f}"),
    ("mean |delta alpha|, step by step", "delta_step", "{:.5f}"),
    ("  expected from shots alone", "delta_shots", "{:.5f}"),
    ("shots of each circuit", "shots", "{:,}"),
    ("circuits", "circuits", "{:,}"),
    ("jobs", "jobs", "{:,}"),
    ("jobs that failed and were repeated", "failures", "{:,}"),
    ("qubits of a circuit, at most", "width", "{:,}"),
    ("depth after transpiling, at most", "depth", "{:,}"),
    ("estimated device time, s", "device_seconds", "{:,.1f}"),
)


@dataclass(frozen=True)
class HardwareReport:
    """How a run on a device compares with the engine.

    ``noiseless`` is the engine as it is, ``noisy`` the closed form with the backend's calibration
    and infinitely many shots; both run by themselves from the same input. ``step`` predicts each
    step from what the device itself measured in the step before, so that a neuron that fired
    once where the engine's did not counts once only.

    Attributes:
        backend: name of the backend.
        leak_form: ``"delay"`` or ``"rotation"``.
        samples: images that were run.
        steps: steps of each.
        predictions_noiseless: share of equal predictions.
        predictions_noisy: the same, of the noisy closed form.
        spikes_noiseless: share of equal spikes, over all layers, steps and neurons.
        spikes_noisy: the same, of the noisy closed form.
        delta_noiseless: mean of ``|alpha - alpha of the engine|``.
        delta_noisy: the same, of the noisy closed form.
        delta_step: the same, step by step.
        delta_shots: what finite shots alone make of `delta_step`,
            the mean of ``sqrt(2 alpha (1 - alpha) / (pi shots))``.
        shots: of each circuit.
        circuits: that were run, over all jobs.
        jobs: that were handed in.
        failures: jobs that failed and were repeated, in this process.
        width: qubits of the widest circuit.
        depth: of the deepest circuit after transpiling.
        rotations: of one neuron in one step, before transpiling.
        two_qubit_gates: in all circuits.
        device_seconds: shots times the circuits' lengths and the wait between shots.
    """

    backend: str
    leak_form: str
    samples: int
    steps: int
    predictions_noiseless: float
    predictions_noisy: float
    spikes_noiseless: float
    spikes_noisy: float
    delta_noiseless: float
    delta_noisy: float
    delta_step: float
    delta_shots: float
    shots: int
    circuits: int
    jobs: int
    failures: int
    width: int
    depth: int
    rotations: int
    two_qubit_gates: int
    device_seconds: float

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the report as JSON, at once or not at all."""
        files.write(path, json.dumps(asdict(self), indent=1).encode("utf-8"))

    def __str__(self) -> str:
        run = f"{self.backend}, leak {self.leak_form!r}"
        head = f"{run}: {self.samples} samples, {self.steps} steps"
        values = asdict(self)
        rows = [(label, form.format(values[name])) for label, name, form in _ROWS]
        width = max(len(label) for label, _ in rows)
        return "\n".join([head, *(f"{label:<{width}}  {value:>10}" for label, value in rows)])

"""The run itself: step by step, layer by layer, jobs over images."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from tqdm.auto import tqdm

from .._engine import arrays, descriptions
from .._engine.arrays import DoubleArray
from ..errors import ArgumentError, ShapeError
from ..network import Network
from ..quantum import circuits
from ..quantum.noise import Noise
from ..recording import LayerArrays, Recording
from ._device import Device, DeviceError, persist
from ._layers import DeviceLayer, as_executed, predict
from ._report import HardwareReport
from ._result import HardwareResult
from ._store import Store, digest
from ._template import Template


def run(
    model: Any,
    x: ArrayLike,
    backend: Any,
    shots: int = 4096,
    *,
    leak_form: str = "delay",
    qubits: Sequence[int] | None = None,
    qubits_per_circuit: int | None = None,
    circuits_per_job: int = 300,
    state: str | os.PathLike[str] | None = None,
    retries: int = 5,
    pause: float = 1.0,
    noise: Noise | None = None,
    readout: str | None = None,
    seed: int | None = None,
    progress: bool = True,
) -> HardwareResult:
    """Executes a network on a quantum device, neuron by neuron (extra ``qiskit``).

    In every step each layer is a circuit of as many qubits as it has neurons: ``RX(phi)`` prepares
    the memory, ``phi = 2 asin(sqrt(alpha))`` with the frequency measured in the step before, then
    ``RX(theta)`` on an input spike, else the leak; measuring `shots` times gives alpha. Where the
    device is smaller, the layer is several circuits. The circuit is transpiled once, with
    parameters; circuits of all samples are handed in together, `circuits_per_job` at a time.

    Args:
        model: a trained `qlif.Network` of dense QLIF layers, or a fitted classifier that has one.
        x: ``[batch, *input_shape]`` or ``[steps, batch, *input_shape]``.
        backend: a Qiskit ``BackendV2`` (``AerSimulator``, a fake one, a device) or ``SamplerV2``.
        shots: measurements of each circuit, >= 1.
        leak_form: ``"delay"``: a real wait of ``delay_scale |v| T1 / neuron.t1`` with the qubit's
            own calibrated T1, at most 12 T1; ``"rotation"``: ``RX(gamma)``.
        qubits: the device's qubits to use, neuron j on ``qubits[j % len(qubits)]``; None: those
            that read best, without those whose calibration says T2 > 2 T1.
        qubits_per_circuit: the most neurons in one circuit; None: as many as there are qubits, and
            6 on a simulator, whose work grows as 4^n.
        circuits_per_job: circuits that are handed in at once.
        state: a folder that the run is kept in. A run that stopped, for whatever reason, goes on
            from there and repeats no finished job. None: a temporary one, kept when the run fails.
        retries: how often a failed job is handed in again.
        pause: seconds before the first repetition; doubled each time.
        noise: what the noisy engine takes as noise; None: the backend's calibration.
        readout: as in `Network.predict`; None: the classifier's, or the engine's default.
        seed: of a simulator, 0 to 2**31 - 1; None: whatever it takes.
        progress: whether to show a progress bar.

    Returns:
        A `HardwareResult`: spikes, alpha, predictions, the engine's, and a report.

    Raises:
        ArgumentError: a value that is not allowed; a circuit larger than the device; a delay on a
            backend without T1.
        DeviceError: a job failed ``retries + 1`` times; says where the rest is saved.
    """
    network = getattr(model, "network_", model)
    if not isinstance(network, Network):
        raise ArgumentError(f"model is {model!r}, expected a qlif.Network or a fitted classifier")
    if readout is None and network is not model:
        readout = model.readout
    job = _Run(
        network=network,
        x=x,
        shots=arrays.integer(shots, "shots", 1, 2**31 - 1),
        leak_form=leak_form,
        readout=descriptions.name_of(
            "readout", network.readout if readout is None else readout, "readout"
        ),
        device=Device(
            backend, qubits, qubits_per_circuit, max(map(math.prod, network.layer_shapes))
        ),
        per_job=arrays.integer(circuits_per_job, "circuits_per_job", 1, 2**31 - 1),
        retries=arrays.integer(retries, "retries", 0, 1000),
        pause=_pause(pause),
        seed=None if seed is None else arrays.integer(seed, "seed", 0, 2**31 - 1),
        state=state,
    )
    job.execute(progress)
    return job.result(noise, getattr(model, "classes_", None))


def _pause(value: Any) -> float:
    pause = arrays.number(value, "pause")
    if not 0 <= pause < math.inf:
        raise ArgumentError(f"pause is {pause}, expected 0 or more (seconds)")
    return pause


class _Run:
    """A run under way."""

    def __init__(
        self,
        *,
        network: Network,
        x: ArrayLike,
        shots: int,
        leak_form: str,
        readout: str,
        device: Device,
        per_job: int,
        retries: int,
        pause: float,
        seed: int | None,
        state: str | os.PathLike[str] | None,
    ) -> None:
        self.network, self.shots = as_executed(network, leak_form), shots
        self.leak_form, self.readout = leak_form, readout
        self.device, self.retries, self.pause = device, retries, pause
        self.seed = seed
        self.per_job = min(per_job, device.most_circuits or per_job)
        self.layers = [DeviceLayer(self.network, i) for i in range(len(self.network.layers))]
        self.x = _input(network, x)
        self.steps, self.batch = self.x.shape[:2]
        # A T1 of each neuron's qubit; a backend without is refused before anything runs.
        waits = leak_form == "delay"
        self.t1 = [device.t1(layer.units) if waits else None for layer in self.layers]
        if waits and not device.target.dt:
            raise ArgumentError(
                f"leak_form is 'delay', but backend {device.name} has no dt: "
                'expected leak_form="rotation"'
            )
        self.templates: dict[tuple[int, ...], Template] = {}
        self.alpha = [np.zeros((self.steps, self.batch, layer.units)) for layer in self.layers]
        self.spikes = [np.zeros_like(each) for each in self.alpha]
        self.circuits = self.jobs = self.failures = 0
        self.seconds = 0.0
        self.store = Store(
            state,
            {
                "network": digest(network.to_bytes()),
                "input": digest(self.x),
                "backend": device.name,
                "shots": shots,
                "leak_form": leak_form,
                "qubits": device.qubits,
                "qubits_per_circuit": device.width,
                "circuits_per_job": self.per_job,
                "seed": seed,
            },
        )

    # ---- Steps -------------------------------------------------------------------------

    def execute(self, progress: bool) -> None:
        """Runs every step that is not saved yet."""
        bar = tqdm(
            total=self.steps * len(self.layers),
            disable=not progress,
            unit="layer",
            desc=f"{self.device.name}",
        )
        with bar:
            for step in range(self.steps):
                kept = self.store.step(step, [each[step].shape for each in self.alpha])
                signal = self.x[step]
                for index, layer in enumerate(self.layers):
                    self._layer(step, layer, signal, None if kept is None else kept[index])
                    signal = self.spikes[index][step]
                    bar.update()
                bar.set_postfix(step=step, jobs=self.jobs, failed=self.failures)
                if kept is None:
                    self.store.save_step(step, [each[step] for each in self.alpha])
        self.store.finish()

    def _layer(
        self, step: int, layer: DeviceLayer, signal: DoubleArray, kept: DoubleArray | None
    ) -> None:
        """One step of one layer, for all samples."""
        index = layer.index
        memory, rests = self._memory(step, layer)
        u, v = layer.currents(signal)
        phi, theta, wait = layer.angles(memory, u, v, self.t1[index])
        tasks = self._tasks(layer.units, rests)
        read = np.zeros((self.batch, layer.units))
        for part in range(0, len(tasks), self.per_job):
            some = tasks[part : part + self.per_job]
            # The width of the widest, so that a job is one array.
            self._account(some, wait)
            if kept is None:
                bound = self._job(f"{step:05d}-{index:03d}-{part:07d}", some, phi, theta, wait)
                for (sample, span), frequencies in zip(some, bound, strict=True):
                    read[sample, span] = frequencies[: span.stop - span.start]
        read = np.where(rests, 0.0, read) if kept is None else kept
        self.alpha[index][step] = read
        self.spikes[index][step] = read > np.float32(layer.neuron.threshold)

    def _memory(self, step: int, layer: DeviceLayer) -> tuple[DoubleArray, Any]:
        """The populations that the neurons remember, and which neurons rest in this step."""
        if step == 0:
            return np.zeros((self.batch, layer.units)), np.zeros((self.batch, layer.units), bool)
        fired = self.spikes[layer.index][step - 1] > 0
        memory = np.where(fired, 0.0, self.alpha[layer.index][step - 1])
        return memory, fired & layer.neuron.refractory

    def _tasks(self, units: int, rests: Any) -> list[tuple[int, slice]]:
        """One circuit each: a sample and its neurons; those that all rest are left out."""
        spans = [
            slice(at, min(at + self.device.width, units))
            for at in range(0, units, self.device.width)
        ]
        return [
            (sample, span)
            for span in spans
            for sample in range(self.batch)
            if not rests[sample, span].all()
        ]

    def _template(self, span: slice) -> Template:
        qubits = tuple(self.device.qubit(j) for j in range(span.start, span.stop))
        if qubits not in self.templates:
            self.templates[qubits] = Template(self.device, qubits, delays=self.leak_form == "delay")
        return self.templates[qubits]

    def _account(self, tasks: list[tuple[int, slice]], wait: DoubleArray | None) -> None:
        self.jobs += 1
        self.circuits += len(tasks)
        for sample, span in tasks:
            longest = 0.0 if wait is None else float(wait[sample, span].max()) * 1e-6
            length = self._template(span).duration + longest + self.device.repetition_delay
            self.seconds += self.shots * length

    # ---- Jobs --------------------------------------------------------------------------

    def _job(
        self,
        name: str,
        tasks: list[tuple[int, slice]],
        phi: DoubleArray,
        theta: DoubleArray,
        wait: DoubleArray | None,
    ) -> DoubleArray:
        """The frequencies of some circuits, ``[circuits, width]``, saved when they are there."""
        saved = self.store.job(name, (len(tasks), self.device.width))
        if saved is not None:
            return np.asarray(saved, np.float64)
        bound = [
            self._template(span).bind(
                phi[sample, span], theta[sample, span], None if wait is None else wait[sample, span]
            )
            for sample, span in tasks
        ]
        seed = None if self.seed is None else int(digest(f"{self.seed} {name}".encode())[:7], 16)

        def attempt() -> list[DoubleArray]:
            pending = self.store.pending(name)
            job = self.device.retrieve(pending) if pending else None
            if job is None:
                job = self.device.submit(bound, self.shots, seed)
                identifier = getattr(job, "job_id", None)
                if callable(identifier) and not self.device.is_simulator:
                    self.store.save_pending(name, str(identifier()))
            return self.device.frequencies(job, bound, self.shots)

        def failed(error: Exception) -> None:
            self.failures += 1
            self.store.save_pending(name, None)

        try:
            rows = persist(attempt, self.retries, self.pause, failed)
        except Exception as error:
            raise DeviceError(
                f"backend {self.device.name} failed {self.retries + 1} times at job {name}: "
                f"{error}; what came before is saved: go on with state={str(self.store.folder)!r}"
            ) from error
        table = np.zeros((len(rows), self.device.width))
        for row, frequencies in zip(table, rows, strict=True):
            row[: len(frequencies)] = frequencies
        self.store.save_job(name, table)
        return table

    # ---- What came of it ---------------------------------------------------------------

    def result(self, noise: Noise | None, classes: NDArray[Any] | None) -> HardwareResult:
        """The device's records beside the engine's; `classes` are what the outputs are called."""
        noises = tuple(
            (self.device.noise(layer.units) if noise is None else noise) for layer in self.layers
        )
        x = self.x.astype(np.float32).reshape(*self.x.shape[:2], *self.network.input_shape)
        noiseless = self.network.simulate(x)
        # Infinitely many shots: what the device's frequencies scatter about.
        noisy = self.network.simulate(x, noise=[replace(each, shots=None) for each in noises])
        expected = tuple(self._expected(noises))
        device = _recording(self.spikes, self.alpha)
        predictions = [
            predict(each.spikes[-1], each.membrane[-1], self.readout)
            for each in (device, noiseless, noisy)
        ]
        if classes is not None:
            predictions = [classes[each] for each in predictions]
        return HardwareResult(
            recording=device,
            predictions=predictions[0],
            noiseless=noiseless,
            noiseless_predictions=predictions[1],
            noisy=noisy,
            noisy_predictions=predictions[2],
            expected=expected,
            noise=noises,
            report=self._report(device, noiseless, noisy, expected, predictions),
        )

    def _expected(self, noises: tuple[Noise, ...]) -> Any:
        """Alpha of each step from what the device measured in the step before."""
        signal = self.x
        for layer, noise in zip(self.layers, noises, strict=True):
            found = np.zeros_like(self.alpha[layer.index])
            u, v = layer.currents(signal)
            wide = noise.take(list(range(layer.units)) * self.batch)
            for step in range(self.steps):
                memory, rests = self._memory(step, layer)
                read = circuits.run(
                    layer.neuron,
                    u[step].reshape(1, -1),
                    v[step].reshape(1, -1),
                    noise=wide,
                    before=memory.ravel(),
                ).alpha
                found[step] = np.where(rests, 0.0, read.reshape(memory.shape))
            yield found
            signal = self.spikes[layer.index]

    def _report(
        self, device: Recording, noiseless: Recording, noisy: Recording, expected: Any, labels: Any
    ) -> HardwareReport:
        def share(a: Any, b: Any) -> float:
            return float(
                np.mean(np.concatenate([np.ravel(p == q) for p, q in zip(a, b, strict=True)]))
            )

        def mean(values: list[Any]) -> float:
            return float(np.mean(np.concatenate([np.ravel(each) for each in values])))

        def delta(a: Any) -> float:
            return mean([np.abs(p - q) for p, q in zip(self.alpha, a, strict=True)])

        shots_alone = [np.sqrt(2 * p * (1 - p) / (np.pi * self.shots)) for p in expected]
        gates = [template.circuit for template in self.templates.values()]
        logical = [template.logical for template in self.templates.values()]
        return HardwareReport(
            backend=self.device.name,
            leak_form=self.leak_form,
            samples=self.batch,
            steps=self.steps,
            predictions_noiseless=float(np.mean(labels[0] == labels[1])),
            predictions_noisy=float(np.mean(labels[0] == labels[2])),
            spikes_noiseless=share(device.spikes, noiseless.spikes),
            spikes_noisy=share(device.spikes, noisy.spikes),
            delta_noiseless=delta(noiseless.membrane),
            delta_noisy=delta(noisy.membrane),
            delta_step=delta(expected),
            delta_shots=mean(shots_alone),
            shots=self.shots,
            circuits=self.circuits,
            jobs=self.jobs,
            failures=self.failures,
            width=max(circuit.num_clbits for circuit in gates),
            depth=max(template.depth for template in self.templates.values()),
            rotations=max(c.count_ops().get("rx", 0) // c.num_qubits for c in logical),
            two_qubit_gates=sum(circuit.num_nonlocal_gates() for circuit in gates),
            device_seconds=self.seconds,
        )


def _input(network: Network, x: ArrayLike) -> DoubleArray:
    """The input as ``[steps, batch, features]``."""
    array, shape = arrays.float32(x, "x"), network.input_shape
    extra = array.ndim - len(shape)
    if extra not in (1, 2) or array.shape[extra:] != shape or array.size == 0:
        raise ShapeError(
            f"x has shape {array.shape}, expected [batch, *{shape}] or [steps, batch, *{shape}]"
        )
    if not np.isfinite(array).all():
        raise ArgumentError("x holds NaN or infinity, expected finite numbers")
    if extra == 1:
        array = np.broadcast_to(array, (network.steps, *array.shape))
    return array.reshape(*array.shape[:2], -1).astype(np.float64)


def _recording(spikes: list[Any], alpha: list[Any]) -> Recording:
    return Recording(
        spikes=LayerArrays("spikes", [each.astype(np.float32) for each in spikes]),
        membrane=LayerArrays("membrane", [each.astype(np.float32) for each in alpha]),
        currents=LayerArrays("currents", [None] * len(alpha)),
    )

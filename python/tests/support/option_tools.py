"""What `test_options` calls the package with, and how it sees whether an option did something."""

from __future__ import annotations

import itertools
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import qlif


class In:
    """A value of an option that means something beside certain others only."""

    def __init__(self, value, **context):
        self.value, self.context = value, context


class Refused:
    """A value that is refused, by name, since it could have no effect."""

    def __init__(self, value, **context):
        self.value, self.context = value, context


def seen(value):
    """Anything in a form that can be compared."""
    if isinstance(value, np.ndarray | np.generic):
        return np.shape(value), np.asarray(value).tobytes()
    if isinstance(value, qlif.Recording):
        return seen([records(each) for each in (value.spikes, value.membrane, value.currents)])
    if isinstance(value, dict):
        return {key: seen(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [seen(each) for each in value]
    if hasattr(value, "canvas"):  # a figure of matplotlib
        value.canvas.draw()
        return seen(np.asarray(value.canvas.buffer_rgba()))
    return bytes(value) if isinstance(value, bytes) else repr(value)


def records(arrays):
    return [arrays[i] if arrays.recorded(i) else None for i in range(len(arrays))]


@dataclass
class Tools:
    """A folder, what was printed, and a few things to call the package with."""

    folder: Path
    capfd: Any
    counter: Any = field(default_factory=itertools.count)

    def new(self):
        return self.folder / str(next(self.counter))

    def printed(self):
        return bool(self.capfd.readouterr().err.strip())

    def axes(self):
        pyplot = pytest.importorskip("matplotlib.pyplot")
        return pyplot.figure(figsize=(3, 2)).add_subplot()

    def axes3d(self):
        pyplot = pytest.importorskip("matplotlib.pyplot")
        return pyplot.figure(figsize=(3, 2)).add_subplot(projection="3d")

    def data_dir(self):
        """Data sets of a few images."""
        rng = np.random.default_rng(0)
        for name, part in itertools.product(("mnist", "kmnist"), ("train", "t10k")):
            folder = self.folder / "data" / name
            folder.mkdir(parents=True, exist_ok=True)
            for kind, values in (
                ("images-idx3", rng.integers(0, 256, (4, 28, 28), np.uint8)),
                ("labels-idx1", rng.integers(0, 10, 4, np.uint8)),
            ):
                head = bytes([0, 0, 8, values.ndim]) + struct.pack(
                    f">{values.ndim}I", *values.shape
                )
                (folder / f"{part}-{kind}-ubyte").write_bytes(head + values.tobytes())
        return self.folder / "data"


# ---- Networks --------------------------------------------------------------------------------

RNG = np.random.default_rng(0)
SEQUENCE = RNG.uniform(-1, 1, (6, 12, 5)).astype(np.float32)
IMAGES = RNG.uniform(0, 1, (8, 1, 8, 8)).astype(np.float32)
NOISE = qlif.Noise(shots=20, depolarizing=0.05)


def network(neuron=None, seed=0, steps=6):
    hidden = qlif.QLIF(threshold=0.4, drive_scale=2.0) if neuron is None else neuron
    layers = [qlif.Dense(9, hidden), qlif.Dense(3, qlif.QLIF(threshold=0.1))]
    return qlif.Network(input_shape=(5,), layers=layers, steps=steps, seed=seed)


# What one readout finds, and the other does not always.
LABELS = network().predict(SEQUENCE, readout="spike_count")


def planes(layers):
    last = qlif.Dense(2, qlif.QLIF(threshold=0.3))
    return qlif.Network(input_shape=(1, 8, 8), layers=[*layers, last], steps=3, seed=0)


def trained(net, x, y, **options):
    """All that a few updates show and leave."""
    trainer = qlif.Trainer(net, **options)
    reports = [trainer.step(x, y) for _ in range(3)]
    return [reports, dict(net.parameters), net.simulate(x)]


# ---- Options of several callables --------------------------------------------------------------

SLOW = qlif.Noise(thermal=(200.0, 150.0, 0.1, 0.02))
OF_THE_TRAINER = {
    "reading": "spike_count",
    "readout": "membrane",
    "schedule": "cosine",
    "learning_rate": 0.1,
    "weight_decay": 0.5,
    "clip_norm": 1e-3,
    "warmup": In(0.9, schedule="one_cycle"),
}

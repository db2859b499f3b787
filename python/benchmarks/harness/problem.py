"""The task that every contender is given: sizes, images, labels and first weights."""

from __future__ import annotations

import gzip
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
NetworkName = Literal["qsnn", "qscnn"]

CLASSES = 10
PIXELS = 784
# Channels of the published QSCNN: conv 5x5, pool, conv 5x5, pool, dense.
CHANNELS = (12, 64)
KERNEL = 5
FLATTENED = CHANNELS[1] * 4 * 4


@dataclass(frozen=True)
class Problem:
    """One training task. The defaults are the published dense network's."""

    network: NetworkName = "qsnn"
    hidden: int = 1000
    steps: int = 25
    batch: int = 200
    # Batches that a contender cycles through, so that it keeps meeting new images.
    batches: int = 8
    learning_rate: float = 5e-4
    threads: int = 2
    seed: int = 0

    def data(self) -> tuple[Floats, npt.NDArray[np.int64]]:
        """Images [batches, batch, 784] in [0, 1] and labels [batches, batch]."""
        count = self.batches * self.batch
        folder = os.environ.get("QLIF_DATA")
        found = _mnist(Path(folder), count) if folder else None
        images, labels = found or _mnist_like(count, self.seed)
        # A batch larger than the data set is filled by going round it again.
        return (
            np.resize(images, (self.batches, self.batch, PIXELS)),
            np.resize(labels, (self.batches, self.batch)),
        )

    def data_name(self) -> str:
        folder = os.environ.get("QLIF_DATA")
        is_there = folder and (Path(folder) / "mnist" / "train-images-idx3-ubyte.gz").is_file()
        return "MNIST" if is_there else "random images as sparse as MNIST"

    def weights(self) -> dict[str, Floats]:
        """First weights under qlif's parameter names, uniform in +-1/sqrt(inputs)."""
        random = np.random.default_rng(self.seed + 1)
        parameters: dict[str, Floats] = {}
        for index, shape in self.weight_shapes().items():
            bound = 1 / np.sqrt(np.prod(shape[1:]))
            for current in ("drive", "delay"):
                for part, size in (("weight", shape), ("bias", shape[:1])):
                    values = random.uniform(-bound, bound, size)
                    parameters[f"{index}.{current}_{part}"] = values.astype(np.float32)
        return parameters

    def weight_shapes(self) -> dict[int, tuple[int, ...]]:
        """Shape of the drive (and delay) weights by qlif's layer index; pooling counts."""
        if self.network == "qsnn":
            return {0: (self.hidden, PIXELS), 1: (CLASSES, self.hidden)}
        return {
            0: (CHANNELS[0], 1, KERNEL, KERNEL),
            2: (CHANNELS[1], CHANNELS[0], KERNEL, KERNEL),
            4: (CLASSES, FLATTENED),
        }


def published(network: NetworkName, threads: int = 2) -> Problem:
    """The published setting of a network: 25 steps dense, 50 convolutional, batch 200."""
    if network == "qsnn":
        return Problem(threads=threads)
    return Problem(network="qscnn", steps=50, batches=2, threads=threads)


def _mnist(folder: Path, count: int) -> tuple[Floats, npt.NDArray[np.int64]] | None:
    images = folder / "mnist" / "train-images-idx3-ubyte.gz"
    labels = folder / "mnist" / "train-labels-idx1-ubyte.gz"
    if not (images.is_file() and labels.is_file()):
        return None
    with gzip.open(images) as file:
        pixels = np.frombuffer(file.read(16 + count * PIXELS), np.uint8, offset=16)
    with gzip.open(labels) as file:
        digits = np.frombuffer(file.read(8 + count), np.uint8, offset=8)
    return pixels.reshape(-1, PIXELS).astype(np.float32) / 255, digits.astype(np.int64)


def _mnist_like(count: int, seed: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Random images of which 19 % of the pixels are lit, as in MNIST."""
    random = np.random.default_rng(seed)
    lit = random.random((count, PIXELS), dtype=np.float32) < 0.19
    images = random.random((count, PIXELS), dtype=np.float32) * lit
    return images, random.integers(0, CLASSES, count)

"""The images of a comparison, whole or the first few of them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from pathlib import Path

from ... import datasets
from ..._engine.arrays import FloatArray, LabelArray

TITLES = {
    "mnist": "MNIST",
    "fashion-mnist": "Fashion-MNIST",
    "kmnist": "KMNIST",
    "digits": "Digits (scikit-learn)",
}

# What the numbers stand for, where a number does not say it: zalandoresearch/fashion-mnist, and the
# ten Hiragana of KMNIST as they are read.
_CLASSES = {
    "fashion-mnist": (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    "kmnist": ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"),
}


@dataclass(frozen=True)
class Images:
    """Training and test images of a data set.

    Attributes:
        name: the data set's.
        X: training images, [n, pixels] in [0, 1].
        y: their classes.
        X_test: test images.
        y_test: their classes.
        classes: what the classes are called.
    """

    name: str
    X: FloatArray
    y: LabelArray
    X_test: FloatArray
    y_test: LabelArray
    classes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The data set's name as one writes it."""
        return TITLES[self.name]

    @property
    def checksum(self) -> str:
        """Eight digits that differ where any image or label does."""
        crc = 0
        for array in (self.X, self.y, self.X_test, self.y_test):
            crc = zlib.crc32(array.tobytes(), crc)
        return f"{crc:08x}"


def load(name: str, folder: Path | None, first: tuple[int, int] | None) -> Images:
    """A data set.

    Args:
        name: as `qlif.datasets.load` knows it.
        folder: where its files are, or None.
        first: how many training and test images are taken, from the first on; None takes all.
    """
    (X, y), (X_test, y_test) = datasets.load(name, None if name == "digits" else folder)
    training, test = first or (len(X), len(X_test))
    classes = _CLASSES.get(name) or tuple(str(each) for each in range(10))
    return Images(name, X[:training], y[:training], X_test[:test], y_test[:test], classes)

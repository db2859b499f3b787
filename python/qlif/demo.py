"""Trains a QSNN on handwritten digits and draws it: ``python -m qlif.demo``.

The data set is the one given, else MNIST if ``QLIF_DATA`` has it, else scikit-learn's digits.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from . import QSNNClassifier, datasets, render

NAMES = ("mnist", "fashion-mnist", "kmnist", "digits")


def main() -> None:
    """Trains, prints the test accuracy, and writes model and drawings."""
    parser = argparse.ArgumentParser(prog="python -m qlif.demo", description=__doc__)
    parser.add_argument("--dataset", choices=NAMES, default=os.environ.get("DATASET") or None)
    parser.add_argument("--epochs", type=int, help="passes over the training images")
    parser.add_argument("--output", type=Path, default=Path("out"), help="folder for the results")
    options = parser.parse_args()

    name, ((X, y), (X_test, y_test)) = _data(options.dataset)
    classifier = QSNNClassifier(random_state=0, verbose=True)
    if options.epochs:
        classifier.set_params(epochs=options.epochs)
    print(f"{name}: {len(X)} training images, {len(X_test)} test images")
    classifier.fit(X, y)
    print(f"test accuracy on {name}: {100 * classifier.score(X_test, y_test):.2f} %")

    folder: Path = options.output
    folder.mkdir(parents=True, exist_ok=True)
    model = folder / "model.safetensors"
    classifier.save(model)
    image = X_test[0]
    pictures = {
        "raster": render.raster(model, image),
        "trace": render.trace(model, image, layer=0, neurons=_busiest(classifier, image)),
        "filters": render.filters(model, layer=0),
    }
    for kind, picture in pictures.items():
        picture.save(folder / f"{kind}.png")
    print(f"wrote {model}, " + ", ".join(str(folder / f"{kind}.png") for kind in pictures))


def _data(name: str | None) -> tuple[str, tuple[datasets.Split, datasets.Split]]:
    """The named data set; else MNIST if it is at hand, without a download; else digits."""
    if name:
        return name, datasets.load(name)
    folder = os.environ.get("QLIF_DATA")
    if folder:
        try:
            return "mnist", datasets.load("mnist", folder)
        except datasets.DatasetError as error:
            print(f"{error}; taking digits instead")
    return "digits", datasets.load("digits")


def _busiest(classifier: QSNNClassifier, image: datasets.FloatArray) -> list[int]:
    """Three hidden neurons with much to show: the ones that spike most for the image."""
    spikes = classifier.network_.simulate(image[None], alpha=False, layers=[0]).spikes[0]
    return [int(each) for each in np.argsort(spikes.sum(axis=(0, 1)))[::-1][:3]]


if __name__ == "__main__":
    main()

"""Trains a QSNN on handwritten digits and draws it: ``python -m qlif.demo``.

The data set is the one given, else MNIST if it is in ``QLIF_DATA`` or the user's cache, else
scikit-learn's digits.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from .. import QSNNClassifier, datasets, render

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
    image, label = X_test[0], int(y_test[0])
    shown = f"{name} test image 0"
    pictures = {
        "raster": render.raster(model, image, label=label, title=f"Spikes for {shown}"),
        "trace": render.trace(model, image, layer=0, title=f"Populations for {shown}"),
        "filters": render.filters(model, layer=0),
    }
    for kind, picture in pictures.items():
        picture.save(folder / f"{kind}.png")
    print(f"wrote {model}, " + ", ".join(str(folder / f"{kind}.png") for kind in pictures))


def _data(name: str | None) -> tuple[str, tuple[datasets.Split, datasets.Split]]:
    """The named data set if it can be had; else MNIST if it is at hand; else digits."""
    if name is None:
        name = "mnist" if datasets.at_hand("mnist") else "digits"
    try:
        return name, datasets.load(name)
    except datasets.DatasetError as error:
        print(f"{error}\ntaking digits instead")
        return "digits", datasets.load("digits")

"""One run: a model learns a data set from one seed, and is measured on the test images."""

from __future__ import annotations

import time
from math import prod
from typing import Any

import numpy as np

from ...errors import ArgumentError
from ...network import Network
from .. import results
from . import _metrics, _models, _storage
from ._data import Images
from ._storage import Place, Record

_NO_ACTIVITY: Record = {"layers": None, "spikes_per_inference": None, "steps": None}
_BATCH = 500  # images at a time where nothing is learned


def settings(model: Any, images: Images) -> Record:
    """All that a run's numbers depend on, besides its seed."""
    parameters = {
        name: str(value)
        for name, value in sorted(model.get_params().items())
        if name not in ("verbose", "random_state")
    }
    return {"parameters": parameters, "images": images.checksum}


def run(name: str, images: Images, seed: int, model: Any, place: Place) -> Record:
    """Trains and measures, or takes what an earlier call has finished.

    Raises:
        ArgumentError: the folder has a run with other settings, or of other images.
        InterruptedWarning: Ctrl-C; the state of the last whole epoch is kept for the next call.
    """
    wanted = settings(model, images)
    for path, other in _storage.neighbours(place):
        difference = _difference(other["settings"], wanted, other["model"] == name)
        if difference:
            raise ArgumentError(
                f"{path} has other settings ({difference}): give another folder to --out"
            )
    record = _storage.read(place.record)
    if record is not None:
        return record
    results.fit(model, images.X, images.y, place.checkpoint)
    record = {
        "model": name,
        "title": _models.MODELS[name].title,
        "dataset": images.name,
        "dataset_title": images.title,
        "seed": seed,
        "settings": wanted,
        "classes": list(images.classes),
        "training_images": getattr(model, "training_images_", len(images.X)),
        "test_images": len(images.X_test),
        **_measured(model, images),
        **_learning(model, len(images.X)),
        "published_accuracy": _models.PUBLISHED.get((name, images.name)),
    }
    model.save(place.model(suffix(model)))
    results.write(place.record, results.as_json(record))
    place.checkpoint.unlink(missing_ok=True)
    return record


def suffix(model: Any) -> str:
    """How the name of a model's file ends."""
    return str(getattr(model, "FILE_SUFFIX", ".safetensors"))


def _difference(old: Record, new: Record, is_same_model: bool) -> str | None:
    """The first thing that keeps two runs out of one table, or None."""
    if old["images"] != new["images"]:
        return "other images"
    one, two = old["parameters"], new["parameters"]
    names = sorted({**one, **two}) if is_same_model else ()
    for name in names:
        if one.get(name) != two.get(name):
            return f"{name} {one.get(name)}, now {two.get(name)}"
    return None


def _measured(model: Any, images: Images) -> Record:
    """The metrics on the test images, and how the layers fire for them."""
    start = time.perf_counter()
    scores = np.asarray(model.decision_function(images.X_test))
    seconds = time.perf_counter() - start
    if scores.shape[1] != len(images.classes):
        # Few training images may lack a class: it is then never predicted.
        full = np.full((len(scores), len(images.classes)), scores.min() - 1, scores.dtype)
        full[:, model.classes_] = scores
        scores = full
    network = getattr(model, "network_", None)
    activity = _activity(network, images, model) if network else _NO_ACTIVITY
    return {
        **_metrics.measure(images.y_test, scores),
        "inference_images_per_second": len(scores) / seconds,
        "parameters": _parameters(model),
        **activity,
    }


def _parameters(model: Any) -> int:
    network = getattr(model, "network_", None)
    if network is None:
        return int(model.parameter_count_)
    return sum(int(values.size) for values in network.parameters.values())


def _activity(network: Network, images: Images, model: Any) -> Record:
    """Spikes for an image, and spikes per neuron and step of each layer that has neurons."""
    totals = np.zeros(len(network.layers))
    labels = np.searchsorted(model.classes_, images.y_test).clip(max=len(model.classes_) - 1)
    for first in range(0, len(images.X_test), _BATCH):
        x = images.X_test[first : first + _BATCH].reshape(-1, *network.input_shape)
        report = network.evaluate(x, labels[first : first + _BATCH])
        totals += np.asarray(report.firing_rates) * len(x)
    rates = totals / len(images.X_test)
    layers, spikes = [], 0.0
    for index, layer in enumerate(network.layers):
        # Pooling hands on the spikes of the layer before: it has none of its own.
        if getattr(layer, "neuron", None) is None:
            continue
        neurons = prod(network.layer_shapes[index])
        spikes += rates[index] * neurons * network.steps
        layers.append({"layer": index, "neurons": neurons, "firing_rate": float(rates[index])})
    return {"layers": layers, "spikes_per_inference": float(spikes), "steps": network.steps}


def _learning(model: Any, images: int) -> Record:
    """How the training went. The time is that of the updates alone, over all interruptions."""
    history = model.history_
    if hasattr(model, "training_seconds_"):
        seconds, shown = model.training_seconds_, model.images_shown_
    else:
        seconds = sum(images / speed for speed in history["images_per_second"])
        shown = images * len(history["loss"])
    return {
        "epochs": shown / images,
        "training_seconds": float(seconds),
        "images_per_second": float(shown / seconds),
        "history": history,
    }

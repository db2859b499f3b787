"""Options of what draws, and of the data sets; see `test_options`."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
from option_tools import SEQUENCE, SLOW, In, Refused, Tools, network
from study_records import results, study

import qlif
from qlif._engine import locate

RENDERS = locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is not None


def record():
    return network().simulate(SEQUENCE)


def plot(name, *arguments):
    def call(tools, **options):
        pytest.importorskip("matplotlib").use("Agg")
        given = [each() if inspect.isfunction(each) else each for each in arguments]
        return getattr(qlif.plot, name)(*given, **options)[0]

    return call


ONE = {"model": "qsnn", "dataset": "kmnist"}  # of `results`
HISTORY = {"accuracy": [0.5, 0.7], "loss": [1.0, 0.6]}


def draw(name, model):
    def call(tools, **options):
        if not RENDERS:
            pytest.skip("qlif-render is not built")
        return getattr(qlif.render, name)(*model(tools), **options)

    return call


def digits_model(tools):
    layers = [qlif.Dense(6, qlif.QLIF(threshold=0.3)), qlif.Dense(10, qlif.QLIF(threshold=0.3))]
    return (qlif.Network(input_shape=(784,), layers=layers, steps=4, seed=0),)


def image_model(tools):
    neuron = qlif.QLIF(threshold=0.3)
    layers = [qlif.Conv2d(3, 5, neuron), qlif.Conv2d(2, 3, neuron), qlif.Dense(10, neuron)]
    return (qlif.Network(input_shape=(1, 28, 28), layers=layers, steps=4, seed=0),)


DIGIT = np.random.default_rng(5).uniform(0, 1, (2, 784)).astype(np.float32)
PICTURE = DIGIT.reshape(2, 1, 28, 28)
PLACE = {"dataset": "mnist", "index": 0, "data_dir": Tools.data_dir}
INPUT = {
    "x": None,
    "dataset": In("mnist", index=0, data_dir=Tools.data_dir),
    "index": In(1, dataset="mnist", data_dir=Tools.data_dir),
    "split": In("train", **PLACE),
    "data_dir": In(Tools.data_dir, dataset="mnist", index=0),
}


def inputs(x, **context):
    """The options that say what a model sees."""
    values = {**INPUT, "x": In(x)}
    for value in values.values():
        assert isinstance(value, In)
    return {name: In(each.value, **{**context, **each.context}) for name, each in values.items()}


LOOK = {"title": "mine", "scale": 1.5}


def looks(**context):
    return {name: In(value, **context) for name, value in LOOK.items()}


WAY = {"drive": [0.2, 0.3, 0.1], "delay": [0.0, 0.05, 0.02]}


def bloch(tools, **options):
    """Of a neuron; of a model where the options say what it sees."""
    if not RENDERS:
        pytest.skip("qlif-render is not built")
    sees = {"x", "dataset", "index", "split", "data_dir", "layer", "neuron"} & set(options)
    source = digits_model(tools)[0] if sees else qlif.QLIF()
    return qlif.render.bloch(source, **options)


# name: (call, {option: value that is not its default})
ENTRIES = {
    "datasets.load": (
        lambda tools, **o: qlif.datasets.load("digits", **o),
        {"data_dir": Refused("elsewhere")},
    ),
    "plot.raster": (plot("raster", record), {"ax": Tools.axes, "layer": 1, "sample": 3}),
    "plot.traces": (
        plot("traces", record),
        {"ax": Tools.axes, "layer": 1, "sample": 3, "neurons": [2], "threshold": 0.4},
    ),
    "plot.bloch": (plot("bloch", np.eye(3)), {"ax": Tools.axes3d}),
    "plot.filters": (
        plot("filters", network),
        {
            "ax": In(Tools.axes, shape=(1, 5)),
            "layer": In(1, shape=(3, 3)),
            "units": In([0, 1], shape=(1, 5)),
            "shape": (5, 1),
            "columns": In(3, shape=(1, 5)),
        },
    ),
    "plot.history": (plot("history", HISTORY), {"ax": Tools.axes, "what": "loss"}),
    "plot.confusion": (
        plot("confusion", lambda: {"runs": results()}),
        {
            "predicted": Refused([0, 1], **ONE),
            "ax": In(Tools.axes, **ONE),
            "classes": Refused(["no", "yes"], **ONE),
            "model": In("snn", dataset="kmnist"),
            "dataset": In("kmnist", model="qsnn"),
            "seed": In(0, **ONE),
            "title": In("mine", **ONE),
        },
    ),
    "plot.curves": (
        plot("curves", lambda: {"runs": results()}),
        {"kind": "roc", "model": "qsnn", "dataset": "kmnist", "seed": 0, "title": "mine"},
    ),
    "plot.robustness": (plot("robustness", study), {"title": "mine"}),
    "plot.roc": (
        plot("roc", [0, 1, 1], [[0.8, 0.2], [0.3, 0.7], [0.6, 0.4]]),
        {"ax": Tools.axes, "classes": ["no", "yes"]},
    ),
    "render.raster": (
        draw("raster", digits_model),
        {**inputs(DIGIT), "label": In(3, x=DIGIT), "shape": In((14, 56), x=DIGIT)} | looks(x=DIGIT),
    ),
    "render.trace": (
        draw("trace", digits_model),
        {
            **inputs(DIGIT, layer=0),
            "neurons": In([2, 3], x=DIGIT, layer=0),
            "label": In(3, x=DIGIT, layer=0),
        }
        | looks(x=DIGIT, layer=0),
    ),
    "render.maps": (
        draw("maps", image_model),
        {
            **inputs(PICTURE, layer=0),
            "channels": In([1], x=PICTURE, layer=0),
            "windows": In(2, x=PICTURE, layer=0),
            "label": In(3, x=PICTURE, layer=0),
        }
        | looks(x=PICTURE, layer=0),
    ),
    "render.filters": (
        draw("filters", image_model),
        {
            "layer": 1,
            "units": [1],
            "inputs": In([1], layer=1),
            "columns": 1,
            "shape": Refused((5, 5)),
            **looks(),
        },
    ),
    "render.bloch": (
        bloch,
        {
            "drive": WAY["drive"],
            "delay": In(WAY["delay"], drive=[0.2, -0.3, 0.1]),
            **inputs(DIGIT, layer=1, neuron=2),
            "layer": In(0, x=DIGIT, neuron=2),
            "neuron": In(3, x=DIGIT, layer=1),
            "noise": In(qlif.Noise(depolarizing=0.2), **WAY),
            "memory": In("coherent", **WAY),
            "leak": In("rotation", drive=[0.4, -0.3], delay=[0.0, 0.2]),
            "clock": In("absolute", noise=SLOW, drive=[0.4, -0.3], delay=[0.0, 0.2]),
            "pulse": In(0.5, **WAY),
            "detuning": In(2.0, pulse=0.5, **WAY),
            "sigma": In(0.1, pulse=0.5, detuning=2.0, **WAY),
            "azimuth": In(40.0, **WAY),
            "elevation": In(40.0, **WAY),
            **looks(**WAY),
        },
    ),
}

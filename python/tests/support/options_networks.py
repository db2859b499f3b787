"""Options of neurons, layers, networks and trainers; see `test_options`."""

from __future__ import annotations

import numpy as np
from option_tools import (
    IMAGES,
    LABELS,
    NOISE,
    OF_THE_TRAINER,
    SEQUENCE,
    In,
    network,
    planes,
    trained,
)

import qlif


def neurons(kind, base):
    def call(tools, **options):
        return trained(network(kind(**{**base, **options})), SEQUENCE, LABELS)

    return call


def layer(make):
    def call(tools, **options):
        net = planes(make(**options))
        return trained(net, IMAGES, np.arange(8) % 2)

    return call


def method(name, *arguments, x=SEQUENCE):
    def call(tools, **options):
        return getattr(network(qlif.QLIF(threshold=0.4, drive_scale=2.0)), name)(
            x, *arguments, **options
        )

    return call


# As many steps as samples: labels fit whichever axis comes first.
SQUARE = np.random.default_rng(2).uniform(-1, 1, (12, 12, 5)).astype(np.float32)
FOUND = network().predict(SQUARE, readout="spike_count", batch_first=False)


def compared(name):
    """A method that compares outputs with labels, or with numbers where the loss does."""

    def call(tools, **options):
        target = np.eye(3, dtype=np.float32)[FOUND] if options.get("loss") == "mse" else FOUND
        return method(name, target, x=SQUARE)(tools, **options)

    return call


def trainer(tools, **options):
    if "total_steps" not in options and options.get("schedule", "constant") != "constant":
        options["total_steps"] = 10
    target = np.eye(3, dtype=np.float32)[LABELS] if options.get("loss") == "mse" else LABELS
    return trained(network(), SEQUENCE, target, **options)


def surrogate(name):
    def call(tools, **options):
        return getattr(qlif.surrogate, name)(**options)

    return call


OF_QLIF = {
    "threshold": 0.2,
    "t1": 5.0,
    "drive_scale": 1.0,
    "delay_scale": 500.0,
    "drive_bound": "none",
    "leak": "published",
    "refractory": True,
    "memory": "coherent",
    "firing": "measurement",
}
OF_LIF = {"beta": 0.3, "threshold": 0.2, "reset": "zero"}


NOISY = {
    "noise": NOISE,
    "batch_first": True,
}


SLOPE = {"slope": 7.0}


# name: (call, {option: value that is not its default})
ENTRIES = {
    "QLIF": (
        neurons(qlif.QLIF, {"threshold": 0.4, "drive_scale": 2.0}),
        {
            **OF_QLIF,
            "drive_bound": "tanh",
            "refractory": False,
            "surrogate": qlif.surrogate.triangular(),
            "dropout": 0.5,
        },
    ),
    "ALIF": (
        neurons(qlif.ALIF, {"threshold": 0.5}),
        {
            **OF_LIF,
            "rho": 0.5,
            "adaptation": 0.5,
            "surrogate": qlif.surrogate.triangular(),
            "dropout": 0.5,
        },
    ),
    "LIF": (
        neurons(qlif.LIF, {"threshold": 0.5}),
        {**OF_LIF, "surrogate": qlif.surrogate.triangular(), "dropout": 0.5},
    ),
    "SynapticLIF": (
        neurons(qlif.SynapticLIF, {"threshold": 0.5}),
        {**OF_LIF, "alpha": 0.5, "surrogate": qlif.surrogate.triangular(), "dropout": 0.5},
    ),
    "Conv2d": (
        layer(lambda **o: [qlif.Conv2d(3, 3, qlif.QLIF(threshold=0.3), **o)]),
        {"stride": 2, "padding": 1},
    ),
    "MaxPool2d": (
        layer(lambda **o: [qlif.Conv2d(3, 3, qlif.QLIF(threshold=0.3)), qlif.MaxPool2d(2, **o)]),
        {"stride": 1, "ties": "membrane"},
    ),
    "Network": (lambda tools, **o: network(**o).simulate(SEQUENCE[0]), {"seed": 1, "steps": 4}),
    "Network.simulate": (
        method("simulate"),
        {"spikes": False, "membrane": False, "currents": True, "layers": [1], **NOISY},
    ),
    "Network.predict": (method("predict"), {"readout": "membrane", **NOISY}),
    "Network.predict_scores": (method("predict_scores"), {"readout": "membrane", **NOISY}),
    "Network.score": (method("score", FOUND, x=SQUARE), {"readout": "membrane", **NOISY}),
    "Network.evaluate": (
        compared("evaluate"),
        {"loss": "mse", "reading": "spike_count", "readout": "membrane", **NOISY},
    ),
    "Network.loss_and_gradients": (
        compared("loss_and_gradients"),
        {"loss": "mse", "reading": "spike_count", **NOISY},
    ),
    "Trainer.step": (
        lambda tools, **o: qlif.Trainer(network()).step(SQUARE, FOUND, **o),
        {"batch_first": True},
    ),
    "Trainer": (
        trainer,
        {
            **OF_THE_TRAINER,
            "loss": "mse",
            "beta1": 0.1,
            "beta2": 0.3,
            "epsilon": 0.1,
            "total_steps": In(4, schedule="cosine"),
            "noise": NOISE,
        },
    ),
    "surrogate.arctan": (surrogate("arctan"), SLOPE),
    "surrogate.fast_sigmoid": (surrogate("fast_sigmoid"), SLOPE),
    "surrogate.sigmoid": (surrogate("sigmoid"), SLOPE),
    "surrogate.triangular": (surrogate("triangular"), SLOPE),
    "Surrogate": (lambda tools, **o: qlif.surrogate.Surrogate("arctan", **o), SLOPE),
}

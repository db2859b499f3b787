"""Options of the classifiers; see `test_options`."""

from __future__ import annotations

import numpy as np
from option_tools import NOISE, OF_THE_TRAINER, In, Refused

import qlif

CENTRES = np.random.default_rng(1).uniform(-1, 1, (3, 6))
Y = np.repeat([0, 1, 2], 12)
X = (CENTRES[Y] + 0.3 * np.random.default_rng(2).standard_normal((36, 6))).astype(np.float32)
PICTURES = np.random.default_rng(3).uniform(0, 1, (36, 64)).astype(np.float32)
DENSE = {"hidden": (12,), "steps": 4, "epochs": 2, "random_state": 0, "verbose": False}
CONVOLUTIONAL = {**DENSE, "channels": (3,), "kernel": 3, "steps": 3}
del CONVOLUTIONAL["hidden"]
LONG = {"epochs": 12, "validation_fraction": 0.25, "learning_rate": 0.03}


def told(clf, x):
    """All that a fitted classifier says."""
    history = {k: v for k, v in clf.history_.items() if k != "images_per_second"}
    return [history, clf.predict(x), clf.decision_function(x), dict(clf.network_.parameters)]


def neurons(cls):
    """Those of a class, for another one."""
    return {"neuron": cls.NEURON, "output_neuron": cls.OUTPUT_NEURON}


def classifier(name, base, x):
    def call(tools, **options):
        clf = getattr(qlif, name)(**{**base, **options}).fit(x, Y)
        return [told(clf, x), tools.printed()]

    return call


def fitted(name, *arguments):
    def call(tools, **options):
        clf = qlif.QSNNClassifier(**DENSE).fit(X, Y)
        return getattr(clf, name)(X, *arguments, **options)

    return call


def fit(tools, **options):
    clf = qlif.QSNNClassifier(**DENSE).fit(X, Y, **options)
    return [told(clf, X), sorted(each.name for each in tools.folder.iterdir())]


def partial_fit(tools, **options):
    return told(qlif.QSNNClassifier(**DENSE).partial_fit(X, Y, **options), X)


TRAINING = {
    **OF_THE_TRAINER,
    "loss": Refused("mse"),  # compares with numbers
    "neuron": qlif.LIF(),
    "output_neuron": qlif.LIF(),
    "noise": NOISE,
    "schedule": "constant",
    "steps": 7,
    "epochs": 3,
    "batch_size": 20,
    "input_scaling": "standardize",
    "validation_fraction": 0.25,
    "patience": In(1, **LONG),
    "random_state": 1,
    "verbose": True,
}


OF_IMAGES = {
    "channels": 4,
    "kernel": 2,
    "pool": 3,
    "image_shape": (4, 16),
}


OF_CLASSIFIERS = {"noise": NOISE}


# name: (call, {option: value that is not its default})
ENTRIES = {
    "SpikingClassifier": (
        classifier("SpikingClassifier", {**DENSE, **neurons(qlif.QSNNClassifier)}, X),
        {"hidden": (7,), **TRAINING},
    ),
    "ConvolutionalClassifier": (
        classifier(
            "ConvolutionalClassifier",
            {**CONVOLUTIONAL, **neurons(qlif.QSCNNClassifier)},
            PICTURES,
        ),
        {**OF_IMAGES, **TRAINING, "pool_ties": "membrane", "noise": [NOISE, None, NOISE]},
    ),
    "QSCNNClassifier": (
        classifier("QSCNNClassifier", CONVOLUTIONAL, PICTURES),
        {
            **OF_IMAGES,
            **TRAINING,
            "pool_ties": "first",
            "readout": "spike_count",
            "noise": [NOISE, None, NOISE],
        },
    ),
    "QSNNClassifier.fit": (
        fit,
        {"validation_data": (X, Y), "checkpoint": lambda tools: tools.new()},
    ),
    "QSNNClassifier.partial_fit": (partial_fit, {"classes": [0, 1, 2]}),
    "QSNNClassifier.predict": (fitted("predict"), OF_CLASSIFIERS),
    "QSNNClassifier.predict_proba": (fitted("predict_proba"), OF_CLASSIFIERS),
    "QSNNClassifier.predict_log_proba": (fitted("predict_log_proba"), OF_CLASSIFIERS),
    "QSNNClassifier.decision_function": (fitted("decision_function"), OF_CLASSIFIERS),
    "QSNNClassifier.get_params": (
        lambda tools, **o: qlif.QSNNClassifier().get_params(**o),
        {"deep": False},
    ),
    "QSNNClassifier.score": (
        fitted("score", Y),
        {"sample_weight": np.arange(36), **OF_CLASSIFIERS},
    ),
}

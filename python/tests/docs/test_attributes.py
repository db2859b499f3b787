"""What can be set on the package's objects: what has an effect, and nothing else."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import is_typeddict

import numpy as np
import pytest
from networks import make_network

import qlif
from qlif import estimators, hardware

# ---- Objects of every public class -----------------------------------------------------------


def trained():
    rng = np.random.default_rng(0)
    trainer = qlif.Trainer(make_network())
    return trainer, trainer.step(rng.uniform(-1, 1, (5, 12)), rng.integers(0, 4, 5))


def result():
    record = make_network().simulate(np.zeros((1, 12)))
    values = dict.fromkeys(inspect.signature(hardware.HardwareReport).parameters, 0)
    report = hardware.HardwareReport(**values)
    return hardware.HardwareResult(
        record, [0], record, [0], record, [0], (), (qlif.Noise(),), report
    )


OBJECTS = {
    "Angles": lambda: qlif.circuits.angles(qlif.QLIF(), 0.0, 0.5, 0.0),
    "ALIF": qlif.ALIF,
    "AvgPool2d": lambda: qlif.AvgPool2d(2),
    "Conv2d": lambda: qlif.Conv2d(2, 3, qlif.QLIF()),
    "ConvolutionalClassifier": lambda: qlif.ConvolutionalClassifier(),
    "Dense": lambda: qlif.Dense(2, qlif.LIF()),
    "HardwareReport": lambda: result().report,
    "HardwareResult": result,
    "LIF": qlif.LIF,
    "LayerArrays": lambda: make_network().simulate(np.zeros((1, 12))).spikes,
    "MaxPool2d": lambda: qlif.MaxPool2d(2),
    "Metadata": lambda: make_network().metadata,
    "Network": make_network,
    "NeuronState": lambda: qlif.quantum.NeuronState(0.3),
    "Noise": lambda: qlif.Noise(shots=10),
    "NoiseRun": lambda: qlif.NoiseRun(qlif.Noise(shots=10), 3),
    "PNG": lambda: qlif.render.PNG(b"\x89PNG"),
    "Preset": lambda: qlif.presets.published,
    "QLIF": qlif.QLIF,
    "QSCNNClassifier": lambda: qlif.QSCNNClassifier(),
    "QSNNClassifier": lambda: qlif.QSNNClassifier(),
    "QubitRun": lambda: qlif.circuits.run(qlif.QLIF(), [0.1], [0.0]),
    "Recording": lambda: make_network().simulate(np.zeros((1, 12))),
    "Report": lambda: trained()[1],
    "SCNNClassifier": lambda: qlif.SCNNClassifier(),
    "SNNClassifier": lambda: qlif.SNNClassifier(),
    "SpikingClassifier": lambda: qlif.SpikingClassifier(),
    "Surrogate": qlif.surrogate.sigmoid,
    "SumPool2d": lambda: qlif.SumPool2d(2),
    "SynapticLIF": qlif.SynapticLIF,
    "Trainer": lambda: trained()[0],
}
# Of which nobody makes objects.
BASES = {"Layer", "Neuron"}
CLASSIFIERS = [name for name in OBJECTS if name.endswith("Classifier")]


def public_classes():
    """Names of the classes that are public, or that public things are of."""
    modules = [qlif, estimators, *(each for each in vars(qlif).values() if inspect.ismodule(each))]
    found = {"LayerArrays", "Metadata"}
    for module in modules:
        if module.__name__.startswith("qlif") and not module.__name__.startswith("qlif._"):
            for name in getattr(module, "__all__", ()):
                value = getattr(module, name)
                if not inspect.isclass(value) or is_typeddict(value):
                    continue
                if not issubclass(value, BaseException):
                    found.add(name)
    assert found >= BASES
    return found - BASES


def test_no_class_is_forgotten():
    assert public_classes() == set(OBJECTS)


def public_names(value):
    """Attributes of an object, without its methods."""
    return [
        name
        for name in dir(value)
        if not name.startswith("_")
        and name != "T"
        and not callable(inspect.getattr_static(type(value), name, None))
        and not isinstance(inspect.getattr_static(type(value), name, None), classmethod)
    ]


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_a_name_that_means_nothing_cannot_be_set(name):
    with pytest.raises(AttributeError):
        OBJECTS[name]().learning_rat = 1e-4


@pytest.mark.parametrize("name", sorted(set(OBJECTS) - set(CLASSIFIERS)))
def test_what_an_object_was_made_with_stays(name):
    value = OBJECTS[name]()
    for attribute in public_names(value):
        with pytest.raises(AttributeError):
            setattr(value, attribute, getattr(value, attribute))


def test_the_rate_of_a_trainer_is_no_attribute():
    trainer, _ = trained()
    with pytest.raises(AttributeError):
        trainer.learning_rate = 1e-4
    with pytest.raises(TypeError):
        trainer.config["learning_rate"] = 1e-4


@pytest.mark.parametrize("name", CLASSIFIERS)
def test_a_classifiers_parameters_are_its_attributes(name):
    clf = OBJECTS[name]()
    for parameter in clf.get_params(deep=False):
        setattr(clf, parameter, 3)
    assert set(clf.get_params().values()) == {3}
    clf.history_ = {}  # a fitted attribute


def test_parameters_of_a_class_of_ones_own():
    class Mine(qlif.QSNNClassifier):
        flavour = "plain"

        def __init__(self, extra=1):
            super().__init__((5,))
            self.extra = extra

    mine = Mine(extra=2)
    mine.flavour = "sweet"
    assert mine.set_params(extra=3).extra == 3
    with pytest.raises(AttributeError, match="Mine has no parameter 'other'"):
        mine.other = 1


@pytest.mark.parametrize("name", sorted(set(OBJECTS) - {"Metadata", "Preset"}))
def test_objects_travel(name):
    """Without a dictionary of attributes they are copied and pickled all the same."""
    value = OBJECTS[name]()
    for other in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert type(other) is type(value)
        assert repr(other) == repr(value)

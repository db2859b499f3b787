"""Parameters that are changed after `fit`."""

from __future__ import annotations

import json

import numpy as np
import pytest

import qlif
from qlif._engine import loading
from qlif.estimators import storage

OF_THE_NETWORK = {
    "hidden": (50,),
    "steps": 7,
    "input_scaling": "standardize",
    "neuron": qlif.LIF(),
    "output_neuron": qlif.QLIF(t1=50.0),
}
# As qlif.QSNNClassifier has none of them.
NEURON = {
    "dropout": 0.1,
    "threshold": 0.4,
    "t1": 50.0,
    "drive_scale": 2.0,
    "drive_bound": "none",
    "delay_scale": 10.0,
    "leak": "rotation",
    "refractory": True,
    "memory": "coherent",
    "firing": "measurement",
    "surrogate": qlif.surrogate.sigmoid(),
    "surrogate__kind": "sigmoid",
    "surrogate__slope": 3.0,
}
OF_THE_NETWORK |= {f"neuron__{name}": value for name, value in NEURON.items()}
OF_THE_NETWORK |= {f"output_neuron__{name}": value for name, value in NEURON.items()}
OF_THE_NETWORK["output_neuron__drive_bound"] = "tanh"
OF_THE_TRAINING = {
    "epochs": 3,
    "batch_size": 16,
    "learning_rate": 1e-4,
    "schedule": "constant",
    "warmup": 0.1,
    "weight_decay": 0.1,
    "clip_norm": 0.5,
    "loss": "mse",
    "reading": "membrane",
    "readout": "membrane",
    "noise": qlif.Noise(shots=100),
    "validation_fraction": 0.1,
    "patience": 2,
    "random_state": 1,
    "verbose": True,
}


@pytest.fixture
def fitted(blobs, quick):
    return qlif.QSNNClassifier(**quick).fit(*blobs)


def test_every_parameter_is_one_or_the_other(fitted):
    assert {*OF_THE_NETWORK, *OF_THE_TRAINING} == set(fitted.get_params())


@pytest.mark.parametrize("name", OF_THE_NETWORK)
def test_what_makes_another_network(name, blobs, fitted, tmp_path):
    path = tmp_path / "model.safetensors"
    before = fitted.predict(blobs[0])
    own = fitted.get_params()[name]
    fitted.set_params(**{name: OF_THE_NETWORK[name]})
    for use in (lambda: fitted.save(path), lambda: fitted.partial_fit(*blobs)):
        with pytest.raises(qlif.ArgumentError, match="fit again, or set the parameters back"):
            use()
    assert not path.exists()
    np.testing.assert_array_equal(fitted.predict(blobs[0]), before)
    fitted.set_params(**{name: own}).save(path)
    fitted.set_params(**{name: OF_THE_NETWORK[name]}).fit(*blobs).save(path)
    again = qlif.QSNNClassifier.load(path)
    assert again.get_params()[name] == OF_THE_NETWORK[name]
    np.testing.assert_array_equal(again.predict(blobs[0]), fitted.predict(blobs[0]))


@pytest.mark.parametrize("name", OF_THE_TRAINING)
def test_what_is_for_the_next_training(name, blobs, fitted, tmp_path):
    path = tmp_path / "model.safetensors"
    fitted.set_params(**{name: OF_THE_TRAINING[name]}).save(path)
    again = qlif.QSNNClassifier.load(path)
    assert again.get_params() == fitted.get_params()
    np.testing.assert_array_equal(again.predict(blobs[0]), fitted.predict(blobs[0]))


def test_the_message_names_what_differs(fitted, tmp_path):
    path = tmp_path / "model.safetensors"
    for parameters, words in (
        ({"hidden": (50,)}, "units of layer 0 is 50 by the parameters, but 20 in"),
        ({"hidden": (20, 20)}, "the number of layers is 3 by the parameters, but 2 in"),
        ({"neuron__threshold": 0.9}, "threshold of layer 0 is 0.9 by the parameters, but 0.5 in"),
        ({"steps": 9}, "steps is 9 by the parameters, but 5 in"),
    ):
        clf = fitted
        own = clf.get_params(deep=False)
        with pytest.raises(qlif.ArgumentError, match=words):
            clf.set_params(**parameters).save(path)
        clf.set_params(**own)


def test_images(tmp_path):
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 1, (40, 48)).astype(np.float32), np.arange(40) % 2
    clf = qlif.QSCNNClassifier(
        2, kernel=3, steps=2, epochs=1, image_shape=(6, 8), random_state=0, verbose=False
    ).fit(X, y)
    path = tmp_path / "model.safetensors"
    clf.save(path)
    for changed in (
        {"image_shape": (8, 6)},
        {"channels": 3},
        {"kernel": (3, 2)},
        {"pool": 1},
        {"pool_ties": "first"},
    ):
        own = clf.get_params(deep=False)
        with pytest.raises(qlif.ArgumentError, match="fit again"):
            clf.set_params(**changed).save(path)
        clf.set_params(**own)
    # A shape that X itself had is none of the parameters'.
    clf = qlif.QSCNNClassifier(2, kernel=3, steps=2, epochs=1, random_state=0, verbose=False)
    clf.fit(X.reshape(-1, 6, 8), y).save(path)
    assert qlif.QSCNNClassifier.load(path).score(X, y) == clf.score(X, y)


def test_a_file_that_contradicts_itself(fitted, tmp_path):
    path = tmp_path / "model.safetensors"
    record = json.loads(storage.encode(fitted))
    record["parameters"]["hidden"] = [50]
    fitted.network_.metadata[loading.ESTIMATOR] = json.dumps(record)
    fitted.network_.save(path)
    with pytest.raises(qlif.FormatError, match="units of layer 0"):
        qlif.QSNNClassifier.load(path)

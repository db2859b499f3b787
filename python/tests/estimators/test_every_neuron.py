"""Every kind of neuron that the engine has: described, trained, saved, drawn, in a classifier."""

from __future__ import annotations

import json

import numpy as np
import pytest

import qlif
from qlif._engine import descriptions
from qlif.neurons import Neuron

KINDS = descriptions.kinds("neuron")


def test_python_has_every_kind():
    assert set(Neuron._KINDS) == set(KINDS)
    assert {cls.__name__ for cls in Neuron._KINDS.values()} <= set(qlif.__all__)


@pytest.mark.parametrize("kind", KINDS)
def test_a_neuron_travels(kind):
    neuron = Neuron._KINDS[kind](surrogate=qlif.surrogate.sigmoid(3), dropout=0.25)
    assert neuron.to_description() != Neuron._KINDS[kind]().to_description()
    assert Neuron.from_description(neuron.to_description()) == neuron
    network = qlif.Network(input_shape=(3,), layers=[qlif.Dense(2, neuron)])
    assert json.loads(network.description)["layers"][0]["neuron"] == neuron.to_description()
    assert network.copy().layers[0].neuron == neuron


@pytest.mark.parametrize("kind", KINDS)
def test_a_classifier_of_it(kind, blobs, tmp_path):
    X, y = blobs
    clf = qlif.SpikingClassifier(
        (30,), neuron=Neuron._KINDS[kind](), steps=8, epochs=12, random_state=0, verbose=False
    ).fit(X, y)
    assert clf.score(X, y) > 0.9
    clf.save(tmp_path / "clf.safetensors")
    loaded = qlif.load(tmp_path / "clf.safetensors")
    assert loaded.network_.layers == clf.network_.layers
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    for draw in (qlif.render.raster, qlif.render.trace):
        options = {} if draw is qlif.render.raster else {"layer": 1}
        assert draw(clf, X[0], **options).startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", KINDS)
def test_convolutions_of_it(kind):
    neuron = Neuron._KINDS[kind](threshold=0.3)
    layers = [qlif.Conv2d(4, 3, neuron), qlif.MaxPool2d(2, ties="membrane"), qlif.Dense(3, neuron)]
    network = qlif.Network(input_shape=(1, 8, 8), layers=layers, steps=6, seed=1)
    rng = np.random.default_rng(2)
    x, y = rng.uniform(0, 1, (20, 1, 8, 8)).astype(np.float32), rng.integers(0, 3, 20)
    trainer = qlif.Trainer(network, learning_rate=0.01, reading="membrane_sum")
    losses = [trainer.step(x, y).loss for _ in range(40)]
    assert losses[-1] < 0.9 * losses[0]

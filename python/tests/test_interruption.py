"""Ctrl-C: what it ends, and what it leaves."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

import qlif
from qlif import network as module

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals")


@pytest.fixture(autouse=True)
def interruptible():
    """SIGINT as Python has it, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def press():
    os.kill(os.getpid(), signal.SIGINT)


# ---- Between the parts of many rows ----------------------------------------------------------


class Engine:
    """The library, with Ctrl-C pressed during each simulation; counts them."""

    def __init__(self, presses):
        self.presses, self.sizes = presses, []

    def __getattr__(self, name):
        function = getattr(qlif._lib.lib, name)
        if name not in ("qlif_network_simulate", "qlif_network_predict"):
            return function

        def call(pointer, batch, *rest):
            self.sizes.append(batch.batch)
            if self.presses:
                # Another thread's: this one would hear its own before the engine is done.
                thread = threading.Thread(target=press)
                thread.start()
                thread.join()
            return function(pointer, batch, *rest)

        return call


METHODS = ["simulate", "predict", "predict_scores"]


def many(is_sequence=False):
    """A network and samples enough for four parts."""
    network = qlif.Network(
        input_shape=(600,),
        layers=[qlif.Dense(20, qlif.QLIF(threshold=0.5)), qlif.Dense(3, qlif.QLIF(threshold=0.3))],
        steps=3,
        seed=0,
    )
    rng = np.random.default_rng(0)
    shape = (2, 2200, 600) if is_sequence else (2200, 600)
    return network, rng.uniform(0, 1, shape).astype(np.float32)


@pytest.mark.parametrize("method", METHODS)
def test_many_rows_are_left_between_two_parts(method, monkeypatch):
    network, x = many()
    engine = Engine(presses=True)
    monkeypatch.setattr(module, "lib", engine)
    with pytest.raises(KeyboardInterrupt):
        getattr(network, method)(x)
    assert len(engine.sizes) == 1
    assert engine.sizes[0] < 2200 / 3


def arrays(result):
    if isinstance(result, qlif.Recording):
        return [
            each[i] for each in (result.spikes, result.alpha) for i in (0, 1) if each.recorded(i)
        ]
    return [result]


@pytest.mark.parametrize("is_sequence", [False, True])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "options",
    [{}, {"noise": qlif.Noise(shots=20, depolarizing=0.02), "noise_seed": 3, "noise_offset": 7}],
)
def test_parts_have_the_bits_of_the_whole(method, options, is_sequence, monkeypatch):
    network, x = many(is_sequence)
    engine = Engine(presses=False)
    monkeypatch.setattr(module, "lib", engine)
    parts = arrays(getattr(network, method)(x, **options))
    assert len(engine.sizes) >= 3
    assert sum(engine.sizes) == 2200
    monkeypatch.setattr(module, "PART", 10**6)
    whole = arrays(getattr(network, method)(x, **options))
    assert engine.sizes[-1] == 2200
    for one, other in zip(parts, whole, strict=True):
        np.testing.assert_array_equal(one, other)
        assert one.std() > 0


def test_parts_of_small_products_have_the_bits_of_the_whole(monkeypatch):
    """Where the BLAS has another kernel for few multiplications, parts are larger."""
    rng = np.random.default_rng(0)
    for inputs, units in ((784, 2), (200, 16), (3, 5)):
        network = qlif.Network(
            input_shape=(inputs,), layers=[qlif.Dense(units, qlif.QLIF())], steps=2, seed=0
        )
        x = rng.uniform(0, 1, (5000, inputs)).astype(np.float32)
        with monkeypatch.context() as patch:
            parts = network.simulate(x)
            patch.setattr(module, "PART", 10**6)
            whole = network.simulate(x)
        np.testing.assert_array_equal(parts.alpha[0], whole.alpha[0])


def test_records_that_are_not_asked_for():
    network, x = many()
    record = network.simulate(x, layers=[1], alpha=False)
    assert record.spikes.recorded(1)
    assert not record.spikes.recorded(0)
    assert not record.alpha.recorded(1)
    np.testing.assert_array_equal(record.spikes[1], network.simulate(x).spikes[1])

"""Threads and processes: the same bits whatever their number, and life after fork."""

import multiprocessing
import os

import numpy as np
import pytest

import qlif


@pytest.fixture(autouse=True)
def _restore_threads():
    yield
    qlif.set_threads(0)


def trained():
    """The bytes of a network that is large enough for work to be divided, after some updates."""
    rng = np.random.default_rng(0)
    network = qlif.Network(
        input_shape=(61,),
        layers=[qlif.Dense(203, qlif.QLIF(dropout=0.2)), qlif.Dense(10, qlif.QLIF())],
        steps=7,
        seed=3,
    )
    trainer = qlif.Trainer(network, learning_rate=0.01, weight_decay=0.01, clip_norm=1)
    for _ in range(4):
        trainer.step(rng.uniform(0, 1, (67, 61)), rng.integers(0, 10, 67))
    trainer.step(rng.uniform(-1, 1, (7, 67, 61)), rng.integers(0, 10, 67))
    scores = network.predict_scores(rng.uniform(0, 1, (301, 61)))
    return network.to_bytes() + scores.tobytes()


def test_setting_the_number():
    qlif.set_threads(2)
    assert qlif.threads() == 2
    qlif.set_threads(0)
    assert qlif.threads() >= 1
    for count in (-1, 2**40, 1.5, "2"):
        with pytest.raises(qlif.ArgumentError):
            qlif.set_threads(count)


def test_results_do_not_depend_on_the_number_of_threads():
    results = set()
    for count in (1, 2, 3, 8):
        qlif.set_threads(count)
        results.add(trained())
    assert len(results) == 1


def test_many_small_products_side_by_side():
    """A BLAS whose workspaces are not safe among threads spoils about one call in thousands."""
    rng = np.random.default_rng(0)
    network = qlif.Network(input_shape=(61,), layers=[qlif.Dense(1024, qlif.QLIF())], steps=1)
    x = rng.uniform(0, 1, (16, 61)).astype(np.float32)
    qlif.set_threads(2)
    expected = network.predict_scores(x, readout="membrane")
    wrong = sum(
        not np.array_equal(network.predict_scores(x, readout="membrane"), expected)
        for _ in range(20_000)
    )
    assert wrong == 0


def _child(queue):
    queue.put(trained())


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_threads_survive_fork():
    """The parent's threads are gone in a forked child, which must start its own."""
    qlif.set_threads(2)
    expected = trained()
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    child = context.Process(target=_child, args=(queue,))
    child.start()
    try:
        assert queue.get(timeout=60) == expected
    finally:
        child.join(timeout=10)
        child.kill()
    assert trained() == expected

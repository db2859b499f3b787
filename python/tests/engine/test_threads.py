"""Threads and processes: the same bits whatever their number, and life after fork."""

import hashlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading

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
    """Workspaces that two threads may be given at once spoil about one call in thousands."""
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


def digest():
    return hashlib.sha256(trained()).hexdigest()


@pytest.mark.parametrize("core", ["Prescott", "Haswell"])
def test_no_variable_of_a_blas_changes_a_result(core):
    """The engine's kernels follow from the processor alone."""
    code = "import test_threads; print(test_threads.digest())"
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), *sys.path]),
        "OPENBLAS_CORETYPE": core,
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_CBWR": "COMPATIBLE",
        "BLIS_ARCH_TYPE": "generic",
    }
    child = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert child.stdout.strip() == digest()


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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_fork_while_another_thread_runs_the_network():
    """The child gets a copy of memory that a thread was working in, and of locks that it held."""
    qlif.set_threads(2)
    layers = [qlif.Dense(300, qlif.QLIF()), qlif.Dense(10, qlif.QLIF())]
    network = qlif.Network(input_shape=(61,), layers=layers, steps=9, seed=3)
    x = np.random.default_rng(0).uniform(0, 1, (64, 61)).astype(np.float32)
    expected = network.predict_scores(x)
    done = threading.Event()

    def work():
        while not done.is_set():
            network.predict_scores(x)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(60):
            child = os.fork()
            if child == 0:
                signal.alarm(20)  # ends a child that waits for ever
                os._exit(0 if np.array_equal(network.predict_scores(x), expected) else 3)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        done.set()
        thread.join()


def threads_of_a_process(**variables):
    """What a new process says of its threads, or of its error."""
    code = (
        "import qlif; layers = [qlif.Dense(2, qlif.LIF())];"
        "qlif.Network(input_shape=(3,), layers=layers, steps=1); print(qlif.threads())"
    )
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("OMP_NUM_THREADS", "QLIF_NUM_THREADS")
    }
    child = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return child.stdout.strip() or child.stderr.strip().splitlines()[-1]


def test_the_environment_limits_the_default():
    """Joblib and Dask give their workers OMP_NUM_THREADS; the least of all counts."""
    granted = int(threads_of_a_process())
    assert 1 <= granted <= len(os.sched_getaffinity(0))
    assert threads_of_a_process(OMP_NUM_THREADS="1") == "1"
    assert threads_of_a_process(OMP_NUM_THREADS="1,4") == "1"
    assert threads_of_a_process(QLIF_NUM_THREADS="1", OMP_NUM_THREADS="7") == "1"
    assert threads_of_a_process(QLIF_NUM_THREADS="999") == str(granted)
    assert threads_of_a_process(OMP_NUM_THREADS="many", QLIF_NUM_THREADS="") == str(granted)


@pytest.mark.parametrize("value", ["0", "-1", "two", "1.5", "99999999999999999999"])
def test_a_number_of_threads_that_is_none(value):
    said = threads_of_a_process(QLIF_NUM_THREADS=value)
    assert "QLIF_NUM_THREADS" in said
    assert value in said


def test_workers_of_joblib_share_the_cores():
    """Two workers of a process each: together no more threads than cores."""
    joblib = pytest.importorskip("joblib")
    counts = joblib.Parallel(n_jobs=2, backend="loky")(
        joblib.delayed(qlif.threads)() for _ in range(2)
    )
    assert sum(counts) <= max(2, len(os.sched_getaffinity(0)))

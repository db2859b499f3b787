"""Ctrl-C: what it ends, and what it leaves."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

import qlif
from qlif import network as module
from qlif._engine import batch, library

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
        function = getattr(library.lib, name)
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
            each[i] for each in (result.spikes, result.membrane) for i in (0, 1) if each.recorded(i)
        ]
    return [result]


@pytest.mark.parametrize("is_sequence", [False, True])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "options",
    [{}, {"noise": qlif.NoiseRun(qlif.Noise(shots=20, depolarizing=0.02), seed=3, offset=7)}],
)
def test_parts_have_the_bits_of_the_whole(method, options, is_sequence, monkeypatch):
    network, x = many(is_sequence)
    engine = Engine(presses=False)
    monkeypatch.setattr(module, "lib", engine)
    parts = arrays(getattr(network, method)(x, **options))
    assert len(engine.sizes) >= 3
    assert sum(engine.sizes) == 2200
    monkeypatch.setattr(batch, "PART", 10**6)
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
            patch.setattr(batch, "PART", 10**6)
            whole = network.simulate(x)
        np.testing.assert_array_equal(parts.membrane[0], whole.membrane[0])


def test_records_that_are_not_asked_for():
    network, x = many()
    record = network.simulate(x, layers=[1], membrane=False)
    assert record.spikes.recorded(1)
    assert not record.spikes.recorded(0)
    assert not record.membrane.recorded(1)
    np.testing.assert_array_equal(record.spikes[1], network.simulate(x).spikes[1])


# ---- In a training ---------------------------------------------------------------------------


class PressedTrainer(qlif.Trainer):
    """Presses Ctrl-C in the third update of every training."""

    fits = 0

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        type(self).fits += 1

    def step(self, x, y):
        report = super().step(x, y)
        if self.step_count == 3:
            press()
        return report


@pytest.fixture
def pressed(monkeypatch):
    """Trainers that press Ctrl-C."""
    from qlif.estimators import base, interruption

    monkeypatch.setattr(base, "Trainer", PressedTrainer)
    monkeypatch.setattr(PressedTrainer, "fits", 0)
    return interruption


@pytest.fixture
def classifier(quick):
    return qlif.QSNNClassifier(**{**quick, "batch_size": 8})


def fit_seeds(classifier, X, y):
    for seed in range(3):
        classifier.set_params(random_state=seed).fit(X, y)


def test_the_first_ends_a_training_and_keeps_it(blobs, classifier, pressed):
    with pytest.warns(qlif.InterruptedWarning):
        classifier.fit(*blobs)
    assert classifier.predict(blobs[0]).shape == (240,)


def test_the_second_within_a_second_leaves_a_loop(blobs, classifier, pressed, monkeypatch):
    X, y = blobs
    monkeypatch.setattr(pressed, "AGAIN", 60.0)  # however slow the machine is
    with pytest.warns(qlif.InterruptedWarning), pytest.raises(KeyboardInterrupt):
        fit_seeds(classifier, X, y)
    assert PressedTrainer.fits == 2


def test_one_now_and_then_ends_one_training_each(blobs, classifier, pressed, monkeypatch):
    X, y = blobs
    monkeypatch.setattr(pressed, "AGAIN", 0.0)
    with pytest.warns(qlif.InterruptedWarning):
        fit_seeds(classifier, X, y)
    assert PressedTrainer.fits == 3


def searches():
    selection = pytest.importorskip("sklearn.model_selection")
    pipeline = pytest.importorskip("sklearn.pipeline")
    multiclass = pytest.importorskip("sklearn.multiclass")
    joblib = pytest.importorskip("joblib")

    def seeds(clf, X, y):
        fits = (joblib.delayed(clf.fit)(X, y) for _ in range(2))
        return joblib.Parallel(n_jobs=1)(fits)

    return {
        "cross_val_score": selection.cross_val_score,
        "GridSearchCV": lambda clf, X, y: selection.GridSearchCV(clf, {"steps": [2, 3]}).fit(X, y),
        "a search over pipelines": lambda clf, X, y: selection.cross_val_score(
            pipeline.make_pipeline(clf), X, y
        ),
        "OneVsRestClassifier": lambda clf, X, y: multiclass.OneVsRestClassifier(clf).fit(X, y),
        "joblib": seeds,
    }


@pytest.mark.parametrize(
    "name",
    [
        "cross_val_score",
        "GridSearchCV",
        "a search over pipelines",
        "OneVsRestClassifier",
        "joblib",
    ],
)
def test_the_first_leaves_a_search(name, blobs, classifier, pressed):
    search = searches()[name]
    with pytest.raises(KeyboardInterrupt):
        search(classifier, *blobs)
    assert PressedTrainer.fits == 1


def test_a_pipeline_is_no_search(blobs, classifier, pressed):
    pipeline = pytest.importorskip("sklearn.pipeline")
    made = pipeline.make_pipeline(classifier)
    with pytest.warns(qlif.InterruptedWarning):
        made.fit(*blobs)
    assert made.predict(blobs[0]).shape == (240,)

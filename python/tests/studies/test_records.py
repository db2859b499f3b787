"""Records of long computations: damaged ones are refused in words, whatever they say."""

from __future__ import annotations

import copy
import functools
import json

import numpy as np
import pytest
from study_records import results, study

import qlif
from qlif._engine import files, schema
from qlif.hardware._store import Store
from qlif.studies.compare import _qnn, _storage, _table
from qlif.studies.robustness._storage import Study

ODD = [
    None, True, -1, 0, 0.5, 1e308, -1e308, 5e-324, 2**63, 10**30, "", "x" * 300, [], {}, [None],
    [[]], {"a": []},
]  # fmt: skip

RUN = {
    "model": "qsnn",
    "title": "QSNN",
    "dataset": "kmnist",
    "dataset_title": "KMNIST",
    "seed": 0,
    "settings": {"parameters": {"steps": "10"}, "images": "01234567"},
    "classes": ["a", "b"],
    "training_images": 7010,
    "test_images": 10000,
    "parameters": 1590020,
    "published_accuracy": 58.32,
    "accuracy": 0.9,
    "precision": 0.9,
    "recall": 0.9,
    "f1": 0.9,
    "auc": 0.99,
    "epochs": 10.0,
    "training_seconds": 30.0,
    "images_per_second": 2336.0,
    "inference_images_per_second": 20000.0,
    "spikes_per_inference": 1234.5,
    "layers": [{"layer": 0, "neurons": 9, "firing_rate": 0.1}],
    "history": {"loss": [1.0], "accuracy": [0.5]},
}

SETTINGS = {
    "dataset": "digits",
    "dataset_title": "Digits",
    "images": "01234567",
    "test_images": 360,
    "shots": 1024,
    "device": None,
}
STUDY = {
    "format": 1,
    "settings": SETTINGS,
    "models": [{"name": "plain", "title": "Plain", "identity": {"parameters": {}}}],
    "measurements": [
        {"model": "plain", "sweep": "exact", "value": None, "seed": 0, "accuracy": 0.9},
        {"model": "plain", "sweep": "t1", "value": 10.0, "seed": 1, "accuracy": 0.8},
        {"model": "plain", "sweep": "t1", "value": 10.0, "seed": 2, "accuracy": 0.7},
    ],
}


def places(value, path=()):
    """Every place in a record."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        yield (*path, key)
        if isinstance(each, dict | list):
            yield from places(each, (*path, key))


def damaged(record, rng, count):
    """Texts of records of which one to three places say something else or are missing."""
    for _ in range(count):
        other = copy.deepcopy(record)
        for _ in range(rng.integers(1, 4)):
            found = list(places(other))
            if not found:
                break
            *path, last = found[rng.integers(0, len(found))]
            place = other
            for key in path:
                place = place[key]
            if rng.random() < 0.15:
                del place[last]
            else:
                place[last] = copy.deepcopy(ODD[rng.integers(0, len(ODD))])
        text = json.dumps(other)
        if rng.random() < 0.1:
            at = int(rng.integers(0, len(text)))
            text = text[:at] + str(rng.choice(list('{}[]",:0eN'))) + text[at + 1 :]
        yield text


def test_schemas():
    wanted = {"a": int, "b": ([float], None), "c": {"d": str}}
    schema.check({"a": 1, "b": None, "c": {"d": ""}, "more": 0}, wanted)
    schema.check({"a": 1, "b": [1, 0.5], "c": {"d": ""}}, wanted)
    for record, words in [
        (3, "it is no record"),
        ({"c": {"d": ""}}, "it has no 'a'"),
        ({"a": True, "b": None, "c": {"d": ""}}, r"it\['a'\]"),
        ({"a": 0.5, "b": None, "c": {"d": ""}}, r"it\['a'\]"),
        ({"a": 10**16, "b": None, "c": {"d": ""}}, r"it\['a'\]"),
        ({"a": 1, "c": {"d": ""}}, "it has no 'b'"),
        ({"a": 1, "b": 2, "c": {"d": ""}}, r"it\['b'\] is no list"),
        ({"a": 1, "b": [0, ""], "c": {"d": ""}}, r"it\['b'\]\[1\]"),
        ({"a": 1, "b": [], "c": {"d": 3}}, r"it\['c'\]\['d'\]"),
    ]:
        with pytest.raises(ValueError, match=words):
            schema.check(record, wanted)


@pytest.mark.parametrize("seed", range(2))
def test_damaged_runs_never_crash(tmp_path, seed):
    path = tmp_path / "seed-0.json"
    path.write_text(json.dumps(RUN))
    assert _storage.read(path) == RUN
    refused = worked = 0
    for text in damaged(RUN, np.random.default_rng(seed), 2000):
        path.write_text(text)
        try:
            record = _storage.read(path)
            summary = _table.summarise([RUN, record])
            assert "Comparison" in _table.markdown(summary)
            json.dumps(summary, allow_nan=False)
            worked += 1
        except qlif.FormatError:
            refused += 1
    assert refused > 500
    assert worked > 20


@pytest.mark.parametrize("seed", range(2))
def test_damaged_studies_never_crash(tmp_path, seed):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(STUDY))
    assert Study(tmp_path, SETTINGS).measurements == STUDY["measurements"]
    refused = worked = 0
    for text in damaged(STUDY, np.random.default_rng(seed), 2000):
        path.write_text(text)
        try:
            Study(tmp_path, SETTINGS).write()
            worked += 1
        except qlif.ArgumentError:  # other settings
            refused += 1
        except qlif.FormatError:
            refused += 1
    assert refused > 500
    assert worked > 20


@pytest.mark.parametrize("drawing", ["confusion", "loss", "roc", "robustness"])
def test_damaged_results_are_drawn_or_refused(tmp_path, drawing):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    path = tmp_path / "results.json"
    record = study() if drawing == "robustness" else {"runs": results()[:2]}
    draw = {
        "confusion": functools.partial(qlif.plot.confusion, model="qsnn", dataset="mnist"),
        "robustness": qlif.plot.robustness,
    }.get(drawing) or functools.partial(qlif.plot.curves, kind=drawing)
    refused = drawn = 0
    for text in damaged(record, np.random.default_rng(0), 80):
        path.write_text(text)
        try:
            fig, _ = draw(path)
        except qlif.QlifError:
            refused += 1
            continue
        drawn += 1
        if drawn <= 5:
            fig.canvas.draw()
        pyplot.close(fig)
    assert refused > 10
    assert drawn > 2


def circuit_file(path):
    """A variational circuit that has learned nothing; PennyLane is not asked for."""
    rng = np.random.default_rng(0)
    model = _qnn.QNNClassifier(most_images=5)
    model.history_ = {"epoch": [1.0], "loss": [2.0], "accuracy": [0.5]}
    model._mean = np.zeros(12)
    model._components = rng.normal(size=(_qnn.QUBITS, 12))
    model._parameters = rng.normal(size=_qnn.QNNClassifier._SIZE)
    model.save(path)
    return model


def test_a_circuits_file(tmp_path):
    model = circuit_file(tmp_path / "a.npz")
    again = _qnn.QNNClassifier.load(tmp_path / "a.npz")
    assert again.get_params() == model.get_params()
    assert again.history_ == model.history_
    np.testing.assert_array_equal(again._parameters, model._parameters)
    circuit_file(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    with pytest.raises(qlif.FileError, match="no such file"):
        _qnn.QNNClassifier.load(tmp_path / "absent")


def test_damaged_circuits_never_crash(tmp_path):
    path = tmp_path / "a.npz"
    circuit_file(path)
    arrays = files.read_arrays(path)
    numbers = json.loads(str(arrays["numbers"]))
    refused = 0
    for text in damaged(numbers, np.random.default_rng(0), 500):
        files.write_arrays(path, {**arrays, "numbers": np.array(text)})
        try:
            _qnn.QNNClassifier.load(path)
        except qlif.FormatError:
            refused += 1
    assert refused > 100
    for changed in (
        {"_mean": np.zeros((3, 4))},
        {"_components": np.zeros((3, 12))},
        {"_parameters": np.zeros(7)},
        {"_parameters": np.full_like(arrays["_parameters"], np.nan)},
        {"_parameters": arrays["_parameters"].astype(str)},
        {"numbers": np.zeros(3)},
    ):
        files.write_arrays(path, {**arrays, **changed})
        with pytest.raises(qlif.FormatError):
            _qnn.QNNClassifier.load(path)


def test_the_state_of_a_device(tmp_path):
    store = Store(tmp_path / "run", {"shots": 100})
    assert store.step(0, [(2, 3)]) is None
    store.save_job("a", np.full((4, 5), 0.5))
    np.testing.assert_array_equal(store.job("a", (4, 5)), np.full((4, 5), 0.5))
    store.save_step(0, [np.zeros((2, 3)), np.ones((2, 1))])
    assert [each.shape for each in store.step(0, [(2, 3), (2, 1)])] == [(2, 3), (2, 1)]
    assert store.job("a", (4, 5)) is None
    # Of another run, and no populations.
    for shapes in ([(2, 3)], [(3, 2), (2, 1)], [(2, 3), (2, 1), (1, 1)]):
        with pytest.raises(qlif.FormatError):
            store.step(0, shapes)
    for values in ([[1.5]], [[np.nan]], [[-0.1]], [["a"]], [[1]]):
        store._save("step-00001.npz", {"alpha0": np.array(values)})
        with pytest.raises(qlif.FormatError):
            store.step(1, [(1, 1)])
    (tmp_path / "run" / "run.json").write_text("[]")
    with pytest.raises(qlif.FormatError):
        Store(tmp_path / "run", {"shots": 100})

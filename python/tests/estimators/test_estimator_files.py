"""Files and pickles of classifiers."""

import json
import pickle

import numpy as np
import pytest
from sklearn.base import clone

import qlif
from qlif import QSNNClassifier


@pytest.fixture
def fitted(blobs, quick):
    return QSNNClassifier(**quick).fit(*blobs)


def test_files(blobs, quick, tmp_path):
    from safetensors import safe_open

    X, y = blobs
    names = np.array(["zero", "one", "zwei é"])[y]
    clf = QSNNClassifier(**quick, input_scaling="center")
    clf.set_params(neuron__t1=70, output_neuron__t1=70).fit(X, names)
    path = tmp_path / "m.safetensors"
    clf.save(path)
    loaded = QSNNClassifier.load(path)
    assert loaded.get_params() == clf.get_params()
    # Equal trainings make equal files: how long it took is not in them.
    times = loaded.history_.pop("images_per_second")
    assert len(times) == len(loaded.history_["loss"])
    assert np.isnan(times).all()
    assert loaded.history_ == {k: v for k, v in clf.history_.items() if k != "images_per_second"}
    assert loaded.classes_.dtype == clf.classes_.dtype
    np.testing.assert_array_equal(loaded.classes_, clf.classes_)
    np.testing.assert_array_equal(loaded.predict_proba(X), clf.predict_proba(X))
    with safe_open(path, framework="numpy") as file:
        assert json.loads(file.metadata()["estimator"])["class"] == "QSNNClassifier"
    # The network alone gives the same scores on the same inputs.
    network = qlif.Network.load(path)
    np.testing.assert_array_equal(
        clf.classes_[network.predict(X, readout="membrane")], clf.predict(X)
    )


@pytest.mark.parametrize("labels", [np.array([True, False, True]), np.array(list("abc"), object)])
def test_files_keep_the_type_of_the_classes(blobs, quick, tmp_path, labels):
    X, y = blobs
    clf = QSNNClassifier(**quick).fit(X, labels[y])
    clf.save(tmp_path / "m.safetensors")
    loaded = QSNNClassifier.load(tmp_path / "m.safetensors")
    assert loaded.classes_.dtype == labels.dtype
    np.testing.assert_array_equal(loaded.predict(X), clf.predict(X))


def test_files_of_something_else(network, fitted, tmp_path):
    path = tmp_path / "n.safetensors"
    network.save(path)
    with pytest.raises(qlif.FormatError, match=r"Network\.load"):
        QSNNClassifier.load(path)
    good = None
    for change in (
        lambda record: {**record, "class": "OtherClassifier"},
        lambda record: {**record, "parameters": {"hiden": 3}},
        lambda record: {**record, "classes": [1]},
        lambda record: {**record, "n_features_in": 7},
        lambda record: {**record, "classes_dtype": "nonsense"},
        lambda record: {key: value for key, value in record.items() if key != "history"},
        lambda record: [record],
    ):
        fitted.save(path)
        copy = qlif.Network.load(path)
        good = json.loads(copy.metadata["estimator"])
        copy.metadata["estimator"] = json.dumps(change(good))
        copy.save(path)
        with pytest.raises(qlif.FormatError):
            QSNNClassifier.load(path)
    copy.metadata["estimator"] = "{"
    copy.save(path)
    with pytest.raises(qlif.FormatError):
        QSNNClassifier.load(path)


def test_pickle_and_clone(blobs, fitted):
    X, _ = blobs
    other = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(other.predict_proba(X), fitted.predict_proba(X))
    assert not hasattr(clone(fitted), "network_")
    fresh = QSNNClassifier(hidden=(5,))
    assert clone(fresh).get_params() == fresh.get_params()


def test_a_pickle_keeps_the_optimizers_state(blobs, quick):
    X, y = blobs
    clf = QSNNClassifier(**quick).partial_fit(X, y, classes=[0, 1, 2])
    other = pickle.loads(pickle.dumps(clf))
    for each in (clf, other):
        each.partial_fit(X, y)
    assert other.network_.to_bytes() == clf.network_.to_bytes()
    assert other._streaming.step_count == clf._streaming.step_count > 30


def test_equal_trainings_make_equal_files(blobs, quick, tmp_path):
    """Whatever the clock says."""
    for name in ("a", "b"):
        qlif.QSNNClassifier(**quick).fit(*blobs).save(tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

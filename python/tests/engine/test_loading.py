"""Every file gives back what wrote it, or says which call does."""

import json
import subprocess

import numpy as np
import pytest
from networks import make_network
from safetensors import safe_open

import qlif
from qlif import (
    ConvolutionalClassifier,
    QSCNNClassifier,
    QSNNClassifier,
    SCNNClassifier,
    SNNClassifier,
    SpikingClassifier,
    render,
)
from qlif._engine import locate

QUICK = {"steps": 5, "epochs": 3, "random_state": 3, "verbose": False}
CLASSIFIERS = {
    QSNNClassifier: {"hidden": (12,), "readout": "membrane"},
    SNNClassifier: {"hidden": (12,), "input_scaling": "standardize"},
    QSCNNClassifier: {"channels": (3,), "kernel": 1, "pool": 1, "image_shape": (2, 3)},
    SCNNClassifier: {"channels": (3,), "kernel": 1, "pool": 1, "image_shape": (1, 3, 2)},
    SpikingClassifier: {"hidden": (12,), "neuron": qlif.QLIF(t1=50, dropout=0.1)},
    ConvolutionalClassifier: {
        **{"channels": (3,), "kernel": 1, "pool": 1, "image_shape": (2, 3)},
        **{"neuron": qlif.LIF(beta=0.8), "output_neuron": qlif.QLIF(threshold=0.4)},
    },
}


@pytest.fixture
def data(blobs):
    X, y = blobs
    return X + 2, np.array(["a", "b", "c"])[y]  # a mean that a network without scaling misses


@pytest.fixture(params=CLASSIFIERS)
def trained(request, data):
    return request.param(**QUICK, **CLASSIFIERS[request.param]).fit(*data)


@pytest.fixture
def interrupted(data, tmp_path, monkeypatch):
    """Classifiers that were interrupted after their second epoch, and their checkpoints."""

    def make(cls):
        epochs = iter(range(10))
        run = qlif.estimators.training.TrainingLoop._epoch

        def stopped(loop, bar):
            if next(epochs) == 2:
                raise RuntimeError("the power failed")
            run(loop, bar)

        path = tmp_path / f"{cls.__name__}.checkpoint"
        clf = cls(**QUICK, **CLASSIFIERS[cls])
        with monkeypatch.context() as patch:
            patch.setattr(qlif.estimators.training.TrainingLoop, "_epoch", stopped)
            with pytest.raises(RuntimeError, match="power"):
                clf.fit(*data, checkpoint=path)
        return clf, path

    return make


def test_a_classifier(trained, data, tmp_path):
    X, path = data[0], tmp_path / "m.safetensors"
    trained.save(path)
    assert not trained.network_.metadata  # a save changes nothing
    for clf in (qlif.load(path), type(trained).load(path), qlif.load(str(path))):
        assert type(clf) is type(trained)
        np.testing.assert_array_equal(clf.predict(X), trained.predict(X))
        assert clf.get_params() == trained.get_params()
        assert not clf.network_.metadata
    # The network alone reads its outputs as the classifier does.
    network = qlif.Network.load(path)
    images = X.reshape(-1, *network.input_shape)
    indices = np.searchsorted(trained.classes_, trained.predict(X))
    np.testing.assert_array_equal(network.predict(images), indices)
    assert network.readout == (trained.readout or trained.network_.readout)
    assert network.score(images, indices) == 1
    assert network.evaluate(images, indices).accuracy == 1
    assert qlif.Trainer(network).config["readout"] == network.readout
    network.save(tmp_path / "again.safetensors")
    again = qlif.load(tmp_path / "again.safetensors")
    np.testing.assert_array_equal(again.predict(X), trained.predict(X))


def test_readouts_differ_and_are_kept(tmp_path):
    """The two readouts of this network disagree, so that each can be told from the other."""
    X, y = (each[:300] for each in qlif.datasets.load("digits")[0])
    for readout in ("membrane", "spike_count"):
        clf = QSNNClassifier(**{**QUICK, "steps": 10}, hidden=(12,), readout=readout).fit(X, y)
        clf.save(tmp_path / "m.safetensors")
        network = qlif.Network.load(tmp_path / "m.safetensors")
        assert network.readout == readout
        one, two = (network.predict(X, readout=r) for r in ("membrane", "spike_count"))
        assert (one != two).any()
        np.testing.assert_array_equal(network.predict(X), one if readout == "membrane" else two)
        np.testing.assert_array_equal(
            network.predict_scores(X), network.predict_scores(X, readout=readout)
        )
    network.metadata["estimator"] = "a note of somebody else"
    assert network.readout == make_network().readout


def test_networks_and_trainers(network, batch, tmp_path):
    trainer = qlif.Trainer(network, learning_rate=1e-2)
    trainer.step(*batch)
    network.metadata["training"] = "whatever one likes"
    network.save(tmp_path / "n.safetensors")
    trainer.save(tmp_path / "t.safetensors")
    found = qlif.load(tmp_path / "n.safetensors")
    assert type(found) is qlif.Network
    assert found.to_bytes() == network.to_bytes()
    found = qlif.load(tmp_path / "t.safetensors")
    assert type(found) is qlif.Trainer
    assert found.to_bytes() == trainer.to_bytes()
    alone = qlif.Network.load(tmp_path / "t.safetensors")
    np.testing.assert_array_equal(alone.predict_scores(batch[0]), network.predict_scores(batch[0]))


def test_a_checkpoint_gives_its_classifier(interrupted, data):
    X = data[0]
    for cls in CLASSIFIERS:
        clf, path = interrupted(cls)
        for found in (qlif.load(path), cls.load(path)):
            assert type(found) is cls
            np.testing.assert_array_equal(found.predict_proba(X), clf.predict_proba(X))
            np.testing.assert_array_equal(found.predict(X), clf.predict(X))
            assert found.history_.keys() == clf.history_.keys()
            for name in ("loss", "accuracy", "firing_rate", "learning_rate"):
                assert len(found.history_[name]) == 2
                assert found.history_[name] == clf.history_[name]
            assert not found.network_.metadata
        whole = cls(**QUICK, **CLASSIFIERS[cls]).fit(*data)
        found.fit(*data, checkpoint=path)
        assert found.network_.to_bytes() == whole.network_.to_bytes()


def test_a_checkpoint_is_no_network_of_its_own(interrupted, tmp_path):
    _, path = interrupted(QSNNClassifier)
    for call in (
        lambda: qlif.Network.load(path),
        lambda: qlif.Network.from_bytes(path.read_bytes()),
        lambda: qlif.Trainer.load(path),
        lambda: qlif.Trainer.from_bytes(path.read_bytes()),
    ):
        with pytest.raises(qlif.FormatError, match=r"checkpoint .*qlif\.load .*checkpoint=\.\.\."):
            call()
    with pytest.raises(qlif.FormatError, match=r"use QSNNClassifier\.load"):
        SNNClassifier.load(path)


@pytest.mark.skipif(
    locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is None,
    reason="qlif-render is not built",
)
def test_a_checkpoint_is_not_drawn(interrupted):
    _, path = interrupted(QSNNClassifier)
    command = [render.program(), "filters", "--model", path, "--layer=0", "--output=-"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "checkpoint of a classifier's training" in done.stderr


def test_the_call_is_named(trained, interrupted, network, data, tmp_path):
    network.save(tmp_path / "n")
    qlif.Trainer(network).save(tmp_path / "t")
    trained.save(tmp_path / "c")
    name = type(trained).__name__
    other = SNNClassifier if type(trained) is not SNNClassifier else QSNNClassifier
    fit = {**QUICK, **CLASSIFIERS[type(trained)]}
    for call, words in (
        (lambda: qlif.Trainer.load(tmp_path / "n"), r"Network\.load"),
        (lambda: qlif.Trainer.load(tmp_path / "c"), rf"{name}\.load"),
        (lambda: type(trained).load(tmp_path / "n"), r"Network\.load"),
        (lambda: type(trained).load(tmp_path / "t"), r"Trainer\.load"),
        (lambda: other.load(tmp_path / "c"), rf"{name}\.load"),
        (lambda: type(trained)(**fit).fit(*data, checkpoint=tmp_path / "n"), r"Network\.load"),
        (lambda: type(trained)(**fit).fit(*data, checkpoint=tmp_path / "t"), r"Trainer\.load"),
        (lambda: type(trained)(**fit).fit(*data, checkpoint=tmp_path / "c"), rf"{name}\.load"),
    ):
        with pytest.raises(qlif.FormatError, match=words):
            call()


def test_files_that_cannot_be(network, trained, tmp_path):
    for content in (b"", b"x" * 7, b"\xff" * 64, b"\x02" + bytes(7) + b"[]", b"\x02" + bytes(9)):
        (tmp_path / "f").write_bytes(content)
        with pytest.raises(qlif.FormatError):
            qlif.load(tmp_path / "f")
    for path in (tmp_path, tmp_path / "absent"):
        with pytest.raises(qlif.FileError):
            qlif.load(path)
    for path in (3, None, "", "a\0b"):
        with pytest.raises(qlif.ArgumentError):
            qlif.load(path)
    trained.save(tmp_path / "f")
    copy = qlif.Network.load(tmp_path / "f")
    for name in ("MyClassifier", "Classifier", "__doc__", "Self"):
        record = json.loads(copy.metadata["estimator"])
        copy.metadata["estimator"] = json.dumps({**record, "class": name})
        copy.save(tmp_path / "f")
        with pytest.raises(qlif.FormatError, match=name):
            qlif.load(tmp_path / "f")
    copy.metadata["estimator"] = "a note of somebody else"
    copy.save(tmp_path / "f")
    assert type(qlif.load(tmp_path / "f")) is qlif.Network


# ---- What a checkpoint is of ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hidden": (13,)}, r"hidden is \[13\], was \[12\]"),
        ({"noise": qlif.Noise(shots=5)}, "noise is .*shots.*, was None"),
        ({"epochs": 4}, "epochs is 4, was 3, .*schedule 'one_cycle'"),
        ({"X": lambda X: X[1:], "y": lambda y: y[1:]}, r"X has shape \[239, 6\], had \[240, 6\]"),
        ({"X": lambda X: X.astype(np.float64)}, "X has dtype <f8, had <f4"),
        ({"X": lambda X: X + 1}, "X holds other values"),
        ({"y": lambda y: y[::-1]}, "y holds other labels"),
        ({"y": lambda y: np.char.upper(y)}, r"y has the classes \['A', .*had \['a'"),
        ({"validation": None}, "validation_data: none now"),
        ({"validation": lambda X, y: (X[:9], y[:9])}, r"validation_data: X has shape \[9, 6\]"),
        ({"validation": lambda X, y: (X[:20] + 1, y[:20])}, "validation_data: X holds other"),
        ({"validation": lambda X, y: (X[:20], y[-20:])}, "validation_data: y holds other"),
    ],
)
def test_what_differs_is_named(data, tmp_path, change, words):
    X, y = data
    path = tmp_path / "training.checkpoint"
    options = {**QUICK, **CLASSIFIERS[QSNNClassifier]}
    QSNNClassifier(**options).fit(X, y, (X[:20], y[:20]), checkpoint=path)
    before = path.read_bytes()
    own = {name: change.pop(name, lambda same: same) for name in ("X", "y")}
    held = change.pop("validation", lambda X, y: (X[:20], own["y"](y)[:20]))
    clf = QSNNClassifier(**{**options, **change})
    with pytest.raises(qlif.ArgumentError, match=f"checkpoint .* another training: {words}"):
        clf.fit(own["X"](X), own["y"](y), None if held is None else held(X, y), checkpoint=path)
    assert path.read_bytes() == before
    with pytest.raises(qlif.ArgumentError, match="of a QSNNClassifier"):
        SNNClassifier(**QUICK).fit(X, y, checkpoint=path)


def test_validation_data_that_come_later(data, tmp_path):
    path = tmp_path / "training.checkpoint"
    options = {**QUICK, **CLASSIFIERS[QSNNClassifier]}
    QSNNClassifier(**options).fit(*data, checkpoint=path)
    with pytest.raises(qlif.ArgumentError, match="validation_data: some now"):
        QSNNClassifier(**options).fit(*data, data, checkpoint=path)


def test_more_epochs_where_the_schedule_permits(data, tmp_path):
    path = tmp_path / "training.checkpoint"
    options = {**QUICK, **CLASSIFIERS[QSNNClassifier], "schedule": "constant"}
    QSNNClassifier(**options).fit(*data, checkpoint=path)
    longer = QSNNClassifier(**{**options, "epochs": 5}).fit(*data, checkpoint=path)
    whole = QSNNClassifier(**{**options, "epochs": 5}).fit(*data)
    assert len(longer.history_["loss"]) == 5
    assert longer.network_.to_bytes() == whole.network_.to_bytes()
    with pytest.raises(qlif.ArgumentError, match="epochs is 4, and 5 are done"):
        QSNNClassifier(**{**options, "epochs": 4}).fit(*data, checkpoint=path)
    for schedule in ("one_cycle", "cosine", None):
        path.unlink()
        options |= {"schedule": schedule}
        QSNNClassifier(**options).fit(*data, checkpoint=path)
        clf = QSNNClassifier(**{**options, "epochs": 5})
        steps = None if schedule is None else 9
        trainer = qlif.Trainer(make_network(), schedule=schedule, total_steps=steps)
        if trainer.config["schedule"] == "constant":
            clf.fit(*data, checkpoint=path)
        else:
            with pytest.raises(qlif.ArgumentError, match="epochs is 5, was 3, .*schedule"):
                clf.fit(*data, checkpoint=path)


def test_other_programs_read_the_checkpoint(interrupted):
    clf, path = interrupted(QSNNClassifier)
    with safe_open(path, framework="numpy") as file:
        record = json.loads(file.metadata()["estimator_checkpoint"])
        assert file.get_tensor("0.drive_weight").shape == (12, 6)
    assert record["class"] == "QSNNClassifier"
    assert record["history"] == clf.history_

"""Building networks, running them, their parameters, and their end."""

import copy
import gc
import json
import pickle
import threading

import numpy as np
import pytest
from networks import make_network

import qlif


def test_structure(network):
    assert network.input_shape == (12,)
    assert network.layer_shapes == ((16,), (4,))
    assert network.classes == 4
    assert network.steps == 6
    assert network.layers == (qlif.Dense(16, qlif.QLIF()), qlif.Dense(4, qlif.QLIF()))
    assert isinstance(json.loads(network.description), dict)
    assert "Dense(units=16" in repr(network)


def test_defaults_are_the_engines_and_shown():
    neuron = qlif.QLIF()
    assert neuron.threshold == 0.75
    assert neuron.leak == "relaxation"
    assert neuron.drive_bound == "none"
    assert neuron.surrogate == qlif.surrogate.arctan(slope=1)
    assert "threshold=0.75" in repr(neuron)
    assert qlif.QLIF(threshold=None) == neuron


def test_neurons_keep_every_constant():
    neuron = qlif.QLIF(
        threshold=0.6,
        t1=80,
        drive_scale=2.1,
        delay_scale=0,
        drive_bound="tanh",
        leak="published",
        refractory=False,
        surrogate=qlif.surrogate.triangular(slope=3),
        dropout=0.25,
    )
    network = qlif.Network(input_shape=(3,), layers=[qlif.Dense(2, neuron)], steps=2)
    assert qlif.Network.from_bytes(network.to_bytes()).layers == (qlif.Dense(2, neuron),)


def test_neurons_are_immutable():
    with pytest.raises(AttributeError):
        qlif.QLIF().threshold = 0.5


@pytest.mark.parametrize(
    "options",
    [
        {"threshold": 0},
        {"threshold": 1},
        {"threshold": -0.1},
        {"threshold": float("nan")},
        {"t1": 0},
        {"t1": -1},
        {"t1": 1e300},
        {"drive_scale": 0},
        {"delay_scale": -1},
        {"dropout": 1},
        {"dropout": -0.1},
        {"dropout": float("inf")},
        {"leak": "none"},
        {"leak": 0},
        {"drive_bound": "sigmoid"},
        {"refractory": 2},
        {"refractory": "yes"},
        {"threshold": "0.5"},
        {"surrogate": "arctan"},
        {"threshold": 10**400},
    ],
)
def test_neurons_refuse(options):
    with pytest.raises(qlif.ArgumentError):
        qlif.Network(input_shape=(3,), layers=[qlif.Dense(2, qlif.QLIF(**options))], steps=2)


@pytest.mark.parametrize("slope", [0, -1, float("nan"), 1e300, "steep"])
def test_surrogates_refuse(slope):
    with pytest.raises(qlif.ArgumentError):
        make_network(surrogate=qlif.surrogate.arctan(slope=slope))


def test_unknown_options_are_errors():
    with pytest.raises(TypeError):
        qlif.QLIF(treshold=0.5)
    with pytest.raises(TypeError):
        qlif.Network(input_shape=(3,), layers=[], steps=2, sed=1)
    with pytest.raises(qlif.ArgumentError, match="one of 'arctan'"):
        qlif.surrogate.Surrogate("atan")


@pytest.mark.parametrize(
    "options",
    [
        {"input_shape": ()},
        {"input_shape": (0,)},
        {"input_shape": (-3,)},
        {"input_shape": (1, 2, 3, 4)},
        {"input_shape": (2**63,)},
        {"input_shape": (1.5,)},
        {"input_shape": "ab"},
        {"steps": 0},
        {"steps": -1},
        {"steps": 2**64},
        {"steps": 2.0},
        {"seed": -1},
        {"seed": 2**64},
        {"layers": []},
        {"layers": [3]},
        {"layers": [qlif.QLIF()]},
        {"layers": [qlif.Dense(0, qlif.QLIF())]},
        {"layers": [qlif.Dense(-5, qlif.QLIF())]},
    ],
)
def test_networks_refuse(options):
    given = {"input_shape": (3,), "layers": [qlif.Dense(2, qlif.QLIF())], "steps": 2} | options
    with pytest.raises(qlif.ArgumentError):
        qlif.Network(**given)


@pytest.mark.parametrize("units", [2**62, 2**50, 2**40])
def test_sizes_that_cannot_be_held(units):
    with pytest.raises(qlif.QlifError):
        qlif.Network(input_shape=(2**20,), layers=[qlif.Dense(units, qlif.QLIF())], steps=2)
    with pytest.raises(qlif.ArgumentError):
        qlif.Dense(2**63, qlif.QLIF())
    with pytest.raises(qlif.QlifError):
        qlif.Network(input_shape=(2**40, 2**40), layers=[qlif.Dense(1, qlif.QLIF())], steps=2)


def test_the_seed_decides_the_weights():
    first, again, other = (make_network(seed).to_bytes() for seed in (1, 1, 2))
    assert first == again
    assert first != other
    make_network(2**64 - 1)


def test_constant_input_is_the_sequence_of_itself(network, batch):
    x, _ = batch
    shown = network.simulate(x)
    fed = network.simulate(np.repeat(x[None], network.steps, axis=0))
    for layer in range(2):
        assert shown.spikes[layer].shape == (6, 5, network.layers[layer].units)
        np.testing.assert_array_equal(shown.spikes[layer], fed.spikes[layer])
        np.testing.assert_allclose(shown.membrane[layer], fed.membrane[layer], atol=1e-5)


def test_a_sequence_has_its_own_length(network, rng):
    rec = network.simulate(rng.uniform(-1, 1, (3, 5, 12)))
    assert rec.membrane[1].shape == (3, 5, 4)
    assert rec.steps == 3


def test_an_image_shaped_input(rng):
    network = qlif.Network(
        input_shape=(1, 4, 3), layers=[qlif.Dense(5, qlif.QLIF())], steps=3, seed=1
    )
    x = rng.uniform(0, 1, (2, 1, 4, 3))
    flat = qlif.Network(input_shape=12, layers=[qlif.Dense(5, qlif.QLIF())], steps=3, seed=1)
    np.testing.assert_array_equal(
        network.simulate(x).membrane[0], flat.simulate(x.reshape(2, 12)).membrane[0]
    )
    with pytest.raises(qlif.ShapeError):
        network.simulate(x.reshape(2, 12))


def test_recording_a_part(network, batch):
    rec = network.simulate(batch[0], spikes=False, layers=[-1])
    whole = network.simulate(batch[0])
    np.testing.assert_array_equal(rec.membrane[1], whole.membrane[1])
    assert [rec.membrane.recorded(0), rec.membrane.recorded(1), rec.spikes.recorded(1)] == [0, 1, 0]
    with pytest.raises(qlif.ArgumentError, match="not recorded"):
        rec.spikes[1]
    with pytest.raises(qlif.ArgumentError, match="layers"):
        network.simulate(batch[0], layers=[2])
    with pytest.raises(IndexError):
        whole.membrane[2]


def test_spikes_are_alpha_above_the_threshold(network, rng):
    rec = network.simulate(rng.uniform(-1, 1, (20, 30, 12)))
    assert 0 < rec.spikes[0].mean() < 1
    for layer in range(2):
        np.testing.assert_array_equal(rec.spikes[layer], rec.membrane[layer] > 0.75)
        assert rec.membrane[layer].min() >= 0
        assert rec.membrane[layer].max() <= 1


def test_a_batch_is_its_samples(network, batch):
    """No state leaks from one sample, or one call, to another."""
    x, _ = batch
    whole = network.simulate(x)
    for row in range(len(x)):
        alone = network.simulate(x[row : row + 1])
        np.testing.assert_allclose(alone.membrane[1][:, 0], whole.membrane[1][:, row], atol=1e-5)


def test_predictions_are_read_off_the_output(network, rng):
    x = rng.uniform(-1, 1, (50, 12))
    rec = network.simulate(x)
    alpha, spikes = rec.membrane[1], rec.spikes[1]
    np.testing.assert_allclose(
        network.predict_scores(x, readout="membrane"), alpha.mean(axis=0), atol=1e-6
    )
    np.testing.assert_allclose(
        network.predict_scores(x, readout="spike_count"), spikes.mean(axis=0), atol=1e-6
    )
    labels = network.predict(x, readout="membrane")
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, alpha.sum(axis=0).argmax(axis=1))
    ordered = spikes.sum(axis=0) + alpha.mean(axis=0) / 2
    np.testing.assert_array_equal(network.predict(x, readout="spike_count"), ordered.argmax(axis=1))
    with pytest.raises(qlif.ArgumentError, match="readout"):
        network.predict(x, readout="mean")


def test_evaluate(network, rng):
    x, y = rng.uniform(-1, 1, (50, 12)), rng.integers(0, 4, 50)
    report = network.evaluate(x, y, reading="membrane_sum", readout="membrane")
    rec = network.simulate(x)
    assert report.correct == (network.predict(x, readout="membrane") == y).sum()
    assert report.accuracy == report.correct / 50
    np.testing.assert_allclose(
        report.firing_rates, [rec.spikes[0].mean(), rec.spikes[1].mean()], rtol=1e-5
    )
    assert report.loss == pytest.approx(network.loss_and_gradients(x, y, reading="membrane_sum")[0])
    for name in ("loss", "reading", "readout"):
        with pytest.raises(qlif.ArgumentError, match=f"^{name} is 'mean', expected one of "):
            network.evaluate(x, y, **{name: "mean"})


def test_parameters_are_the_engines_memory(network, batch):
    assert set(network.parameters) == {
        f"{layer}.{current}_{kind}"
        for layer in (0, 1)
        for current in ("drive", "delay")
        for kind in ("weight", "bias")
    }
    assert network.parameters["0.drive_weight"].shape == (16, 12)
    before = network.simulate(batch[0]).membrane[0]
    network.parameters["0.drive_weight"][:] *= 0.5
    network.parameters["0.drive_bias"][:] = 0.1
    assert not np.array_equal(network.simulate(batch[0]).membrane[0], before)
    with pytest.raises(TypeError):
        network.parameters["0.drive_weight"] = np.zeros((16, 12))


def test_gradients_are_views_and_copies(network, batch):
    assert all((view == 0).all() for view in network.gradients.values())
    _, gradients = network.loss_and_gradients(*batch)
    np.testing.assert_array_equal(gradients["1.drive_weight"], network.gradients["1.drive_weight"])
    assert any(np.any(value) for value in gradients.values())
    kept = gradients["1.drive_weight"].copy()
    network.loss_and_gradients(batch[0] / 2, batch[1])
    np.testing.assert_array_equal(gradients["1.drive_weight"], kept)


def test_views_outlive_the_network(batch):
    network = make_network()
    view = network.parameters["0.drive_weight"]
    kept = view.copy()
    part = view[2:4].T
    network.close()
    del network, view
    gc.collect()
    churn = [make_network(seed).parameters["0.drive_weight"] for seed in range(50)]
    np.testing.assert_array_equal(part, kept[2:4].T)
    part[:] = 1
    assert len(churn) == 50


def test_memory_is_given_back():
    import resource

    def grow(count):
        for _ in range(count):
            qlif.Network(input_shape=(500,), layers=[qlif.Dense(500, qlif.QLIF())], steps=2)

    grow(20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    grow(200)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 100_000  # KiB; 200 of them would be 800 MB


def test_a_closed_network(batch):
    network = make_network()
    trainer = qlif.Trainer(network)
    with network as same:
        assert same is network
    assert network.closed
    network.close()
    assert repr(network) == "<closed qlif.Network>"
    for call in (
        lambda: network.simulate(batch[0]),
        lambda: network.predict(batch[0]),
        lambda: network.predict_scores(batch[0]),
        lambda: network.evaluate(*batch),
        lambda: network.loss_and_gradients(*batch),
        lambda: network.parameters,
        lambda: network.gradients,
        lambda: network.metadata,
        lambda: network.description,
        lambda: network.to_bytes(),
        lambda: network.save("never.safetensors"),
        lambda: network.copy(),
        lambda: pickle.dumps(network),
        lambda: qlif.Trainer(network),
        lambda: network.__enter__(),
    ):
        with pytest.raises(qlif.ClosedError, match="closed"):
            call()
    # The engine's trainer keeps the network that it trains alive.
    assert trainer.step(*batch).samples == 5
    trainer.close()
    with pytest.raises(qlif.ClosedError):
        trainer.step(*batch)
    assert repr(trainer) == "<closed qlif.Trainer>"


@pytest.mark.parametrize(
    "duplicate",
    [copy.copy, copy.deepcopy, lambda n: n.copy(), lambda n: pickle.loads(pickle.dumps(n))],
)
def test_copies_are_equal_and_independent(network, batch, duplicate):
    network.metadata["note"] = "café"
    other = duplicate(network)
    assert other.metadata["note"] == "café"
    assert other.layers == network.layers
    np.testing.assert_array_equal(other.predict_scores(batch[0]), network.predict_scores(batch[0]))
    other.parameters["0.drive_weight"][:] = 0
    assert network.parameters["0.drive_weight"].any()


def test_metadata(network):
    metadata = network.metadata
    assert "note" not in metadata
    assert metadata.get("note") is None
    assert metadata.get("note", "none") == "none"
    metadata["note"] = "1"
    metadata["note"] = "two\nlines \N{SNOWMAN}"
    assert metadata["note"] == "two\nlines \N{SNOWMAN}"
    del metadata["note"]
    with pytest.raises(KeyError):
        metadata["note"]
    with pytest.raises(KeyError):
        del metadata["note"]
    metadata.update({"b": "2", "a": "1"})
    assert dict(metadata) == {"a": "1", "b": "2"}
    assert list(metadata) == ["a", "b"]
    assert len(metadata) == 2
    assert repr(metadata) == "Metadata({'a': '1', 'b': '2'})"
    assert metadata == qlif.Network.from_bytes(network.to_bytes()).metadata
    for key in metadata:
        metadata.pop(key)
    assert not metadata
    for key, value in [("qlif.x", "1"), ("a\0b", "1"), ("a", "b\0"), ("a", "\ud800"), ("a", 3)]:
        with pytest.raises(qlif.ArgumentError):
            metadata[key] = value


def test_threads_share_a_network_one_at_a_time(network, batch):
    x, y = batch
    expected = network.loss_and_gradients(x, y)[0]
    found = []

    def work():
        for _ in range(50):
            found.append(network.loss_and_gradients(x, y)[0])

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [expected] * 200


@pytest.mark.parametrize("steps", [1, 4, 1000])
def test_finite_currents_whose_sum_is_not_are_refused(steps):
    """Membranes and scores add currents up over the steps."""
    net = qlif.Network(input_shape=(1,), layers=[qlif.Dense(1, qlif.LIF(beta=1))], steps=steps)
    net.parameters["0.weight"][:] = -1
    net.parameters["0.bias"][:] = 0
    for call in (net.simulate, net.predict, net.predict_scores):
        with pytest.raises(qlif.NotFiniteError, match="layer 0.*beyond 1e\\+20"):
            call([[1e38]])
    assert np.isfinite(net.predict_scores([[1e19]], readout="membrane")).all()
    assert np.isfinite(net.simulate([[1e19]]).membrane[0]).all()

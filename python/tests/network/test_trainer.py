"""Training steps, their options, and going on after a save."""

import copy
import pickle

import numpy as np
import pytest
from networks import make_network

import qlif


def test_learning(rng):
    network = make_network(refractory=False)
    x = rng.uniform(-1, 1, (40, 12))
    y = rng.integers(0, 4, 40)
    trainer = qlif.Trainer(network, reading="membrane_sum", readout="membrane", learning_rate=0.01)
    first = trainer.step(x, y)
    for _ in range(300):
        last = trainer.step(x, y)
    assert trainer.step_count == 301
    assert last.loss < first.loss / 3
    assert last.accuracy > first.accuracy + 0.3
    assert last.samples == 40
    assert len(last.firing_rates) == 2
    assert last.gradient_norm > 0
    assert trainer.network is network


def test_the_first_report_is_of_the_network_before(network, batch):
    expected = network.evaluate(*batch)
    report = qlif.Trainer(network).step(*batch)
    assert report.loss == pytest.approx(expected.loss, rel=1e-6)
    assert report.correct == expected.correct
    np.testing.assert_allclose(report.firing_rates, expected.firing_rates, rtol=1e-6)


def adam(parameters, gradients, rate, decay):
    """The first update of Adam: every entry moves by the rate, towards less loss.

    Parameters that the loss does not depend on at all (delay, where the input is constant) rest.
    """
    return {
        name: value
        - rate * np.sign(gradients[name])
        - (rate * decay * value if name.endswith("weight") and gradients[name].any() else 0)
        for name, value in parameters.items()
    }


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_the_first_update_is_adams(network, batch, decay):
    _, gradients = network.loss_and_gradients(*batch, reading="membrane")
    before = {name: view.copy() for name, view in network.parameters.items()}
    qlif.Trainer(
        network,
        reading="membrane",
        schedule="constant",
        learning_rate=1e-3,
        epsilon=1e-20,
        weight_decay=decay,
        clip_norm=0,
    ).step(*batch)
    for name, expected in adam(before, gradients, 1e-3, decay).items():
        # Where the gradient is as good as zero its sign is rounding's.
        clear = np.abs(gradients[name]) > 1e-6
        clear |= gradients[name] == 0
        np.testing.assert_allclose(
            network.parameters[name][clear], expected[clear], atol=2e-6, err_msg=name
        )


def rates(network, batch, **options):
    trainer = qlif.Trainer(network, learning_rate=0.01, **options)
    return [trainer.step(*batch).learning_rate for _ in range(100)]


def test_schedules(network, batch):
    assert rates(network, batch, schedule="constant") == pytest.approx([0.01] * 100)
    cosine = rates(network, batch, schedule="cosine", total_steps=100)
    assert cosine[0] == pytest.approx(0.01, rel=1e-2)
    assert cosine[-1] < 1e-4
    assert cosine == sorted(cosine, reverse=True)
    cycle = rates(network, batch, schedule="one_cycle", total_steps=100, warmup=0.3)
    assert cycle[0] == pytest.approx(0.01 / 25, rel=0.05)
    assert max(cycle) == pytest.approx(0.01, rel=0.02)
    assert 25 <= int(np.argmax(cycle)) <= 31
    assert cycle[-1] < 1e-4


def test_steps_beyond_the_schedule_do_no_harm(network, batch):
    trainer = qlif.Trainer(network, schedule="one_cycle", total_steps=3)
    for _ in range(10):
        assert np.isfinite(trainer.step(*batch).loss)


def test_config_shows_the_values_in_force(network):
    trainer = qlif.Trainer(network, learning_rate=0.003, reading="spike_count")
    assert trainer.config["learning_rate"] == 0.003
    assert trainer.config["loss"] == "cross_entropy"
    assert trainer.config["reading"] == "spike_count"
    assert trainer.config["beta1"] == 0.9
    assert trainer.config["beta2"] == 0.999
    assert "learning_rate=0.003" in repr(trainer)


@pytest.mark.parametrize(
    "options",
    [
        {"learning_rate": 0},
        {"learning_rate": -1},
        {"learning_rate": float("nan")},
        {"learning_rate": "fast"},
        {"beta1": 1},
        {"beta2": -0.1},
        {"epsilon": 0},
        {"weight_decay": -1},
        {"clip_norm": -1},
        {"clip_norm": float("inf")},
        {"schedule": "one_cycle", "total_steps": 0},
        {"schedule": "one_cycle", "total_steps": 10, "warmup": 0},
        {"schedule": "one_cycle", "total_steps": 10, "warmup": 1},
        {"schedule": "cosine", "total_steps": -1},
        {"schedule": "linear"},
        {"loss": "hinge"},
        {"reading": "mse"},
        {"readout": "first_spike"},
        {"total_steps": 2**70},
        {"total_steps": 1.5},
    ],
)
def test_refused_options(network, options):
    with pytest.raises(qlif.ArgumentError):
        qlif.Trainer(network, **options)


def test_unknown_options_are_errors(network):
    with pytest.raises(TypeError):
        qlif.Trainer(network, lr=1e-3)


def test_clipping(batch):
    free, clipped = make_network(), make_network()
    one = qlif.Trainer(free, clip_norm=0)
    other = qlif.Trainer(clipped, clip_norm=1e-3)
    # Adam does not see one scale from another in its first step, but in the second.
    for x in (batch[0], batch[0] * 0.3):
        first, second = one.step(x, batch[1]), other.step(x, batch[1])
    assert first.gradient_norm > 1e-3
    assert second.gradient_norm > 1e-3  # it is told as it was before clipping
    assert free.to_bytes() != clipped.to_bytes()


def test_dropout_acts_in_training_only(rng):
    network = make_network(dropout=0.5, refractory=False)
    x, y = rng.uniform(-1, 1, (30, 12)), rng.integers(0, 4, 30)
    assert network.evaluate(x, y) == network.evaluate(x, y)
    reports = [qlif.Trainer(network.copy()).step(x, y) for _ in range(2)]
    assert reports[0] == reports[1]  # seeded
    assert reports[0].loss != network.evaluate(x, y).loss


def test_training_goes_on_to_the_same_bits(tmp_path, rng):
    """Stopping, saving and loading changes nothing: dropout, moments and schedule go on."""
    options = {"schedule": "one_cycle", "total_steps": 20, "weight_decay": 0.01}
    batches = [(rng.uniform(-1, 1, (8, 12)), rng.integers(0, 4, 8)) for _ in range(20)]
    whole = qlif.Trainer(make_network(dropout=0.3), **options)
    for batch in batches:
        whole.step(*batch)
    half = qlif.Trainer(make_network(dropout=0.3), **options)
    for batch in batches[:9]:
        half.step(*batch)
    half.network.metadata["note"] = "kept"
    half.save(tmp_path / "half.safetensors")
    resumed = qlif.Trainer.load(tmp_path / "half.safetensors")
    assert resumed.step_count == 9
    assert resumed.config == half.config
    assert resumed.network.metadata["note"] == "kept"
    for batch in batches[9:]:
        resumed.step(*batch)
    for name, view in whole.network.parameters.items():
        np.testing.assert_array_equal(resumed.network.parameters[name], view, err_msg=name)
    assert "updates" in repr(resumed)


def test_copies_of_a_trainer_go_on_alike(network, batch):
    trainer = qlif.Trainer(network, learning_rate=0.01, reading="spike_count")
    trainer.step(*batch)
    others = [
        qlif.Trainer.from_bytes(trainer.to_bytes()),
        pickle.loads(pickle.dumps(trainer)),
        copy.deepcopy(trainer),
    ]
    trainer.step(*batch)
    for other in others:
        assert other.config == trainer.config
        assert other.step_count == 1
        assert other.network is not network
        other.step(*batch)
        assert other.network.to_bytes() == network.to_bytes()
    with pytest.raises(qlif.FormatError):
        qlif.Trainer.from_bytes(network.to_bytes())


def test_a_trainers_file_is_a_network_too(tmp_path, network, batch):
    trainer = qlif.Trainer(network)
    trainer.step(*batch)
    trainer.save(tmp_path / "t.safetensors")
    loaded = qlif.Network.load(tmp_path / "t.safetensors")
    assert list(loaded.parameters) == list(network.parameters)
    np.testing.assert_array_equal(loaded.predict_scores(batch[0]), network.predict_scores(batch[0]))


def test_a_network_alone_does_not_train_on(tmp_path, network):
    network.save(tmp_path / "n.safetensors")
    with pytest.raises(qlif.FormatError):
        qlif.Trainer.load(tmp_path / "n.safetensors")


def test_a_step_that_is_not_finite_changes_nothing(network, batch):
    trainer = qlif.Trainer(network)
    network.parameters["0.drive_weight"][0, 0] = np.nan
    before = network.to_bytes()
    try:
        trainer.step(*batch)
    except qlif.NotFiniteError:
        assert network.to_bytes() == before
        assert trainer.step_count == 0
    else:
        # A comparison with NaN is false, so the neuron may be silent; nothing else may spread.
        network.parameters["0.drive_weight"][0] = 0
        assert all(np.isfinite(view).all() for view in network.parameters.values())

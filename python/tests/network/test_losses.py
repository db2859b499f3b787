"""Losses: their targets, their gradients, and what training does with them."""

import numpy as np
import pytest
from networks import make_network

import qlif

READINGS = ["membrane", "membrane_sum", "spike_count"]


@pytest.fixture
def numbers(rng):
    """Five samples for `network`: inputs and numbers."""
    return (
        rng.uniform(-1, 1, (5, 12)).astype(np.float32),
        rng.uniform(0, 2, (5, 4)).astype(np.float32),
    )


def read(network, x, reading):
    """What a loss reads, [times, batch, outputs]."""
    rec = network.simulate(x)
    if reading == "membrane":
        return rec.membrane[1]
    array = rec.spikes[1] if reading == "spike_count" else rec.membrane[1]
    return array.sum(axis=0)[None]


@pytest.mark.parametrize("reading", READINGS)
def test_values(network, batch, numbers, reading):
    """Mean over the batch; of membranes at every step the sum over the steps."""
    x, y = batch
    found = read(network, x, reading).astype(float)
    logs = found - np.log(np.exp(found).sum(axis=-1, keepdims=True))
    entropy = -logs[:, np.arange(5), y].mean(axis=1).sum()
    assert network.evaluate(x, y, reading=reading).loss == pytest.approx(entropy, rel=1e-5)
    x, goals = numbers
    error = ((read(network, x, reading) - goals) ** 2).mean(axis=(1, 2)).sum()
    report = network.evaluate(x, goals, loss="mse", reading=reading)
    assert report.loss == pytest.approx(error, rel=1e-5)
    assert report.correct == 0
    loss, _ = network.loss_and_gradients(x, goals, loss="mse", reading=reading)
    assert loss == pytest.approx(error, rel=1e-5)


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("reading", ["membrane", "membrane_sum"])
def test_gradients_are_slopes(batch, numbers, loss, reading):
    """Against finite differences, of a last layer that does not fire: no surrogate has a part."""
    neurons = qlif.LIF(threshold=1e6), qlif.LIF(threshold=0.5)
    network = qlif.Network(
        input_shape=12, layers=[qlif.Dense(9, neurons[1]), qlif.Dense(4, neurons[0])], steps=5
    )
    x = numbers[0]
    y = numbers[1] if loss == "mse" else batch[1]
    options = {"loss": loss, "reading": reading}
    _, gradients = network.loss_and_gradients(x, y, **options)
    for name in ("1.weight", "1.bias"):
        values = network.parameters[name].reshape(-1)
        for index in range(0, values.size, 5):
            middle, step = values[index], np.float32(2**-7)
            ends = []
            for sign in (1, -1):
                values[index] = middle + sign * step
                ends.append(network.evaluate(x, y, **options).loss)
            values[index] = middle
            slope = (ends[0] - ends[1]) / (2 * float(step))
            assert gradients[name].reshape(-1)[index] == pytest.approx(slope, rel=5e-3, abs=1e-4)


@pytest.mark.parametrize("reading", READINGS)
def test_learning_numbers(rng, reading):
    network = make_network(refractory=False)
    x, y = rng.uniform(-1, 1, (20, 12)), rng.uniform(0.2, 0.8, (20, 4))
    if reading != "membrane":
        y *= network.steps
    trainer = qlif.Trainer(network, loss="mse", reading=reading, learning_rate=0.01)
    first = trainer.step(x, y)
    for _ in range(150):
        last = trainer.step(x, y)
    assert last.loss < first.loss / 2
    assert (trainer.config["loss"], trainer.config["reading"]) == ("mse", reading)
    again = qlif.Trainer.from_bytes(trainer.to_bytes())
    assert again.config == trainer.config
    assert again.step(x, y) == trainer.step(x, y)


def test_defaults_are_one(network, batch):
    """What is not said is a trainer's default, in each of both."""
    config = qlif.Trainer(network).config
    assert (config["loss"], config["reading"]) == ("cross_entropy", "membrane")
    plain = network.evaluate(*batch)
    assert network.evaluate(*batch, loss="cross_entropy") == plain
    assert network.evaluate(*batch, reading="membrane") == plain
    assert qlif.Trainer(network, reading="spike_count").config["loss"] == "cross_entropy"
    assert qlif.Trainer(network, loss="mse").config["reading"] == "membrane"


def calls(network, x):
    trainer = qlif.Trainer(network, loss="mse")
    labels = qlif.Trainer(network)
    yield "mse", lambda y: network.evaluate(x, y, loss="mse")
    yield "mse", lambda y: network.loss_and_gradients(x, y, loss="mse")
    yield "mse", lambda y: trainer.step(x, y)
    yield "cross_entropy", lambda y: network.evaluate(x, y)
    yield "cross_entropy", lambda y: network.loss_and_gradients(x, y)
    yield "cross_entropy", lambda y: labels.step(x, y)


def test_targets_that_do_not_fit(network, batch, numbers):
    x, goals = numbers
    before = network.to_bytes()
    for loss, call in calls(network, x):
        with pytest.raises(qlif.ArgumentError, match=loss):
            call(batch[1] if loss == "mse" else goals)
        if loss == "mse":
            for wrong in (goals[:4], goals[:, :3], goals[:, 0], goals[:, :, None], goals[:0]):
                with pytest.raises(qlif.ShapeError, match=r"y|target"):
                    call(wrong)
            for value in (np.nan, np.inf):
                broken = goals.copy()
                broken[3, 1] = value
                with pytest.raises(qlif.NotFiniteError, match=r"y|target"):
                    call(broken)
            with pytest.raises(qlif.NotFiniteError, match="^y holds 1e\\+300"):
                call(np.full((5, 4), 1e300))
        else:
            for wrong in ([0, 1, 2, 3], [[0]] * 5, [0, 1, 2, 3, 4], [0, 1, 2, 3, -1]):
                with pytest.raises(qlif.ArgumentError):
                    call(wrong)
    assert network.to_bytes() == before


def test_numbers_of_one_output(rng):
    """A batch of numbers, [batch], is one for each sample."""
    network = qlif.Network(input_shape=3, layers=[qlif.Dense(1, qlif.LIF())], steps=3)
    x, y = rng.uniform(-1, 1, (6, 3)), rng.uniform(0, 1, 6)
    flat = network.loss_and_gradients(x, y, loss="mse")
    column = network.loss_and_gradients(x, y[:, None].astype(">f8"), loss="mse")
    assert flat[0] == column[0]
    whole = network.loss_and_gradients(x, np.ones((6, 1), int), loss="mse")
    assert whole[0] == network.loss_and_gradients(x, np.ones(6), loss="mse")[0]


# ---- Readouts ------------------------------------------------------------------------------


def readout(name, spikes, membrane):
    from qlif.hardware._layers import predict

    return predict(np.array(spikes, float), np.array(membrane, float), name).tolist()


def test_ties_of_spikes_go_to_the_larger_membrane():
    """Of [steps, batch, classes]; where membranes are equal too, to the smaller number."""
    spikes = [
        [[1, 0, 1], [0, 0, 0], [1, 1, 0], [0, 0, 1]],
        [[0, 1, 0], [0, 0, 0]] + [[0, 0, 0]] * 2,
    ]
    membrane = [
        [[0.1, 0.2, 0.3], [0.1, 0.5, 0.5], [0.4, 0.4, 0.9], [0.9, 0.9, 0.0]],
        [[0.1, 0.3, 0.3], [0.0, 0.1, 0.1], [0.2, 0.2, 0.9], [0.9, 0.9, 0.0]],
    ]
    assert readout("spike_count", spikes, membrane) == [2, 1, 0, 2]
    assert readout("membrane", spikes, membrane) == [2, 1, 2, 0]


@pytest.mark.parametrize("name", ["spike_count", "membrane"])
def test_a_readout_of_records_is_the_prediction(rng, name):
    """Bit for bit: with few steps there are many ties, and silence."""
    network = make_network(threshold=0.9)
    network.parameters["1.drive_weight"][1] = network.parameters["1.drive_weight"][0]
    network.parameters["1.drive_bias"][:2] = 0
    x = rng.uniform(-1, 1, (300, 12)).astype(np.float32)
    rec = network.simulate(x)
    spikes, membrane = rec.spikes[1], rec.membrane[1]
    counts = spikes.sum(axis=0)
    best = counts.max(axis=1, keepdims=True)
    tied = (counts == best).sum(axis=1) > 1
    assert 0.05 < tied.mean() < 1
    assert (best == 0).any()
    np.testing.assert_array_equal(readout(name, spikes, membrane), network.predict(x, readout=name))
    sums = np.zeros_like(counts)
    for each in membrane:
        sums += each
    order = np.where(counts == best, sums, -1) if name == "spike_count" else sums
    np.testing.assert_array_equal(network.predict(x, readout=name), order.argmax(axis=1))

"""Layers for images: what they are, what is refused, and that files keep them."""

import pickle

import numpy as np
import pytest

import qlif

QLIF, LIF = qlif.QLIF(), qlif.LIF()


def image_network(seed=0, dropout=0.0):
    """Every kind of layer, both kinds of neuron; images of [2, 9, 8]."""
    return qlif.Network(
        input_shape=(2, 9, 8),
        layers=[
            qlif.Conv2d(3, 3, qlif.QLIF(refractory=False, dropout=dropout), padding=1),
            qlif.MaxPool2d(2),
            qlif.Conv2d(4, (2, 1), qlif.LIF(beta=0.7, dropout=dropout)),
            qlif.AvgPool2d(2),
            qlif.Dense(3, qlif.LIF(reset="zero")),
        ],
        steps=5,
        seed=seed,
    )


@pytest.fixture
def images(rng):
    return rng.uniform(0, 1, (6, 2, 9, 8)).astype(np.float32), rng.integers(0, 3, 6)


def test_structure():
    network = image_network()
    assert network.layer_shapes == ((3, 9, 8), (3, 4, 4), (4, 3, 4), (4, 1, 2), (3,))
    assert {name: view.shape for name, view in network.parameters.items()} == {
        "0.drive_weight": (3, 2, 3, 3),
        "0.delay_weight": (3, 2, 3, 3),
        "0.drive_bias": (3,),
        "0.delay_bias": (3,),
        "2.weight": (4, 3, 2, 1),
        "2.bias": (4,),
        "4.weight": (3, 8),
        "4.bias": (3,),
    }
    assert "MaxPool2d(size=2, stride=2, ties='first')" in repr(network)


def test_layers_in_words():
    assert qlif.Conv2d(4, 3, LIF) == qlif.Conv2d(4, (3, 3), LIF, stride=1, padding=0)
    assert qlif.Conv2d(np.int64(4), np.array([3, 2]), LIF).kernel == (3, 2)
    assert qlif.MaxPool2d(3) == qlif.MaxPool2d(3, stride=3)
    assert qlif.LIF() == qlif.LIF(beta=None) == qlif.LIF(beta=0.9, threshold=1, reset="subtract")
    with pytest.raises(AttributeError):
        qlif.LIF().beta = 0.5


@pytest.mark.parametrize(
    "duplicate",
    [
        lambda network: qlif.Network.from_bytes(network.to_bytes()),
        lambda network: network.copy(),
        lambda network: pickle.loads(pickle.dumps(network)),
    ],
)
def test_files_and_copies_keep_every_layer(images, duplicate):
    network = image_network(seed=3, dropout=0.2)
    other = duplicate(network)
    assert other.layers == network.layers
    assert other.layer_shapes == network.layer_shapes
    np.testing.assert_array_equal(
        other.predict_scores(images[0]), network.predict_scores(images[0])
    )


def test_recordings(images):
    rec = image_network().simulate(images[0])
    assert [each.shape for each in rec.spikes] == [
        (5, 6, 3, 9, 8),
        (5, 6, 3, 4, 4),
        (5, 6, 4, 3, 4),
        (5, 6, 4, 1, 2),
        (5, 6, 3),
    ]
    assert [rec.membrane.recorded(layer) for layer in range(5)] == [True, False, True, False, True]
    with pytest.raises(qlif.ArgumentError, match="layer 1 was not recorded"):
        rec.membrane[1]
    windows = rec.spikes[0][..., :8, :].reshape(5, 6, 3, 4, 2, 4, 2)
    np.testing.assert_array_equal(rec.spikes[1], windows.max(axis=(4, 6)))
    windows = rec.spikes[2][..., :2, :].reshape(5, 6, 4, 1, 2, 2, 2)
    np.testing.assert_allclose(rec.spikes[3], windows.mean(axis=(4, 6)), atol=1e-6)
    part = image_network().simulate(images[0], layers=[3])
    np.testing.assert_array_equal(part.spikes[3], rec.spikes[3])
    assert not part.membrane.recorded(3)


def test_firing_rates_are_those_of_the_records(images):
    network = image_network()
    rec = network.simulate(images[0])
    rates = network.evaluate(*images).firing_rates
    found = [each.mean() for each in rec.spikes]
    found[3] = found[2]  # an average has no spikes of its own: the neurons before it have
    np.testing.assert_allclose(rates, found, rtol=1e-4)


def test_a_sample_does_not_know_of_its_batch(images):
    x, _ = images
    network = image_network(seed=1)
    whole = network.simulate(x)
    fed = network.simulate(np.repeat(x[None], 5, axis=0))
    for layer in (0, 2, 4):
        np.testing.assert_allclose(fed.membrane[layer], whole.membrane[layer], atol=1e-5)
        for row in range(len(x)):
            alone = network.simulate(x[row : row + 1])
            np.testing.assert_allclose(
                alone.membrane[layer][:, 0], whole.membrane[layer][:, row], atol=1e-5
            )


def trained(images, threads=0):
    qlif.set_threads(threads)
    try:
        trainer = qlif.Trainer(image_network(dropout=0.3), learning_rate=0.01)
        reports = [trainer.step(*images) for _ in range(5)]
    finally:
        qlif.set_threads(0)
    return trainer, reports


def test_the_same_bits_with_any_number_of_threads(rng):
    images = rng.uniform(0, 1, (37, 2, 9, 8)), rng.integers(0, 3, 37)
    first, reports = trained(images, threads=1)
    for threads in (2, 3):
        other, others = trained(images, threads)
        assert other.to_bytes() == first.to_bytes()
        assert others == reports


def test_training_goes_on_to_the_same_bits(images):
    trainer, _ = trained(images)
    other = qlif.Trainer.from_bytes(trainer.to_bytes())
    for each in (trainer, other):
        each.step(*images)
    assert other.to_bytes() == trainer.to_bytes()


def test_dropout_acts_in_training_only(images):
    network = image_network(dropout=0.5)
    assert network.evaluate(*images) == network.evaluate(*images)
    np.testing.assert_array_equal(
        network.predict_scores(images[0]), image_network().predict_scores(images[0])
    )
    assert qlif.Trainer(network).step(*images).loss != network.evaluate(*images).loss


# ---- What cannot be ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "layers", "words"),
    [
        (
            (64,),
            [qlif.Conv2d(2, 3, QLIF)],
            r"0 \(conv2d\): .* \[64\], .*\[channels, height, width\]",
        ),
        (
            (8, 8),
            [qlif.Conv2d(2, 3, QLIF)],
            r"0 \(conv2d\): .* \[8, 8\], .*\[channels, height, width\]",
        ),
        ((1, 8, 8), [qlif.Conv2d(2, 9, QLIF)], r"0 \(conv2d\): .* 9 x 9 on \[1, 8, 8\] .*fits"),
        ((1, 8, 8), [qlif.Conv2d(2, 3, QLIF, padding=3)], "0.padding: 3, .*less than .*3 x 3"),
        ((1, 8, 8), [qlif.Conv2d(0, 3, QLIF)], "0.channels: 0, expected 1 or more"),
        ((1, 8, 8), [qlif.Conv2d(2, 0, QLIF)], "0.kernel_height: 0, expected 1 or more"),
        ((1, 8, 8), [qlif.Conv2d(2, 3, QLIF, stride=0)], "0.stride: 0, expected 1 to"),
        ((1, 8, 8), [qlif.Conv2d(2, 3, QLIF, padding=-1)], "0.padding: -1, expected 0 to"),
        ((1, 8, 8), [qlif.MaxPool2d(2)], r"0 \(max_pool2d\): .*expected a layer of neurons before"),
        ((1, 8, 8), [qlif.AvgPool2d(2)], r"0 \(avg_pool2d\): .*expected a layer of neurons before"),
        (
            (1, 8, 8),
            [qlif.Conv2d(2, 3, LIF), qlif.MaxPool2d(7)],
            r"1 \(max_pool2d\): .* 7 x 7 on \[2, 6, 6\]",
        ),
        ((1, 8, 8), [qlif.Conv2d(2, 3, LIF), qlif.AvgPool2d(0)], "1.size: 0, expected 1 or more"),
        ((1, 8, 8), [qlif.Conv2d(2, 3, LIF), qlif.MaxPool2d(2, 0)], "1.stride: 0, expected 1"),
        (
            (8,),
            [qlif.Dense(8, LIF), qlif.MaxPool2d(2)],
            r"1 \(max_pool2d\): .* \[8\], .*\[channels",
        ),
        (
            (8,),
            [qlif.Dense(8, LIF), qlif.Conv2d(2, 1, LIF)],
            r"1 \(conv2d\): .* \[8\], .*\[channels",
        ),
    ],
)
def test_layers_that_do_not_fit(shape, layers, words):
    """The error names the layer, what it got and what it needs."""
    index, *rest = words
    with pytest.raises(qlif.ShapeError, match=rf"^layers\[{index}\]{''.join(rest)}"):
        qlif.Network(input_shape=shape, layers=[*layers, qlif.Dense(2, LIF)], steps=2)


@pytest.mark.parametrize("number", [2**62, 2**40, 2**31])
@pytest.mark.parametrize(
    "layer",
    [
        lambda n: qlif.Conv2d(n, 3, QLIF),
        lambda n: qlif.Conv2d(2, n, QLIF),
        lambda n: qlif.Conv2d(2, (3, n), QLIF),
        lambda n: qlif.Conv2d(2, 3, QLIF, padding=n),
        lambda n: qlif.Conv2d(2, n, QLIF, padding=n - 1),
        lambda n: qlif.MaxPool2d(n),
        lambda n: qlif.AvgPool2d(n),
    ],
)
def test_sizes_that_cannot_be_held(layer, number):
    first = qlif.Conv2d(2, 1, QLIF)
    with pytest.raises(qlif.QlifError):
        qlif.Network(input_shape=(1, 8, 8), layers=[first, layer(number)], steps=2)
    with pytest.raises(qlif.ArgumentError):
        layer(2**64)


@pytest.mark.parametrize(
    "make",
    [
        lambda: qlif.Conv2d(2, 3, "QLIF"),
        lambda: qlif.Conv2d(2, (3,), QLIF),
        lambda: qlif.Conv2d(2, (3, 3, 3), QLIF),
        lambda: qlif.Conv2d(2, 2.5, QLIF),
        lambda: qlif.Conv2d(2, "33", QLIF),
        lambda: qlif.Conv2d(2, None, QLIF),
        lambda: qlif.Conv2d("two", 3, QLIF),
        lambda: qlif.MaxPool2d(2.0),
        lambda: qlif.MaxPool2d(2, 1.5),
        lambda: qlif.MaxPool2d(2, ties="last"),
        lambda: qlif.AvgPool2d(None),
        lambda: qlif.Dense(2, qlif.LIF),
        lambda: qlif.LIF(beta="slow"),
        lambda: qlif.LIF(reset="never"),
        lambda: qlif.LIF(reset=0),
        lambda: qlif.LIF(surrogate="arctan"),
    ],
)
def test_layers_refuse(make):
    with pytest.raises(qlif.ArgumentError):
        make()


@pytest.mark.parametrize(
    "options",
    [
        {"beta": -0.1},
        {"beta": 1.1},
        {"beta": float("nan")},
        {"threshold": 0},
        {"threshold": -1},
        {"threshold": float("inf")},
        {"dropout": 1},
        {"surrogate": qlif.surrogate.arctan(slope=0)},
    ],
)
def test_lif_refuses(options):
    with pytest.raises(qlif.ArgumentError):
        qlif.Network(input_shape=3, layers=[qlif.Dense(2, qlif.LIF(**options))], steps=2)


def test_unknown_options_are_errors():
    for make in (
        lambda: qlif.LIF(t1=60),
        lambda: qlif.Conv2d(2, 3, QLIF, dilation=2),
        lambda: qlif.MaxPool2d(2, padding=1),
        lambda: qlif.AvgPool2d(2, 2),
    ):
        with pytest.raises(TypeError):
            make()


@pytest.mark.parametrize("last", [qlif.MaxPool2d(2), qlif.AvgPool2d(2), qlif.Conv2d(2, 2, LIF)])
def test_the_classes_are_read_off_a_dense_layer(last):
    network = qlif.Network(input_shape=(1, 5, 5), layers=[qlif.Conv2d(2, 2, QLIF), last], steps=2)
    x, y = np.ones((3, 1, 5, 5)), [0, 1, 0]
    assert network.simulate(x).spikes[1].shape[:2] == (2, 3)
    for call in (
        lambda: network.loss_and_gradients(x, y),
        lambda: network.evaluate(x, y),
        lambda: qlif.Trainer(network).step(x, y),
    ):
        with pytest.raises(qlif.ShapeError, match="dense"):
            call()


def test_input_that_cannot_be(images):
    x, y = images
    network = image_network()
    for bad in (x[0], x[:, :1], x.reshape(6, -1), x[..., :7], x[:0]):
        with pytest.raises(qlif.ShapeError, match="expected"):
            network.simulate(bad)
    broken = x.copy()
    broken[3, 1, 4, 4] = np.nan
    for call in (network.simulate, network.predict, lambda x: network.loss_and_gradients(x, y)):
        with pytest.raises(qlif.NotFiniteError):
            call(broken)
    expected = network.predict_scores(x)
    for same in (x.astype(">f8"), np.asfortranarray(x), np.repeat(x, 2, axis=3)[..., ::2]):
        np.testing.assert_array_equal(network.predict_scores(same), expected)

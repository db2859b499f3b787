"""Networks, neurons and trainers said by descriptions: strict, complete, every place named."""

import copy
import json
import pickle
import re
import warnings

import numpy as np
import pytest

import qlif
from qlif._engine import descriptions

DENSE = {"kind": "dense", "units": 2, "neuron": {"kind": "qlif"}}
CONV = {
    "kind": "conv2d",
    "channels": 2,
    "kernel_height": 2,
    "kernel_width": 2,
    "neuron": {"kind": "lif"},
}
MISSING = object()


def described(**changes):
    """A network of two dense layers as JSON text, with some keys changed or left out."""
    return as_text({"input_shape": [3], "layers": [DENSE, DENSE]}, changes)


def as_text(base, changes):
    keys = {**base, **changes}
    return json.dumps({key: value for key, value in keys.items() if value is not MISSING})


def refused(text, words):
    """The whole message, or a pattern for all of it."""
    with pytest.raises(qlif.ArgumentError) as caught:
        qlif.Network.from_description(text)
    message = str(caught.value)
    assert message == words or re.fullmatch(words, message), message


def with_layer(base, changes, input_shape=(3,), before=(DENSE,), after=()):
    layers = [*before, json.loads(as_text(base, changes)), *after]
    return described(input_shape=list(input_shape), layers=layers)


# ---- What is refused -----------------------------------------------------------------------

KIND = f"one of {', '.join(descriptions.kinds('layer'))}"
NEURON = f"one of {', '.join(descriptions.kinds('neuron'))}"
SIZES = "expected a list of 1 to 3 sizes of 1 or more"
STEPS = "1 to 16777216"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"input_shape": MISSING}, f"input_shape: missing, {SIZES}"),
        ({"input_shape": 3}, f"input_shape: 3, {SIZES}"),
        ({"input_shape": []}, f"input_shape: [], {SIZES}"),
        ({"input_shape": [1, 2, 3, 4]}, f"input_shape: [1, 2, 3, 4], {SIZES}"),
        ({"input_shape": [3, 0]}, f"input_shape: [3, 0], {SIZES}"),
        ({"input_shape": ["3"]}, f'input_shape: ["3"], {SIZES}'),
        ({"layers": MISSING}, "layers: missing, expected a list of 1 to 1000"),
        ({"layers": []}, "layers: [], expected a list of 1 to 1000"),
        ({"layers": {"0": DENSE}}, r"layers: \{.*\.\.\., expected a list of 1 to 1000"),
        ({"layers": [DENSE, 3]}, "layers[1]: 3, expected an object of keys and values"),
        ({"layers": [{}]}, f"layers[0].kind: missing, expected {KIND}"),
        ({"layers": [{"kind": "none"}]}, f'layers[0].kind: "none", expected {KIND}'),
        ({"layers": [{"kind": ["dense"]}]}, f'layers[0].kind: ["dense"], expected {KIND}'),
        ({"steps": 0}, f"steps: 0, expected {STEPS}"),
        ({"steps": "5"}, f'steps: "5", expected a whole number, {STEPS}'),
        ({"steps": 2.5}, f"steps: 2.5, expected a whole number, {STEPS}"),
        ({"steps": True}, f"steps: true, expected a whole number, {STEPS}"),
        ({"steps": None}, f"steps: null, expected a whole number, {STEPS}"),
        ({"seed": -1}, "seed: -1, expected a whole number, 0 to 2^64 - 1"),
        ({"seed": 2**64}, r"seed: 1\.8446744073709552e\+19, expected a whole number, .*"),
        ({"encoder": {}}, "encoder.kind: missing, expected one of .*"),
        ({"encoder": {"kind": "direct", "gain": 1}}, "encoder.gain: unknown, .*"),
        ({"layers": [DENSE] * 1001}, r"layers: .*\.\.\., expected a list of 1 to 1000"),
        ({"step": 5}, "step: unknown, expected one of encoder, input_shape, layers, seed, steps"),
    ],
)
def test_networks(changes, words):
    refused(described(**changes), words)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"units": MISSING}, "layers[1].units: missing, expected 1 or more"),
        ({"units": 0}, "layers[1].units: 0, expected 1 or more"),
        ({"units": "ten"}, 'layers[1].units: "ten", expected a whole number, 1 or more'),
        ({"units": None}, "layers[1].units: null, expected a whole number, 1 or more"),
        ({"unit": 3}, "layers[1].unit: unknown, expected one of kind, neuron, units"),
        ({"neuron": MISSING}, "layers[1].neuron: missing, expected an object with the key kind"),
        ({"neuron": "qlif"}, 'layers[1].neuron: "qlif", expected an object of keys and values'),
        ({"neuron": {}}, f"layers[1].neuron.kind: missing, expected {NEURON}"),
        ({"neuron": {"kind": 3}}, f"layers[1].neuron.kind: 3, expected {NEURON}"),
        (
            {"neuron": {"kind": "QLIF"}},
            f'layers[1].neuron.kind: "QLIF", expected {NEURON}',
        ),
    ],
)
def test_dense_layers(changes, words):
    refused(with_layer(DENSE, changes), words)


NUMBERS = {
    "threshold": ("in (0, 1)", [0, 1, 1.5, -0.1]),
    "t1": ("above 0 (microseconds)", [0, -1]),
    "drive_scale": ("above 0 (radians per unit of drive)", [0, -1]),
    "delay_scale": ("0 or more (microseconds per unit of delay)", [-1]),
    "slope": ("above 0", [0, -1]),
    "dropout": ("in [0, 1)", [1, -0.1]),
}
NAMES = {
    "drive_bound": "none, tanh",
    "leak": "relaxation, published, rotation",
    "memory": "reprepare, coherent",
    "firing": "threshold, measurement",
    "surrogate": "arctan, fast_sigmoid, sigmoid, triangular",
}
QLIF_KEYS = ", ".join(sorted([*NUMBERS, *NAMES, "kind", "refractory"]))


def test_every_constant_of_a_neuron():
    place = "layers[1].neuron"

    def told(key, value, words):
        neuron = {"kind": "qlif", key: value}
        refused(with_layer(DENSE, {"neuron": neuron}), f"{place}.{key}: {words}")

    for key, (rule, values) in NUMBERS.items():
        for value in values:
            told(key, value, f"{float(value)}, expected {rule}")
        for value, shown in (("1", '"1"'), (None, "null"), (True, "true"), ([1], "[1]")):
            told(key, value, f"{shown}, expected a number {rule}")
        told(key, 1e300, f"1e+300, beyond the range of float32, expected {rule}")
    for key, names in NAMES.items():
        for value, shown in (("None", '"None"'), (0, "0"), (None, "null"), ("", '""')):
            told(key, value, f"{shown}, expected one of {names}")
    for value, shown in ((1, "1"), ("yes", '"yes"'), (None, "null")):
        told("refractory", value, f"{shown}, expected true or false")
    for key in ("beta", "treshold", "Threshold", ""):
        told(key, 0.5, f"unknown, expected one of {QLIF_KEYS}")
    refused(
        with_layer(DENSE, {"neuron": {"kind": "lif", "t1": 60}}),
        f"{place}.t1: unknown, expected one of beta, dropout, kind, reset, slope, surrogate, "
        "threshold",
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"channels": MISSING}, "layers[0].channels: missing, expected 1 or more"),
        ({"kernel_height": MISSING}, "layers[0].kernel_height: missing, expected 1 or more"),
        ({"channels": 0}, "layers[0].channels: 0, expected 1 or more"),
        ({"kernel_width": 0}, "layers[0].kernel_width: 0, expected 1 or more"),
        ({"stride": 0}, "layers[0].stride: 0, expected 1 to 65536"),
        ({"stride": "2"}, 'layers[0].stride: "2", expected a whole number, 1 to 65536'),
        ({"padding": -1}, "layers[0].padding: -1, expected 0 to 65536"),
        ({"padding": 2}, "layers[0].padding: 2, expected less than the kernel's 2 x 2"),
        (
            {"kernel_height": 9},
            "layers[0] (conv2d): a kernel of 9 x 2 on [1, 5, 5] with padding 0, "
            "expected one that fits",
        ),
        (
            {"dilation": 1},
            "layers[0].dilation: unknown, expected one of channels, kernel_height, kernel_width, "
            "kind, neuron, padding, stride",
        ),
        ({"neuron": {"kind": "lif", "beta": 2}}, "layers[0].neuron.beta: 2.0, expected in [0, 1]"),
    ],
)
def test_convolutions(changes, words):
    refused(with_layer(CONV, changes, (1, 5, 5), ()), words)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        ({"kind": "max_pool2d"}, "layers[1].size: missing, expected 1 or more"),
        ({"kind": "max_pool2d", "size": 0}, "layers[1].size: 0, expected 1 or more"),
        (
            {"kind": "max_pool2d", "size": 5},
            "layers[1] (max_pool2d): windows of 5 x 5 on [2, 4, 4], expected ones that fit",
        ),
        ({"kind": "max_pool2d", "size": 2, "stride": 0}, "layers[1].stride: 0, expected 1 or more"),
        (
            {"kind": "max_pool2d", "size": 2, "ties": "last"},
            'layers[1].ties: "last", expected one of first, membrane',
        ),
        (
            {"kind": "max_pool2d", "size": 2, "neuron": {"kind": "lif"}},
            "layers[1].neuron: unknown, expected one of kind, size, stride, ties",
        ),
        (
            {"kind": "avg_pool2d", "size": 2, "stride": 2},
            "layers[1].stride: unknown, expected one of kind, size",
        ),
        ({"kind": "avg_pool2d", "size": -1}, "layers[1].size: -1, expected 1 or more"),
    ],
)
def test_poolings(layer, words):
    refused(with_layer(layer, {}, (1, 5, 5), [CONV], [DENSE]), words)


MAX, AVERAGE = {"kind": "max_pool2d", "size": 1}, {"kind": "avg_pool2d", "size": 1}


@pytest.mark.parametrize(
    ("shape", "layers", "words"),
    [
        (
            (3,),
            [CONV],
            "layers[0] (conv2d): input of shape [3], expected [channels, height, width]",
        ),
        (
            (1, 5, 5),
            [MAX],
            r"layers\[0\] \(max_pool2d\): .*, expected a layer of neurons .*",
        ),
        ((1, 5, 5), [AVERAGE], r"layers\[0\] \(avg_pool2d\): .*, expected a layer of neurons .*"),
        (
            (1, 5, 5),
            [CONV, {**AVERAGE, "size": 2}, MAX],
            r"layers\[2\] \(max_pool2d\): .*, expected spikes",
        ),
        (
            (1, 5, 5),
            [CONV, MAX, {**MAX, "ties": "membrane"}],
            r'layers\[2\] \(max_pool2d\): ties "membrane" .*, expected "first"',
        ),
        ((3,), [DENSE, AVERAGE], r"layers\[1\] \(avg_pool2d\): input of shape \[2\], expected .*"),
        (
            (3,),
            [DENSE, {**DENSE, "units": 2**62}],
            "layers[1] (dense): 2 inputs to 4611686018427387904 units is too large",
        ),
    ],
)
def test_layers_that_do_not_fit(shape, layers, words):
    with pytest.raises(qlif.QlifError) as caught:
        qlif.Network.from_description(described(input_shape=list(shape), layers=layers))
    message = str(caught.value)
    assert message == words or re.fullmatch(words, message), message


@pytest.mark.parametrize("text", ["", "[]", "3", "null", "{", "[" * 10**6, "{} {}", "\N{SNOWMAN}"])
def test_text_that_is_no_object(text):
    refused(text, r"description: .*(no valid JSON|expected an object|expected 32 at the most).*")


@pytest.mark.parametrize("given", [None, 3, b"{}", {"input_shape": [3]}, "a\0b", "\ud800"])
def test_what_is_no_text(given):
    refused(given, "description (is|holds) .*")


# ---- The same from Python ------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("cls", [qlif.QLIF, qlif.LIF])
def test_neurons_refuse_when_they_are_made(cls):
    """Named, without a warning, whatever comes."""
    for name, default in descriptions.defaults(cls.KIND).items():
        if name in ("kind", "slope"):
            continue
        wrong = ["x", object(), [0.5], np.array([0.5, 0.5]), {}, 1j, float("nan"), 1e300, 10**400]
        wrong += [float("-inf"), -1, np.float32("nan"), np.float64(1e300), np.int64(-1), b"x"]
        for value in wrong:
            with pytest.raises(qlif.ArgumentError, match=f"^{name}(:| is) "):
                cls(**{name: value})
        assert getattr(cls(**{name: None}), name) == getattr(cls(), name)
        if isinstance(default, bool):
            for value in (not default, np.bool_(not default), int(not default)):
                assert getattr(cls(**{name: value}), name) is (not default)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("slope", [0, -1, float("nan"), float("inf"), 1e300, "steep", [1.0], 1j])
def test_slopes_are_refused_when_a_neuron_is_made(slope):
    with pytest.raises(qlif.ArgumentError, match="^slope(:| is) "):
        qlif.QLIF(surrogate=qlif.surrogate.sigmoid(slope))


def test_numbers_of_numpy_are_numbers():
    neuron = qlif.QLIF(
        threshold=np.float32(0.1),
        t1=np.int64(60),
        drive_scale=np.float64(2),
        dropout=np.array(0.25),
        leak=np.str_("rotation"),
        surrogate=qlif.surrogate.sigmoid(np.float32(0.1)),
    )
    network = qlif.Network(
        input_shape=np.array([3, 2]),
        layers=[qlif.Dense(np.int32(4), neuron)],
        steps=np.int64(3),
        seed=np.uint64(2**64 - 1),
    )
    described = json.loads(network.description)
    assert (described["steps"], described["seed"]) == (3, 2**64 - 1)
    assert described["layers"][0]["neuron"]["threshold"] == 0.1
    assert described["layers"][0]["neuron"]["slope"] == 0.1


def test_errors_of_layers_have_the_same_places():
    layers = [qlif.Dense(2, qlif.QLIF()), qlif.Dense(0, qlif.QLIF())]
    with pytest.raises(qlif.ShapeError, match=r"^layers\[1\]\.units: 0, expected 1 or more$"):
        qlif.Network(input_shape=3, layers=layers)
    with pytest.raises(qlif.ShapeError, match=r"^layers\[0\] \(conv2d\): "):
        qlif.Network(input_shape=3, layers=[qlif.Conv2d(2, 2, qlif.LIF())])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"loss": "hinge"}, "loss is 'hinge', expected one of .*"),
        ({"reading": "mse"}, "reading is 'mse', expected one of 'membrane', .*"),
        ({"readout": 3}, "readout is 3, expected one of .*"),
        ({"schedule": "linear"}, "schedule is 'linear', expected one of .*"),
        ({"learning_rate": 0}, "learning_rate: 0.0, expected above 0"),
        ({"learning_rate": float("nan")}, "learning_rate: nan, expected a finite number"),
        ({"learning_rate": 1e300}, r"learning_rate: 1e\+300, beyond the range of float32, .*"),
        ({"beta1": 1}, r"beta1: 1.0, expected in \[0, 1\)"),
        ({"clip_norm": -1}, r"clip_norm: -1.0, expected 0 \(no clipping\) or more"),
        ({"total_steps": 1.5}, "total_steps is 1.5, expected a whole number"),
    ],
)
def test_trainers(network, options, words):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(qlif.ArgumentError) as caught:
            qlif.Trainer(network, **options)
    assert re.fullmatch(words, str(caught.value)), str(caught.value)


# ---- What is handed back -------------------------------------------------------------------


def test_absent_keys_take_the_engines_defaults():
    network = qlif.Network.from_description(described())
    found = json.loads(network.description)
    assert found["steps"] == network.steps == 25
    assert found["seed"] == 0
    assert found["layers"][1] == {**DENSE, "neuron": descriptions.defaults("qlif")}
    assert network.layers == (qlif.Dense(2, qlif.QLIF()),) * 2
    image = qlif.Network.from_description(
        described(input_shape=[1, 5, 5], layers=[CONV, {"kind": "max_pool2d", "size": 2}, DENSE])
    )
    conv, pool, _ = json.loads(image.description)["layers"]
    assert conv == {**CONV, "stride": 1, "padding": 0, "neuron": descriptions.defaults("lif")}
    assert pool == {"kind": "max_pool2d", "size": 2, "stride": 2, "ties": "first"}


def every_layer():
    """Every kind of layer and neuron, with no constant at its default."""
    neuron = qlif.QLIF(
        threshold=0.6,
        t1=80,
        drive_scale=2.1,
        delay_scale=0.1,
        drive_bound="tanh",
        leak="rotation",
        refractory=False,
        memory="coherent",
        firing="measurement",
        surrogate=qlif.surrogate.triangular(3),
        dropout=0.3,
    )
    lif = qlif.LIF(beta=0.3, threshold=0.7, reset="zero", surrogate=qlif.surrogate.sigmoid(4))
    return qlif.Network(
        input_shape=(2, 9, 8),
        layers=[
            qlif.Conv2d(3, (3, 2), neuron, stride=2, padding=1),
            qlif.MaxPool2d(2, 1, ties="membrane"),
            qlif.Conv2d(4, 1, lif),
            qlif.AvgPool2d(2),
            qlif.Dense(3, lif),
        ],
        steps=7,
        seed=2**64 - 1,
    )


@pytest.mark.parametrize(
    "duplicate",
    [
        lambda n: qlif.Network.from_description(n.description),
        lambda n: qlif.Network.from_bytes(n.to_bytes()),
        lambda n: n.copy(),
        copy.deepcopy,
        lambda n: pickle.loads(pickle.dumps(n)),
        lambda n: qlif.Trainer(n.copy()).network,
        lambda n: qlif.Trainer.from_bytes(qlif.Trainer(n).to_bytes()).network,
        lambda n: qlif.Network(
            input_shape=n.input_shape, layers=n.layers, steps=n.steps, seed=n.seed
        ),
    ],
)
def test_a_description_is_the_network(duplicate):
    network = every_layer()
    other = duplicate(network)
    assert other.description == network.description
    assert other.layers == network.layers
    assert (other.steps, other.seed, other.input_shape) == (7, 2**64 - 1, (2, 9, 8))
    for name, values in network.parameters.items():
        np.testing.assert_array_equal(other.parameters[name], values)


def test_a_saved_network_has_its_description(tmp_path):
    network = every_layer()
    network.save(tmp_path / "n.safetensors")
    assert qlif.Network.load(tmp_path / "n.safetensors").description == network.description


def test_every_constant_differs_from_its_default():
    """So that the round trips above would show a constant that is lost."""
    network = every_layer()
    for layer in (network.layers[0], network.layers[2]):
        found = layer.neuron.to_description()
        defaults = descriptions.defaults(layer.neuron.KIND)
        same = {name for name in defaults if found[name] == defaults[name]}
        assert same <= {"kind", "dropout"}
    assert network.layers[0].neuron.dropout != 0


def test_kinds_of_python_are_the_engines():
    assert set(qlif.neurons.Neuron._KINDS) == set(descriptions.kinds("neuron"))
    assert set(qlif.layers.Layer._KINDS) == set(descriptions.kinds("layer"))
    for kind in descriptions.kinds("surrogate"):
        assert getattr(qlif.surrogate, kind)().kind == kind


def test_shortest_decimals():
    assert descriptions.shortest(np.float32(0.1).item()) == 0.1
    assert descriptions.shortest(1e300) == 1e300
    assert np.isnan(descriptions.shortest(float("nan")))

"""Files: what they hold, what is refused, and what thousands of damaged ones do."""

import json
import os
import struct

import numpy as np
import pytest
import sealing
from networks import make_network
from safetensors import safe_open
from safetensors.numpy import load as load_tensors

import qlif


def header_of(data):
    length = struct.unpack("<Q", data[:8])[0]
    return json.loads(data[8 : 8 + length]), 8 + length


def with_header(data, header):
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data[header_of(data)[1] :]


def test_a_file_rebuilds_the_network(network, batch, tmp_path):
    network.metadata["note"] = "mine"
    path = tmp_path / "a name with spaces, é.safetensors"
    network.save(path)
    loaded = qlif.Network.load(str(path))
    assert loaded.layers == network.layers
    assert loaded.steps == network.steps
    assert loaded.metadata["note"] == "mine"
    for name, view in network.parameters.items():
        np.testing.assert_array_equal(loaded.parameters[name], view)
    np.testing.assert_array_equal(loaded.predict_scores(batch[0]), network.predict_scores(batch[0]))
    assert loaded.to_bytes() == network.to_bytes() == path.read_bytes()


def test_the_safetensors_package_opens_it(network, tmp_path):
    network.metadata["note"] = "mine"
    path = tmp_path / "n.safetensors"
    network.save(path)
    with safe_open(path, framework="numpy") as file:
        assert file.metadata()["note"] == "mine"
        assert set(file.keys()) == set(network.parameters)
        for name, view in network.parameters.items():
            tensor = file.get_tensor(name)
            assert tensor.dtype == np.float32
            np.testing.assert_array_equal(tensor, view)


def test_a_save_replaces_the_file_at_once(network, tmp_path):
    path = tmp_path / "n.safetensors"
    path.write_bytes(b"old")
    network.save(path)
    assert qlif.Network.load(path).layers == network.layers
    assert os.listdir(tmp_path) == ["n.safetensors"]


def test_paths_that_cannot_be(network, tmp_path):
    for path in (tmp_path / "absent" / "n.safetensors", tmp_path):
        with pytest.raises(qlif.FileError):
            network.save(path)
        with pytest.raises(qlif.FileError):
            qlif.Network.load(path)
        with pytest.raises(qlif.FileError):
            qlif.Trainer.load(path)
    assert os.listdir(tmp_path) == []
    for path in ("a\0b", "", 3, None):
        with pytest.raises(qlif.ArgumentError):
            network.save(path)


def test_other_safetensors_files_are_refused(tmp_path):
    from safetensors.numpy import save

    for metadata in (None, {"format": "pt"}):
        with pytest.raises(qlif.FormatError):
            qlif.Network.from_bytes(save({"w": np.zeros(3, np.float32)}, metadata))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        b"\0" * 8,
        b"\xff" * 64,
        struct.pack("<Q", 2**63) + b"{}",
        struct.pack("<Q", 2) + b"{}",
        struct.pack("<Q", 2) + b"[]",
        struct.pack("<Q", 1) + b"{",
        struct.pack("<Q", 20000) + b"[" * 20000,
        struct.pack("<Q", 60000) + b'{"a":' * 12000,
        struct.pack("<Q", 100) + b"{}",
    ],
    ids=range(11),
)
def test_foreign_bytes_are_refused(data, tmp_path):
    with pytest.raises(qlif.FormatError):
        qlif.Network.from_bytes(data)
    path = tmp_path / "n.safetensors"
    path.write_bytes(data)
    with pytest.raises(qlif.FormatError):
        qlif.Network.load(path)
    with pytest.raises(qlif.FormatError):
        qlif.Trainer.load(path)


def test_every_truncation_is_refused(network):
    data = network.to_bytes()
    for length in [*range(0, len(data), 97), len(data) - 1]:
        with pytest.raises(qlif.FormatError):
            qlif.Network.from_bytes(data[:length])
    with pytest.raises(qlif.FormatError):
        qlif.Network.from_bytes(data + b"\0")


def test_tensors_that_lie(network):
    data = network.to_bytes()
    header, _ = header_of(data)
    name = "0.drive_weight"
    begin, end = header[name]["data_offsets"]
    for change in (
        {"shape": [12, 16]},
        {"shape": [16]},
        {"shape": []},
        {"shape": [-16, -12]},
        {"shape": [2**62, 4]},
        {"shape": [16.5, 12]},
        {"dtype": "F64"},
        {"dtype": "I32"},
        {"dtype": 3},
        {"data_offsets": [begin, end + 4]},
        {"data_offsets": [begin, end - 4]},
        {"data_offsets": [end, begin]},
        {"data_offsets": [-4, end - begin - 4]},
        {"data_offsets": [2**63 - 1, 2**63]},
        {"data_offsets": [0]},
        {"data_offsets": "0"},
    ):
        broken = {**header, name: {**header[name], **change}}
        with pytest.raises(qlif.FormatError):
            qlif.Network.from_bytes(with_header(data, broken))
    with pytest.raises(qlif.FormatError):
        qlif.Network.from_bytes(with_header(data, {k: v for k, v in header.items() if k != name}))


def mutations(data, rng, count):
    """Damaged copies: flipped bits, overwritten and removed pieces, changed digits."""
    text_end = header_of(data)[1]
    for round_ in range(count):
        mutant = bytearray(data)
        for _ in range(rng.integers(1, 4)):
            # Most of the mischief is in the header; flipped weights are only other weights.
            limit = text_end if rng.random() < 0.8 else len(mutant)
            at = int(rng.integers(0, min(limit, len(mutant))))
            match round_ % 5:
                case 0:
                    mutant[at] ^= 1 << rng.integers(0, 8)
                case 1:
                    mutant[at] = rng.choice(list(b'0123456789-+eE.,:"{}[]\\ntu\0\xff'))
                case 2:
                    del mutant[at : at + int(rng.integers(1, 40))]
                case 3:
                    piece = mutant[at : at + int(rng.integers(1, 40))]
                    where = int(rng.integers(0, limit))
                    mutant[where:where] = piece
                case 4:
                    mutant[at : at + 8] = rng.integers(0, 256, 8, np.uint8).tobytes()
        if rng.random() < 0.5 and len(mutant) > 8:
            # A header of the right length, so that the damage is read and not only refused.
            grown = len(mutant) - len(data)
            mutant[:8] = struct.pack("<Q", max(0, text_end - 8 + grown))
        yield bytes(mutant)


@pytest.mark.parametrize("seed", range(4))
def test_damaged_files_never_crash(seed):
    """Thousands of mutations: an error of ours, or a network that works."""
    network = qlif.Network(
        input_shape=(3,),
        layers=[qlif.Dense(4, qlif.QLIF()), qlif.Dense(2, qlif.QLIF())],
        steps=3,
    )
    network.metadata["note"] = "text"
    rng = np.random.default_rng(seed)
    refused = 0
    for mutant in mutations(network.to_bytes(), rng, 1500):
        try:
            found = qlif.Network.from_bytes(mutant)
            if found.steps <= 1000 and np.prod(found.input_shape) <= 1000:
                x = np.zeros((2, *found.input_shape), np.float32)
                assert found.predict(x).shape == (2,)
                # What was read can be written, and is then the same.
                assert qlif.Network.from_bytes(found.to_bytes()).layers == found.layers
        except qlif.QlifError:
            refused += 1
    # Few mutations of a sealed file change nothing.
    assert refused > 1400


def tiny_file():
    """A small network's file in its parts."""
    network = qlif.Network(
        input_shape=(3,),
        layers=[qlif.Dense(4, qlif.QLIF()), qlif.Dense(2, qlif.QLIF())],
        steps=3,
    )
    return sealing.unpack(network.to_bytes())


def image_file():
    """The same of a network of convolutions and both neurons."""
    network = qlif.Network(
        input_shape=(2, 7, 6),
        layers=[
            qlif.Conv2d(3, 2, qlif.QLIF(), padding=1),
            qlif.MaxPool2d(2),
            qlif.Conv2d(4, (2, 1), qlif.LIF()),
            qlif.AvgPool2d(3),
            qlif.Dense(2, qlif.LIF()),
        ],
        steps=3,
    )
    return sealing.unpack(network.to_bytes())


def test_the_seal_is_the_engines():
    metadata, tensors = tiny_file()
    network = qlif.Network.from_bytes(sealing.pack({**metadata, "note": "é"}, tensors))
    assert network.metadata["note"] == "é"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["steps"], 0),
        (["steps"], -1),
        (["steps"], 2**63),
        (["steps"], 1e300),
        (["steps"], "3"),
        (["steps"], None),
        (["input_shape"], []),
        (["input_shape"], [0]),
        (["input_shape"], [4]),
        (["input_shape"], [2**62]),
        (["input_shape"], [2**40, 2**40]),
        (["input_shape"], [1, 1, 1, 3]),
        (["input_shape"], 3),
        (["layers"], []),
        (["layers"], {}),
        (["layers", 0], None),
        (["layers", 0, "kind"], "conv3d"),
        (["layers", 0, "units"], 5),
        (["layers", 0, "units"], 0),
        (["layers", 0, "units"], -4),
        (["layers", 0, "units"], 2**62),
        (["layers", 0, "units"], None),
        (["layers", 1, "units"], 2**40),
        (["layers", 0, "neuron", "kind"], "lif9"),
        (["layers", 0, "neuron", "threshold"], 2),
        (["layers", 0, "neuron", "threshold"], None),
        (["layers", 0, "neuron", "t1"], 0),
        (["layers", 0, "neuron", "drive_scale"], -1),
        (["layers", 0, "neuron", "drive_scale"], 1e300),
        (["layers", 0, "neuron", "dropout"], 1),
        (["layers", 0, "neuron", "leak"], "none"),
        (["layers", 0, "neuron", "surrogate"], 1),
        (["seed"], -1),
    ],
)
def test_sealed_descriptions_that_lie(path, value):
    metadata, tensors = tiny_file()
    described = json.loads(metadata["qlif.network"])
    place = described
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    data = sealing.pack({**metadata, "qlif.network": json.dumps(described)}, tensors)
    with pytest.raises(qlif.QlifError):
        qlif.Network.from_bytes(data)


def test_sealed_tensors_that_lie():
    metadata, tensors = tiny_file()
    name, (_, values) = "0.drive_weight", tensors["0.drive_weight"]
    for changed in (
        {**tensors, name: ([3, 4], values)},
        {**tensors, name: ([12], values)},
        {**tensors, name: ([4, 3, 1], values)},
        {**tensors, name: ([4, 2], values[:32])},
        {key: value for key, value in tensors.items() if key != name},
        {**tensors, "9.drive_weight": ([4, 3], values)},
        {},
    ):
        with pytest.raises(qlif.FormatError):
            qlif.Network.from_bytes(sealing.pack(metadata, changed))


def test_sealed_values_that_are_not_finite():
    """Weights of NaN are refused, at the latest when the network runs."""
    metadata, tensors = tiny_file()
    shape, values = tensors["0.drive_weight"]
    for number in (np.nan, np.inf):
        broken = struct.pack("<f", number) + values[4:]
        data = sealing.pack(metadata, {**tensors, "0.drive_weight": (shape, broken)})
        with pytest.raises((qlif.FormatError, qlif.NotFiniteError)):
            qlif.Network.from_bytes(data).predict(np.zeros((1, 3)))


IMAGE_LIES = [
    (["layers", 0, field], value)
    for field in ("channels", "kernel_height", "kernel_width", "stride", "padding")
    for value in (-1, 2**40, 2**62, 2**63, 1.5, None, "2", [2])
] + [
    (["input_shape"], [84]),
    (["input_shape"], [1, 7, 6]),
    (["input_shape"], [2, 2**31, 2**31]),
    (["layers", 0, "channels"], 4),
    (["layers", 0, "kernel_height"], 0),
    (["layers", 0, "stride"], 0),
    (["layers", 0, "kind"], "dense"),
    (["layers", 0, "neuron"], None),
    (["layers", 1, "size"], 0),
    (["layers", 1, "size"], 2**62),
    (["layers", 1, "stride"], -1),
    (["layers", 1, "stride"], "2"),
    (["layers", 1, "neuron"], {"kind": "lif"}),
    (["layers", 2, "neuron", "kind"], "qlif"),
    (["layers", 2, "neuron", "beta"], 1.5),
    (["layers", 2, "neuron", "reset"], "never"),
    (["layers", 3, "size"], -3),
    (["layers", 3, "kind"], "max_pool3d"),
]


@pytest.mark.parametrize(("path", "value"), IMAGE_LIES)
def test_sealed_descriptions_of_images_that_lie(path, value):
    metadata, tensors = image_file()
    described = json.loads(metadata["qlif.network"])
    place = described
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    data = sealing.pack({**metadata, "qlif.network": json.dumps(described)}, tensors)
    with pytest.raises(qlif.QlifError):
        qlif.Network.from_bytes(data)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("file", [tiny_file, image_file])
def test_sealed_mutations_never_crash(seed, file):
    """Damaged descriptions and weights that no checksum gives away."""
    rng = np.random.default_rng(seed)
    metadata, tensors = file()
    refused = worked = 0
    for _ in range(1000):
        described = bytearray(metadata["qlif.network"].encode())
        for _ in range(rng.integers(1, 4)):
            at = int(rng.integers(0, len(described)))
            digits = [i for i, byte in enumerate(described) if byte in b"0123456789"]
            match rng.integers(0, 4):
                case 0:
                    described[at] = rng.choice(list(b'0123456789-eE.,:"{}[] \\nul'))
                case 1:
                    described[digits[rng.integers(0, len(digits))]] = rng.choice(
                        list(b"0123456789")
                    )
                case 2:
                    del described[at : at + int(rng.integers(1, 30))]
                case 3:
                    described[at:at] = described[: int(rng.integers(1, 30))]
        values = dict(tensors)
        if rng.random() < 0.3:
            name = list(tensors)[rng.integers(0, len(tensors))]
            shape, raw = tensors[name]
            values[name] = shape, rng.integers(0, 256, len(raw), np.uint8).tobytes()
        text = described.decode("utf-8", "replace")
        try:
            found = qlif.Network.from_bytes(
                sealing.pack({**metadata, "qlif.network": text}, values)
            )
            if found.steps <= 1000:
                found.predict(np.ones((2, *found.input_shape), np.float32))
            worked += 1
        except qlif.QlifError:
            refused += 1
    assert refused > 200
    assert worked > 20


@pytest.mark.parametrize("classes", [[2**64, 0, 1], 5, [[0, 1, 2]]])
def test_an_estimator_with_impossible_classes(classes, tmp_path, blobs, quick):
    path = tmp_path / "m.safetensors"
    qlif.QSNNClassifier(**quick).fit(*blobs).save(path)
    metadata, tensors = sealing.unpack(path.read_bytes())
    note = json.loads(metadata["estimator"])
    metadata["estimator"] = json.dumps({**note, "classes": classes})
    path.write_bytes(sealing.pack(metadata, tensors))
    with pytest.raises(qlif.FormatError, match="damaged"):
        qlif.QSNNClassifier.load(path)


def test_damaged_training_files_never_crash(tmp_path):
    trainer = qlif.Trainer(make_network(dropout=0.2))
    batch = np.zeros((2, 12)), [0, 1]
    trainer.step(*batch)
    path = tmp_path / "t.safetensors"
    trainer.save(path)
    refused = 0
    for mutant in mutations(path.read_bytes(), np.random.default_rng(5), 500):
        path.write_bytes(mutant)
        try:
            resumed = qlif.Trainer.load(path)
            if resumed.network.input_shape == (12,) and resumed.network.steps <= 1000:
                resumed.step(*batch)
        except qlif.QlifError:
            refused += 1
    assert refused > 100


def test_bytes_like_objects(network):
    data = network.to_bytes()
    for kind in (bytes, bytearray, memoryview):
        assert qlif.Network.from_bytes(kind(data)).layers == network.layers
    assert set(load_tensors(data)) == set(network.parameters)

"""The C ABI by raw ctypes: sizes and numbers that no network, input or noise can have."""

from ctypes import byref, c_double, c_float, c_int32, c_int64, c_void_p

import pytest
from c_abi import (
    CONV,
    DENSE,
    INVALID,
    MEMORY,
    NULL,
    OK,
    SHAPE,
    create,
    floats,
    make_input,
    make_network,
    make_target,
    message,
)

from qlif._engine import library
from qlif._engine.library import ParameterStruct

WRONG = (INVALID, SHAPE, MEMORY)


@pytest.mark.parametrize("size", [-1, 0, -(2**63), 2**63 - 1, 2**62, 2**64, 10**30])
def test_sizes_of_networks(c, size):
    for shape in ([size], [size, size], [1, size, 2**40]):
        assert create(c, input_shape=shape) in WRONG, shape
        assert message(c)
    assert create(c, [{**DENSE, "units": size}]) in WRONG
    assert create(c, steps=size) in WRONG
    if not 0 <= size < 2**64:
        assert create(c, seed=size) == INVALID


@pytest.mark.parametrize("size", [-1, 0, -(2**63), 2**63 - 1, 2**62, 2**31, 2**32 + 1])
def test_sizes_of_images(c, size):
    """One size at a time that cannot be."""
    image = {"input_shape": (2, 6, 5)}
    assert create(c, [CONV], **image) == OK
    for key in ("channels", "kernel_height", "kernel_width", "stride", "padding"):
        if (key, size) != ("padding", 0):
            assert create(c, [{**CONV, key: size}], **image) in WRONG, (key, size)
            assert message(c).startswith("layers[0]"), message(c)
    for kind in ("max_pool2d", "avg_pool2d"):
        assert create(c, [CONV, {"kind": kind, "size": size}, DENSE], **image) in WRONG
        assert message(c).startswith("layers[1]"), message(c)
    if size <= 0:
        pool = {"kind": "max_pool2d", "size": 2, "stride": size}
        assert create(c, [CONV, pool, DENSE], **image) in WRONG


@pytest.mark.parametrize("rank", [0, 4, 100])
def test_ranks(c, rank):
    assert create(c, input_shape=[1] * rank) == SHAPE
    assert message(c).startswith("input_shape: ")


def test_a_network_has_layers(c):
    assert create(c, []) == INVALID
    assert message(c) == "layers: [], expected a list of 1 to 1000"


def test_a_pooling_layer_has_no_neurons(c):
    pool = {"kind": "max_pool2d", "size": 2, "stride": 2, "ties": "membrane"}
    handle = make_network(c, [{**CONV, "channels": 2}, pool, DENSE], input_shape=(1, 6, 6))
    image, values = (c_float * 36)(*[0.5] * 36), (c_float * 64)()
    given = make_input(image, 36, 1)
    records = (library.RecordStruct * 3)()
    records[1].spikes = floats(values)
    assert c.qlif_network_simulate(handle, byref(given), records, 3, NULL) == OK
    for name in ("membrane", "currents"):
        records = (library.RecordStruct * 3)()
        setattr(records[1], name, floats(values))
        assert c.qlif_network_simulate(handle, byref(given), records, 3, NULL) == INVALID
        assert name in message(c)
    c.qlif_network_destroy(handle)


@pytest.mark.parametrize(
    ("count", "batch", "steps"),
    [
        (6, 0, 0),
        (6, -2, 0),
        (-6, 2, 0),
        (0, 2, 0),
        (5, 2, 0),
        (7, 2, 0),
        (6, 2, -1),
        (6, 2, 2),
        (6, 2**62, 0),
        (6, 2**61, 8),
        (6, 2, 2**62),
        (2**63 - 1, 2, 0),
        (6, 2**63 - 1, 2**63 - 1),
        (-(2**63), -(2**63), -(2**63)),
    ],
)
def test_sizes_of_input(c, handle, trainer, count, batch, steps):
    given, target = make_input(count=count, batch=batch, steps=steps), make_target()
    report, records = library.ReportStruct(), (library.RecordStruct * 1)()
    head = (handle, byref(given))
    for status in (
        c.qlif_network_simulate(*head, records, 1, NULL),
        c.qlif_network_predict(*head, NULL, NULL, NULL, NULL),
        c.qlif_network_evaluate(*head, byref(target), NULL, NULL, byref(report), NULL, NULL),
        c.qlif_network_loss_and_gradients(*head, byref(target), NULL, byref(c_double()), NULL),
        c.qlif_network_layer_qasm(*head, 0, c_int64(0), NULL, NULL, byref(c_void_p())),
        c.qlif_trainer_step(trainer, byref(given), byref(target), byref(report), NULL),
    ):
        assert status in WRONG
        assert message(c)


@pytest.mark.parametrize("value", [-1, 99, 2**31 - 1, -(2**31)])
def test_indices_of_nothing(c, handle, value):
    given, rank, shape = make_input(), c_int32(), (c_int64 * 3)()
    text = c_void_p()
    assert c.qlif_network_metadata_key(handle, value, byref(text)) == INVALID
    records = (library.RecordStruct * 1)()
    assert c.qlif_network_simulate(handle, byref(given), records, value, NULL) in (INVALID, SHAPE)
    assert c.qlif_network_parameter(handle, value, byref(ParameterStruct())) == INVALID
    if value != -1:  # the input
        assert c.qlif_network_layer_shape(handle, value, shape, byref(rank)) == INVALID
    one = make_input(count=3, batch=1)
    for layer, step in ((value, 0), (0, value), (0, value * 2**32), (value, value)):
        status = c.qlif_network_layer_qasm(
            handle, byref(one), layer, c_int64(step), NULL, NULL, byref(text)
        )
        assert status == INVALID
        assert "expected 0 to " in message(c)


@pytest.mark.parametrize("size", [-1, 0, -(2**63)])
def test_sizes_of_readouts_and_circuits(c, size):
    values, labels, doubles = (c_float * 4)(), (c_int64 * 4)(), (c_double * 4)()
    for position in range(3):
        sizes = [c_int64(size if i == position else 2) for i in range(3)]
        assert c.qlif_readout(NULL, *sizes, values, values, labels) == SHAPE
    out = c_void_p()
    for status in (
        c.qlif_circuit_run(
            NULL, NULL, c_int64(0), c_int64(size), c_int64(1), doubles, doubles, *[NULL] * 4
        ),
        c.qlif_circuit_run(
            NULL, NULL, c_int64(0), c_int64(1), c_int64(size), doubles, doubles, *[NULL] * 4
        ),
        c.qlif_circuit_angles(NULL, NULL, c_int64(0), c_int64(size), *[doubles] * 6),
        c.qlif_circuit_layer_qasm(NULL, NULL, c_int64(size), *[doubles] * 3, byref(out)),
        c.qlif_circuit_train_qasm(NULL, NULL, c_int64(size), *[doubles] * 2, byref(out)),
    ):
        assert status == SHAPE
        assert str(size) in message(c)
    # As many noises as neurons, or one.
    noises = (library.QubitNoiseStruct * 3)()
    for count, given in ((1, NULL), (0, noises), (3, noises), (size, noises)):
        if (count, given) != (0, NULL):
            status = c.qlif_circuit_run(
                NULL, given, c_int64(count), c_int64(1), c_int64(2), doubles, doubles, *[NULL] * 4
            )
            assert status == SHAPE
            assert message(c).startswith(f"noise_count: {count}, ")


def test_readout_sizes_that_no_memory_holds(c):
    values, labels = (c_float * 4)(), (c_int64 * 4)()
    for sizes in ((2**62, 2, 2), (2, 2**62, 2), (2, 2, 2**62), (2**62, 2**62, 2**62)):
        status = c.qlif_readout(NULL, *map(c_int64, sizes), values, values, labels)
        assert status in WRONG


def test_noise_is_checked(c, handle, trainer):
    given, target, report = make_input(), make_target(), library.ReportStruct()
    records = (library.RecordStruct * 1)()
    head = (handle, byref(given))

    def noise(shots=0, count=1, layers=1, first=0, given=True, **qubit):
        pointer = (
            (library.QubitNoiseStruct * 1)(library.QubitNoiseStruct(**qubit)) if given else None
        )
        each = (library.LayerNoiseStruct * 1)()
        each[0].qubits, each[0].qubit_count, each[0].shots = pointer, count, shots
        return library.NoiseStruct(each, layers, 0, first)

    def statuses(run):
        run = byref(run)
        yield c.qlif_network_simulate(*head, records, 1, run)
        yield c.qlif_network_predict(*head, NULL, NULL, NULL, run)
        yield c.qlif_network_evaluate(*head, byref(target), NULL, NULL, byref(report), NULL, run)
        yield c.qlif_network_loss_and_gradients(*head, byref(target), NULL, byref(c_double()), run)
        yield c.qlif_trainer_set_noise(trainer, run)

    assert set(statuses(noise(shots=100, p01=0.1))) == {OK}
    assert set(statuses(library.NoiseStruct())) == {OK}
    assert c.qlif_trainer_set_noise(NULL, NULL) == INVALID
    assert c.qlif_trainer_set_noise(trainer, NULL) == OK
    for words, run in (
        ("shots: -1", noise(shots=-1)),
        ("shots: 2147483648", noise(shots=2**31)),
        ("qubit_count: -1", noise(count=-1)),
        ("qubit_count: 1", noise(given=False)),
        ("layer_count: -1", noise(layers=-1)),
        ("layer_count: 1152921504606846976", noise(layers=2**60)),
        ("qubit_count: 1152921504606846976", noise(count=2**60)),
        ("layer_count: 1", library.NoiseStruct(None, 1, 0, 0)),
        ("first_sample: -1", noise(first=-1)),
        ("p01: 1.5", noise(p01=1.5)),
        ("depolarizing: nan", noise(depolarizing=float("nan"))),
        ("t2: 3.0, expected at most 2 t1", noise(t1=1.0, t2=3.0)),
    ):
        for status in statuses(run):
            assert status in (INVALID, SHAPE), words
            assert words in message(c), (words, message(c))

"""The C ABI by raw ctypes: NULLs, sizes and handles that the Python package would never send."""

import ctypes
from ctypes import byref, c_double, c_float, c_int32, c_int64, c_uint8, c_uint64, c_void_p

import pytest

from qlif._engine import library
from qlif._engine.library import InputStruct, NeuronConfig, ParameterStruct, TrainerConfig

INVALID, SHAPE, NOT_FINITE, IO, FORMAT, MEMORY = range(1, 7)
NULL = None


@pytest.fixture(scope="module")
def c():
    """The library without the package's signatures: a status is a plain number."""
    loaded = ctypes.CDLL(library.lib._name)
    for name, (result, _) in library.SIGNATURES.items():
        getattr(loaded, name).restype = c_int32 if result is library.Status else result
    return loaded


@pytest.fixture
def config(c):
    config = NeuronConfig()
    assert c.qlif_neuron_config_default(0, byref(config)) == 0
    return config


@pytest.fixture
def network(c, config):
    """A 3-2 network."""
    handle, shape = c_void_p(), (c_int64 * 1)(3)
    assert c.qlif_network_create(shape, 1, c_int64(4), c_uint64(0), byref(handle)) == 0
    assert c.qlif_network_add_dense(handle, c_int64(2), byref(config)) == 0
    yield handle
    c.qlif_network_destroy(handle)


@pytest.fixture
def trainer(c, network):
    config, handle = TrainerConfig(), c_void_p()
    assert c.qlif_trainer_config_default(byref(config)) == 0
    assert c.qlif_trainer_create(network, byref(config), byref(handle)) == 0
    yield handle
    c.qlif_trainer_destroy(handle)


VALUES = (c_float * 6)(*[0.5] * 6)
LABELS = (c_int64 * 2)(0, 1)


def make_input(values=VALUES, count=6, batch=2, steps=0):
    pointer = ctypes.cast(values, ctypes.POINTER(c_float)) if values is not None else None
    return InputStruct(pointer, count, batch, steps)


def message(c):
    return c.qlif_last_error_message().decode()


def test_destroying_null(c):
    c.qlif_network_destroy(NULL)
    c.qlif_trainer_destroy(NULL)
    c.qlif_bytes_free(NULL)


def test_every_pointer_may_be_null(c, config, network, trainer):
    """Each call with one pointer missing: an error that names the argument, and no crash."""
    out, shape = c_void_p(), (c_int64 * 3)(3)
    number, size, rank = c_int64(), c_int64(), c_int32()
    text, report = c_void_p(), library.ReportStruct()
    trainer_config = TrainerConfig()
    c.qlif_trainer_config_default(byref(trainer_config))
    given = make_input()
    calls = {
        "neuron_config_default": (c_int32(0), byref(config)),
        "network_create": (shape, 1, c_int64(4), c_uint64(0), byref(out)),
        "network_copy": (network, byref(out)),
        "network_add_dense": (network, c_int64(2), byref(config)),
        "network_add_conv2d": (network, *[c_int64(1)] * 5, byref(config)),
        "network_add_max_pool2d": (network, c_int64(1), c_int64(1), 0),
        "network_add_avg_pool2d": (network, c_int64(1)),
        "network_layer_count": (network, byref(rank)),
        "network_layer_shape": (network, 0, shape, byref(rank)),
        "network_layer_neuron": (network, 0, byref(config)),
        "network_steps": (network, byref(number)),
        "network_description": (network, byref(text)),
        "network_parameter_count": (network, byref(rank)),
        "network_parameter": (network, 0, byref(ParameterStruct())),
        "network_metadata": (network, b"key", byref(text)),
        "network_metadata_count": (network, byref(rank)),
        "network_metadata_key": (network, 0, byref(text)),
        "network_evaluate": (network, byref(given), LABELS, 0, 0, byref(report)),
        "network_loss_and_gradients": (network, byref(given), LABELS, 0, byref(c_double())),
        "trainer_config_default": (byref(trainer_config),),
        "trainer_create": (network, byref(trainer_config), byref(out)),
        "trainer_step": (trainer, byref(given), LABELS, byref(report)),
        "trainer_get_config": (trainer, byref(trainer_config)),
        "trainer_step_count": (trainer, byref(number)),
        "network_save": (network, b"/tmp/never"),
        "network_load": (b"/tmp/never", byref(out)),
        "network_serialize": (network, byref(text), byref(size)),
        "network_deserialize": ((c_uint8 * 4)(), c_int64(4), byref(out)),
        "trainer_save": (trainer, b"/tmp/never"),
        "trainer_load": (b"/tmp/never", byref(out), byref(c_void_p())),
        "trainer_serialize": (trainer, byref(text), byref(size)),
        "trainer_deserialize": ((c_uint8 * 4)(), c_int64(4), byref(out), byref(c_void_p())),
    }
    tail = {
        "network_evaluate": (NULL, NULL),
        "network_loss_and_gradients": (NULL,),
        "trainer_step": (NULL,),
    }
    tried = 0
    for name, arguments in calls.items():
        for position, argument in enumerate(arguments):
            if isinstance(argument, int | c_int32 | c_int64 | c_uint64):
                continue
            changed = [*arguments[:position], NULL, *arguments[position + 1 :]]
            status = getattr(c, f"qlif_{name}")(*changed, *tail.get(name, ()))
            assert status == INVALID, (name, position, status)
            assert message(c), (name, position)
            assert "\n" not in message(c)
            tried += 1
    assert tried > 40
    # Optional results may be NULL, all at once.
    assert c.qlif_network_predict(network, byref(given), 0, NULL, NULL, NULL) == 0
    assert c.qlif_network_predict(NULL, byref(given), 0, NULL, NULL, NULL) == INVALID
    assert c.qlif_network_predict(network, NULL, 0, NULL, NULL, NULL) == INVALID
    records = (library.RecordStruct * 1)()
    assert c.qlif_network_simulate(network, byref(given), records, 1, NULL) == 0
    assert c.qlif_network_simulate(network, byref(given), NULL, 1, NULL) == INVALID
    assert c.qlif_network_simulate(network, NULL, records, 1, NULL) == INVALID
    assert c.qlif_network_set_metadata(network, NULL, b"x") == INVALID
    assert c.qlif_network_set_metadata(NULL, b"x", b"x") == INVALID


def test_a_message_is_one_line_whatever_the_caller_called_it(c):
    assert c.qlif_network_load(b"/no\nsuch\x1b[31m/file", byref(c_void_p())) == IO
    assert r"/no\nsuch" in message(c)
    assert message(c).isprintable()


def test_angles_that_turn_too_far_for_a_number(c):
    start = library.QubitStruct(0, 0, 1)
    noise = library.QubitNoiseStruct(over_rotation=0.5)
    qubit = library.QubitStruct(0, 0, 1)
    assert c.qlif_qubit_rotate(byref(qubit), c_double(1.5e308), byref(noise)) == INVALID
    assert bytes(qubit) == bytes(start)
    noise.over_rotation = 1e308
    assert c.qlif_qubit_noise_check(byref(noise)) == INVALID
    config, alpha = library.CircuitConfig(), c_double()
    assert c.qlif_circuit_config_default(byref(config)) == 0
    noise.over_rotation = 1
    current = c_double(5e307)
    given = (c_int64(1), c_int64(1), c_int64(1), byref(current), byref(current), NULL)
    status = c.qlif_circuit_run(byref(config), byref(noise), *given, byref(alpha), NULL, NULL)
    assert status == INVALID


def test_nothing_is_written_on_failure(c, config):
    handle, shape = c_void_p(0x1234), (c_int64 * 1)(0)
    assert c.qlif_network_create(shape, 1, c_int64(4), c_uint64(0), byref(handle)) != 0
    assert handle.value == 0x1234
    assert c.qlif_network_load(b"/nonexistent", byref(handle)) == IO
    assert "/nonexistent" in message(c)
    assert handle.value == 0x1234
    assert c.qlif_network_deserialize((c_uint8 * 4)(), c_int64(4), byref(handle)) == FORMAT
    assert handle.value == 0x1234


@pytest.mark.parametrize("size", [-1, 0, -(2**63), 2**63 - 1, 2**62])
def test_sizes_of_networks(c, config, network, size):
    handle = c_void_p()
    for shape in ([size], [size, size], [1, size, 2**40]):
        sizes = (c_int64 * len(shape))(*shape)
        status = c.qlif_network_create(sizes, len(shape), c_int64(4), c_uint64(0), byref(handle))
        if status == 0:  # a size alone may be fine: nothing is held for it yet
            status = c.qlif_network_add_dense(handle, c_int64(2), byref(config))
            c.qlif_network_destroy(handle)
        assert status in (INVALID, SHAPE, MEMORY), shape
    assert c.qlif_network_add_dense(network, c_int64(size), byref(config)) in (
        INVALID,
        SHAPE,
        MEMORY,
    )


@pytest.mark.parametrize("size", [-1, 0, -(2**63), 2**63 - 1, 2**62, 2**31, 2**32 + 1])
def test_sizes_of_images(c, config, size):
    """One size at a time that cannot be; the network stays as it was."""
    handle, sides = c_void_p(), (c_int64 * 3)(2, 6, 5)
    assert c.qlif_network_create(sides, 3, c_int64(4), c_uint64(0), byref(handle)) == 0
    good = [3, 2, 2, 1, 0]
    for position in range(5):
        if position == 4 and size == 0:
            continue
        given = [c_int64(v) for v in [*good[:position], size, *good[position + 1 :]]]
        status = c.qlif_network_add_conv2d(handle, *given, byref(config))
        assert status in (INVALID, SHAPE, MEMORY), (position, size)
    assert c.qlif_network_add_conv2d(handle, *map(c_int64, good), byref(config)) == 0
    assert c.qlif_network_add_max_pool2d(handle, c_int64(size), c_int64(1), 0) in (1, 2, 6)
    assert c.qlif_network_add_avg_pool2d(handle, c_int64(size)) in (1, 2, 6)
    if size <= 0:
        assert c.qlif_network_add_max_pool2d(handle, c_int64(2), c_int64(size), 0) in (1, 2, 6)
    count = c_int32()
    assert c.qlif_network_layer_count(handle, byref(count)) == 0
    assert count.value == 1
    c.qlif_network_destroy(handle)


def test_a_pooling_layer_has_no_neurons(c, config):
    handle, sides = c_void_p(), (c_int64 * 3)(1, 6, 6)
    assert c.qlif_network_create(sides, 3, c_int64(2), c_uint64(0), byref(handle)) == 0
    given = [c_int64(v) for v in (2, 3, 3, 1, 0)]
    assert c.qlif_network_add_conv2d(handle, *given, byref(config)) == 0
    for ties in (-1, 2):
        assert c.qlif_network_add_max_pool2d(handle, c_int64(2), c_int64(2), ties) == INVALID
    assert c.qlif_network_add_max_pool2d(handle, c_int64(2), c_int64(2), 1) == 0
    assert c.qlif_network_add_dense(handle, c_int64(2), byref(config)) == 0
    assert c.qlif_network_layer_neuron(handle, 1, byref(config)) == INVALID
    image = (c_float * 36)(*[0.5] * 36)
    given = InputStruct(ctypes.cast(image, ctypes.POINTER(c_float)), 36, 1, 0)
    room = (c_float * 36)()
    pointer = ctypes.cast(room, ctypes.POINTER(c_float))
    records = (library.RecordStruct * 3)()
    records[1].spikes = pointer
    assert c.qlif_network_simulate(handle, byref(given), records, 3, NULL) == 0
    records[1].alpha = pointer
    assert c.qlif_network_simulate(handle, byref(given), records, 3, NULL) == INVALID
    c.qlif_network_destroy(handle)


@pytest.mark.parametrize("rank", [-1, 0, 4, 2**31 - 1, -(2**31)])
def test_ranks(c, rank):
    handle, sizes = c_void_p(), (c_int64 * 4)(1, 1, 1, 1)
    assert c.qlif_network_create(sizes, rank, c_int64(4), c_uint64(0), byref(handle)) in (1, 2)


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
def test_sizes_of_input(c, network, trainer, count, batch, steps):
    given, report, loss = (
        make_input(VALUES, count, batch, steps),
        library.ReportStruct(),
        c_double(),
    )
    records = (library.RecordStruct * 1)()
    for status in (
        c.qlif_network_simulate(network, byref(given), records, 1, NULL),
        c.qlif_network_predict(network, byref(given), 0, NULL, NULL, NULL),
        c.qlif_network_evaluate(network, byref(given), LABELS, 0, 0, byref(report), NULL, NULL),
        c.qlif_network_loss_and_gradients(network, byref(given), LABELS, 0, byref(loss), NULL),
        c.qlif_trainer_step(trainer, byref(given), LABELS, byref(report), NULL),
    ):
        assert status in (INVALID, SHAPE, MEMORY)
        assert message(c)


@pytest.mark.parametrize("value", [-1, 99, 2**31 - 1, -(2**31)])
def test_numbers_that_are_no_choice(c, config, network, trainer, value):
    given, report, loss = make_input(), library.ReportStruct(), c_double()
    out, rank, shape = c_void_p(), c_int32(), (c_int64 * 3)()
    assert c.qlif_network_predict(network, byref(given), value, NULL, NULL, NULL) == INVALID
    assert (
        c.qlif_network_evaluate(network, byref(given), LABELS, value, 0, byref(report), NULL, NULL)
        == 1
    )
    assert (
        c.qlif_network_evaluate(network, byref(given), LABELS, 0, value, byref(report), NULL, NULL)
        == 1
    )
    assert (
        c.qlif_network_loss_and_gradients(network, byref(given), LABELS, value, byref(loss), NULL)
        == INVALID
    )
    assert c.qlif_neuron_config_default(value, byref(config)) == INVALID
    assert c.qlif_network_metadata_key(network, value, byref(out)) == INVALID
    records = (library.RecordStruct * 1)()
    assert c.qlif_network_simulate(network, byref(given), records, value, NULL) in (INVALID, SHAPE)
    assert c.qlif_network_parameter(network, value, byref(ParameterStruct())) == INVALID
    if value != -1:  # the input
        assert c.qlif_network_layer_shape(network, value, shape, byref(rank)) == INVALID
    assert c.qlif_network_layer_neuron(network, value, byref(config)) == INVALID
    for kind, fields in (
        (0, ("kind", "leak", "drive_bound", "surrogate", "refractory", "memory", "firing")),
        (1, ("kind", "reset", "surrogate")),
    ):
        for field in fields:
            assert c.qlif_neuron_config_default(kind, byref(config)) == 0
            setattr(config, field, value)
            assert c.qlif_network_add_dense(network, c_int64(2), byref(config)) == INVALID, field
    for field in ("loss", "readout", "schedule"):
        trainer_config = TrainerConfig()
        c.qlif_trainer_config_default(byref(trainer_config))
        setattr(trainer_config, field, value)
        status = c.qlif_trainer_create(network, byref(trainer_config), byref(out))
        assert status == INVALID, field


def test_a_network_without_layers(c):
    handle, shape, out = c_void_p(), (c_int64 * 1)(3), c_void_p()
    assert c.qlif_network_create(shape, 1, c_int64(4), c_uint64(0), byref(handle)) == 0
    given, config = make_input(), TrainerConfig()
    c.qlif_trainer_config_default(byref(config))
    assert c.qlif_network_predict(handle, byref(given), 0, NULL, NULL, NULL) in (INVALID, SHAPE)
    assert c.qlif_network_loss_and_gradients(
        handle, byref(given), LABELS, 0, byref(c_double()), NULL
    ) in (INVALID, SHAPE)
    assert c.qlif_trainer_create(handle, byref(config), byref(out)) in (INVALID, SHAPE)
    c.qlif_network_destroy(handle)


def test_a_trainer_outlives_its_networks_handle(c, config):
    network, trainer, shape = c_void_p(), c_void_p(), (c_int64 * 1)(3)
    assert c.qlif_network_create(shape, 1, c_int64(4), c_uint64(0), byref(network)) == 0
    assert c.qlif_network_add_dense(network, c_int64(2), byref(config)) == 0
    trainer_config = TrainerConfig()
    c.qlif_trainer_config_default(byref(trainer_config))
    assert c.qlif_trainer_create(network, byref(trainer_config), byref(trainer)) == 0
    c.qlif_network_destroy(network)
    given, report = make_input(), library.ReportStruct()
    assert c.qlif_trainer_step(trainer, byref(given), LABELS, byref(report), NULL) == 0
    c.qlif_trainer_destroy(trainer)


def test_errors_belong_to_their_thread(c):
    import threading

    assert c.qlif_set_thread_count(-5) == INVALID
    mine = message(c)
    seen = []

    def other():
        seen.append(message(c))
        c.qlif_network_load(b"/nonexistent", byref(c_void_p()))
        seen.append(message(c))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert seen[0] == ""
    assert "/nonexistent" in seen[1]
    assert message(c) == mine


def test_text_that_is_not_utf8(c, network):
    out = c_void_p()
    assert c.qlif_network_set_metadata(network, b"\xff\xfe", b"x") in (0, INVALID)
    assert c.qlif_network_set_metadata(network, b"key", b"\xff\xfe") in (0, INVALID)
    assert c.qlif_network_load(b"/\xff\xfe/nonexistent", byref(out)) in (INVALID, IO)
    text, size = c_void_p(), c_int64()
    assert c.qlif_network_serialize(network, byref(text), byref(size)) == 0
    assert c.qlif_network_deserialize(text, size, byref(out)) == 0
    c.qlif_bytes_free(text)
    c.qlif_network_destroy(out)


def test_noise_is_checked(c, network, trainer):
    given, report, loss = make_input(), library.ReportStruct(), c_double()
    records = (library.RecordStruct * 1)()

    def noise(shots=0, count=1, layers=1, first=0, given=True, **qubit):
        pointer = (
            (library.QubitNoiseStruct * 1)(library.QubitNoiseStruct(**qubit)) if given else None
        )
        each = (library.LayerNoiseStruct * 1)()
        each[0].qubits, each[0].qubit_count, each[0].shots = pointer, count, shots
        return library.NoiseStruct(each, layers, 0, first)

    def statuses(run):
        yield c.qlif_network_simulate(network, byref(given), records, 1, byref(run))
        yield c.qlif_network_predict(network, byref(given), 0, NULL, NULL, byref(run))
        yield c.qlif_network_evaluate(
            network, byref(given), LABELS, 0, 0, byref(report), NULL, byref(run)
        )
        yield c.qlif_network_loss_and_gradients(
            network, byref(given), LABELS, 0, byref(loss), byref(run)
        )
        yield c.qlif_trainer_set_noise(trainer, byref(run))

    assert set(statuses(noise(shots=100, p01=0.1))) == {0}
    assert set(statuses(library.NoiseStruct())) == {0}
    assert c.qlif_trainer_set_noise(NULL, NULL) == INVALID
    assert c.qlif_trainer_set_noise(trainer, NULL) == 0
    for words, run in (
        (b"shots: -1", noise(shots=-1)),
        (b"shots: 2147483648", noise(shots=2**31)),
        (b"qubit_count: -1", noise(count=-1)),
        (b"qubit_count: 1", noise(given=False)),
        (b"layer_count: -1", noise(layers=-1)),
        (b"layer_count: 1152921504606846976", noise(layers=2**60)),
        (b"qubit_count: 1152921504606846976", noise(count=2**60)),
        (b"layer_count: 1", library.NoiseStruct(None, 1, 0, 0)),
        (b"first_sample: -1", noise(first=-1)),
        (b"p01: 1.5", noise(p01=1.5)),
        (b"depolarizing: nan", noise(depolarizing=float("nan"))),
        (b"t2: 3.0, expected at most 2 t1", noise(t1=1.0, t2=3.0)),
    ):
        for status in statuses(run):
            assert status in (INVALID, SHAPE), words
            assert words in message(c).encode(), (words, message(c))


def test_constants_of_the_other_kind_are_refused(c, network):
    """A LIF neuron with a T1 is a mistake, not a LIF neuron."""
    for kind, others in (
        (0, {"reset": 1, "beta": 0.5}),
        (
            1,
            {
                "leak": 99, "drive_bound": 1, "refractory": 1, "memory": 1, "firing": 1, "t1": -5.0,
                "drive_scale": float("nan"), "delay_scale": 200.0,
            },
        ),
    ):  # fmt: skip
        for name, value in others.items():
            neuron = NeuronConfig()
            assert c.qlif_neuron_config_default(kind, byref(neuron)) == 0
            assert getattr(neuron, name) == 0
            setattr(neuron, name, value)
            assert c.qlif_network_add_dense(network, c_int64(2), byref(neuron)) == INVALID
            assert f"neuron.{name}: " in message(c)


@pytest.mark.parametrize("layer", [0, 1])
def test_nothing_is_written_where_currents_are_not_finite(c, config, layer):
    """Of many samples only the last has an infinite current: none of the outputs is touched."""
    handle, shape, units, batch = c_void_p(), (c_int64 * 1)(3), 5, 500
    assert c.qlif_network_create(shape, 1, c_int64(4), c_uint64(0), byref(handle)) == 0
    for _ in range(2):
        assert c.qlif_network_add_dense(handle, c_int64(units), byref(config)) == 0
    parameter = ParameterStruct()
    assert c.qlif_network_parameter(handle, 0, byref(parameter)) == 0
    for i in range(parameter.size):
        parameter.values[i] = 10.0 if i % 3 == 0 else 0.0
    values = (c_float * (3 * batch))(*[0.0] * (3 * batch))
    values[3 * (batch - 1)] = 0.05
    if layer == 0:
        parameter.values[0] = 3e38
        values[3 * (batch - 1)] = 20.0
    else:
        # Finite weights, whose sum is not: in a step where neurons of the first layer spike.
        first = ParameterStruct()
        assert c.qlif_network_parameter(handle, 4, byref(first)) == 0
        assert first.name == b"1.drive_weight"
        for i in range(first.size):
            first.values[i] = 3e38
        for name in (2, 3):
            bias = ParameterStruct()
            assert c.qlif_network_parameter(handle, name, byref(bias)) == 0
            for i in range(bias.size):
                bias.values[i] = 0.0
    given = make_input(values, 3 * batch, batch)
    labels, scores = (
        (c_int64 * batch)(*[-7] * batch),
        (c_float * (units * batch))(*[-7] * units * batch),
    )
    spikes = [(c_float * (4 * batch * units))(*[-7] * 4 * batch * units) for _ in range(4)]
    records = (library.RecordStruct * 2)()
    pointer = ctypes.POINTER(c_float)
    for i in range(2):
        records[i].spikes = ctypes.cast(spikes[2 * i], pointer)
        records[i].alpha = ctypes.cast(spikes[2 * i + 1], pointer)
    assert c.qlif_network_predict(handle, byref(given), 1, labels, scores, NULL) == NOT_FINITE
    assert c.qlif_network_simulate(handle, byref(given), records, 2, NULL) == NOT_FINITE
    assert f"layer {layer}" in message(c)
    assert {*labels, *scores, *(value for record in spikes for value in record)} == {-7}
    # Without that sample all is well.
    given = make_input(values, 3 * (batch - 1), batch - 1)
    assert c.qlif_network_predict(handle, byref(given), 1, labels, scores, NULL) == 0
    assert labels[0] >= 0
    assert labels[batch - 1] == -7
    c.qlif_network_destroy(handle)


def test_texts_and_circuits_have_a_length(c, config, network):
    long = b"x" * ((16 << 20) + 1)
    assert c.qlif_network_set_metadata(network, b"key", long) == INVALID
    assert c.qlif_network_set_metadata(network, long, b"value") == INVALID
    assert c.qlif_network_load(long, byref(c_void_p())) == INVALID
    circuit, count = library.CircuitConfig(), (1 << 18) + 1
    assert c.qlif_circuit_config_default(byref(circuit)) == 0
    zeros, text = (c_double * count)(), ctypes.c_char_p()
    for call in (
        c.qlif_circuit_train_qasm(byref(circuit), NULL, c_int64(count), zeros, zeros, byref(text)),
        c.qlif_circuit_layer_qasm(
            byref(circuit), NULL, c_int64(count), zeros, zeros, zeros, byref(text)
        ),
    ):
        assert call == SHAPE
    assert str(count) in message(c)

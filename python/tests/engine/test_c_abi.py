"""The C ABI by raw ctypes: NULLs, texts and handles that the Python package would never send."""

import ctypes
import json
import threading
from ctypes import byref, c_char_p, c_double, c_float, c_int32, c_int64, c_uint8, c_void_p

import pytest
from c_abi import (
    DENSE,
    FORMAT,
    INVALID,
    IO,
    NOT_FINITE,
    NULL,
    OK,
    SHAPE,
    described,
    floats,
    make_input,
    make_network,
    make_target,
    message,
    text_of,
)

from qlif._engine import library
from qlif._engine.library import ParameterStruct


def test_destroying_null(c):
    c.qlif_network_destroy(NULL)
    c.qlif_trainer_destroy(NULL)
    c.qlif_free(NULL)


def test_every_pointer_may_be_null(c, handle, trainer):
    """Each call with one pointer missing: an error that names the argument, and no crash."""
    out, shape, rank = c_void_p(), (c_int64 * 3)(3), c_int32()
    number, size, real = c_int64(), c_int64(), c_double()
    text, report, parameter = c_void_p(), library.ReportStruct(), ParameterStruct()
    given, target, qubit = make_input(), make_target(), library.QubitStruct(0, 0, 1)
    pulse, noise = library.PulseStruct(0, 1, 1), library.QubitNoiseStruct(t1=60, t2=60)
    doubles, labels, one = (c_double * 1)(0.5), (c_int64 * 1)(), c_int64(1)
    # Optional arguments stand in `tails`, which are always as they are there.
    calls = {
        "kinds": (byref(text),),
        "defaults": (b"qlif", byref(text)),
        "check": (b"qlif",),
        "network_create": (described(), byref(out)),
        "network_copy": (handle, byref(out)),
        "network_layer_count": (handle, byref(rank)),
        "network_layer_shape": (handle, 0, shape, byref(rank)),
        "network_description": (handle, byref(text)),
        "network_parameter_count": (handle, byref(rank)),
        "network_parameter": (handle, 0, byref(parameter)),
        "network_set_metadata": (handle, b"key"),
        "network_metadata": (handle, b"key", byref(text)),
        "network_metadata_count": (handle, byref(rank)),
        "network_metadata_key": (handle, 0, byref(text)),
        "network_simulate": (handle, byref(given), (library.RecordStruct * 1)()),
        "network_predict": (handle, byref(given)),
        "readout": (NULL, one, one, one, (c_float * 1)(), (c_float * 1)(), labels),
        "network_loss_and_gradients": (handle, byref(given), byref(target)),
        "network_evaluate": (handle, byref(given), byref(target)),
        "trainer_create": (handle,),
        "trainer_step": (trainer, byref(given), byref(target), byref(report)),
        "trainer_set_noise": (trainer,),
        "trainer_description": (trainer, byref(text)),
        "trainer_step_count": (trainer, byref(number)),
        "qubit_noise_default": (byref(noise),),
        "qubit_noise_check": (byref(noise),),
        "qubit_prepare": (c_double(0.5), byref(qubit)),
        "qubit_rotate": (byref(qubit), c_double(0.5)),
        "qubit_depolarize": (byref(qubit), c_double(0.5)),
        "qubit_wait": (byref(qubit), c_double(0.5), byref(noise)),
        "qubit_measure": (byref(qubit),),
        "qubit_follow": (byref(qubit), byref(pulse)),
        "circuit_run": (NULL, NULL, c_int64(0), one, one, doubles, doubles),
        "circuit_angles": (NULL, NULL, c_int64(0), one, doubles, doubles, doubles),
        "circuit_layer_qasm": (NULL, NULL, one, doubles, doubles, doubles, byref(text)),
        "circuit_train_qasm": (NULL, NULL, one, doubles, doubles, byref(text)),
        "network_layer_qasm": (handle, byref(make_input(count=3, batch=1))),
        "network_save": (handle, b"/tmp/never"),
        "network_load": (b"/tmp/never", byref(out)),
        "network_serialize": (handle, byref(text), byref(size)),
        "network_deserialize": ((c_uint8 * 4)(), c_int64(4), byref(out)),
        "trainer_save": (trainer, b"/tmp/never"),
        "trainer_load": (b"/tmp/never", byref(out), byref(c_void_p())),
        "trainer_serialize": (trainer, byref(text), byref(size)),
        "trainer_deserialize": ((c_uint8 * 4)(), c_int64(4), byref(out), byref(c_void_p())),
    }
    tails = {
        "check": (NULL,),
        "network_set_metadata": (NULL,),
        "network_simulate": (1, NULL),
        "network_predict": (NULL, NULL, NULL, NULL),
        "network_evaluate": (NULL, NULL, byref(report), NULL, NULL),
        "network_loss_and_gradients": (NULL, byref(real), NULL),
        "trainer_create": (NULL, byref(out)),
        "trainer_step": (NULL,),
        "trainer_set_noise": (NULL,),
        "qubit_rotate": (NULL,),
        "qubit_measure": (NULL, byref(real)),
        "qubit_follow": (NULL, one, NULL),
        "circuit_run": (NULL, NULL, NULL, NULL),
        "circuit_angles": (NULL, NULL, NULL),
        "network_layer_qasm": (0, c_int64(0), NULL, NULL, byref(text)),
    }
    fallible = {
        name for name, (result, _) in library.SIGNATURES.items() if result is library.Status
    }
    assert {f"qlif_{name}" for name in calls} == fallible - {"qlif_set_thread_count"}
    for name, arguments in calls.items():
        for position, argument in enumerate(arguments):
            if argument is NULL or isinstance(argument, int | c_int32 | c_int64 | c_double):
                continue
            changed = [*arguments[:position], NULL, *arguments[position + 1 :]]
            status = getattr(c, f"qlif_{name}")(*changed, *tails.get(name, ()))
            assert status == INVALID, (name, position, status)
            assert message(c).endswith(": NULL"), (name, position, message(c))


def test_what_is_optional_may_be_null(c, handle, trainer):
    given, target, report = make_input(), make_target(), library.ReportStruct()
    one = make_input(count=3, batch=1)
    assert c.qlif_network_predict(handle, byref(given), NULL, NULL, NULL, NULL) == OK
    records = (library.RecordStruct * 1)()
    assert c.qlif_network_simulate(handle, byref(given), records, 1, NULL) == OK
    for out in (
        ("network_evaluate", handle, byref(given), byref(target), NULL, NULL, NULL, NULL, NULL),
        ("network_loss_and_gradients", handle, byref(given), byref(target), NULL, NULL, NULL),
        ("trainer_create", handle, NULL, NULL),
        ("qubit_measure", byref(library.QubitStruct(0, 0, 1)), NULL, NULL),
        ("network_layer_qasm", handle, byref(one), 0, c_int64(0), NULL, NULL, NULL),
    ):
        # Not the place that a result goes to.
        assert getattr(c, f"qlif_{out[0]}")(*out[1:]) == INVALID, out[0]
        assert message(c) == "out: NULL"
    assert c.qlif_trainer_step(trainer, byref(given), byref(target), byref(report), NULL) == OK


def test_a_message_is_one_line_whatever_the_caller_called_it(c):
    assert c.qlif_network_load(b"/no\nsuch\x1b[31m/file", byref(c_void_p())) == IO
    assert r"/no\nsuch" in message(c)
    assert message(c).isprintable()
    description = json.dumps({"\n\x1b[31m": 1, "layers": [DENSE], "input_shape": [3]}).encode()
    assert c.qlif_network_create(description, byref(c_void_p())) == INVALID
    assert message(c).isprintable()


def test_angles_that_turn_too_far_for_a_number(c):
    start = library.QubitStruct(0, 0, 1)
    noise = library.QubitNoiseStruct(over_rotation=0.5)
    qubit = library.QubitStruct(0, 0, 1)
    assert c.qlif_qubit_rotate(byref(qubit), c_double(1.5e308), byref(noise)) == INVALID
    assert bytes(qubit) == bytes(start)
    noise.over_rotation = 1e308
    assert c.qlif_qubit_noise_check(byref(noise)) == INVALID
    noise.over_rotation, alpha, current = 1, c_double(-7), c_double(5e307)
    given = (c_int64(1), c_int64(1), c_int64(1), byref(current), byref(current), NULL)
    assert c.qlif_circuit_run(NULL, byref(noise), *given, byref(alpha), NULL, NULL) == INVALID
    assert alpha.value == -7


def test_nothing_is_written_on_failure(c):
    out = c_void_p(0x1234)
    assert c.qlif_network_create(described(input_shape=[0]), byref(out)) == SHAPE
    assert out.value == 0x1234
    assert c.qlif_network_load(b"/nonexistent", byref(out)) == IO
    assert "/nonexistent" in message(c)
    assert out.value == 0x1234
    assert c.qlif_network_deserialize((c_uint8 * 4)(), c_int64(4), byref(out)) == FORMAT
    assert c.qlif_defaults(b"nothing", byref(out)) == INVALID
    assert out.value == 0x1234


def test_a_trainer_outlives_its_networks_handle(c):
    network, trainer = make_network(c), c_void_p()
    assert c.qlif_trainer_create(network, NULL, byref(trainer)) == OK
    c.qlif_network_destroy(network)
    given, target, report = make_input(), make_target(), library.ReportStruct()
    assert c.qlif_trainer_step(trainer, byref(given), byref(target), byref(report), NULL) == OK
    text = ctypes.POINTER(ctypes.c_char)()
    assert c.qlif_trainer_description(trainer, byref(text)) == OK
    assert json.loads(ctypes.string_at(text))["loss"]["kind"] == "cross_entropy"
    c.qlif_free(text)
    c.qlif_trainer_destroy(trainer)


def test_errors_belong_to_their_thread(c):
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


def test_text_that_is_not_utf8(c, handle):
    out, wrong = c_void_p(), b"\xff\xfe"
    for status in (
        c.qlif_network_create(wrong, byref(out)),
        c.qlif_network_set_metadata(handle, wrong, b"x"),
        c.qlif_network_set_metadata(handle, b"key", wrong),
        c.qlif_network_predict(handle, byref(make_input()), wrong, NULL, NULL, NULL),
        c.qlif_trainer_create(handle, wrong, byref(out)),
        c.qlif_defaults(wrong, byref(out)),
        c.qlif_check(b"qlif", wrong),
    ):
        assert status == INVALID
        assert "UTF-8" in message(c)
    assert c.qlif_network_load(b"/\xff\xfe/nonexistent", byref(out)) == IO
    text, size = c_void_p(), c_int64()
    assert c.qlif_network_serialize(handle, byref(text), byref(size)) == OK
    assert c.qlif_network_deserialize(text, size, byref(out)) == OK
    c.qlif_free(text)
    c.qlif_network_destroy(out)


def test_texts_and_circuits_have_a_length(c, handle):
    long = b"x" * ((16 << 20) + 1)
    assert c.qlif_network_set_metadata(handle, b"key", long) == INVALID
    assert c.qlif_network_set_metadata(handle, long, b"value") == INVALID
    assert c.qlif_network_load(long, byref(c_void_p())) == INVALID
    assert c.qlif_network_create(long, byref(c_void_p())) == INVALID
    count = (1 << 18) + 1
    zeros, text = (c_double * count)(), c_char_p()
    size = c_int64(count)
    for status in (
        c.qlif_circuit_train_qasm(NULL, NULL, size, zeros, zeros, byref(text)),
        c.qlif_circuit_layer_qasm(NULL, NULL, size, zeros, zeros, zeros, byref(text)),
    ):
        assert status == SHAPE
        assert str(count) in message(c)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"null",
        b"3",
        b"{",
        b"{} {}",
        b'{"input_shape": [3], }',
        b"{'input_shape': [3]}",
        b'{"input_shape": [NaN]}',
        b'{"input_shape": [1e999]}',
        b'{"a": ' * 100_000,
        b"[" * 1_000_000,
        b"[" * 400_000 + b"]" * 400_000,
        b'{"layers": ' + b"[" * 400_000 + b"]" * 400_000 + b"}",
        b'{"input_shape": [3], "x": "' + b"x" * (1 << 20) + b'"}',
    ],
    ids=range(15),
)
def test_text_that_describes_nothing(c, handle, text):
    """Refused in one short line, whatever it is."""
    given, target = make_input(), make_target()
    for status in (
        c.qlif_network_create(text, byref(c_void_p())),
        c.qlif_trainer_create(handle, text, byref(c_void_p())) if text else INVALID,
        c.qlif_check(b"qlif", text),
        c.qlif_network_loss_and_gradients(
            handle, byref(given), byref(target), text, byref(c_double()), NULL
        ),
    ):
        assert status in (INVALID, SHAPE)
        assert 0 < len(message(c)) < 300


def test_kinds_and_defaults(c):
    kinds = json.loads(text_of(c.qlif_kinds))
    assert {"qlif", "lif"} <= set(kinds["neuron"])
    for kind in [*kinds["neuron"], *kinds["loss"], "trainer", "circuit"]:
        found = text_of(c.qlif_defaults, kind.encode())
        assert c.qlif_check(kind.encode(), found.encode()) == OK, message(c)
        assert c.qlif_check(kind.encode(), NULL) == OK
        assert c.qlif_check(kind.encode(), b'{"nothing": 1}') == INVALID
        assert message(c).startswith("nothing: unknown, expected one of ")
    for kind in (b"", b"dense", b"nothing", b"QLIF"):
        assert c.qlif_check(kind, NULL) == INVALID
        assert message(c).startswith(f'kind: "{kind.decode()}", expected one of ')
    # Another kind than what is asked for.
    for given in (b'{"kind": "lif"}', b'{"kind": 1}'):
        assert c.qlif_check(b"qlif", given) == INVALID
        assert message(c).endswith(', expected "qlif"')


@pytest.mark.parametrize("name", [b"", b"nothing", b"Membrane", b"membrane ", b"x" * 10_000])
def test_names_that_are_no_choice(c, handle, trainer, name):
    given, target, report = make_input(), make_target(), library.ReportStruct()
    head, loss = (handle, byref(given), byref(target)), b'{"kind": "mse", "reading": "%s"}' % name
    for status in (
        c.qlif_network_predict(handle, byref(given), name, NULL, NULL, NULL),
        c.qlif_network_evaluate(*head, NULL, name, byref(report), NULL, NULL),
        c.qlif_network_evaluate(*head, loss, NULL, byref(report), NULL, NULL),
        c.qlif_network_loss_and_gradients(*head, loss, byref(c_double()), NULL),
        c.qlif_trainer_create(handle, b'{"schedule": "%s"}' % name, byref(c_void_p())),
        c.qlif_circuit_run(
            b'{"clock": "%s"}' % name, NULL, c_int64(0), c_int64(1), c_int64(1),
            byref(c_double()), byref(c_double()), NULL, NULL, NULL, NULL,
        ),
    ):  # fmt: skip
        assert status == INVALID
        assert "expected one of" in message(c)
        assert len(message(c)) < 300


def test_a_target_is_of_labels_or_of_values(c, handle):
    given, out = make_input(), c_double()
    values = (c_float * 4)(*[0.5] * 4)
    for target, loss, status, words in (
        (make_target(), NULL, OK, ""),
        (make_target(NULL, values, 4), b'{"kind": "mse"}', OK, ""),
        (make_target(NULL), NULL, INVALID, "target: both or none"),
        (make_target(values=values, count=4), NULL, INVALID, "target: both or none"),
        (make_target(count=1), NULL, SHAPE, "target.value_count: 1"),
        (make_target(NULL, values, -1), b'{"kind": "mse"}', SHAPE, "target.value_count: -1"),
        (make_target(NULL, values, 3), b'{"kind": "mse"}', SHAPE, "3"),
        (make_target(NULL, values, 4), NULL, INVALID, "cross_entropy"),
        (make_target(), b'{"kind": "mse"}', INVALID, "mse"),
    ):
        found = c.qlif_network_loss_and_gradients(
            handle, byref(given), byref(target), loss, byref(out), NULL
        )
        assert found == status, (words, message(c))
        assert status == OK or words in message(c)
    values[1] = float("nan")
    target = make_target(NULL, values, 4)
    status = c.qlif_network_loss_and_gradients(
        handle, byref(given), byref(target), b'{"kind": "mse"}', byref(out), NULL
    )
    assert status == NOT_FINITE


@pytest.mark.parametrize("layer", [0, 1])
def test_nothing_is_written_where_currents_are_not_finite(c, layer):
    """Of many samples only the last has an infinite current: none of the outputs is touched."""
    units, batch = 5, 500
    handle = make_network(c, [{**DENSE, "units": units}] * 2)
    parameter = ParameterStruct()
    assert c.qlif_network_parameter(handle, 0, byref(parameter)) == OK
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
        assert c.qlif_network_parameter(handle, 4, byref(first)) == OK
        assert first.name == b"1.drive_weight"
        for i in range(first.size):
            first.values[i] = 3e38
        for name in (2, 3):
            bias = ParameterStruct()
            assert c.qlif_network_parameter(handle, name, byref(bias)) == OK
            for i in range(bias.size):
                bias.values[i] = 0.0
    given = make_input(values, 3 * batch, batch)
    labels = (c_int64 * batch)(*[-7] * batch)
    scores = (c_float * (units * batch))(*[-7] * units * batch)
    size = 4 * batch * units
    arrays = [[(c_float * (n * size))(*[-7] * n * size) for n in (1, 1, 2)] for _ in range(2)]
    records = (library.RecordStruct * 2)(*(library.RecordStruct(*map(floats, a)) for a in arrays))
    predict = (b"membrane", labels, scores, NULL)
    assert c.qlif_network_predict(handle, byref(given), *predict) == NOT_FINITE
    assert c.qlif_network_simulate(handle, byref(given), records, 2, NULL) == NOT_FINITE
    assert f"layer {layer}" in message(c)
    assert {*labels, *scores, *(value for a in arrays for record in a for value in record)} == {-7}
    # Without that sample all is well.
    given = make_input(values, 3 * (batch - 1), batch - 1)
    assert c.qlif_network_predict(handle, byref(given), *predict) == OK
    assert labels[0] >= 0
    assert labels[batch - 1] == -7
    c.qlif_network_destroy(handle)

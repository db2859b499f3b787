"""The C ABI by raw ctypes: what the tests of it have in common."""

from __future__ import annotations

import ctypes
import json
from ctypes import byref, c_char_p, c_float, c_int32, c_int64, c_void_p

from qlif._engine import library
from qlif._engine.library import InputStruct, TargetStruct

OK, INVALID, SHAPE, NOT_FINITE, IO, FORMAT, MEMORY = range(7)
NULL = None

DENSE = {"kind": "dense", "units": 2, "neuron": {"kind": "qlif"}}
CONV = {
    "kind": "conv2d",
    "channels": 3,
    "kernel_height": 2,
    "kernel_width": 2,
    "stride": 1,
    "padding": 0,
    "neuron": {"kind": "qlif"},
}
VALUES = (c_float * 6)(*[0.5] * 6)
LABELS = (c_int64 * 2)(0, 1)


def load() -> ctypes.CDLL:
    """The library without the package's signatures: a status is a plain number."""
    loaded = ctypes.CDLL(library.lib._name)
    for name, (result, _) in library.SIGNATURES.items():
        getattr(loaded, name).restype = c_int32 if result is library.Status else result
    return loaded


def described(layers=(DENSE,), input_shape=(3,), **rest) -> bytes:
    """The description of a network: by default of 3 inputs and 2 neurons."""
    return json.dumps(
        {"input_shape": list(input_shape), "steps": 4, "layers": list(layers), **rest}
    ).encode()


def make_network(c, *arguments, **keywords) -> c_void_p:
    """The handle of a network that is well described."""
    handle = c_void_p()
    assert c.qlif_network_create(described(*arguments, **keywords), byref(handle)) == OK, message(c)
    return handle


def create(c, *arguments, **keywords) -> int:
    """The status of a network that may be refused."""
    handle = c_void_p()
    status = c.qlif_network_create(described(*arguments, **keywords), byref(handle))
    c.qlif_network_destroy(handle)
    return status


def make_input(values=VALUES, count=6, batch=2, steps=0) -> InputStruct:
    return InputStruct(floats(values), count, batch, steps)


def make_target(labels=LABELS, values=None, count=0) -> TargetStruct:
    pointer = None if labels is None else ctypes.cast(labels, ctypes.POINTER(c_int64))
    return TargetStruct(pointer, floats(values), count)


def floats(values):
    return None if values is None else ctypes.cast(values, ctypes.POINTER(c_float))


def message(c) -> str:
    return c.qlif_last_error_message().decode()


def text_of(call, *arguments) -> str:
    """A text that the library owns."""
    out = c_char_p()
    assert call(*arguments, byref(out)) == OK
    return out.value.decode()

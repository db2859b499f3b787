"""The engine's library: loading it, the signature of every function, errors.

This is the only module that knows how ``Include/qlif.h`` looks from Python. `SIGNATURES` is checked
against the header and against the library's exported symbols by the tests.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_double,
    c_float,
    c_int32,
    c_int64,
    c_uint8,
    c_uint32,
    c_uint64,
    c_void_p,
)
from pathlib import Path
from typing import Any

from ..errors import (
    ArgumentError,
    FileError,
    FormatError,
    LibraryError,
    NotFiniteError,
    OutOfMemoryError,
    QlifError,
    ShapeError,
)
from . import locate

ABI_VERSION = 2


# ---- Types ---------------------------------------------------------------------------------


class NetworkStruct(Structure):
    """Opaque: qlif_network."""


class TrainerStruct(Structure):
    """Opaque: qlif_trainer."""


class ParameterStruct(Structure):
    """qlif_parameter."""

    _fields_ = [
        ("name", c_char_p),
        ("values", POINTER(c_float)),
        ("gradient", POINTER(c_float)),
        ("shape", c_int64 * 4),
        ("size", c_int64),
        ("rank", c_int32),
    ]


class InputStruct(Structure):
    """qlif_input."""

    _fields_ = [
        ("values", POINTER(c_float)),
        ("value_count", c_int64),
        ("batch", c_int64),
        ("steps", c_int64),
    ]


class RecordStruct(Structure):
    """qlif_record."""

    _fields_ = [
        ("spikes", POINTER(c_float)),
        ("membrane", POINTER(c_float)),
        ("currents", POINTER(c_float)),
    ]


class TargetStruct(Structure):
    """qlif_target."""

    _fields_ = [
        ("labels", POINTER(c_int64)),
        ("values", POINTER(c_float)),
        ("value_count", c_int64),
    ]


class ReportStruct(Structure):
    """qlif_report."""

    _fields_ = [
        ("loss", c_double),
        ("learning_rate", c_double),
        ("gradient_norm", c_double),
        ("correct", c_int64),
    ]


class QubitStruct(Structure):
    """qlif_qubit."""

    _fields_ = [("x", c_double), ("y", c_double), ("z", c_double)]


class QubitNoiseStruct(Structure):
    """qlif_qubit_noise."""

    _fields_ = [
        ("over_rotation", c_double),
        ("depolarizing", c_double),
        ("t1", c_double),
        ("t2", c_double),
        ("gate_time", c_double),
        ("excited_population", c_double),
        ("p01", c_double),
        ("p10", c_double),
    ]


class LayerNoiseStruct(Structure):
    """qlif_layer_noise."""

    _fields_ = [
        ("qubits", POINTER(QubitNoiseStruct)),
        ("qubit_count", c_int64),
        ("shots", c_int64),
    ]


class NoiseStruct(Structure):
    """qlif_noise."""

    _fields_ = [
        ("layers", POINTER(LayerNoiseStruct)),
        ("layer_count", c_int64),
        ("seed", c_uint64),
        ("first_sample", c_int64),
    ]


class PulseStruct(Structure):
    """qlif_pulse."""

    _fields_ = [
        ("shape", c_int32),
        ("theta", c_double),
        ("duration", c_double),
        ("detuning", c_double),
        ("sigma", c_double),
    ]


NetworkPointer = POINTER(NetworkStruct)
TrainerPointer = POINTER(TrainerStruct)


class Choice:
    """An enum of the header: the names that Python uses, each at the place of its value."""

    def __init__(self, argument: str, *names: str) -> None:
        self.argument = argument
        self.names = names

    def code(self, name: object) -> int:
        """The header's value of a name; an unknown name is an `ArgumentError`."""
        if isinstance(name, str) and name in self.names:
            return self.names.index(name)
        allowed = ", ".join(repr(known) for known in self.names)
        raise ArgumentError(f"{self.argument} is {name!r}, expected one of {allowed}")


PULSE = Choice("shape", "constant", "gaussian")


# ---- Signatures ----------------------------------------------------------------------------


class Status(c_int32):
    """The result type of every call that can fail."""


_FLOATS = POINTER(c_float)
_LABELS = POINTER(c_int64)
_INPUT = POINTER(InputStruct)
_TARGET = POINTER(TargetStruct)
_DOUBLES = POINTER(c_double)
_QUBIT = POINTER(QubitStruct)
_NOISE = POINTER(QubitNoiseStruct)
_RUN_NOISE = POINTER(NoiseStruct)
_TEXT = POINTER(POINTER(c_char))

# name: (result, arguments). A Status is turned into an exception, see `_check`.
SIGNATURES: dict[str, tuple[Any, list[Any]]] = {
    "qlif_abi_version": (c_uint32, []),
    "qlif_version": (c_char_p, []),
    "qlif_instruction_set": (c_char_p, []),
    "qlif_last_error_message": (c_char_p, []),
    "qlif_set_thread_count": (Status, [c_int32]),
    "qlif_thread_count": (c_int32, []),
    "qlif_kinds": (Status, [POINTER(c_char_p)]),
    "qlif_defaults": (Status, [c_char_p, POINTER(c_char_p)]),
    "qlif_check": (Status, [c_char_p, c_char_p]),
    "qlif_free": (None, [c_void_p]),
    "qlif_network_create": (Status, [c_char_p, POINTER(NetworkPointer)]),
    "qlif_network_destroy": (None, [NetworkPointer]),
    "qlif_network_copy": (Status, [NetworkPointer, POINTER(NetworkPointer)]),
    "qlif_network_layer_count": (Status, [NetworkPointer, POINTER(c_int32)]),
    "qlif_network_layer_shape": (
        Status,
        [NetworkPointer, c_int32, POINTER(c_int64), POINTER(c_int32)],
    ),
    "qlif_network_description": (Status, [NetworkPointer, POINTER(c_char_p)]),
    "qlif_network_parameter_count": (Status, [NetworkPointer, POINTER(c_int32)]),
    "qlif_network_parameter": (Status, [NetworkPointer, c_int32, POINTER(ParameterStruct)]),
    "qlif_network_set_metadata": (Status, [NetworkPointer, c_char_p, c_char_p]),
    "qlif_network_metadata": (Status, [NetworkPointer, c_char_p, POINTER(c_char_p)]),
    "qlif_network_metadata_count": (Status, [NetworkPointer, POINTER(c_int32)]),
    "qlif_network_metadata_key": (Status, [NetworkPointer, c_int32, POINTER(c_char_p)]),
    "qlif_network_simulate": (
        Status,
        [NetworkPointer, _INPUT, POINTER(RecordStruct), c_int32, _RUN_NOISE],
    ),
    "qlif_network_predict": (
        Status,
        [NetworkPointer, _INPUT, c_char_p, _LABELS, _FLOATS, _RUN_NOISE],
    ),
    "qlif_readout": (Status, [c_char_p, c_int64, c_int64, c_int64, _FLOATS, _FLOATS, _LABELS]),
    "qlif_network_evaluate": (
        Status,
        [
            NetworkPointer,
            _INPUT,
            _TARGET,
            c_char_p,
            c_char_p,
            POINTER(ReportStruct),
            _FLOATS,
            _RUN_NOISE,
        ],
    ),
    "qlif_network_loss_and_gradients": (
        Status,
        [NetworkPointer, _INPUT, _TARGET, c_char_p, POINTER(c_double), _RUN_NOISE],
    ),
    "qlif_trainer_create": (Status, [NetworkPointer, c_char_p, POINTER(TrainerPointer)]),
    "qlif_trainer_destroy": (None, [TrainerPointer]),
    "qlif_trainer_step": (
        Status,
        [TrainerPointer, _INPUT, _TARGET, POINTER(ReportStruct), _FLOATS],
    ),
    "qlif_trainer_set_noise": (Status, [TrainerPointer, _RUN_NOISE]),
    "qlif_trainer_description": (Status, [TrainerPointer, _TEXT]),
    "qlif_trainer_step_count": (Status, [TrainerPointer, POINTER(c_int64)]),
    "qlif_qubit_noise_default": (Status, [_NOISE]),
    "qlif_qubit_noise_check": (Status, [_NOISE]),
    "qlif_qubit_prepare": (Status, [c_double, _QUBIT]),
    "qlif_qubit_rotate": (Status, [_QUBIT, c_double, _NOISE]),
    "qlif_qubit_depolarize": (Status, [_QUBIT, c_double]),
    "qlif_qubit_wait": (Status, [_QUBIT, c_double, _NOISE]),
    "qlif_qubit_measure": (Status, [_QUBIT, _NOISE, _DOUBLES]),
    "qlif_qubit_follow": (Status, [_QUBIT, POINTER(PulseStruct), _NOISE, c_int64, _QUBIT]),
    "qlif_circuit_run": (
        Status,
        [
            c_char_p,
            _NOISE,
            c_int64,
            c_int64,
            c_int64,
            _DOUBLES,
            _DOUBLES,
            _DOUBLES,
            _DOUBLES,
            _DOUBLES,
            _QUBIT,
        ],
    ),
    "qlif_circuit_layer_qasm": (
        Status,
        [c_char_p, _NOISE, c_int64, _DOUBLES, _DOUBLES, _DOUBLES, _TEXT],
    ),
    "qlif_circuit_train_qasm": (
        Status,
        [c_char_p, _NOISE, c_int64, _DOUBLES, _DOUBLES, _TEXT],
    ),
    "qlif_circuit_angles": (
        Status,
        [
            c_char_p,
            _NOISE,
            c_int64,
            c_int64,
            _DOUBLES,
            _DOUBLES,
            _DOUBLES,
            _DOUBLES,
            _DOUBLES,
            _DOUBLES,
        ],
    ),
    "qlif_network_layer_qasm": (
        Status,
        [NetworkPointer, _INPUT, c_int32, c_int64, c_char_p, _NOISE, _TEXT],
    ),
    "qlif_network_save": (Status, [NetworkPointer, c_char_p]),
    "qlif_network_load": (Status, [c_char_p, POINTER(NetworkPointer)]),
    "qlif_network_serialize": (
        Status,
        [NetworkPointer, POINTER(POINTER(c_uint8)), POINTER(c_int64)],
    ),
    "qlif_network_deserialize": (Status, [POINTER(c_uint8), c_int64, POINTER(NetworkPointer)]),
    "qlif_trainer_save": (Status, [TrainerPointer, c_char_p]),
    "qlif_trainer_load": (Status, [c_char_p, POINTER(TrainerPointer), POINTER(NetworkPointer)]),
    "qlif_trainer_serialize": (
        Status,
        [TrainerPointer, POINTER(POINTER(c_uint8)), POINTER(c_int64)],
    ),
    "qlif_trainer_deserialize": (
        Status,
        [POINTER(c_uint8), c_int64, POINTER(TrainerPointer), POINTER(NetworkPointer)],
    ),
}


# ---- Errors --------------------------------------------------------------------------------

_ERRORS: dict[int, type[QlifError]] = {
    1: ArgumentError,
    2: ShapeError,
    3: NotFiniteError,
    4: FileError,
    5: FormatError,
    6: OutOfMemoryError,
}


def _check(status: Status, function: Any, arguments: tuple[Any, ...]) -> None:
    """Raises the exception of a status that is not QLIF_OK, with the engine's own words."""
    if status.value:
        message = lib.qlif_last_error_message().decode("utf-8", "replace")
        raise _ERRORS.get(status.value, QlifError)(message)


# ---- Loading -------------------------------------------------------------------------------


def declare(library: ctypes.CDLL) -> None:
    """Gives every function of the library its types."""
    for name, (result, arguments) in SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = result
        if result is Status:
            function.errcheck = _check


def load(paths: list[Path]) -> ctypes.CDLL:
    """Opens the first of the paths that exists and refuses a library of another contract."""
    path = locate.first_file(paths)
    if path is None:
        tried = "".join(f"\n  {path}" for path in paths)
        raise LibraryError(
            f"libqlif.so was not found; tried, in this order:{tried}\n"
            "Install the package with `pip install ./python`, or build the library with "
            "`swift build -c release --product qlif`, or name it in QLIF_LIBRARY."
        )
    try:
        library = ctypes.CDLL(str(path))
        library.qlif_abi_version.restype = c_uint32
        version = library.qlif_abi_version()
    except (OSError, AttributeError) as error:
        raise LibraryError(f"{path} cannot be used as qlif's library: {error}") from error
    if version != ABI_VERSION:
        raise LibraryError(
            f"{path} has ABI version {version}, this package needs {ABI_VERSION}: "
            "the package and the library are of different releases"
        )
    try:
        declare(library)
    except AttributeError as error:
        raise LibraryError(f"{path} is not a whole libqlif.so: {error}") from error
    return library


lib = load(locate.candidates("QLIF_LIBRARY", "lib", "libqlif.so"))

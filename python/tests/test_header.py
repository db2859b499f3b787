"""The contract: header, library and the package's table of signatures say the same."""

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qlif import _lib

HEADER = Path(__file__).parents[2] / "Include" / "qlif.h"
TEXT = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
FUNCTIONS = dict(re.findall(r"\b(qlif_\w+)\(([^()]*)\);", TEXT))
STRUCTS = {
    "qlif_neuron_config": _lib.NeuronConfig,
    "qlif_parameter": _lib.ParameterStruct,
    "qlif_input": _lib.InputStruct,
    "qlif_record": _lib.RecordStruct,
    "qlif_report": _lib.ReportStruct,
    "qlif_trainer_config": _lib.TrainerConfig,
    "qlif_qubit": _lib.QubitStruct,
    "qlif_qubit_noise": _lib.QubitNoiseStruct,
    "qlif_layer_noise": _lib.LayerNoiseStruct,
    "qlif_noise": _lib.NoiseStruct,
    "qlif_pulse": _lib.PulseStruct,
    "qlif_circuit_config": _lib.CircuitConfig,
}
CHOICES = {
    "LEAK": _lib.LEAK,
    "DRIVE_BOUND": _lib.DRIVE_BOUND,
    "RESET": _lib.RESET,
    "SURROGATE": _lib.SURROGATE,
    "POOL_TIES": _lib.POOL_TIES,
    "READOUT": _lib.READOUT,
    "LOSS": _lib.LOSS,
    "SCHEDULE": _lib.SCHEDULE,
    "MEMORY": _lib.MEMORY,
    "FIRING": _lib.FIRING,
    "CIRCUIT_LEAK": _lib.CIRCUIT_LEAK,
    "DELAY_CLOCK": _lib.DELAY_CLOCK,
    "PULSE": _lib.PULSE,
}


def test_the_table_has_every_function_of_the_header():
    assert len(FUNCTIONS) > 30
    assert set(FUNCTIONS) == set(_lib.SIGNATURES)
    for name, arguments in FUNCTIONS.items():
        count = 0 if arguments.strip() == "void" else arguments.count(",") + 1
        assert len(_lib.SIGNATURES[name][1]) == count, name


@pytest.mark.skipif(not shutil.which("nm"), reason="nm is not installed")
def test_the_library_exports_the_header_and_nothing_else():
    out = subprocess.run(
        ["nm", "-D", "--defined-only", _lib.lib._name], capture_output=True, text=True, check=True
    ).stdout
    # Lower-case types are local, whatever table they stand in.
    lines = [line.split() for line in out.splitlines()]
    exported = {name.split("@")[0] for _, kind, name in lines if kind.isupper()}
    assert exported == set(FUNCTIONS)


def test_choices_are_the_headers():
    values = dict(re.findall(r"\bQLIF_([A-Z0-9_]+) = (\d+)", TEXT))
    for prefix, choice in CHOICES.items():
        named = {k: int(v) for k, v in values.items() if k.startswith(prefix + "_")}
        expected = {f"{prefix}_{name.upper()}": i for i, name in enumerate(choice.names)}
        assert named == expected
    errors = {k: int(v) for k, v in values.items() if k.startswith("ERROR_")}
    assert set(errors.values()) == set(_lib._ERRORS)
    version = re.search(r"#define QLIF_ABI_VERSION (\d+)", TEXT)
    assert int(version[1]) == _lib.ABI_VERSION


@pytest.mark.skipif(not shutil.which("cc"), reason="no C compiler")
def test_structs_are_laid_out_as_the_compiler_does(tmp_path):
    lines = ["#include <stdio.h>", f'#include "{HEADER}"', "int main(void) {"]
    for name, struct in STRUCTS.items():
        lines.append(f'printf("%zu\\n", sizeof({name}));')
        lines += [f'printf("%zu\\n", offsetof({name}, {field}));' for field, _ in struct._fields_]
    source, program = tmp_path / "layout.c", tmp_path / "layout"
    source.write_text("\n".join([*lines, "return 0; }"]))
    subprocess.run(["cc", str(source), "-o", str(program)], check=True)
    found = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    expected = []
    for struct in STRUCTS.values():
        expected.append(ctypes.sizeof(struct))
        expected += [getattr(struct, field).offset for field, _ in struct._fields_]
    assert [int(line) for line in found.split()] == expected

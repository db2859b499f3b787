"""The contract: header, library and the package's table of signatures say the same."""

import ctypes
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qlif._engine import library

HEADER = Path(__file__).parents[3] / "Include" / "qlif.h"
TEXT = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
FUNCTIONS = dict(re.findall(r"\b(qlif_\w+)\(([^()]*)\);", TEXT))
STRUCTS = {
    "qlif_parameter": library.ParameterStruct,
    "qlif_input": library.InputStruct,
    "qlif_record": library.RecordStruct,
    "qlif_target": library.TargetStruct,
    "qlif_report": library.ReportStruct,
    "qlif_qubit": library.QubitStruct,
    "qlif_qubit_noise": library.QubitNoiseStruct,
    "qlif_layer_noise": library.LayerNoiseStruct,
    "qlif_noise": library.NoiseStruct,
    "qlif_pulse": library.PulseStruct,
}


def test_the_table_has_every_function_of_the_header():
    assert len(FUNCTIONS) > 30
    assert set(FUNCTIONS) == set(library.SIGNATURES)
    for name, arguments in FUNCTIONS.items():
        count = 0 if arguments.strip() == "void" else arguments.count(",") + 1
        assert len(library.SIGNATURES[name][1]) == count, name


@pytest.mark.skipif(not shutil.which("nm"), reason="nm is not installed")
def test_the_library_exports_the_header_and_nothing_else():
    out = subprocess.run(
        ["nm", "-D", "--defined-only", library.lib._name],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # Lower-case types are local, whatever table they stand in.
    lines = [line.split() for line in out.splitlines()]
    exported = {name.split("@")[0] for _, kind, name in lines if kind.isupper()}
    assert exported == set(FUNCTIONS)


def test_numbers_are_the_headers():
    values = {name: int(value) for name, value in re.findall(r"\bQLIF_([A-Z0-9_]+) = (\d+)", TEXT)}
    shapes = {f"PULSE_{name.upper()}": index for index, name in enumerate(library.PULSE.names)}
    errors = {name: value for name, value in values.items() if name.startswith("ERROR_")}
    assert set(errors.values()) == set(library._ERRORS)
    assert values == {"OK": 0, **errors, **shapes}
    version = re.search(r"#define QLIF_ABI_VERSION (\d+)", TEXT)
    assert int(version[1]) == library.ABI_VERSION


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

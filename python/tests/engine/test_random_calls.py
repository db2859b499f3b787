"""The random caller of the whole header and the mutated descriptions, for a short while."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from test_header import FUNCTIONS

from qlif._engine import library

ROOT = Path(__file__).parents[3]
# Without an argument that could be wrong, or which take what they do not own only by mistake.
NEVER_FAIL = {
    name for name, (result, _) in library.SIGNATURES.items() if result is not library.Status
}


@pytest.fixture(scope="module", params=["random_calls"])
def program(tmp_path_factory, request):
    if not shutil.which("cc"):
        pytest.skip("no C compiler")
    path = tmp_path_factory.mktemp("random") / request.param
    built = Path(library.lib._name)
    command = ["cc", "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Include'}"]
    command += [str(ROOT / "Tests" / "Fuzz" / f"{path.name}.c"), "-o", str(path), str(built)]
    command += [f"-Wl,-rpath,{built.parent}", "-lm", "-lpthread"]
    subprocess.run(command, check=True)
    return path


@pytest.mark.parametrize("arguments", [("1", "30000"), ("2", "30000"), ("3", "30000", "3")])
def test_every_function_bears_it(program, arguments, tmp_path):
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, env={"TMPDIR": str(tmp_path)}
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = re.findall(r"^(\w+) +(\d+) well +(\d+) refused$", done.stdout, re.MULTILINE)
    counts = {name: (int(well), int(refused)) for name, well, refused in lines}
    assert set(counts) == set(FUNCTIONS)
    for name, (well, refused) in counts.items():
        assert well > 0, name
        assert (refused > 0) == (name not in NEVER_FAIL), name


@pytest.mark.parametrize("program", ["mutated_descriptions"], indirect=True)
def test_mutated_descriptions_are_accepted_or_refused(program):
    done = subprocess.run([program, "1", "10000"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    counts = re.findall(r"^(\w+) +(\d+) accepted +(\d+) refused$", done.stdout, re.MULTILINE)
    assert len(counts) == 5
    assert all(int(accepted) > 0 and int(refused) > 0 for _, accepted, refused in counts)

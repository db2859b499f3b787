"""Under --no-skips a skip fails the run, in a test and in a whole file."""

import subprocess
import sys
from pathlib import Path

import no_skips
import pytest

HERE = Path(__file__).parent
TESTS = {
    "one": "import pytest\ndef test_it():\n    pytest.skip('tired')\n",
    "file": "import pytest\npytest.importorskip('no_such_package')\n",
    "mark": "import pytest\n@pytest.mark.skipif(True, reason='odd')\ndef test_it(): pass\n",
    "expected": "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n",
    "oracle": "import pytest\npytest.importorskip('torch')\ndef test_it(): pass\n",
    "fine": "def test_it(): pass\n",
}


def run(folder, name, *options):
    (folder / "conftest.py").write_text("from no_skips import pytest_addoption, pytest_configure\n")
    (folder / f"test_{name}.py").write_text(TESTS[name])
    (folder / "test_besides.py").write_text("def test_it(): pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)]
    return subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(HERE)}, capture_output=True, text=True
    )


@pytest.mark.parametrize("name", ["one", "file", "mark"])
def test_a_skip_is_a_failure(tmp_path, name):
    assert run(tmp_path, name).returncode == 0
    strict = run(tmp_path, name, "--no-skips")
    assert strict.returncode == 1
    assert f"test_{name}.py" in strict.stdout.split("not named in allowed_skips.txt")[1]


@pytest.mark.parametrize("name", ["expected", "fine"])
def test_what_does_not_skip_is_none(tmp_path, name):
    assert run(tmp_path, name, "--no-skips").returncode == 0


def test_oracles_can_be_left_out(tmp_path):
    assert run(tmp_path, "oracle", "--without-oracles", "--no-skips").returncode == 1


def test_the_list_names_tests_that_there_are():
    for name in no_skips.allowed():
        file, test = name.split("[")[0].split("::")
        assert f"def {test}(" in (HERE.parents[1] / file).read_text(encoding="utf-8"), name

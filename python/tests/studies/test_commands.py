"""``python -m qlif``, and the commands that it lists."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import qlif
from qlif.__main__ import COMMANDS


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", *arguments], capture_output=True, text=True, check=False
    )


def test_every_command_is_listed():
    modules = {
        f"python -m {each.name}"
        for each in pkgutil.iter_modules(qlif.__path__, "qlif.")
        if not each.name.startswith("qlif._") and is_run(each)
    }
    scripts = {each.name for each in metadata.distribution("qlif").entry_points}
    assert set(COMMANDS) == modules | scripts


def is_run(module):
    """Whether a module has something to run."""
    folder = Path(module.module_finder.path) / module.name.rpartition(".")[2]
    if module.ispkg:
        return (folder / "__main__.py").is_file()
    return '__name__ == "__main__"' in folder.with_suffix(".py").read_text("utf-8")


@pytest.mark.parametrize("options", [(), ("--help",)])
def test_the_list(options):
    done = run("qlif", *options)
    assert done.returncode == 0, done.stderr
    for command, words in COMMANDS.items():
        assert f"{command} " in done.stdout
        assert words in done.stdout


def test_the_version_and_what_is_unknown():
    assert run("qlif", "--version").stdout.strip() == f"qlif {qlif.__version__}"
    done = run("qlif", "trian")
    assert done.returncode == 2
    assert "unrecognized arguments: trian" in done.stderr


@pytest.mark.parametrize("command", [name for name in COMMANDS if name.startswith("python")])
def test_each_has_help(command):
    done = run(command.rpartition(" ")[2], "--help")
    assert done.returncode == 0
    assert command in done.stdout

"""The command ``qlif-render``: becomes the program that the wheel carries."""

from __future__ import annotations

import os
import sys

from .render import program


def main() -> None:
    """Replaces this process, so that signals and exit codes are the program's own."""
    binary = program()
    os.execv(binary, ["qlif-render", *sys.argv[1:]])

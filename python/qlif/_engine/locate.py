"""Where the files that Swift built are: the library and the drawing program."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]


def candidates(variable: str, folder: str, name: str) -> list[Path]:
    """The places to look for a built file, in order.

    The environment variable wins and is then the only place: someone who names a file does not
    want another one. Else the package's own folder (an installed wheel), else the source tree's
    release build (an editable install).
    """
    named = os.environ.get(variable)
    if named:
        return [Path(named)]
    return [PACKAGE / folder / name, PACKAGE.parents[1] / ".build" / "release" / name]


def first_file(paths: Iterable[Path]) -> Path | None:
    """The first of the paths that is a file, or None."""
    return next((path for path in paths if path.is_file()), None)

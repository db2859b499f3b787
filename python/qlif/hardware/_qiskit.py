"""Qiskit, imported where it is used."""

from __future__ import annotations

from typing import Any

from ..errors import MissingExtraError


def qiskit() -> Any:
    """The package, or an error that names the extra."""
    try:
        import qiskit as package
    except ImportError as error:
        raise MissingExtraError("qiskit", "qiskit", "qlif.hardware") from error
    return package

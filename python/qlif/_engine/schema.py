"""What a record that was read from a file must look like."""

from __future__ import annotations

from typing import Any

_MOST = 1e15  # of a number: what is counted or measured here is less


def check(value: Any, schema: Any, where: str = "it") -> None:
    """Refuses a record that is not as a schema says.

    A schema is `str`, `int`, `float` (any number), `object` (anything), a list of one schema (of
    each entry), a dictionary of schemas (of the keys that must be there; others may be), or a
    tuple of a schema and None: null is fine, too.

    Raises:
        ValueError: names the place that differs.
    """
    if isinstance(schema, tuple):
        if value is None:
            return
        schema = schema[0]
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            raise ValueError(f"{where} is no record")
        for key, inner in schema.items():
            if key not in value:
                raise ValueError(f"{where} has no {key!r}")
            check(value[key], inner, f"{where}[{key!r}]")
    elif isinstance(schema, list):
        if not isinstance(value, list):
            raise ValueError(f"{where} is no list")
        for index, each in enumerate(value):
            check(each, schema[0], f"{where}[{index}]")
    elif not _is(value, schema):
        raise ValueError(f"{where} is not what it should be")


def _is(value: Any, kind: type) -> bool:
    if kind in (int, float):
        # A truth value is an int to Python.
        allowed = int if kind is int else (int, float)
        return isinstance(value, allowed) and not isinstance(value, bool) and abs(value) <= _MOST
    return isinstance(value, kind)

"""Ctrl-C during a training: whether it ends this one and keeps what was learned, or leaves."""

from __future__ import annotations

import sys
import time

# Pressed again within so many seconds, it is not this training that is to end, but what goes on.
AGAIN = 1.0

# Who calls `fit` many times and would take a half-trained network for a trained one.
SEARCHES = ("dask", "distributed", "joblib", "optuna", "ray", "sklearn")
# Of these, who calls it once for the user.
SINGLE = ("sklearn.base", "sklearn.pipeline")

_last = -AGAIN


def leaves() -> bool:
    """Notes a Ctrl-C; whether it ends more than the training that it came in."""
    global _last
    before, _last = _last, time.monotonic()
    return _last - before < AGAIN or _in_a_search()


def _in_a_search() -> bool:
    """Whether a caller, near or far, is of a library that fits many estimators."""
    frame = sys._getframe()
    while frame := frame.f_back:  # type: ignore[assignment]
        module = str(frame.f_globals.get("__name__"))
        if module.partition(".")[0] in SEARCHES and module not in SINGLE:
            return True
    return False

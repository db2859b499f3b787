"""Drawings with matplotlib (extra ``plot``), for those who want to go on from them.

Networks from plain arrays or a `qlif.Recording`: `raster`, `traces`, `bloch`, `filters`. Trainings
and predictions: `history`, `confusion`, `roc`. The results of ``python -m qlif.compare``:
`confusion`, `curves`; of ``python -m qlif.robustness``: `robustness`. Every function returns
``(fig, ax)``; where a figure has several plots, `ax` is an array of them. `qlif.render` draws
models without matplotlib.
"""

from __future__ import annotations

from ._axes import COLOURS as COLOURS
from ._networks import bloch, filters, raster, traces
from ._scores import confusion, history, roc
from ._studies import curves, robustness

__all__ = [
    "bloch",
    "confusion",
    "curves",
    "filters",
    "history",
    "raster",
    "robustness",
    "roc",
    "traces",
]

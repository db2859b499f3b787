"""What the drawings share: axes, colours and titles."""

from __future__ import annotations

import textwrap
from typing import Any

from ..errors import MissingExtraError

# Okabe and Ito's palette: told apart with every kind of colour vision.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
# Neighbours differ in form too, for a print in grey. Dotted is a line's level, or chance.
_DASHES = ("-", "--", "-.", (0, (6, 1, 1, 1, 1, 1)), (0, (2, 1)), (0, (10, 2)))
_MARKERS = ("o", "s", "^", "D", "v", "P")


def axes(ax: Any, size: tuple[float, float] = (7, 4)) -> tuple[Any, Any]:
    """The axes and their figure, which are made where there are none."""
    if ax is not None:
        return ax.figure, ax
    fig, ((ax,),) = grid(1, 1, size)
    return fig, ax


def grid(rows: int, columns: int, size: tuple[float, float]) -> tuple[Any, Any]:
    """A new figure and its axes, [rows, columns]."""
    fig = pyplot().figure(figsize=size, layout="constrained")
    return fig, fig.subplots(rows, columns, squeeze=False)


def whole_numbers(axis: Any) -> None:
    """Puts ticks at whole numbers only."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(integer=True))


def look(order: int, *, is_marked: bool = False) -> dict[str, Any]:
    """Colour and form of one of several lines."""
    place = order % len(_DASHES)
    style = {"color": COLOURS[order % len(COLOURS)], "linestyle": _DASHES[place]}
    return {**style, "marker": _MARKERS[place], "markersize": 4} if is_marked else style


def short(name: str, most: int = 24) -> str:
    """A name with an end to it."""
    return name if len(name) <= most else name[: most - 1] + "…"


def wrapped(text: str, inches: float) -> str:
    """A title in lines that a figure, or its axes, of this width holds."""
    lines = (textwrap.wrap(line, max(20, int(10 * inches))) for line in text.splitlines())
    return "\n".join(line for each in lines for line in each)


def pyplot() -> Any:
    """The module, or an error that names the extra."""
    try:
        from matplotlib import pyplot as module
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot", "qlif.plot") from error
    return module

"""Surrogate gradients: what stands in for d spike / d alpha in the backward pass.

A spike is a step function of the membrane ``alpha``, whose derivative is zero almost everywhere.
Learning replaces it by a smooth bump around the threshold. With ``x = alpha - threshold`` and the
steepness ``k = slope``:

=================  ================================================
`arctan`           ``1 / (1 + (pi k x)^2)``  (the default)
`fast_sigmoid`     ``1 / (1 + k |x|)^2``
`sigmoid`          ``k q (1 - q)``, ``q = 1 / (1 + exp(-k x))``
`triangular`       ``max(0, 1 - k |x|)``
=================  ================================================

The forward pass does not depend on the surrogate.
"""

from __future__ import annotations

from dataclasses import dataclass

from ._engine.arrays import number
from ._engine.descriptions import defaults, name_of

__all__ = ["Surrogate", "arctan", "fast_sigmoid", "sigmoid", "triangular"]


@dataclass(frozen=True, repr=False)
class Surrogate:
    """A surrogate gradient by name.

    Args:
        kind: ``"arctan"``, ``"fast_sigmoid"``, ``"sigmoid"`` or ``"triangular"``.
        slope: steepness k, > 0; None takes the engine's default.

    Raises:
        ArgumentError: an unknown kind, or a slope that is not a number.
    """

    kind: str
    slope: float = None  # type: ignore[assignment]  # None is resolved below

    def __post_init__(self) -> None:
        name_of("surrogate", self.kind, "kind")
        slope = defaults("qlif")["slope"] if self.slope is None else self.slope
        object.__setattr__(self, "slope", number(slope, "slope"))

    def __repr__(self) -> str:
        return f"surrogate.{self.kind}(slope={self.slope})"


def arctan(slope: float | None = None) -> Surrogate:
    """``1 / (1 + (pi slope x)^2)``: long tails, so that far neurons still learn."""
    return Surrogate("arctan", slope)  # type: ignore[arg-type]


def fast_sigmoid(slope: float | None = None) -> Surrogate:
    """``1 / (1 + slope |x|)^2`` (Zenke and Ganguli, arXiv:1705.11146)."""
    return Surrogate("fast_sigmoid", slope)  # type: ignore[arg-type]


def sigmoid(slope: float | None = None) -> Surrogate:
    """``slope q (1 - q)``, ``q = 1 / (1 + exp(-slope x))``: the logistic curve's derivative."""
    return Surrogate("sigmoid", slope)  # type: ignore[arg-type]


def triangular(slope: float | None = None) -> Surrogate:
    """``max(0, 1 - slope |x|)``: zero beyond ``1 / slope`` from the threshold."""
    return Surrogate("triangular", slope)  # type: ignore[arg-type]

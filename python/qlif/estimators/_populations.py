"""Which neurons an estimator's layers have."""

from __future__ import annotations

from typing import Any

from ..neurons import LIF, QLIF
from ..surrogate import Surrogate


class Surrogates:
    """The surrogate gradient that the parameters name."""

    surrogate: str | None
    slope: float | None

    def _surrogate(self, default: Surrogate) -> Surrogate:
        kind = default.kind if self.surrogate is None else self.surrogate
        return Surrogate(kind, self.slope)  # type: ignore[arg-type]


class QuantumNeurons(Surrogates):
    """QLIF neurons, whose drive may differ between hidden layers and output."""

    threshold: float | None
    t1: float | None
    drive_scale: float | None
    delay_scale: float | None
    drive_bound: str | None
    output_drive_scale: float | None
    output_drive_bound: str | None
    leak: str | None
    refractory: bool | None
    memory: str | None
    firing: str | None
    dropout: float | None

    def _hidden_neuron(self) -> QLIF:
        return self._qlif(self.drive_scale, self.drive_bound, self.dropout)

    def _output_neuron(self) -> QLIF:
        scale, bound = self.output_drive_scale, self.output_drive_bound
        return self._qlif(
            self.drive_scale if scale is None else scale,
            self.drive_bound if bound is None else bound,
            0.0,
        )

    def _qlif(self, scale: float | None, bound: str | None, dropout: float | None) -> QLIF:
        given: dict[str, Any] = {
            "threshold": self.threshold,
            "t1": self.t1,
            "drive_scale": scale,
            "delay_scale": self.delay_scale,
            "drive_bound": bound,
            "leak": self.leak,
            "refractory": self.refractory,
            "memory": self.memory,
            "firing": self.firing,
            "dropout": dropout,
        }
        return QLIF(surrogate=self._surrogate(QLIF().surrogate), **given)


class ClassicalNeurons(Surrogates):
    """LIF neurons, the same in every layer."""

    beta: float | None
    threshold: float | None
    reset: str | None
    dropout: float | None

    def _hidden_neuron(self) -> LIF:
        return self._lif(self.dropout)

    def _output_neuron(self) -> LIF:
        return self._lif(0.0)

    def _lif(self, dropout: float | None) -> LIF:
        given: dict[str, Any] = {
            "beta": self.beta,
            "threshold": self.threshold,
            "reset": self.reset,
            "dropout": dropout,
        }
        return LIF(surrogate=self._surrogate(LIF().surrogate), **given)

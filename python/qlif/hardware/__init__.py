"""A trained network on a quantum device, or on a simulator of one (extra ``qiskit``)."""

from __future__ import annotations

from ._device import DeviceError
from ._report import HardwareReport
from ._result import HardwareResult
from ._run import run

__all__ = ["DeviceError", "HardwareReport", "HardwareResult", "run"]

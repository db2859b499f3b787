"""The qubits of neurons: states, circuits, noise, and a device's calibration."""

from __future__ import annotations

from .qubit import NeuronState

__all__ = ["NeuronState"]

"""The noise of a device, from its calibration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ...errors import ArgumentError, MissingExtraError
from ...quantum.noise import Noise


def backend(name: str) -> Any:
    """The fake backend of qiskit-ibm-runtime of that name, such as ``"brisbane"``.

    Raises:
        MissingExtraError: the extra ``qiskit`` is not installed.
        ArgumentError: there is no such device; the message lists those there are.
    """
    try:
        from qiskit_ibm_runtime import fake_provider
    except ImportError as error:
        extra = MissingExtraError("qiskit-ibm-runtime", "qiskit", f"the noise of {name}")
        raise extra from error
    there = {
        each.removeprefix("Fake").removesuffix("V2").lower(): each
        for each in sorted(dir(fake_provider))
        if each.startswith("Fake") and not each.startswith("FakeProvider")
    }
    found = there.get(name.lower().removeprefix("ibm_"))
    if found is None:
        raise ArgumentError(f"--device is {name!r}, expected one of {', '.join(there)}")
    return getattr(fake_provider, found)()


def noises(device: Any, units: Sequence[int], shots: int | None) -> list[Noise]:
    """The noise of each layer, its neurons on the qubits that `qlif.hardware.run` would take.

    Args:
        device: a Qiskit ``BackendV2``.
        units: how many neurons each layer has.
        shots: of every neuron and step.
    """
    from ...hardware._device import Device

    placed = Device(device, None, None, max(units))
    return [replace(placed.noise(count), shots=shots) for count in units]

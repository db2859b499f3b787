"""Pulses against QuTiP's mesolve."""

import numpy as np
import pytest

import qlif

qutip = pytest.importorskip("qutip")


def qutip_bloch(pulse, t1, t2, excited, omega):
    ground, up = qutip.basis(2, 0), qutip.basis(2, 1)
    down = ground * up.dag()
    collapses = [
        np.sqrt((1 - excited) / t1) * down,
        np.sqrt(excited / t1) * down.dag(),
        np.sqrt(max(0.0, (1 / t2 - 1 / (2 * t1)) / 2)) * qutip.sigmaz(),
    ]
    hamiltonian = [pulse["detuning"] / 2 * qutip.sigmaz(), [qutip.sigmax() / 2, omega]]
    times = np.linspace(0, pulse["duration"], 21)
    start = 0.3j * np.eye(2)  # replaced below
    angle = 2 * np.arcsin(np.sqrt(0.2))
    start = (-1j * angle / 2 * qutip.sigmax()).expm() * ground
    solved = qutip.mesolve(
        hamiltonian,
        start,
        times,
        collapses,
        e_ops=[qutip.sigmax(), qutip.sigmay(), qutip.sigmaz()],
        options={"atol": 1e-11, "rtol": 1e-10, "max_step": pulse["duration"] / 100},
    )
    return np.array(solved.expect).T[1:]


@pytest.mark.parametrize("shape", ["constant", "gaussian"])
@pytest.mark.parametrize("case", range(4))
def test_pulses_equal_qutip(shape, case, record_property):
    rng = np.random.default_rng(case)
    t1 = rng.uniform(1, 100)
    t2, excited = t1 * rng.uniform(0.1, 2), rng.uniform(0, 0.3)
    pulse = {
        "theta": rng.uniform(-8, 8),
        "duration": rng.uniform(0.05, 20),
        "detuning": rng.uniform(-3, 3),
    }
    sigma = pulse["duration"] / 5
    if shape == "constant":

        def omega(t):
            return pulse["theta"] / pulse["duration"]
    else:
        from math import erf, pi, sqrt

        area = sigma * sqrt(2 * pi) * erf(pulse["duration"] / (2 * sqrt(2) * sigma))

        def omega(t):
            return (
                pulse["theta"] / area * np.exp(-((t - pulse["duration"] / 2) ** 2) / (2 * sigma**2))
            )

    expected = qutip_bloch(pulse, t1, t2, excited, omega)
    state = qlif.quantum.NeuronState(0.2, t1=t1, t2=t2, excited_population=excited)
    found = state.drive(
        **pulse, shape=shape, sigma=sigma if shape == "gaussian" else None, samples=20
    )
    worst = np.abs(found - expected).max()
    record_property("worst", worst)
    assert worst < 1e-6

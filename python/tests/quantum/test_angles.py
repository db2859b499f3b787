"""What a step does to a qubit, `qlif.circuits.angles`, against the model's equations in numpy."""

import numpy as np
import pytest

import qlif
from qlif import circuits


def expected(neuron, alpha, u, v, form, t1=None, clock="relative"):
    """phi and theta in radians, and the wait in microseconds."""
    bounded = np.tanh(np.abs(u)) if neuron.drive_bound == "tanh" else np.abs(u)
    wait = neuron.delay_scale * np.abs(v)
    own = neuron.t1 if t1 is None else t1
    if clock == "relative":
        wait = wait * own / neuron.t1
    phi = 2 * np.arcsin(np.sqrt(alpha))
    left = 2 * np.arcsin(np.sqrt(alpha * np.exp(-wait / own)))
    turned = -left if neuron.leak == "published" else left - phi
    driven = u > 0
    theta = np.where(driven, neuron.drive_scale * bounded, turned if form == "rotation" else 0)
    return phi, theta, np.where(driven | (form == "rotation"), 0.0, wait)


def single(number):
    """What float32 makes of a neuron's constant."""
    return float(np.float32(number))


FORMS = [
    ("relaxation", "delay"),
    ("relaxation", "rotation"),
    ("rotation", "rotation"),
    ("published", "rotation"),
]


@pytest.mark.parametrize("bound", ["none", "tanh"])
@pytest.mark.parametrize("clock", ["relative", "absolute"])
@pytest.mark.parametrize(("leak", "form"), FORMS)
def test_every_form(leak, form, clock, bound, rng):
    neuron = qlif.QLIF(
        leak=leak, drive_bound=bound, t1=80, delay_scale=single(0.3), drive_scale=single(2.1)
    )
    alpha, u, v = rng.uniform(0, 1, 50), rng.normal(0, 1, 50), rng.normal(0, 200, 50)
    alpha[:3], u[3], v[4] = [0, 1, 0.5], 0, 0
    for t1 in (None, 120.0):
        noise = None if t1 is None else qlif.Noise(thermal=(t1, t1, 0.1, 0.02))
        found = circuits.angles(neuron, alpha, u, v, noise=noise, leak_form=form, clock=clock)
        for name, want in zip(
            found._fields, expected(neuron, alpha, u, v, form, t1, clock), strict=True
        ):
            np.testing.assert_allclose(getattr(found, name), want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("leak", "form"), [FORMS[0], *FORMS[2:]])
def test_the_form_is_the_leaks_own(leak, form, rng):
    neuron = qlif.QLIF(leak=leak)
    given = rng.uniform(0, 1, 9), rng.uniform(-1, 1, 9), rng.uniform(-1, 1, 9)
    found = circuits.angles(neuron, *given)
    np.testing.assert_array_equal(found, circuits.angles(neuron, *given, leak_form=form))


def test_shapes(rng):
    neuron = qlif.QLIF()
    alpha, u, v = (rng.uniform(0, 1, (4, 3)) for _ in range(3))
    whole = circuits.angles(neuron, alpha, u - 0.5, v)
    assert whole.phi.shape == whole.theta.shape == whole.wait.shape == (4, 3)
    one = circuits.angles(neuron, alpha[1, 2], u[1, 2] - 0.5, v[1, 2])
    assert one.phi.shape == ()
    for name in whole._fields:
        assert getattr(one, name) == getattr(whole, name)[1, 2]
    # A T1 for each neuron is that of the last axis.
    t1 = (50.0, 100.0, 200.0)
    noise = qlif.Noise(thermal=(t1, t1, 0.0, 0.0))
    found = circuits.angles(neuron, alpha, u - 2, v, noise=noise)
    for j, each in enumerate(t1):
        alone = qlif.Noise(thermal=(each, each, 0.0, 0.0))
        column = circuits.angles(neuron, alpha[:, j], u[:, j] - 2, v[:, j], noise=alone)
        np.testing.assert_array_equal(found.wait[:, j], column.wait)


def test_angles_are_what_the_circuit_does(rng):
    """From the angles to the population, as `run` has it."""
    neuron = qlif.QLIF(delay_scale=30)
    alpha, u, v = rng.uniform(0, 1, 40), rng.normal(0, 1, 40), rng.normal(0, 1, 40)
    found = circuits.angles(neuron, alpha, u, v)
    population = np.sin((found.phi + found.theta) / 2) ** 2 * np.exp(-found.wait / neuron.t1)
    run = circuits.run(neuron, u[None], v[None], before=alpha)
    np.testing.assert_allclose(population, run.alpha[0], atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        ((1.5, 0.1, 0.1), {}, "1.5"),
        ((float("nan"), 0.1, 0.1), {}, "nan"),
        ((0.5, float("inf"), 0.1), {}, "^drive: inf, expected a finite number"),
        ((0.5, 0.1, float("nan")), {}, "^delay: nan, expected a finite number"),
        ((0.5, [0.1], [0.1]), {}, r"^alpha has shape \(\), expected \(1,\)"),
        (([0.5], [0.1], [0.1, 0.2]), {}, "^drive and delay have shapes"),
        (([], [], []), {}, "empty"),
        ((0.5, 0.1, 0.1), {"clock": "fast"}, '^clock: "fast", expected one of relative, absolute'),
        ((0.5, 0.1, 0.1), {"leak_form": "no"}, '^leak_form: "no", expected one of delay, rotation'),
        ((0.5, 0.1, 0.1), {"noise": 3}, "^noise is 3, expected a qlif.Noise"),
        (("a", 0.1, 0.1), {}, "^alpha has dtype"),
    ],
)
def test_refusals(arguments, options, words):
    with pytest.raises(qlif.ArgumentError, match=words):
        circuits.angles(qlif.QLIF(), *arguments, **options)


def test_neurons_that_have_no_such_step():
    with pytest.raises(qlif.ArgumentError, match="^leak_form: .* expected rotation"):
        circuits.angles(qlif.QLIF(leak="published"), 0.5, 0.1, 0.1, leak_form="delay")
    with pytest.raises(qlif.ArgumentError, match="^neuron is LIF"):
        circuits.angles(qlif.LIF(), 0.5, 0.1, 0.1)

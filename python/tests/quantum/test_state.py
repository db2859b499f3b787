"""`qlif.quantum.NeuronState` without any other package."""

import numpy as np
import pytest

import qlif
from qlif import circuits
from qlif.quantum import NeuronState


def test_the_two_memories_differ_as_published():
    assert NeuronState(0.3, t1=60, t2=60).wait(20).rotate(0.7).alpha == pytest.approx(
        0.4935, abs=5e-5
    )
    again = NeuronState(NeuronState(0.3, t1=60).wait(20).alpha).rotate(0.7)
    assert again.alpha == pytest.approx(0.5466, abs=5e-5)


def test_states_and_history():
    state = NeuronState(0.25)
    state.rotate(0.5).depolarize(0.1).wait(3).reset()
    assert state.history.shape == (5, 3)
    np.testing.assert_array_equal(state.bloch, [0, 0, 1])
    matrix = NeuronState(0.25).rotate(0.3).density_matrix
    assert np.trace(matrix) == pytest.approx(1)
    assert np.linalg.eigvalsh(matrix).min() > -1e-15
    assert "alpha=0" in repr(state)


def test_a_short_pulse_is_a_rotation():
    pulsed, turned = NeuronState(0.1, t1=60), NeuronState(0.1).rotate(1.2)
    path = pulsed.drive(1.2, 1e-6, samples=7)
    assert path.shape == (7, 3)
    np.testing.assert_allclose(pulsed.bloch, turned.bloch, atol=1e-7)
    slow = NeuronState(0.1, t1=60)
    slow.drive(1.2, 20)
    assert abs(slow.alpha - turned.alpha) > 0.01


@pytest.mark.parametrize(
    "call",
    [
        lambda: NeuronState(1.1),
        lambda: NeuronState(t1=-1),
        lambda: NeuronState(t1=60, t2=121),
        lambda: NeuronState(excited_population=-0.1),
        lambda: NeuronState(noise=qlif.Noise(thermal=(60, 60, 0, 0)), t1=5),
        lambda: NeuronState(noise=qlif.Noise(depolarizing=[0.1, 0.2])),
        lambda: NeuronState().wait(-1),
        lambda: NeuronState().rotate(float("nan")),
        lambda: NeuronState().depolarize(2),
        lambda: NeuronState().drive(1, 0),
        lambda: NeuronState().drive(1, 1, shape="round"),
        lambda: NeuronState().drive(1, 1, samples=0),
        lambda: circuits.run(qlif.QLIF(), [0.1], [0.1, 0.2]),
        lambda: circuits.run(qlif.QLIF(), [], []),
        lambda: circuits.run(qlif.QLIF(), [0.1], [0.1], memory="none"),
        lambda: circuits.run(qlif.QLIF(leak="published"), [0.1], [0.1], leak_form="delay"),
        lambda: circuits.run(qlif.QLIF(), [[0.1]], [[0.1]], before=[1.5]),
        lambda: circuits.run(qlif.QLIF(), [[0.1]], [[0.1]], before=[0.5, 0.5]),
        lambda: circuits.qasm3(qlif.QLIF(), [0.1], [0.1], alpha=[0.1, 0.2]),
        lambda: circuits.qasm3("neuron", [0.1], [0.1]),
    ],
)
def test_bad_values_are_refused(call):
    with pytest.raises(qlif.ArgumentError):
        call()


def test_a_noiseless_run_is_the_engine(small):
    network, x = small
    record = network.simulate(x)
    weights = {name: values.astype(np.float64) for name, values in network.parameters.items()}
    signal = x.astype(np.float64).reshape(4 * 2, -1)
    u = signal @ weights["0.drive_weight"].T + weights["0.drive_bias"]
    v = signal @ weights["0.delay_weight"].T + weights["0.delay_bias"]
    run = circuits.run(qlif.QLIF(), u.reshape(4, -1), v.reshape(4, -1))
    np.testing.assert_allclose(run.alpha, record.membrane[0].reshape(4, -1), atol=1e-5)
    np.testing.assert_array_equal(run.spikes, record.spikes[0].reshape(4, -1))

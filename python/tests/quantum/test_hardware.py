"""A network on simulated devices."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest

import qlif
from qlif import hardware

qiskit = pytest.importorskip("qiskit")
aer = pytest.importorskip("qiskit_aer")

SHOTS = 512
QUICK = {"progress": False, "seed": 3, "pause": 0.0}


@pytest.fixture(scope="module")
def brisbane():
    """Brisbane's calibration on Aer."""
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    return aer.AerSimulator.from_backend(fake.FakeBrisbane(), method="density_matrix")


@pytest.fixture(scope="module")
def manila():
    """Manila's calibration on Aer: five qubits, which start fast."""
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    return aer.AerSimulator.from_backend(fake.FakeManilaV2(), method="density_matrix")


class Flaky:
    """A backend that fails at random, when a job is handed in or when its result is asked for."""

    def __init__(self, backend, share, seed=0):
        self._backend, self._share, self._random = backend, share, random.Random(seed)
        self.target, self.name, self.options = backend.target, backend.name, backend.options
        self.asked = self.failed = 0

    def _maybe_fail(self):
        if self._random.random() < self._share:
            self.failed += 1
            raise ConnectionError("the line is down")

    def run(self, circuits, **options):
        self.asked += 1
        self._maybe_fail()
        job = self._backend.run(circuits, seed_simulator=len(circuits), **options)
        outer = self

        class Job:
            def result(self):
                outer._maybe_fail()
                return job.result()

        return Job()


def same(a, b):
    for p, q in zip(a.alpha, b.alpha, strict=True):
        np.testing.assert_array_equal(p, q)
    np.testing.assert_array_equal(a.predictions, b.predictions)


def test_a_perfect_simulator_is_the_engine(small):
    network, x = small
    run = hardware.run(network, x, aer.AerSimulator(), 200_000, leak_form="rotation", **QUICK)
    assert run.report.delta_step < 3 * run.report.delta_shots
    assert run.report.spikes_noiseless == 1
    np.testing.assert_allclose(run.alpha[1], run.noiseless.membrane[1], atol=0.02)
    np.testing.assert_array_equal(run.predictions, network.predict(x))
    assert run.report.rotations == 2
    assert run.report.two_qubit_gates == 0
    assert run.alpha[0].shape == run.spikes[0].shape == (4, 2, 5)


@pytest.mark.parametrize("leak", ["delay", "rotation"])
def test_a_noisy_device_is_the_noisy_closed_form(small, brisbane, leak):
    network, x = small
    run = hardware.run(network, x, brisbane, 100_000, leak_form=leak, **QUICK)
    assert run.report.delta_step < 1e-3
    assert run.report.width == 5
    assert run.report.device_seconds > 0
    assert "predictions equal" in str(run.report)


@pytest.mark.parametrize("leak", ["delay", "rotation"])
def test_neurons_that_leak_by_rotation(small, manila, leak):
    """The leak is the call's: the network's own says what a rotation does."""
    network, x = small
    layers = [
        replace(each, neuron=replace(each.neuron, leak="rotation")) for each in network.layers
    ]
    turned = qlif.Network(input_shape=network.input_shape, layers=layers, steps=network.steps)
    for name, values in network.parameters.items():
        turned.parameters[name][:] = values
    same(
        *(
            hardware.run(each, x, manila, SHOTS, leak_form=leak, **QUICK)
            for each in (network, turned)
        )
    )


def test_a_fake_backend_by_itself(small):
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    network, x = small
    run = hardware.run(network, x[:2, :1], fake.FakeManilaV2(), 20_000, **QUICK)
    assert run.report.delta_step < 5e-3
    assert run.report.backend == "fake_manila"


@pytest.mark.parametrize("leak", ["delay", "rotation"])
def test_samplers(small, brisbane, leak):
    runtime = pytest.importorskip("qiskit_ibm_runtime")
    network, x = small
    options = {"simulator": {"seed_simulator": 4}}
    sampler = runtime.SamplerV2(mode=brisbane, options=options)
    run = hardware.run(network, x[:2], sampler, 4096, leak_form=leak, **QUICK)
    assert run.report.delta_step < 4 * run.report.delta_shots


def test_qubits_whose_calibration_is_impossible_are_left_out():
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    from qlif.hardware._device import Device

    device = Device(fake.FakeBrisbane(), None, None, 127)
    assert sorted(set(range(127)) - set(device.qubits)) == [102, 119]


def partly_calibrated(missing):
    """Manila without a T1 of some qubits."""
    fake = pytest.importorskip("qiskit_ibm_runtime.fake_provider")
    backend = fake.FakeManilaV2()
    backend.target.qubit_properties = [
        qiskit.transpiler.QubitProperties(frequency=each.frequency) if i in missing else each
        for i, each in enumerate(backend.target.qubit_properties)
    ]
    return backend


def test_qubits_without_t1_are_left_out(small):
    network, x = small
    backend = partly_calibrated({2})
    assert qlif.Noise.from_backend(backend).units == 4
    whole = qlif.Noise.from_backend(partly_calibrated({}))
    assert qlif.Noise.from_backend(backend) == whole.take([0, 1, 3, 4])
    for leak in ("delay", "rotation"):
        run = hardware.run(network, x[:1, :1], backend, SHOTS, leak_form=leak, **QUICK)
        assert run.report.width == 4
        assert set(run.noise[0].thermal[0]) == set(whole.take([0, 1, 3, 4]).thermal[0])
    with pytest.raises(
        qlif.ArgumentError, match='qubit 2 has no T1: expected leak_form="rotation"'
    ):
        hardware.run(network, x, backend, SHOTS, qubits=[1, 2], **QUICK)
    with pytest.raises(qlif.ArgumentError, match="fake_manila: no qubit has a calibrated T1"):
        qlif.Noise.from_backend(partly_calibrated(range(5)))


def test_a_classifier_is_run_as_it_predicts(manila):
    rng = np.random.default_rng(0)
    y = np.repeat(["left", "right"], 20)
    X = rng.uniform(0, 0.2, (40, 2))
    X[y == "left", 0] += 0.8
    X[y == "right", 1] += 0.8
    options = {"learning_rate": 0.03, "readout": "membrane", "random_state": 0, "verbose": False}
    clf = qlif.QSNNClassifier((16,), steps=3, epochs=40, **options)
    clf.set_params(neuron__dropout=0).fit(X, y)
    images = X[::8]
    run = hardware.run(clf, images, aer.AerSimulator(), 10**5, leak_form="rotation", **QUICK)
    expected = clf.predict(images)
    assert set(expected) == {"left", "right"}
    for found in (run.predictions, run.noiseless_predictions, run.noisy_predictions):
        np.testing.assert_array_equal(found, expected)
    alone = hardware.run(
        clf.network_,
        images,
        aer.AerSimulator(),
        10**5,
        leak_form="rotation",
        readout="membrane",
        **QUICK,
    )
    np.testing.assert_array_equal(run.alpha[1], alone.alpha[1])
    np.testing.assert_array_equal(run.predictions, clf.classes_[alone.predictions])


def test_small_devices_take_several_circuits(small, manila):
    network, x = small
    qubits = [1, 3]
    run = hardware.run(network, x, manila, SHOTS, qubits=qubits, **QUICK)
    assert run.report.width == 2
    assert run.report.delta_step < 4 * run.report.delta_shots
    one = hardware.run(network, x, manila, SHOTS, qubits_per_circuit=1, **QUICK)
    assert one.report.width == 1
    assert one.report.circuits > run.report.circuits


def test_a_backend_that_fails_in_a_third_of_its_calls_loses_nothing(small, manila):
    network, x = small
    options = {**QUICK, "seed": None, "circuits_per_job": 3}
    calm = hardware.run(network, x, Flaky(manila, 0), SHOTS, **options)
    flaky = Flaky(manila, 1 / 3)
    run = hardware.run(network, x, flaky, SHOTS, retries=30, **options)
    same(run, calm)
    assert flaky.failed == run.report.failures > 0
    assert run.report.circuits == calm.report.circuits


def test_an_interrupted_run_goes_on_without_repeating_a_job(small, manila, tmp_path):
    network, x = small
    options = {**QUICK, "seed": None, "circuits_per_job": 3}
    calm = Flaky(manila, 0)
    whole = hardware.run(network, x, calm, SHOTS, **options)
    flaky = Flaky(manila, 0.3)
    messages = []
    while True:
        try:
            run = hardware.run(network, x, flaky, SHOTS, retries=0, state=tmp_path, **options)
            break
        except hardware.DeviceError as error:
            messages.append(str(error))
    same(run, whole)
    assert len(messages) > 1
    assert all(str(tmp_path) in text and "the line is down" in text for text in messages)
    # Every job that came back was kept: each call either failed or was a job of the calm run.
    assert flaky.asked - flaky.failed == calm.asked
    again = hardware.run(network, x, Flaky(manila, 1), SHOTS, retries=0, state=tmp_path, **options)
    same(again, whole)
    with pytest.raises(qlif.ArgumentError, match="another run, which differs in shots"):
        hardware.run(network, x, manila, SHOTS + 1, state=tmp_path, **options)


def test_ctrl_c_keeps_the_state(small, manila, tmp_path):
    network, x = small

    class Interrupted(Flaky):
        def run(self, circuits, **options):
            if self.asked == 3:
                raise KeyboardInterrupt
            return super().run(circuits, **options)

    with pytest.raises(KeyboardInterrupt):
        hardware.run(network, x, Interrupted(manila, 0), SHOTS, state=tmp_path, **QUICK)
    assert len(list(tmp_path.glob("step-*.npz"))) == 1
    assert len(list(tmp_path.glob("job-*.npz"))) == 1


def test_refusals(small, manila, tmp_path):
    network, x = small
    perfect = aer.AerSimulator()

    def refused(words, *arguments, **options):
        with pytest.raises(qlif.ArgumentError, match=words):
            hardware.run(*arguments, **{**QUICK, **options})

    refused("shots is 0", network, x, manila, 0)
    refused('qubit 0 has no T1: expected leak_form="rotation"', network, x, perfect)
    refused("leak_form is 'wait'", network, x, manila, leak_form="wait")
    refused("BackendV2", network, x, object())
    refused("qubits is 5, expected 0 to 4", network, x, manila, qubits=[5])
    refused("all different", network, x, manila, qubits=[1, 1])
    refused(
        "qubits_per_circuit is 3, expected at most the 2",
        network,
        x,
        manila,
        qubits=[1, 2],
        qubits_per_circuit=3,
    )
    refused("retries", network, x, manila, retries=-1)
    refused("pause", network, x, manila, pause=-1)
    refused("x has shape", network, x[..., :3], manila)
    refused("NaN", network, x * math.nan, manila)
    refused("model is 3, expected a qlif.Network or a fitted classifier", 3, x, manila)
    refused("model is", qlif.QSNNClassifier(), x, manila)
    (tmp_path / "mine.txt").write_text("mine")
    refused("holds other files", network, x, manila, state=tmp_path)
    neuron = qlif.QLIF(leak="published")
    published = qlif.Network(input_shape=(6,), layers=[qlif.Dense(3, neuron)], steps=2)
    refused("published leak", published, x, manila)
    for change in ({"memory": "coherent"}, {"firing": "measurement"}):
        layers = [qlif.Dense(3, qlif.QLIF(**change))]
        other = qlif.Network(input_shape=(6,), layers=layers, steps=2)
        refused(f"{next(iter(change))} of layer 0 is", other, x, manila)


def test_the_report_is_written_and_drawn(small, tmp_path):
    mpl = pytest.importorskip("matplotlib")
    mpl.use("Agg")
    network, x = small
    run = hardware.run(network, x, aer.AerSimulator(), SHOTS, leak_form="rotation", **QUICK)
    run.report.save(tmp_path / "report.json")
    assert "delta_step" in (tmp_path / "report.json").read_text()
    fig, axes = run.plot(1)
    fig.savefig(tmp_path / "report.png")
    assert axes.shape == (2, 2)
    assert "512 shots" in fig.get_suptitle()
    with pytest.raises(qlif.ArgumentError):
        run.plot(2)

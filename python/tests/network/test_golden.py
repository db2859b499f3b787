"""The reference values of Tests/Golden, through Python."""

import numpy as np
import pytest
from safetensors import safe_open

import qlif

NEURONS = ["published_neuron", "published_neuron_t1_120"]
NETWORKS = [
    "network_published_leak",
    "network_relaxation",
    "network_relaxation_no_refractory",
    "network_spike_input",
]
# Of layers that the engine does not have yet.
RECURRENT = [
    "recurrent_all",
    "recurrent_all_constant",
    "recurrent_integrating_mse",
    "recurrent_self",
]
ALPHA = 1e-5
GRADIENT = 1e-3  # relative to the largest entry


def read(folder, name):
    with safe_open(folder / f"{name}.safetensors", framework="numpy") as file:
        names = list(file.keys())
        return {name: file.get_tensor(name) for name in names}, file.metadata()


def test_every_golden_file_is_tested(golden_dir):
    there = sorted(path.stem for path in golden_dir.glob("*.safetensors"))
    assert there == NETWORKS + NEURONS + RECURRENT


@pytest.mark.parametrize("name", NEURONS)
def test_the_authors_neuron(golden_dir, name):
    """One neuron with two inputs, its drive and its delay; each golden neuron is a sample."""
    values, constants = read(golden_dir, name)
    neuron = qlif.QLIF(
        threshold=float(constants["threshold"]),
        t1=float(constants["t1"]),
        leak="published",
        refractory=True,
        drive_scale=1,
        delay_scale=1,
        drive_bound="none",
    )
    network = qlif.Network(input_shape=(2,), layers=[qlif.Dense(1, neuron)], steps=1)
    for parameter, value in {
        "0.drive_weight": [[1, 0]],
        "0.drive_bias": [0],
        "0.delay_weight": [[0, 1]],
        "0.delay_bias": [0],
    }.items():
        network.parameters[parameter][:] = value
    drive = np.where(values["spike_in"] > 0, values["theta"], -1)
    rec = network.simulate(np.stack([drive, values["delay"]], axis=-1))
    np.testing.assert_array_equal(rec.spikes[0][..., 0], values["spikes"])
    np.testing.assert_allclose(rec.membrane[0][..., 0], values["alpha"], atol=ALPHA, rtol=0)


def golden_network(values, constants):
    neuron = qlif.QLIF(
        threshold=float(constants["threshold"]),
        t1=float(constants["t1"]),
        leak=constants["leak"],
        refractory=constants["refractory"] == "1",
        surrogate=qlif.surrogate.arctan(slope=1),
        drive_scale=np.pi,
        delay_scale=200,
        drive_bound="none",
        dropout=0,
    )
    network = qlif.Network(
        input_shape=(12,),
        layers=[qlif.Dense(16, neuron), qlif.Dense(4, neuron)],
        steps=int(constants["steps"]),
    )
    for name, view in network.parameters.items():
        layer, parameter = name.split(".")
        view[:] = values[f"{parameter}_{layer}"]
    return network


@pytest.mark.parametrize("name", NETWORKS)
def test_network(golden_dir, name):
    values, constants = read(golden_dir, name)
    network = golden_network(values, constants)
    rec = network.simulate(values["input"])
    for layer, what in enumerate(("hidden", "output")):
        np.testing.assert_array_equal(rec.spikes[layer], values[f"{what}_spikes"])
        np.testing.assert_allclose(rec.membrane[layer], values[f"{what}_alpha"], atol=ALPHA, rtol=0)
    loss, gradients = network.loss_and_gradients(
        values["input"], values["labels"], reading="membrane"
    )
    np.testing.assert_allclose(loss, values["loss"][0], rtol=1e-5)
    for key, gradient in gradients.items():
        layer, parameter = key.split(".")
        expected = values[f"grad_{parameter}_{layer}"]
        tolerance = GRADIENT * np.abs(expected).max()
        np.testing.assert_allclose(gradient, expected, atol=tolerance, rtol=0, err_msg=key)

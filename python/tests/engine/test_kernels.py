"""Each set of kernels that this processor can run: the same results within rounding."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import qlif

SETS = ["x86-64", "x86-64-v3", "x86-64-v4"]
BEST = qlif.instruction_set()
RUNNABLE = SETS[: SETS.index(BEST) + 1] if BEST in SETS else [BEST]

# Prints what runs, and writes what a dense and a convolutional network compute.
PROGRAM = """
import sys
import numpy as np
import qlif

rng = np.random.default_rng(0)
results = {}
neurons = {
    "relaxation": qlif.QLIF(),
    "published": qlif.QLIF(leak="published"),
    "bounded": qlif.QLIF(drive_bound="tanh", refractory=False),
    "coherent": qlif.QLIF(memory="coherent"),
    "lif": qlif.LIF(beta=0.9),
}
for name, neuron in neurons.items():
    dense = [qlif.Dense(70, neuron), qlif.Dense(10, neuron)]
    image = [qlif.Conv2d(6, kernel=3, neuron=neuron), qlif.MaxPool2d(2), qlif.Dense(10, neuron)]
    for shape, layers in (((8, 8), dense), ((1, 8, 8), image)):
        network = qlif.Network(input_shape=shape, layers=layers, steps=6, seed=2)
        for values in network.parameters.values():
            values *= 2
        key = f"{name}{len(shape)}"
        for length in (), (6,):
            x = rng.uniform(-1, 1, (*length, 5, *shape)).astype(np.float32)
            rec = network.simulate(x)
            y = rng.integers(0, 10, 5)
            loss, gradients = network.loss_and_gradients(x, y, reading="membrane")
            key += "+"
            results[key + "alpha"] = rec.membrane[-1]
            results[key + "spikes"] = rec.spikes[-1]
            results[key + "loss"] = loss
            results[key + "gradient"] = np.concatenate([g.ravel() for g in gradients.values()])
np.savez(sys.argv[1], **results)
print(qlif.instruction_set())
"""


def run(kernels, path):
    environment = {**os.environ, "QLIF_KERNELS": kernels}
    package = str(Path(qlif.__file__).parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(
        filter(None, [package, os.environ.get("PYTHONPATH")])
    )
    command = [sys.executable, "-c", PROGRAM, str(path)]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    path = tmp_path_factory.mktemp("kernels") / "best.npz"
    done = run("", path)
    assert done.stdout.strip() == BEST, done.stderr
    return np.load(path)


@pytest.mark.parametrize("kernels", RUNNABLE)
def test_every_set_computes_the_same(kernels, expected, tmp_path):
    done = run(kernels, tmp_path / "results.npz")
    assert done.stdout.strip() == kernels, done.stderr
    found = np.load(tmp_path / "results.npz")
    assert set(found) == set(expected.files)
    for name in expected.files:
        if name.endswith("spikes"):
            np.testing.assert_array_equal(found[name], expected[name], err_msg=name)
        elif name.endswith("gradient"):
            tolerance = 1e-3 * np.abs(expected[name]).max()
            np.testing.assert_allclose(
                found[name], expected[name], rtol=0, atol=tolerance, err_msg=name
            )
        else:
            np.testing.assert_allclose(found[name], expected[name], rtol=0, atol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    "kernels",
    [
        *(name for name in SETS if name not in RUNNABLE),
        "x86-64-v9",
        "X86-64",
        " x86-64",
        "générique",
    ],
)
def test_a_name_that_is_none_is_an_error(kernels, tmp_path):
    done = run(kernels, tmp_path / "results.npz")
    assert done.returncode != 0
    assert "ArgumentError: QLIF_KERNELS" in done.stderr
    assert all(name in done.stderr for name in RUNNABLE)

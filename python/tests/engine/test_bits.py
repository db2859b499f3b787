"""What training gives, to the bit, on any machine and until a change that says otherwise.

`bits.json` has the SHA-256 of the parameters of each training. The baseline kernels, "x86-64", do
nothing in which processors differ. "x86-64-v3" estimates reciprocal square roots, which AMD and
Intel round differently, so its digests are kept by vendor.

After a change that is meant to change bits: ``python tests/test_bits.py`` writes the file anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import qlif

RECORDED = Path(__file__).with_name("bits.json")


def digest(network):
    found = hashlib.sha256()
    for name, values in sorted(network.parameters.items()):
        found.update(name.encode())
        found.update(values.tobytes())
    return found.hexdigest()


# ---- What is trained -------------------------------------------------------------------------


def digits():
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return (X / 16 - 0.3125).astype(np.float32), y  # exact


def mnist():
    (X, y), _ = qlif.datasets.load("mnist", os.environ["QLIF_DATA"])
    return (np.round(X[:2000] * 255) / 256 - 0.125).astype(np.float32).reshape(2000, -1), y[:2000]


def fitted(cls, data, **parameters):
    """The network of a classifier; without a scaling, which numpy would fold into it."""
    X, y = data()
    common = {"input_scaling": "none", "random_state": 3, "verbose": False, "batch_size": 50}
    return cls(**common, **parameters).fit(X, y).network_


def trained(layers, steps=6, length=None, noise=None, **config):
    """A network after some updates on fixed noise."""
    rng = np.random.default_rng(5)
    network = qlif.Network(input_shape=(2, 8, 8), layers=layers, steps=steps, seed=4)
    trainer = qlif.Trainer(
        network, learning_rate=1e-2, noise=qlif.NoiseRun(noise, seed=9), **config
    )
    for _ in range(4):
        shape = (16, 2, 8, 8) if length is None else (length, 16, 2, 8, 8)
        x = (rng.integers(-256, 257, shape) / 128).astype(np.float32)
        trainer.step(x, rng.integers(0, 5, 16), batch_first=None if length is None else False)
    return network


def dense(*, units=5, **neuron):
    return [qlif.Dense(40, qlif.QLIF(**neuron)), qlif.Dense(units, qlif.QLIF(**neuron))]


def convolutions(neuron, pool):
    return [
        qlif.Conv2d(6, 3, neuron, padding=1),
        pool,
        qlif.Conv2d(8, 3, neuron),
        qlif.Dense(5, neuron),
    ]


NOISE = qlif.Noise(
    over_rotation=0.03, depolarizing=0.01, thermal=(80.0, 70.0, 0.5, 0.02), readout=(0.02, 0.05)
)
SHOTS = qlif.Noise(depolarizing=0.01, readout=(0.02, 0.0), shots=40)
DIGITS = {"hidden": (60,), "epochs": 2}
PLANES = {"channels": (4, 8), "kernel": 3, "epochs": 1}
IMAGES = {"hidden": (100,), "epochs": 1}

TRAININGS = {
    "digits qsnn": lambda: fitted(qlif.QSNNClassifier, digits, **DIGITS),
    "digits snn": lambda: fitted(qlif.SNNClassifier, digits, **DIGITS),
    "digits qscnn": lambda: fitted(qlif.QSCNNClassifier, digits, **{**PLANES, "kernel": 2}),
    "digits scnn": lambda: fitted(qlif.SCNNClassifier, digits, **{**PLANES, "kernel": 2}),
    "mnist qsnn": lambda: fitted(qlif.QSNNClassifier, mnist, **IMAGES),
    "mnist snn": lambda: fitted(qlif.SNNClassifier, mnist, **IMAGES),
    "mnist qscnn": lambda: fitted(qlif.QSCNNClassifier, mnist, **PLANES),
    "mnist scnn": lambda: fitted(qlif.SCNNClassifier, mnist, **PLANES),
    "published": lambda: trained(dense(leak="published", dropout=0.2), reading="membrane"),
    "sequence": lambda: trained(dense(), length=7, reading="spike_count", clip_norm=0.5),
    "published sequence": lambda: trained(dense(leak="published"), length=7),
    "classical sequence": lambda: trained(
        [qlif.Dense(40, qlif.LIF(dropout=0.1)), qlif.Dense(5, qlif.LIF(reset="zero"))], length=7
    ),
    "average": lambda: trained(convolutions(qlif.QLIF(drive_bound="tanh"), qlif.AvgPool2d(2))),
    "maximum": lambda: trained(
        convolutions(qlif.LIF(), qlif.MaxPool2d(3, stride=2, ties="membrane")),
        schedule="cosine",
        total_steps=8,
        weight_decay=0.1,
    ),
    "noise": lambda: trained(dense(), noise=NOISE),
    "noise sequence": lambda: trained(dense(leak="rotation"), noise=NOISE, length=5),
    "shots": lambda: trained(dense(refractory=False), noise=SHOTS, reading="membrane_sum"),
    "coherent": lambda: trained(dense(memory="coherent")),
    "coherent noise": lambda: trained(dense(memory="coherent"), noise=NOISE, length=5),
    "measurement": lambda: trained(dense(firing="measurement"), reading="spike_count"),
    "planes with shots": lambda: trained(
        convolutions(qlif.QLIF(threshold=0.4), qlif.MaxPool2d(2)), noise=[SHOTS, None, NOISE, None]
    ),
}


# ---- The test --------------------------------------------------------------------------------


def recorded():
    return json.loads(RECORDED.read_text()) if RECORDED.exists() else {}


def vendor():
    """Who made the processor."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("vendor_id")), "")


def digests(kernels, names):
    """The digests of trainings by kernels that the engine is told to take."""
    package = str(Path(qlif.__file__).parents[1])
    path = os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")]))
    done = subprocess.run(
        [sys.executable, __file__, *names],
        env={**os.environ, "QLIF_KERNELS": kernels, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def kernel_sets():
    """The sets that this machine runs, each with the name of its digests."""
    if platform.machine() != "x86_64":
        return {}
    sets = {"x86-64": "x86-64"}
    if qlif.instruction_set() != "x86-64":
        sets["x86-64-v3"] = f"x86-64-v3 {vendor()}"
    return {kernels: key for kernels, key in sets.items() if key in recorded()}


@pytest.mark.parametrize("kernels", kernel_sets())
@pytest.mark.parametrize("group", ["mnist", "others"])
def test_parameters_are_those_recorded(kernels, group, request):
    if group == "mnist":
        request.getfixturevalue("data_dir")
    kept = recorded()[kernel_sets()[kernels]]
    names = [name for name in TRAININGS if name.startswith("mnist") == (group == "mnist")]
    assert digests(kernels, names) == {name: kept[name] for name in names}


def main(names):
    if names:
        print(json.dumps({name: digest(TRAININGS[name]()) for name in names}))
        return
    kept = recorded()
    for kernels in ("x86-64", "x86-64-v3"):
        key = kernels if kernels == "x86-64" else f"{kernels} {vendor()}"
        kept[key] = digests(kernels, list(TRAININGS))
    RECORDED.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])

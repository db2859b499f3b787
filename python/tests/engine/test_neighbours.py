"""The engine in one process with other libraries that bring a BLAS or OpenMP of their own."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest

# Both do what they do alone: the engine's bits, and the neighbour's product.
CODE = """
import hashlib
import sys
import numpy as np

def neighbour(name):
    rng = np.random.default_rng(0)
    a = rng.standard_normal((300, 200)), rng.standard_normal((200, 300))
    if name == "numpy":
        product = a[0] @ a[1]
    elif name == "scipy":
        from scipy.linalg import blas
        product = blas.dgemm(1.0, *a)
    elif name == "sklearn":  # OpenMP
        from sklearn.cluster import KMeans
        KMeans(3, n_init=1, random_state=0).fit(a[0])
        product = a[0] @ a[1]
    elif name == "torch":
        import torch
        product = (torch.from_numpy(a[0]) @ torch.from_numpy(a[1])).numpy()
    expected = np.einsum("ij,jk->ik", *a)
    assert np.abs(product - expected).max() < 1e-11, name

def engine():
    import qlif
    layers = [qlif.Dense(100, qlif.QLIF(threshold=0.4)), qlif.Dense(4, qlif.QLIF(threshold=0.3))]
    net = qlif.Network(input_shape=(200,), layers=layers, steps=5, seed=0)
    x = np.random.default_rng(1).uniform(0, 1, (300, 200)).astype(np.float32)
    trainer = qlif.Trainer(net)
    for first in range(0, 300, 100):
        trainer.step(x[first : first + 100], np.arange(100) % 4)
    return net.to_bytes()

for each in sys.argv[1:]:
    if each == "qlif":
        sys.stdout.write(f"{hashlib.sha256(engine()).hexdigest()}\\n")
    else:
        neighbour(each)
"""


def run(*order):
    done = subprocess.run(
        [sys.executable, "-c", CODE, *order],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


@pytest.fixture(scope="module")
def alone():
    (bits,) = run("qlif")
    return bits


@pytest.mark.parametrize("name", ["numpy", "scipy", "sklearn", "torch"])
def test_neither_disturbs_the_other(name, alone):
    if find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    assert run("qlif", name, "qlif") == [alone, alone]
    assert run(name, "qlif", name) == [alone]

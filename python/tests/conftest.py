"""What several test files use."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Without it scikit-learn's checks of array types skip; SciPy reads it when it is imported.
os.environ.setdefault("SCIPY_ARRAY_API", "1")

import numpy as np
import pytest
from networks import make_network
from no_skips import pytest_addoption, pytest_configure  # noqa: F401

import qlif

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def golden_dir() -> Path:
    return ROOT / "Tests" / "Golden"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    folder = os.environ.get("QLIF_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("no data sets: set QLIF_DATA")
    return Path(folder)


@pytest.fixture(autouse=True)
def no_ctrl_c_before(monkeypatch):
    """A Ctrl-C in a test is the first one, however shortly after that of another test."""
    module = sys.modules.get("qlif.estimators.interruption")
    if module:
        monkeypatch.setattr(module, "_last", -1e9)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def network() -> qlif.Network:
    return make_network()


@pytest.fixture
def batch(rng):
    """Five samples for `network`: inputs and labels."""
    x = rng.uniform(-1, 1, (5, 12)).astype(np.float32)
    return x, rng.integers(0, 4, 5)


@pytest.fixture
def blobs():
    """A small problem of three classes: inputs [240, 6] and labels."""
    rng = np.random.default_rng(3)
    centres = rng.uniform(-1, 1, (3, 6)) * 1.5
    y = np.repeat([0, 1, 2], 80)
    X = centres[y] + 0.3 * rng.standard_normal((240, 6))
    return X.astype(np.float32), y


@pytest.fixture
def quick():
    """Parameters that make an estimator learn little, fast."""
    return {"hidden": (20,), "steps": 5, "epochs": 2, "random_state": 0, "verbose": False}

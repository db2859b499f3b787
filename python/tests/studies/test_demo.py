"""The demo, from data to pictures."""

import os
import subprocess
import sys

import pytest

from qlif import QSNNClassifier, datasets
from qlif._engine import locate

pytestmark = pytest.mark.skipif(
    locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is None,
    reason="qlif-render is not built",
)


def run(tmp_path, *arguments, **variables):
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in ("QLIF_DATA", "DATASET")
        },
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        **variables,
    }
    command = [sys.executable, "-m", "qlif.demo", "--epochs", "1", *arguments]
    return subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    ).stdout


def test_digits_where_nothing_else_is_found(tmp_path):
    out = run(tmp_path)
    assert "test accuracy on digits: " in out
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["filters.png", "model.safetensors", "raster.png", "trace.png"]
    (_, _), (X, y) = datasets.load("digits")
    accuracy = QSNNClassifier.load(tmp_path / "out" / "model.safetensors").score(X, y)
    assert f"{100 * accuracy:.2f} %" in out
    assert accuracy > 0.8


def test_digits_where_the_named_set_cannot_be_had(tmp_path):
    (tmp_path / "cache").write_text("no folder")  # a download has nowhere to go
    out = run(tmp_path, "--output", "elsewhere", DATASET="kmnist")
    assert "taking digits instead" in out
    assert (tmp_path / "elsewhere" / "model.safetensors").is_file()

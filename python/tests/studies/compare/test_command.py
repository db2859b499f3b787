"""``python -m qlif.compare`` as a user meets it, on small data."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("sklearn")

import qlif
from qlif._engine import loading, locate
from qlif.studies.compare import _command, _models, _run

DRAWS = locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render")) is not None
SMALL = ("--models", "qsnn", "--datasets", "digits", "--quick")


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "qlif.compare", *map(str, arguments)]


def called(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments), capture_output=True, text=True, check=False, timeout=170
    )


def results(folder: Path) -> dict:
    return json.loads((folder / "results.json").read_text())


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compare")
    done = called(*SMALL, "--seeds", "0", "1", "--out", folder)
    assert done.returncode == 0, done.stderr
    assert "| QSNN |" in done.stdout
    return folder


def test_results(finished: Path) -> None:
    found = results(finished)
    assert [run["seed"] for run in found["runs"]] == [0, 1]
    for each in found["runs"]:
        assert each["training_images"] == 1437
        assert each["test_images"] == sum(map(sum, each["confusion"])) == 360
        right = sum(row[place] for place, row in enumerate(each["confusion"]))
        assert each["accuracy"] == pytest.approx(right / 360)
        assert each["accuracy"] > 0.6
        assert each["auc"] > 0.9
        assert each["parameters"] == 2 * (64 * 1000 + 1000 + 1000 * 10 + 10)
        assert len(each["history"]["loss"]) == _command.QUICK_EPOCHS
        rates = [layer["firing_rate"] for layer in each["layers"]]
        expected = each["steps"] * (1000 * rates[0] + 10 * rates[1])
        assert each["spikes_per_inference"] == pytest.approx(expected)
        assert each["training_seconds"] > 0
    (summary,) = found["summary"]
    assert summary["accuracy"]["deviation"] is not None
    table = (finished / "results.md").read_text()
    assert "Digits (scikit-learn): 1,437 training images, 360 test images" in table


def test_a_kept_model_is_the_one_that_was_measured(finished: Path) -> None:
    _, (X_test, y_test) = qlif.datasets.load("digits")
    model = qlif.QSNNClassifier.load(finished / "digits" / "qsnn" / "seed-1.safetensors")
    assert model.score(X_test, y_test) == pytest.approx(results(finished)["runs"][1]["accuracy"])


def test_pictures(finished: Path) -> None:
    folder = finished / "digits" / "qsnn"
    names = {path.stem for path in folder.glob("*.png")}
    of_network = {"filters", "raster"} if DRAWS else set()
    assert names == {"accuracy", "confusion", "loss", "roc"} | of_network
    for path in folder.glob("*.png"):
        assert path.read_bytes().startswith(b"\x89PNG")


def test_a_second_call_does_nothing_twice(finished: Path) -> None:
    def state() -> dict[str, int]:
        return {
            str(path): path.stat().st_mtime_ns
            for path in finished.rglob("*")
            if path.is_file() and path.name not in ("results.json", "results.md")
        }

    before, old = state(), results(finished)
    done = called(*SMALL, "--seeds", "0", "1", "--out", finished)
    assert done.returncode == 0
    assert done.stderr.count("already there") == 2
    assert state() == before
    assert results(finished) == old


def test_a_kill_costs_nothing_that_was_finished(tmp_path: Path) -> None:
    arguments = ("--models", "qsnn", "--datasets", "digits", "--seeds", "0", "1")
    options = (*arguments, "--epochs", "30", "--out")
    folder = tmp_path / "killed"
    place = folder / "digits" / "qsnn"
    process = subprocess.Popen(
        command(*options, folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    while not (place / "seed-1.checkpoint").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (place / "seed-0.json").exists()
    assert not (place / "seed-1.json").exists()
    kept = {path: path.read_bytes() for path in place.glob("seed-0*")}
    state = json.loads(loading.metadata(place / "seed-1.checkpoint")["estimator_checkpoint"])
    speeds = state["history"]["images_per_second"]
    assert 0 < len(speeds) < 30

    assert called(*options, folder).returncode == 0
    assert {path: path.read_bytes() for path in kept} == kept
    second = results(folder)["runs"][1]
    # The epochs before the kill are those that were measured then.
    assert second["history"]["images_per_second"][: len(speeds)] == speeds
    assert not list(folder.rglob("*.checkpoint"))

    whole = tmp_path / "whole"
    assert called(*options, whole).returncode == 0
    for one, two in zip(results(folder)["runs"], results(whole)["runs"], strict=True):
        assert one["confusion"] == two["confusion"]
        assert one["history"]["loss"] == two["history"]["loss"]


def test_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    arguments = ("--models", "qsnn", "--datasets", "digits", "--seeds", "0")
    options = (*arguments, "--epochs", "300", "--out", tmp_path)
    process = subprocess.Popen(
        command(*options),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # A shell starts what it puts into the background, perhaps these tests, deaf to Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + 120
    while not (tmp_path / "digits" / "qsnn" / "seed-0.checkpoint").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=60)
    assert process.returncode == 130
    assert words.splitlines()[-1] == "interrupted: run the same command again to go on"
    assert not (tmp_path / "digits" / "qsnn" / "seed-0.json").exists()


def test_other_settings_need_another_folder(finished: Path) -> None:
    done = called(*SMALL, "--epochs", "1", "--out", finished)
    assert done.returncode == 2
    assert "epochs 5, now 1" in done.stderr.splitlines()[-1]
    # Nor may a seed of its own slip in among the others, or a model among those of other images.
    done = called(*SMALL, "--epochs", "1", "--seeds", "7", "--out", finished)
    assert done.returncode == 2
    assert "epochs 5, now 1" in done.stderr.splitlines()[-1]


def test_runs_on_other_images_need_another_folder() -> None:
    one = {"images": "a", "parameters": {"epochs": "5"}}
    assert _run._difference(one, {**one, "images": "b"}, False) == "other images"
    assert _run._difference(one, {**one, "parameters": {"epochs": "6"}}, False) is None
    assert _run._difference(one, dict(one), True) is None


def test_two_comparisons_in_one_folder_are_refused(tmp_path: Path) -> None:
    with _command.Store(tmp_path).locked():
        done = called(*SMALL, "--out", tmp_path)
    assert done.returncode == 2
    assert "another comparison" in done.stderr


def test_models_that_are_not_there_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_models, "find_spec", lambda name: None)
    monkeypatch.setattr(qlif, "__all__", ["QSNNClassifier"])
    arguments = ["--models", "qnn", "snn", "--datasets", "digits", "--out", str(tmp_path)]
    assert _command.main(arguments) == 2
    words = capsys.readouterr().err
    assert "qnn is left out: the variational circuit needs PennyLane: pip install" in words
    assert "'qlif[pennylane]'" in words
    assert "snn is left out: this version of qlif has no SNNClassifier" in words
    assert "nothing to compare" in words


@pytest.mark.parametrize(
    "arguments",
    [
        ("--models", "qsn", "--out", "x"),
        ("--datasets", "emnist", "--out", "x"),
        ("--seeds", "-1", "--out", "x"),
        ("--epochs", "0", "--out", "x"),
        ("--qnn-minutes", "nan", "--out", "x"),
        (),
    ],
)
def test_what_cannot_be_is_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as raised:
        _command.main(arguments)
    assert raised.value.code == 2


def test_errors_are_one_line(tmp_path: Path) -> None:
    environment = {"QLIF_DATA": "", "PATH": os.environ["PATH"]}
    arguments = ("--models", "qsnn", "--datasets", "mnist", "--data", tmp_path, "--out")
    done = subprocess.run(
        command(*arguments, tmp_path / "out"),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: mnist is in none of ")
    assert done.stderr.count("\n") == 1

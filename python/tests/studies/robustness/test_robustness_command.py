"""``python -m qlif.robustness`` as a user meets it, on small data."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

import qlif
from qlif.studies.robustness import _command, _conditions, _models

QUICK = ("--dataset", "digits", "--quick", "--hidden", "12", "--epochs", "1")


class Measured:
    """Stands for the measuring: keeps what was asked for, and stops where it is told."""

    def __init__(self, stop: int | None = None) -> None:
        self.asked: list[tuple[str, float | None, int]] = []
        self.stop = stop

    def __call__(self, model, images, point, seed) -> float:
        if len(self.asked) == self.stop:
            raise KeyboardInterrupt
        assert model.predict(images.X_test[:2]).shape == (2,)
        self.asked.append((point.sweep, point.value, seed))
        if point.noise is None:
            return 0.9
        assert point.noise.shots is not None
        return 0.8 + 0.01 * seed - (0.1 if point.sweep == "depolarizing" else 0) * point.value


def results_in(folder: Path) -> dict:
    return json.loads((folder / "results.json").read_text())


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> Measured:
    measured = Measured()
    monkeypatch.setattr(_command, "accuracy", measured)
    return measured


def test_results_table_and_picture(measured: Measured, tmp_path: Path, capsys) -> None:
    assert _command.main([*QUICK, "--seeds", "0", "1", "2", "--out", str(tmp_path)]) == 0
    found = results_in(tmp_path)
    assert [model["name"] for model in found["models"]] == ["plain"]
    assert found["settings"]["test_images"] == 360
    expected = 1 + 3 * sum(len(sweep.quick) for sweep in _conditions.SWEEPS.values())
    assert len(measured.asked) == len(set(measured.asked)) == expected
    assert len(found["measurements"]) == expected
    rows = {(row["sweep"], row["value"]): row for row in found["summary"]}
    assert rows["exact", None]["mean"] == 0.9
    assert rows["exact", None]["deviation"] is None
    row = rows["depolarizing", 0.1]
    assert row["mean"] == pytest.approx(0.8)
    assert row["deviation"] == pytest.approx(0.01)
    assert (row["lowest"], row["highest"]) == (pytest.approx(0.79), pytest.approx(0.81))
    assert row["loss"] == pytest.approx(10)
    table = (tmp_path / "results.md").read_text()
    assert "| without noise | 90.00 |" in table
    assert "| 0.1 | 80.00 ± 1.00 (+10.00) |" in table
    assert table in capsys.readouterr().out
    assert (tmp_path / "robustness.png").read_bytes().startswith(b"\x89PNG")


def test_an_interruption_costs_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = Measured(stop=7)
    monkeypatch.setattr(_command, "accuracy", first)
    arguments = [*QUICK, "--out", str(tmp_path)]
    assert _command.main(arguments) == 130
    kept = results_in(tmp_path)["measurements"]
    assert len(kept) == 7
    model = (tmp_path / "plain.safetensors").read_bytes()

    rest = Measured()
    monkeypatch.setattr(_command, "accuracy", rest)
    assert _command.main(arguments) == 0
    assert not set(first.asked) & set(rest.asked)
    assert (tmp_path / "plain.safetensors").read_bytes() == model
    assert results_in(tmp_path)["measurements"][:7] == kept
    assert len(results_in(tmp_path)["measurements"]) == len(first.asked) + len(rest.asked)

    more = Measured()
    monkeypatch.setattr(_command, "accuracy", more)
    assert _command.main(arguments) == 0
    assert more.asked == []
    assert _command.main([*arguments, "--seeds", "0", "1", "5"]) == 0
    assert {seed for _, _, seed in more.asked} == {5}


def test_a_model_of_the_user(measured: Measured, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.uniform(0, 1, (80, 64)), np.arange(80) % 10
    path = tmp_path / "mine.safetensors"
    qlif.QSNNClassifier(hidden=(8,), steps=5, epochs=1, random_state=0).fit(X, y).save(path)
    arguments = ["--dataset", "digits", "--model", str(path), "--out", str(tmp_path / "out")]
    one = ["--noise", "shots", "--images", "20"]
    assert _command.main([*arguments, *one]) == 0
    assert results_in(tmp_path / "out")["models"][0]["title"] == "mine"
    assert {sweep for sweep, _, _ in measured.asked} == {"exact", "shots"}
    # The same name, another model; another share of the images: not in one table.
    qlif.QSNNClassifier(hidden=(9,), steps=5, epochs=1, random_state=0).fit(X, y).save(path)
    assert _command.main([*arguments, *one]) == 2
    assert _command.main([*arguments, "--images", "30"]) == 2


def test_a_model_whose_name_is_no_text(measured: Measured, tmp_path: Path) -> None:
    X = np.random.default_rng(0).uniform(size=(40, 64))
    model = qlif.QSNNClassifier(hidden=(4,), epochs=1, random_state=0, verbose=False)
    path = tmp_path / "m\udcff.safetensors"
    model.fit(X, np.arange(40) % 10).save(path)
    arguments = ["--model", str(path), "--dataset", "digits", "--quick", "--noise", "t1"]
    assert _command.main([*arguments, "--out", str(tmp_path / "out")]) == 0
    assert results_in(tmp_path / "out")["models"][0]["name"] == "m\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--model", "none.safetensors"), "none.safetensors"),
        (("--model", "network.safetensors"), "holds no classifier"),
        (("--data", "nowhere", "--dataset", "mnist"), "nowhere"),
    ],
)
def test_errors_are_one_line(arguments, words, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    layers = [qlif.Dense(3, qlif.QLIF())]
    qlif.Network(input_shape=(4,), steps=2, layers=layers).save("network.safetensors")
    extra = () if "--dataset" in arguments else ("--dataset", "digits")
    assert _command.main([*arguments, *extra, "--out", "out"]) == 2
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert message.startswith("error: ")
    assert words in message


@pytest.mark.parametrize("options", [("--shots", "0"), ("--seeds", "x"), ("--noise", "rain")])
def test_misspelled_options(options, tmp_path) -> None:
    with pytest.raises(SystemExit) as raised:
        _command.main([*options, "--out", str(tmp_path)])
    assert raised.value.code == 2


def test_a_damaged_result_is_refused(measured, tmp_path, capsys) -> None:
    (tmp_path / "results.json").write_text('{"settings": {}}')
    assert _command.main([*QUICK, "--out", str(tmp_path)]) == 2
    assert "not of qlif.robustness" in capsys.readouterr().err
    assert (tmp_path / "results.json").read_text() == '{"settings": {}}'


def test_two_at_once(measured, tmp_path, capsys) -> None:
    from qlif.studies import results

    with results.locked(tmp_path, "study"):
        assert _command.main([*QUICK, "--out", str(tmp_path)]) == 2
    assert "another study is at work" in capsys.readouterr().err


def test_conditions_are_what_they_say() -> None:
    points = _conditions.conditions(list(_conditions.SWEEPS), 512, None, quick=False)
    found = {(point.sweep, point.value): point for point in points}
    assert found["shots", 16.0].noise == qlif.Noise(shots=16)
    assert [value for sweep, value in found if sweep == "shots"][-1] == 16384
    assert found["readout", 0.1].noise == qlif.Noise(shots=512, readout=(0.1, 0.1))
    assert found["t1", 30.0].noise == qlif.Noise(shots=512, thermal=(30, 30, 0.06, 0))
    exact = _conditions.conditions(["depolarizing"], None, None, quick=True)
    assert not any(point.random for point in exact)


def test_a_device_by_name() -> None:
    pytest.importorskip("qiskit_ibm_runtime")
    from qlif.studies.robustness import _devices

    backend = _devices.backend("brisbane")
    assert backend.num_qubits == 127
    hidden, output = _devices.noises(backend, [130, 10], 1024)
    assert (hidden.units, output.units, hidden.shots) == (130, 10, 1024)
    # The best qubits first, and again from the first one where there are more neurons.
    times = list(zip(*hidden.thermal[:2], strict=True))
    again = times[1:].index(times[0]) + 1
    assert 100 < again <= 127
    assert times[again:] == times[: 130 - again]
    with pytest.raises(qlif.ArgumentError, match="brisbane"):
        _devices.backend("brisbone")


def test_without_qiskit(monkeypatch) -> None:
    import sys

    from qlif.studies.robustness import _devices

    monkeypatch.setitem(sys.modules, "qiskit_ibm_runtime", None)
    with pytest.raises(qlif.MissingExtraError, match=r"qlif\[qiskit\]"):
        _devices.backend("brisbane")


def test_any_classifier_is_loaded_from_its_file(tmp_path) -> None:
    X, y = np.random.default_rng(0).uniform(0, 1, (40, 36)), np.arange(40) % 2
    model = qlif.QSCNNClassifier(channels=(2,), kernel=3, steps=4, epochs=1, random_state=0)
    model.fit(X, y).save(tmp_path / "m.safetensors")
    again = _models.load(tmp_path / "m.safetensors")
    assert type(again) is qlif.QSCNNClassifier
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


@pytest.mark.skipif(
    "noise" not in qlif.QSNNClassifier().get_params(), reason="the engine has no noise yet"
)
def test_for_real(tmp_path: Path) -> None:
    arguments = ["--dataset", "digits", "--quick", "--aware", "--out", str(tmp_path)]
    assert _command.main([*arguments, "--noise", "shots", "readout"]) == 0
    found = results_in(tmp_path)
    assert [model["name"] for model in found["models"]] == ["plain", "aware"]
    rows = {(row["model"], row["sweep"], row["value"]): row for row in found["summary"]}
    exact = rows["plain", "exact", None]["mean"]
    assert exact > 0.6
    assert rows["plain", "shots", 4096.0]["mean"] == pytest.approx(exact, abs=0.05)
    assert rows["plain", "shots", 16.0]["mean"] < exact
    assert rows["plain", "readout", 0.2]["mean"] < exact

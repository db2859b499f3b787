"""Mean, spread and the Markdown table."""

import pytest

from qlif.studies.compare import _table


def record(seed=0, accuracy=0.9, **changed):
    return {
        "model": "qsnn",
        "title": "QSNN",
        "dataset": "kmnist",
        "dataset_title": "KMNIST",
        "seed": seed,
        "training_images": 7010,
        "test_images": 10000,
        "parameters": 1590020,
        "published_accuracy": 58.32,
        "accuracy": accuracy,
        "precision": accuracy,
        "recall": accuracy,
        "f1": accuracy,
        "auc": 0.99,
        "epochs": 10.0,
        "training_seconds": 30.0,
        "images_per_second": 2336.0,
        "inference_images_per_second": 20000.0,
        "spikes_per_inference": 1234.5,
        "layers": [
            {"layer": 0, "neurons": 1000, "firing_rate": 0.1 + 0.02 * seed},
            {"layer": 1, "neurons": 10, "firing_rate": 0.05},
        ],
        **changed,
    }


def test_mean_and_spread_by_hand():
    (summary,) = _table.summarise([record(0, 0.8), record(1, 0.9), record(2, 1.0)])
    assert summary["seeds"] == [0, 1, 2]
    assert summary["accuracy"]["mean"] == pytest.approx(0.9)
    assert summary["accuracy"]["deviation"] == pytest.approx(0.1)  # sqrt((0.01 + 0.01) / 2)
    assert summary["firing_rates"][0]["mean"] == pytest.approx(0.12)
    assert _table.summarise([record()])[0]["accuracy"] == {"mean": 0.9, "deviation": None}


def test_the_table_names_what_it_must():
    text = _table.markdown(_table.summarise([record(0, 0.8), record(1, 0.9)]))
    assert "## KMNIST: 7,010 training images, 10,000 test images" in text
    row = next(line for line in text.splitlines() if line.startswith("| QSNN "))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[:3] == ["QSNN", "85.00 ± 7.07", "58.32"]
    assert "7,010" in cells
    assert "1,590,020" in cells
    assert "11.0, 5.0" in cells
    header = next(line for line in text.splitlines() if line.startswith("| model "))
    assert header.count("|") == row.count("|")


def test_what_is_not_known_is_a_dash():
    text = _table.markdown(
        _table.summarise(
            [
                record(
                    model="qnn",
                    published_accuracy=None,
                    layers=None,
                    spikes_per_inference=None,
                    training_images=3000,
                    auc=None,
                )
            ]
        )
    )
    assert text.count("\N{EN DASH}") == 4
    assert "3,000" in text


def test_models_and_data_sets_stay_apart():
    records = [record(), record(model="snn"), record(dataset="mnist"), record(1)]
    assert [len(runs) for runs in _table.groups(records)] == [2, 1, 1]

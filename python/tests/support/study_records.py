"""What the studies write, made up: what is drawn of it and refused in it is tested."""

from __future__ import annotations


def results() -> list[dict[str, object]]:
    """Runs of two models on two data sets as qlif.compare writes them, two seeds each."""
    rates = [0, 0.25, 0.5, 1]
    return [
        {
            "model": model,
            "title": model.upper(),
            "dataset": dataset,
            "dataset_title": dataset.upper(),
            "seed": seed,
            "accuracy": 0.8,
            "classes": ["ant", "bee", "cat"],
            "training_images": 7010,
            "test_images": 10,
            "confusion": [[3, 1, 0], [0, 2, 0], [1, 0, 3]],
            "history": {"loss": [2.0, 1.0 + seed], "accuracy": [0.5, 0.75]},
            "roc": {
                "false_positive_rate": rates,
                "true_positive_rate": [[0.5, 0.8, 0.9, 1], [0.6, 0.9, 1, 1], None],
                "auc": [0.9, 0.95, None],
            },
        }
        for dataset in ("mnist", "kmnist")
        for model in ("qsnn", "snn")
        for seed in (0, 1)
    ]


def study() -> dict[str, object]:
    """The results of two models as qlif.robustness writes them."""
    values = [("exact", None), ("device", None)]
    values += [(name, 10.0**-n) for name in ("depolarizing", "t1") for n in range(3)]
    return {
        "settings": {"dataset_title": "MNIST", "test_images": 1000, "shots": None},
        "models": [{"name": name, "title": name.upper()} for name in "ab"],
        "sweeps": {
            name: {"title": name.upper(), "label": f"strength of {name}"}
            for name in ("shots", "depolarizing", "t1")
        },
        "summary": [
            {
                "model": name,
                "sweep": sweep,
                "value": value,
                "mean": 0.8,
                "lowest": 0.7,
                "highest": 0.9,
                "seeds": 3,
            }
            for name in "ab"
            for sweep, value in values
        ],
    }

"""The command line: which runs there are, and one after the other."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from .. import command
from . import _data, _metrics, _models, _pictures, _run, _table
from ._storage import Record, Store

# With --quick: images for training and for testing, passes, and the variational circuit's time.
QUICK_IMAGES = (2000, 1000)
QUICK_EPOCHS = 5
QUICK_MINUTES = 0.1  # of training, for each data set

DESCRIPTION = """\
Trains quantum spiking networks, their classical counterparts and a variational quantum circuit, and
writes results.json, a table beside the published figures (results.md), and for each model and data
set the trained models and pictures. Run it again after an interruption: nothing finished is done
twice, and a training that was under way goes on from its last whole epoch.
"""

EXAMPLES = """\
examples:
  python -m qlif.compare --quick --out quick
  python -m qlif.compare --models qsnn snn --datasets mnist --out results
  python -m qlif.compare --models qsnn qscnn snn scnn qnn --out results
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the comparison; returns the exit code."""
    options = _parser().parse_args(arguments)
    return command.run(lambda: _compare(options))


def _parser() -> argparse.ArgumentParser:
    parser = command.parser("qlif.compare", DESCRIPTION, EXAMPLES)
    names = list(_models.MODELS)
    parser.add_argument(
        "--models",
        nargs="+",
        choices=names,
        metavar="MODEL",
        help=f"any of {', '.join(names)}; all but qnn where none is named",
        default=[name for name in names if name != _models.QNN],
    )
    parser.add_argument(
        "--datasets",
        nargs="+",
        choices=list(_data.TITLES),
        metavar="DATASET",
        help=f"any of {', '.join(_data.TITLES)}; the first three where none is named",
        default=[name for name in _data.TITLES if name != "digits"],
    )
    parser.add_argument(
        "--seeds",
        nargs="+",
        type=command.whole(0),
        help="default: 0 1 2; with --quick: 0",
        metavar="SEED",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_IMAGES[0]:,} training and {QUICK_IMAGES[1]:,} test images, "
        f"{QUICK_EPOCHS} epochs, one seed",
    )
    parser.add_argument(
        "--qnn-minutes",
        type=_minutes,
        help="how long the variational circuit learns (default: 60; with --quick: "
        f"{QUICK_MINUTES})",
        metavar="M",
    )
    return parser


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = -1.0
    if not 0 < minutes < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a number of minutes")
    return minutes


def _compare(options: argparse.Namespace) -> int:
    _metrics.check()
    quick: bool = options.quick
    seeds = list(dict.fromkeys(options.seeds or ([0] if quick else [0, 1, 2])))
    epochs = options.epochs or (QUICK_EPOCHS if quick else None)
    minutes = options.qnn_minutes or (QUICK_MINUTES if quick else 60.0)
    models = []
    for name in dict.fromkeys(options.models):
        reason = _models.why_unavailable(name)
        if reason:
            command.say(f"{name} is left out: {reason}")
        else:
            models.append(name)
    if not models:
        command.say("error: there is nothing to compare")
        return 2
    store = Store(options.out)
    for reason in _pictures.undrawn():
        command.say(reason)
    with store.locked():
        datasets = list(dict.fromkeys(options.datasets))
        count, total = 0, len(datasets) * len(models) * len(seeds)
        for dataset in datasets:
            images = _data.load(dataset, options.data, QUICK_IMAGES if quick else None)
            for name in models:
                for seed in seeds:
                    count += 1
                    place = store.place(name, dataset, seed)
                    command.say(
                        f"[{count}/{total}] {name} on {dataset}, seed {seed}: "
                        + (
                            "already there"
                            if place.record.exists()
                            else f"{len(images.X):,} images"
                        )
                    )
                    model = _models.create(name, seed, epochs=epochs, minutes=minutes)
                    record = _run.run(name, images, seed, model, place)
                    command.say(f"  test accuracy {100 * record['accuracy']:.2f} %")
                    records = _collect(store)
                runs = [run for run in records if (run["model"], run["dataset"]) == (name, dataset)]
                _pictures.draw(store, runs, images)
    print(store.table.read_text("utf-8"))
    command.say(f"wrote {store.results} and {store.table}")
    return 0


def _collect(store: Store) -> list[Record]:
    """Brings the results up to date with all finished runs, of this call and of earlier ones."""
    records = store.records(list(_models.MODELS), list(_data.TITLES))
    summary = _table.summarise(records)
    store.collect(records, summary, _table.markdown(summary))
    return records

"""The command line: which models, which noise, and one measurement after the other."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from ... import datasets, plot
from ..._engine import files
from ...errors import MissingExtraError
from ...quantum.noise import Noise, NoiseRun
from .. import command, results
from ..compare import _data
from . import _devices, _models
from ._conditions import SWEEPS, Condition, conditions
from ._models import AWARE, PLAIN
from ._storage import Study

# With --quick: images for training and for testing, passes, and neurons of the hidden layer.
QUICK_IMAGES = (2000, 500)
QUICK_EPOCHS = 3
QUICK_HIDDEN = 100

DESCRIPTION = """\
Measures the test accuracy of a trained network over the number of shots and over the strength of
each kind of noise, with several seeds of the noise, and writes results.json, a table (results.md)
and a picture with the spread (robustness.png). Run it again after an interruption, or with more
seeds or kinds of noise: nothing is measured twice.
"""

EXAMPLES = """\
examples:
  python -m qlif.robustness --quick --out quick
  python -m qlif.robustness --model m.safetensors --dataset mnist --out robustness
  python -m qlif.robustness --dataset mnist --device brisbane --aware --out robustness
  python -m qlif.robustness --model m.safetensors --noise shots t1 --seeds 0 1 2 3 4 --out r
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the study; returns the exit code."""
    options = _parser().parse_args(arguments)

    def work() -> int:
        with results.locked(options.out, "study"):
            return _study(options)

    return command.run(work)


def _parser() -> argparse.ArgumentParser:
    parser = command.parser("qlif.robustness", DESCRIPTION, EXAMPLES)
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FILE",
        help="a classifier of QLIF neurons, saved by save(); default: one is trained",
    )
    parser.add_argument(
        "--dataset",
        choices=list(_data.TITLES),
        help="the images, for testing and training; default: mnist if it is at hand, else digits",
    )
    parser.add_argument(
        "--noise",
        nargs="+",
        choices=list(SWEEPS),
        default=list(SWEEPS),
        metavar="NOISE",
        help=f"any of {', '.join(SWEEPS)}; all where none is named",
    )
    parser.add_argument(
        "--device",
        metavar="NAME",
        help="also the noise of a device, such as brisbane: a fake backend of qiskit-ibm-runtime "
        "(extra qiskit)",
    )
    parser.add_argument(
        "--aware",
        action="store_true",
        help="also a model that is trained with noise: the device's, else finite shots",
    )
    parser.add_argument(
        "--shots",
        type=command.whole(1),
        default=1024,
        metavar="N",
        help="where the shots are not varied (default: 1024)",
    )
    parser.add_argument(
        "--seeds",
        nargs="+",
        type=command.whole(0),
        metavar="SEED",
        help="of the noise; default: 0 1 2; with --quick: 0 1",
    )
    parser.add_argument(
        "--images", type=command.whole(1), metavar="N", help="the first test images (default: all)"
    )
    parser.add_argument(
        "--hidden",
        nargs="+",
        type=command.whole(1),
        metavar="N",
        help="neurons of the hidden layers",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help=f"{QUICK_IMAGES[0]:,} training and {QUICK_IMAGES[1]:,} test images, "
        f"{QUICK_HIDDEN} hidden neurons, {QUICK_EPOCHS} epochs, fewer strengths",
    )
    return parser


def _study(options: argparse.Namespace) -> int:
    quick: bool = options.quick
    at_hand = options.data or datasets.at_hand("mnist")
    name = options.dataset or ("mnist" if at_hand else "digits")
    images = _images(name, options)
    # Asked for before anything long begins.
    backend = None if options.device is None else _devices.backend(options.device)
    study = Study(
        options.out,
        {
            "dataset": name,
            "dataset_title": images.title,
            "images": images.checksum,
            "test_images": len(images.X_test),
            "shots": options.shots,
            "device": options.device,
        },
    )
    models = _plain(options, images, study)
    (base,) = models.values()
    device = (
        None if backend is None else _devices.noises(backend, _models.units(base), options.shots)
    )
    if options.aware:
        models[AWARE] = _aware(options, images, study, base, device)
    seeds = list(dict.fromkeys(options.seeds or ([0, 1] if quick else [0, 1, 2])))
    points = conditions(list(dict.fromkeys(options.noise)), options.shots, device, quick)
    _measure(study, models, points, seeds, images)
    study.write()
    print(study.table.read_text("utf-8"))
    picture = _draw(study, options.out)
    command.say(f"wrote {study.results}, {study.table}" + (f", {picture}" if picture else ""))
    return 0


def _images(name: str, options: argparse.Namespace) -> _data.Images:
    images = _data.load(name, options.data, QUICK_IMAGES if options.quick else None)
    count = options.images
    return replace(images, X_test=images.X_test[:count], y_test=images.y_test[:count])


def _plain(options: argparse.Namespace, images: _data.Images, study: Study) -> dict[str, Any]:
    """The model that was trained without noise, by its name."""
    if options.model is not None:
        path: Path = options.model
        name = files.shown(path.stem)
        study.add(name, name, {"sha256": _models.digest(path)})
        return {name: _models.load(path)}
    import qlif

    model = qlif.QSNNClassifier(random_state=0, verbose=True)
    if options.quick:
        model.set_params(hidden=(QUICK_HIDDEN,), epochs=QUICK_EPOCHS)
    if options.hidden:
        model.set_params(hidden=tuple(options.hidden))
    if options.epochs:
        model.set_params(epochs=options.epochs)
    study.add(PLAIN, _models.TITLES[PLAIN], _models.settings(model, images))
    command.say(f"{PLAIN}: {_models.TITLES[PLAIN]}, {len(images.X):,} images")
    return {PLAIN: _models.trained(model, images, options.out, PLAIN)}


def _aware(
    options: argparse.Namespace, images: _data.Images, study: Study, base: Any, device: Any
) -> Any:
    """The same model as `base`, trained with noise."""
    noise = Noise(shots=options.shots) if device is None else device
    parameters = {**base.get_params(deep=False), "noise": noise, "random_state": 0, "verbose": True}
    if options.epochs:
        parameters["epochs"] = options.epochs
    model = type(base)(**parameters)
    of = f"of {options.device}, " if options.device else ""
    study.add(
        AWARE,
        f"{_models.TITLES[AWARE]} ({of}{options.shots:,} shots)",
        _models.settings(model, images),
    )
    command.say(f"{AWARE}: {_models.TITLES[AWARE]}, {len(images.X):,} images")
    return _models.trained(model, images, options.out, AWARE)


def _measure(
    study: Study,
    models: dict[str, Any],
    points: list[Condition],
    seeds: list[int],
    images: _data.Images,
) -> None:
    """Measures what is not there yet."""
    wanted = [
        (name, point, seed)
        for point in points
        for name in models
        for seed in (seeds if point.random else [0])
    ]
    missing = [each for each in wanted if study.accuracy(*each) is None]
    with tqdm(total=len(wanted), initial=len(wanted) - len(missing), unit="run") as bar:
        for name, point, seed in missing:
            value = "" if point.value is None else f" {point.value:g}"
            words = f"{name}, {point.sweep}{value}, seed {seed}"
            bar.set_postfix_str(words, refresh=False)
            study.keep(name, point, seed, accuracy(models[name], images, point, seed))
            bar.update()


def accuracy(model: Any, images: _data.Images, point: Condition, seed: int) -> float:
    """The share of the test images that a model recognises under some noise."""
    noise = None if point.noise is None else NoiseRun(point.noise, seed)
    return float(model.score(images.X_test, images.y_test, noise=noise))


def _draw(study: Study, folder: Path) -> Path | None:
    """Draws the sweeps; nothing where there are none, or no matplotlib."""
    if all(each["sweep"] not in SWEEPS for each in study.measurements):
        return None
    target = folder / "robustness.png"
    try:
        results.write_figure(target, plot.robustness(study.results)[0])
    except MissingExtraError as error:
        command.say(f"no picture: {error}")
        return None
    return target

"""The pictures of a model on a data set: confusion, ROC, learning, raster and filters."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ... import plot, render
from ..._engine.arrays import FloatArray
from ...errors import FileError, MissingExtraError
from ...network import Network
from ...plot._axes import pyplot
from .. import results
from ._data import Images
from ._storage import Place, Record, Store

FROM_RESULTS: dict[str, Callable[..., tuple[Any, Any]]] = {
    "confusion": plot.confusion,
    "roc": partial(plot.curves, kind="roc"),
    "loss": partial(plot.curves, kind="loss"),
    "accuracy": partial(plot.curves, kind="accuracy"),
}


def draw(store: Store, runs: list[Record], images: Images) -> list[Path]:
    """Draws what can be drawn and is missing or older than what it shows; returns the new files."""
    first = runs[0]
    folder = store.of(first["model"], first["dataset"])
    place = Place(folder, first["seed"])
    newest = max(Place(folder, run["seed"]).record.stat().st_mtime for run in runs)
    wanted: dict[str, Callable[[Path], None]] = {}
    if _why_not_plotted() is None:
        chosen = {"model": first["model"], "dataset": first["dataset"]}
        for kind, picture in FROM_RESULTS.items():
            wanted[kind] = partial(_plotted, partial(picture, store.results, **chosen))
    if first["layers"] and _why_not_rendered() is None:
        rendered = _of_network(place.model(".safetensors"), images, first)
        wanted |= {kind: partial(_rendered, picture) for kind, picture in rendered.items()}
    drawn = []
    for kind, write in wanted.items():
        path = folder / f"{kind}.png"
        if not path.exists() or path.stat().st_mtime < newest:
            write(path)
            drawn.append(path)
    return drawn


def _plotted(picture: Callable[[], tuple[Any, Any]], path: Path) -> None:
    results.write_figure(path, picture()[0])


def _rendered(picture: Callable[[], render.PNG], path: Path) -> None:
    picture().save(path)


def _of_network(model: Path, images: Images, record: Record) -> dict[str, Callable[[], render.PNG]]:
    """The first test image as the network sees it, and its filters."""
    network = Network.load(model)
    image = images.X_test[0].reshape(network.input_shape)
    label = int(images.y_test[0])
    name = f"{record['title']}, seed {record['seed']}: {images.title}, test image 0"
    wanted: dict[str, Callable[[], render.PNG]] = {
        "raster": lambda: render.raster(
            model, image, label=label, shape=_side(images), title=f"Spikes of {name}"
        ),
    }
    convolutions = _convolutions(network)
    for layer in convolutions:
        end = "" if layer == convolutions[0] else f"-{layer}"
        wanted[f"filters{end}"] = _filters(model, layer, record, None)
        wanted[f"maps{end}"] = _maps(model, image, layer, label, name)
    if not convolutions:
        wanted["filters"] = _filters(model, 0, record, _side(images))
    return wanted


def _filters(
    model: Path, layer: int, record: Record, shape: tuple[int, int] | None
) -> Callable[[], render.PNG]:
    title = f"{record['title']}, seed {record['seed']}, {record['dataset_title']}: layer {layer}"
    return lambda: render.filters(model, layer=layer, shape=shape, title=f"Weights of {title}")


def _maps(
    model: Path, image: FloatArray, layer: int, label: int, name: str
) -> Callable[[], render.PNG]:
    return lambda: render.maps(
        model, image, layer=layer, label=label, title=f"Spikes per channel of {name}"
    )


def _convolutions(network: Network) -> list[int]:
    """The layers whose weights look at windows of channels."""
    names = (name for name, values in network.parameters.items() if values.ndim == 4)
    return sorted({int(name.split(".")[0]) for name in names})


def _side(images: Images) -> tuple[int, int] | None:
    side = round(images.X.shape[1] ** 0.5)
    return (side, side) if side * side == images.X.shape[1] else None


def undrawn() -> list[str]:
    """Which pictures cannot be drawn, and why."""
    reasons = {", ".join(FROM_RESULTS): _why_not_plotted(), "networks": _why_not_rendered()}
    return [f"no pictures of {what}: {why}" for what, why in reasons.items() if why is not None]


def _why_not_plotted() -> str | None:
    try:
        pyplot()
    except MissingExtraError as error:
        return str(error)
    return None


def _why_not_rendered() -> str | None:
    try:
        render.program()
    except FileError as error:
        return str(error).splitlines()[0]
    return None

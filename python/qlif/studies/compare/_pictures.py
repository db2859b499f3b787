"""The pictures of a model on a data set: confusion, ROC, learning, raster and filters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ... import render
from ..._engine.arrays import FloatArray
from ...errors import FileError
from ...network import Network
from ._data import Images
from ._storage import Place, Record, Store

FROM_RESULTS: dict[str, Callable[..., render.PNG]] = {
    "confusion": render.confusion,
    "roc": lambda results, **chosen: render.curves(results, kind="roc", **chosen),
    "loss": lambda results, **chosen: render.curves(results, kind="loss", **chosen),
    "accuracy": lambda results, **chosen: render.curves(results, kind="accuracy", **chosen),
}


def draw(store: Store, runs: list[Record], images: Images) -> list[Path]:
    """Draws whatever is missing or older than what it shows; returns the new files."""
    first = runs[0]
    folder = store.of(first["model"], first["dataset"])
    chosen = {"model": first["model"], "dataset": first["dataset"]}
    place = Place(folder, first["seed"])
    newest = max(Place(folder, run["seed"]).record.stat().st_mtime for run in runs)
    wanted: dict[str, Callable[[], render.PNG]] = {
        kind: _bound(picture, store.results, chosen) for kind, picture in FROM_RESULTS.items()
    }
    model = place.model(".safetensors")
    if first["layers"]:
        wanted |= _of_network(model, images, first)
    drawn = []
    for kind, picture in wanted.items():
        path = folder / f"{kind}.png"
        if not path.exists() or path.stat().st_mtime < newest:
            picture().save(path)
            drawn.append(path)
    return drawn


def _bound(
    picture: Callable[..., render.PNG], results: Path, chosen: dict[str, str]
) -> Callable[[], render.PNG]:
    return lambda: picture(results, **chosen)


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


def available() -> str | None:
    """Why nothing can be drawn, or None."""
    try:
        render.program()
    except FileError as error:
        return str(error).splitlines()[0]
    return None

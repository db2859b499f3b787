"""Drawings of networks as PNG images, made by the program ``qlif-render``.

A notebook shows what the functions return; ``.save(path)`` writes it to a file. All of them take
the model as a path, a `qlif.Network` or an estimator. `qlif.plot` draws with matplotlib instead.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import _arrays, _locate
from ._errors import ArgumentError, FileError, QlifError
from .network import Network

__all__ = ["PNG", "RenderError", "filters", "raster", "trace"]


class RenderError(QlifError, RuntimeError):
    """``qlif-render`` refused; the message is its own."""


class PNG(bytes):
    """The bytes of a PNG image."""

    def _repr_png_(self) -> bytes:
        return bytes(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the image to a file; an image that was there is replaced at once or not at all."""
        target = Path(path)
        try:
            handle, part = tempfile.mkstemp(prefix=target.name + ".", dir=target.parent)
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(self)
                os.chmod(part, 0o644)
                os.replace(part, target)
            finally:
                Path(part).unlink(missing_ok=True)
        except OSError as error:
            raise FileError(f"{path} cannot be written: {error}") from error

    def __repr__(self) -> str:
        return f"<qlif.render.PNG of {len(self)} bytes>"


def raster(
    model: Any,
    x: ArrayLike | None = None,
    *,
    dataset: str | None = None,
    index: int | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    neurons: str | Iterable[int] | None = None,
    scale: float | None = None,
) -> PNG:
    """Which neurons spike when, one panel for each layer, for one image.

    Args:
        model: a path, a `Network` or a fitted estimator.
        x: one sample of the network's input shape, or a sequence of them [steps, *input_shape].
        dataset: instead of `x`, the name of a data set, see `qlif.datasets.load`.
        index: the number of the image in the data set's test images.
        data_dir: where the data set is.
        neurons: the neurons to show, as ``"0-99"``, ``"1,5,9"`` or numbers; None leaves it to the
            program.
        scale: pixels per point; 2 is for fine screens and print.

    Raises:
        RenderError: what the program says about a model, an image or a number that cannot be.
        FileError: the program is missing.
    """
    return _draw("raster", model, _Image(x, dataset, index, data_dir), scale, neurons=neurons)


def trace(
    model: Any,
    x: ArrayLike | None = None,
    *,
    layer: int,
    neurons: str | Iterable[int] | None = None,
    dataset: str | None = None,
    index: int | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    scale: float | None = None,
) -> PNG:
    """Alpha over the steps of some neurons of a layer, with the threshold and the spikes.

    Args:
        model: as in `raster`.
        x: as in `raster`.
        layer: the layer's index.
        neurons: as in `raster`.
        dataset: as in `raster`.
        index: as in `raster`.
        data_dir: as in `raster`.
        scale: as in `raster`.

    Raises:
        RenderError, FileError: as in `raster`.
    """
    image = _Image(x, dataset, index, data_dir)
    return _draw("trace", model, image, scale, layer=layer, neurons=neurons)


def filters(
    model: Any,
    *,
    layer: int = 0,
    units: str | Iterable[int] | None = None,
    columns: int | None = None,
    shape: tuple[int, int] | None = None,
    scale: float | None = None,
) -> PNG:
    """The drive weights of dense neurons as images, on one diverging scale centred at zero.

    Args:
        model: as in `raster`.
        layer: the layer's index.
        units: the neurons, as ``"0-31"``, ``"1,5,9"`` or numbers.
        columns: images in a row.
        shape: height and width of the input that the weights look at.
        scale: as in `raster`.

    Raises:
        RenderError, FileError: as in `raster`.
    """
    size = None if shape is None else f"{shape[0]}x{shape[1]}"
    return _draw(
        "filters", model, None, scale, layer=layer, units=units, columns=columns, shape=size
    )


class _Image:
    """What to show to the network: an array, or an image of a data set."""

    def __init__(self, x: Any, dataset: Any, index: Any, data_dir: Any) -> None:
        if (x is None) == (dataset is None):
            raise ArgumentError("expected either x or dataset and index")
        if (index is None) != (dataset is None):
            raise ArgumentError("dataset and index belong together")
        self._array = None if x is None else _arrays.float32(x, "x")
        self._options = {"dataset": dataset, "index": index, "data": data_dir}

    def options(self, folder: Path) -> dict[str, Any]:
        """The program's options, with the array written into the folder."""
        if self._array is None:
            return self._options
        file = folder / "input.npy"
        np.save(file, self._array)
        return {"input": file}


def program() -> Path:
    """Where ``qlif-render`` is."""
    paths = _locate.candidates("QLIF_RENDER", "bin", "qlif-render")
    found = _locate.first_file(paths)
    if found is None:
        tried = "".join(f"\n  {path}" for path in paths)
        raise FileError(f"qlif-render was not found; tried, in this order:{tried}")
    return found


def _draw(kind: str, model: Any, image: _Image | None, scale: float | None, **options: Any) -> PNG:
    """Runs the program with its picture on standard output."""
    binary = program()
    with tempfile.TemporaryDirectory(prefix="qlif-") as folder:
        options |= {"model": _model_file(model, Path(folder)), "scale": scale, "output": "-"}
        if image is not None:
            options |= image.options(Path(folder))
        command = [str(binary), kind]
        for name, value in options.items():
            if value is not None:
                command += [f"--{name}", _argument(value)]
        done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        words = done.stderr.decode("utf-8", "replace").strip()
        raise RenderError(words or f"qlif-render ended with code {done.returncode}")
    return PNG(done.stdout)


def _model_file(model: Any, folder: Path) -> str | os.PathLike[str]:
    """A file of the model; a network that is in memory is written into the folder."""
    if isinstance(model, str | os.PathLike):
        return model
    network = getattr(model, "network_", model)
    if not isinstance(network, Network):
        raise ArgumentError(
            f"model is {model!r}, expected a path, a qlif.Network or a fitted estimator"
        )
    file = folder / "model.safetensors"
    network.save(file)
    return file


def _argument(value: Any) -> str:
    if isinstance(value, str | os.PathLike):
        return os.fspath(value)
    if isinstance(value, Iterable):
        return ",".join(str(each) for each in value)
    return str(value)

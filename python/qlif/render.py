"""Drawings of models as PNG images, made by the program ``qlif-render``.

A notebook shows what the functions return; ``.save(path)`` writes it to a file. All of them take
the model as a path, a `qlif.Network` or an estimator, and the options of `Look`. `qlif.plot` draws
with matplotlib instead, and the results of studies.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike

from ._engine import arrays, files, loading, locate
from .errors import ArgumentError, FileError, QlifError, ShapeError
from .network import Network
from .neurons import QLIF
from .quantum.noise import Noise
from .quantum.qubit import NeuronState

if TYPE_CHECKING:
    from typing_extensions import Unpack

__all__ = [
    "PNG",
    "Image",
    "Look",
    "RenderError",
    "bloch",
    "filters",
    "maps",
    "raster",
    "trace",
]


class RenderError(QlifError, RuntimeError):
    """``qlif-render`` refused; the message is its own."""


class PNG(bytes):
    """The bytes of a PNG image."""

    __slots__ = ()

    def _repr_png_(self) -> bytes:
        return bytes(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the image to a file; an image that was there is replaced at once or not at all.

        Raises:
            ArgumentError: the name ends in another suffix than ``.png``.
            FileError: the file cannot be written.
        """
        suffix = Path(os.fsdecode(path)).suffix
        if suffix.lower() not in ("", ".png"):
            raise ArgumentError(
                f"path {os.fsdecode(path)!r} ends in {suffix}, but the image is a PNG: "
                "expected .png"
            )
        files.write(path, self)

    def __repr__(self) -> str:
        return f"<qlif.render.PNG of {len(self)} bytes>"


class Look(TypedDict, total=False):
    """Options of every drawing.

    Attributes:
        title: in place of the one made from the arguments.
        scale: pixels per point, 0.5 to 8 (default 1); 2 is for fine screens and print.
    """

    title: str | None
    scale: float | None


class Image(Look, total=False):
    """Options of drawings of what a model does: those of `Look`, and an image in place of `x`.

    Attributes:
        dataset: ``"mnist"``, ``"fashion-mnist"`` or ``"kmnist"``.
        index: the number of the image in the data set, or of the sample in the batch (0).
        split: of the data set, ``"test"`` (default) or ``"train"``.
        data_dir: where the data set is; see `qlif.datasets.load`, but nothing is downloaded.
    """

    dataset: str | None
    index: int | None
    split: str | None
    data_dir: str | os.PathLike[str] | None


def raster(
    model: Any,
    x: ArrayLike | None = None,
    *,
    label: Any = None,
    shape: tuple[int, int] | None = None,
    **options: Unpack[Image],
) -> PNG:
    """Which neurons spike when, one panel for each layer, with the image and the output counts.

    The class that it names is what `predict` says of the model.

    Args:
        model: a path, a `Network` or a fitted estimator.
        x: a sample [*input_shape], a batch [batch, *input_shape] or a sequence
            [steps, batch, *input_shape].
        label: the class of the sample in `x`, if known: as the estimator's `predict` names it, or
            the number of a network's output.
        shape: height and width of the image.
        **options: see `Image`.

    Raises:
        RenderError: what the program says about a model, an image or a number that cannot be.
        FileError: the program is missing.

    Warns:
        UserWarning: a title or a class name has letters that no installed font has.
    """
    return _draw("raster", Image, model, x, options, label=label, shape=_size(shape))


def trace(
    model: Any,
    x: ArrayLike | None = None,
    *,
    layer: int,
    neurons: str | int | Iterable[int] | None = None,
    label: Any = None,
    **options: Unpack[Image],
) -> PNG:
    """Alpha over the steps of some neurons of a layer, with the threshold and the spikes.

    Args:
        model: as in `raster`.
        x: as in `raster`.
        layer: the layer's index.
        neurons: the neurons to show, as ``"0-9"``, ``"1,5,9"`` or numbers; None leaves the choice
            to the program.
        label: as in `raster`.
        **options: see `Image`.

    Raises:
        RenderError, FileError: as in `raster`.
    """
    own = {"layer": layer, "neurons": neurons, "label": label}
    return _draw("trace", Image, model, x, options, **own)


def filters(
    model: Any,
    *,
    layer: int = 0,
    units: str | int | Iterable[int] | None = None,
    inputs: str | int | Iterable[int] | None = None,
    columns: int | None = None,
    shape: tuple[int, int] | None = None,
    **options: Unpack[Look],
) -> PNG:
    """The drive weights of a layer as images, on one diverging scale centred at zero.

    Args:
        model: as in `raster`.
        layer: the layer's index.
        units: the neurons of a dense layer, or the output channels of a convolution, as ``"0-31"``,
            ``"1,5,9"`` or numbers; None shows the first ones.
        inputs: the input channels of a convolution; None shows the first 16.
        columns: images in a row.
        shape: height and width of the input that the weights look at.
        **options: see `Look`.

    Raises:
        RenderError, FileError: as in `raster`.
    """
    own = {"units": units, "inputs": inputs, "columns": columns, "shape": _size(shape)}
    return _draw("filters", Look, model, None, options, layer=layer, **own)


def maps(
    model: Any,
    x: ArrayLike | None = None,
    *,
    layer: int,
    channels: str | int | Iterable[int] | None = None,
    windows: int | None = None,
    label: Any = None,
    **options: Unpack[Image],
) -> PNG:
    """How often the neurons of each channel spike for an image: one map for each channel.

    Args:
        model: as in `raster`.
        x: as in `raster`.
        layer: the index of a layer with channels: a convolution or pooling.
        channels: the channels to show, as ``"0-11"``, ``"1,5,9"`` or numbers; None shows the first.
        windows: cuts the steps into so many parts, with a map for each.
        label: as in `raster`.
        **options: see `Image`.

    Raises:
        RenderError, FileError: as in `raster`.
    """
    own = {"layer": layer, "channels": channels, "windows": windows, "label": label}
    return _draw("maps", Image, model, x, options, **own)


def bloch(
    source: Any,
    drive: ArrayLike | None = None,
    delay: ArrayLike | None = None,
    *,
    x: ArrayLike | None = None,
    layer: int | None = None,
    neuron: int | None = None,
    noise: Noise | None = None,
    memory: str | None = None,
    leak: str | None = None,
    clock: str | None = None,
    pulse: float | None = None,
    detuning: float | None = None,
    sigma: float | None = None,
    azimuth: float | None = None,
    elevation: float | None = None,
    **options: Unpack[Image],
) -> PNG:
    """The way of a qubit on the Bloch sphere, coloured by time, and its population over time.

    Args:
        source: a `qlif.QLIF` with its currents; or a model (as in `raster`), of which one neuron is
            shown; or the way itself, a `qlif.quantum.NeuronState` or Bloch vectors [points, 3].
        drive: the currents ``u`` of a `QLIF`, [steps].
        delay: the currents ``v``, [steps]; None: 0.
        x: what the model sees, as in `raster`.
        layer: the model's layer, one of QLIF neurons.
        neuron: the neuron of the layer.
        noise: of the qubit; its `shots` are not used. None: it only relaxes, with the neuron's T1.
        memory: as in `qlif.circuits.run`; so are `leak` and `clock`.
        leak: ``"delay"`` or ``"rotation"``.
        clock: ``"relative"`` or ``"absolute"``.
        pulse: the length of every rotation in microseconds, > 0, which is then a drive pulse that
            follows the Lindblad equation; None: rotations are instantaneous.
        detuning: of the pulse: the qubit's frequency less the drive's, radians per microsecond.
        sigma: makes the pulse a gaussian of this width in microseconds.
        azimuth: from where one looks, degrees: 0 is along x, 90 along y; None: -30.
        elevation: from how high one looks, degrees above the equator; None: 18.
        **options: see `Image`.

    Example:
        >>> qlif.render.bloch(qlif.QLIF(), [0.2, 0.2, 0, 0.35], [0, 0, 0.08, 0])
        <qlif.render.PNG of ...

    Raises:
        RenderError, FileError: as in `raster`.
    """
    view = {"azimuth": azimuth, "elevation": elevation}
    circuit = {"memory": memory, "leak": leak, "clock": clock, "pulse": pulse}
    circuit |= {"detuning": detuning, "sigma": sigma, **_noise(noise)}
    place = {"layer": layer, "neuron": neuron}
    is_model = isinstance(source, str | os.PathLike) or _is_model(source)
    if is_model and drive is None and delay is None:
        return _draw("bloch", Image, source, x, options, **place, **circuit, **view)
    view |= _checked(options, Image)
    for name, value in {"x": x, **options}.items():
        if value is not None and not is_model and name not in Look.__annotations__:
            raise ArgumentError(f"{name} is for a model to see: expected None with {source!r:.60}")
    if isinstance(source, QLIF):
        if drive is None:
            raise ArgumentError("drive is missing: expected the currents of a neuron, [steps]")
        currents = {"drive": _numbers(drive, "drive")}
        if delay is not None:
            currents["delay"] = _numbers(delay, "delay")
        circuit["memory"] = memory or source.memory
        # A choice that does not belong to a single neuron is the program's to refuse.
        return _run("bloch", **currents, **_constants(source), **circuit, **place, **view)
    if drive is not None or delay is not None:
        raise ArgumentError(f"source is {source!r}, expected a qlif.QLIF where drive is given")
    given = [name for name, value in {**circuit, **place}.items() if value is not None]
    if given:
        raise ArgumentError(f"{given[0]} goes with a neuron, not with a way that is there already")
    way = source.history if isinstance(source, NeuronState) else source
    with tempfile.TemporaryDirectory(prefix="qlif-") as folder:
        file = Path(folder) / "trajectory.npy"
        np.save(file, arrays.float32(way, "source"))
        return _run("bloch", trajectory=file, **view)


def program() -> Path:
    """Where ``qlif-render`` is."""
    paths = locate.candidates("QLIF_RENDER", "bin", "qlif-render")
    found = locate.first_file(paths)
    if found is None:
        tried = "".join(f"\n  {path}" for path in paths)
        raise FileError(f"qlif-render was not found; tried, in this order:{tried}")
    return found


def _checked(options: Any, known: type[Look]) -> dict[str, Any]:
    """The options, none of which is of another kind of drawing."""
    for name in options.keys() - known.__annotations__.keys():
        raise TypeError(f"unexpected option {name!r}, expected {', '.join(known.__annotations__)}")
    return dict(options)


def _draw(kind: str, known: type[Look], model: Any, x: Any, options: Any, **own: Any) -> PNG:
    """Draws a model, which is written into a file if it is not in one, for an array or an image."""
    own |= _checked(options, known)
    if known is not Look and (x is None) == (own.get("dataset") is None):
        raise ArgumentError("expected either x or dataset and index")
    program()
    with tempfile.TemporaryDirectory(prefix="qlif-") as folder:
        own["model"] = _model_file(model, Path(folder))
        own["label"] = loading.class_name(own.get("label"))
        own["data"] = own.pop("data_dir", None)
        if x is not None:
            own["input"] = Path(folder) / "input.npy"
            np.save(own["input"], arrays.float32(x, "x"))
        return _run(kind, **own)


def _run(drawing: str, /, **options: Any) -> PNG:
    """Runs the program with its picture on standard output."""
    command = [str(program()), drawing, "--output=-"]
    for name, value in options.items():
        if value is True:
            command.append(f"--{name}")
        elif value is not None:
            command.append(f"--{name}={_argument(value)}")
    done = subprocess.run(command, capture_output=True, check=False)
    words = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode:
        raise RenderError(words or f"qlif-render ended with code {done.returncode}")
    if words:
        warnings.warn(words, stacklevel=3)
    return PNG(done.stdout)


def _constants(neuron: QLIF) -> dict[str, Any]:
    """The program's options for a neuron's constants."""
    if neuron.firing != "threshold":
        raise ArgumentError(
            f"firing is {neuron.firing!r}, expected 'threshold': the way of a neuron that fires at "
            "random is not one"
        )
    return {
        "threshold": neuron.threshold,
        "t1": neuron.t1,
        "drive-scale": neuron.drive_scale,
        "delay-scale": neuron.delay_scale,
        "drive-bound": neuron.drive_bound,
        "leak-rule": neuron.leak,
        "refractory" if neuron.refractory else "no-refractory": True,
    }


def _noise(noise: Noise | None) -> dict[str, Any]:
    """The program's options for the noise of one qubit."""
    if noise is None:
        return {}
    if noise.units not in (None, 1):
        raise ArgumentError(f"noise has values for {noise.units} neurons, expected one")
    one = noise.structs()[0]
    options = {"over-rotation": one.over_rotation, "depolarizing": one.depolarizing}
    options |= {"p01": one.p01, "p10": one.p10}
    if noise.thermal is not None:
        options |= {"qubit-t1": one.t1, "qubit-t2": one.t2}
        options |= {"excited-population": one.excited_population}
        options |= {"gate-time": one.gate_time or None}
    return options


def _numbers(values: ArrayLike, name: str) -> str:
    """A list of numbers as the program reads it, every digit kept."""
    array = np.atleast_1d(arrays.float64(values, name))
    if array.ndim != 1 or array.size == 0:
        raise ShapeError(f"{name} has shape {array.shape}, expected [steps]")
    return ",".join(map(repr, array.tolist()))


def _is_model(source: Any) -> bool:
    return isinstance(getattr(source, "network_", source), Network)


def _model_file(model: Any, folder: Path) -> str | os.PathLike[str]:
    """A file of the model; one that is in memory is written into the folder, as what it is.

    A classifier's file has its readout and its classes' names: the drawing says what it predicts.
    """
    if isinstance(model, str | os.PathLike):
        return model
    if not _is_model(model):
        raise ArgumentError(
            f"model is {model!r}, expected a path, a qlif.Network or a fitted estimator"
        )
    file = folder / "model.safetensors"
    model.save(file)
    return file


def _size(shape: tuple[int, int] | None) -> str | None:
    return None if shape is None else f"{shape[0]}x{shape[1]}"


def _argument(value: Any) -> str:
    if isinstance(value, str | os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, Iterable):
        return ",".join(str(each) for each in value)
    return str(value)

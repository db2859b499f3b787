"""Finding, reading and handing out data sets."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .._engine.arrays import FloatArray, LabelArray
from ..errors import ArgumentError, MissingExtraError
from . import _download, _idx
from ._catalogue import CATALOGUE, FILES
from ._errors import DatasetError

Split = tuple[FloatArray, LabelArray]

_CLASSES = 10


def load(name: str, data_dir: str | os.PathLike[str] | None = None) -> tuple[Split, Split]:
    """A data set of images, as ``(X_train, y_train), (X_test, y_test)``.

    ``"mnist"``, ``"fashion-mnist"`` and ``"kmnist"`` are four IDX files each, plain or compressed,
    with a hyphen or a dot before ``idx`` in their names, looked for in

    1. `data_dir`, if given: in ``data_dir/<name>``, then in ``data_dir`` itself, then where
       torchvision leaves them (``data_dir/MNIST/raw``), nowhere else;
    2. else the folder that the environment variable ``QLIF_DATA`` names, in the same way;
    3. else the user's cache, ``$XDG_CACHE_HOME/qlif`` or ``~/.cache/qlif``, which is filled from
       the official mirror and checked by size, SHA-256 and MD5.

    ``"digits"`` are the handwritten digits that scikit-learn carries (extra ``sklearn``), split
    into training and test by a fixed seed, a fifth of each class for testing.

    Args:
        name: one of the four.
        data_dir: where the files are; ``"digits"`` have none.

    Returns:
        Images float32 in [0, 1], [n, 784] (digits: [n, 64]), row by row; labels int64 [n], 0 to 9.

    Raises:
        DatasetError: files that are missing, cut off or damaged, or a download that failed.
        MissingExtraError: ``"digits"`` without scikit-learn.
        ArgumentError: an unknown name.
    """
    if name == "digits":
        if data_dir is not None:
            raise ArgumentError(
                f"data_dir is {data_dir!r}, but digits are scikit-learn's: expected None"
            )
        return _digits()
    if name not in CATALOGUE:
        known = ", ".join(repr(each) for each in [*CATALOGUE, "digits"])
        raise ArgumentError(f"name is {name!r}, expected one of {known}")
    images, labels, test_images, test_labels = (
        _idx.read(path, axes)
        for path, axes in zip(_loading(name, data_dir), (3, 1, 3, 1), strict=True)
    )
    return _split(name, images, labels), _split(name, test_images, test_labels)


def at_hand(name: str) -> bool:
    """Whether `load` would find the data set without `data_dir` and without a download."""
    if name not in CATALOGUE:
        return name == "digits"
    named = os.environ.get("QLIF_DATA")
    places = ([Path(named)] if named else []) + [cache_dir()]
    return any(_present(name, place) for place in places)


def cache_dir() -> Path:
    """The user's cache."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "qlif"


def _loading(name: str, data_dir: str | os.PathLike[str] | None) -> list[Path]:
    if data_dir is not None:
        found = _present(name, Path(data_dir))
        if found is None:
            tried = ", ".join(str(place) for place in _places(name, Path(data_dir)))
            raise DatasetError(
                f"{name} is in none of {tried}: expected {', '.join(FILES)}, plain or with .gz"
            )
        return found
    named = os.environ.get("QLIF_DATA")
    found = _present(name, Path(named)) if named else None
    return found or _cached(name)


def _present(name: str, folder: Path) -> list[Path] | None:
    """The four files, if all of them are in one of the places."""
    for place in _places(name, folder):
        paths = [_either(place / file) for file in FILES]
        if all(paths):
            return [path for path in paths if path]
    return None


def _places(name: str, folder: Path) -> tuple[Path, ...]:
    """Where the files may be in a folder; ``qlif-render`` looks in the same places."""
    return folder / name, folder, folder / CATALOGUE[name].torchvision / "raw"


def _either(plain: Path) -> Path | None:
    # Unpacking the official archive with some tools leaves a dot.
    names = (plain.name, plain.name.replace("-idx", ".idx"))
    paths = (plain.with_name(name + end) for name in names for end in ("", ".gz"))
    return next((path for path in paths if path.is_file()), None)


def _cached(name: str) -> list[Path]:
    found = _present(name, cache_dir())
    if found is not None:
        return found
    source, folder = CATALOGUE[name], cache_dir() / name
    paths = []
    for file, expected in zip(FILES, source.files, strict=True):
        path = folder / f"{file}.gz"
        if not path.is_file():
            _download.fetch(f"{source.url}{file}.gz", path, expected)
        paths.append(path)
    return paths


def _split(name: str, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Split:
    if len(images) != len(labels) or images.size == 0:
        raise DatasetError(f"{name} has {len(images)} images and {len(labels)} labels")
    if labels.max() >= _CLASSES:
        raise DatasetError(f"{name} has label {labels.max()}, expected 0 to {_CLASSES - 1}")
    flat = images.reshape(len(images), -1)
    return np.divide(flat, np.float32(255), dtype=np.float32), labels.astype(np.int64)


def _digits() -> tuple[Split, Split]:
    try:
        from sklearn.datasets import load_digits
        from sklearn.model_selection import train_test_split
    except ImportError as error:
        raise MissingExtraError("scikit-learn", "sklearn", "the data set 'digits'") from error
    X, y = load_digits(return_X_y=True)
    pixels, labels = (X / X.max()).astype(np.float32), y.astype(np.int64)
    train, test, y_train, y_test = train_test_split(
        pixels, labels, test_size=0.2, random_state=0, stratify=labels
    )
    return (train, y_train), (test, y_test)

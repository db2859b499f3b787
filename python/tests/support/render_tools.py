"""What the tests of the command qlif-render share: files to draw, and how its pictures are read."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np

import qlif
from qlif import render

SIDE = 4
CLASSES = 3
MODEL = ("--model", "model.safetensors")
CONVOLUTION = ("--model", "conv.safetensors")
IMAGE = ("--dataset", "mnist", "--index", "2", "--data", "data")


def filled(folder: Path) -> Path:
    """Fills a folder with a model, a data set of 4 x 4 images and arrays."""
    layers = [qlif.Dense(12, qlif.QLIF()), qlif.Dense(CLASSES, qlif.QLIF())]
    network = qlif.Network(input_shape=(SIDE * SIDE,), steps=6, seed=1, layers=layers)
    network.save(folder / "model.safetensors")
    model = (folder / "model.safetensors").read_bytes()
    (folder / "cut.safetensors").write_bytes(model[: len(model) // 2])
    (folder / "empty.safetensors").write_bytes(b"")
    (folder / "foreign.safetensors").write_bytes(struct.pack("<Q", 2) + b"{}")

    convolution = qlif.Network(
        input_shape=(1, SIDE, SIDE),
        steps=6,
        seed=1,
        layers=[
            qlif.Conv2d(3, 3, qlif.QLIF()),
            qlif.Conv2d(2, 1, qlif.QLIF()),
            qlif.MaxPool2d(2),
            qlif.Dense(CLASSES, qlif.QLIF()),
        ],
    )
    convolution.save(folder / "conv.safetensors")

    images = np.arange(5 * SIDE * SIDE, dtype=np.uint8)
    data = folder / "data" / "mnist"
    data.mkdir(parents=True)
    header = struct.pack(">4B3I", 0, 0, 8, 3, 5, SIDE, SIDE)
    with gzip.open(data / "t10k-images-idx3-ubyte.gz", "wb") as file:
        file.write(header + images.tobytes())
    labels = struct.pack(">4BI5B", 0, 0, 8, 1, 5, *(0, 1, 2, 0, 1))
    (data / "t10k-labels-idx1-ubyte").write_bytes(labels)

    batch = np.linspace(0, 1, 5 * SIDE * SIDE).reshape(5, SIDE * SIDE)
    np.save(folder / "batch.npy", batch)
    np.save(folder / "big.npy", batch.astype(">f4"))
    np.save(folder / "fortran.npy", np.asfortranarray(batch.astype(np.float32)))
    np.save(folder / "images.npy", batch.reshape(5, SIDE, SIDE).astype(np.float32))
    np.save(folder / "bytes.npy", images.reshape(5, SIDE * SIDE))
    np.save(folder / "sequence.npy", np.repeat(batch[:, None], 7, axis=1).transpose(1, 0, 2))
    np.save(folder / "odd.npy", np.zeros(7))
    np.save(folder / "nan.npy", np.full(SIDE * SIDE, np.nan))
    np.save(folder / "path.npy", [[0.0, 0, 1], [0, -0.6, 0.8], [0.1, -0.5, 0.5]])
    np.save(folder / "outside.npy", [[0.0, 0, 1], [0, -1, 1]])
    (folder / "cut.npy").write_bytes((folder / "batch.npy").read_bytes()[:-8])
    return folder


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    environment = {name: value for name, value in os.environ.items() if name != "QLIF_DATA"}
    return subprocess.run(
        [str(render.program()), *arguments],
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=60,
        env=environment | variables,
    )


def chunks(png: bytes) -> list[tuple[bytes, bytes]]:
    """The chunks of a PNG file, whose check sums must be right."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = [], 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        kind, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + length]
        (check,) = struct.unpack(">I", png[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(kind + data)
        found.append((kind, data))
        place += 12 + length
    assert found[-1] == (b"IEND", b"")
    return found


def texts(png: bytes) -> dict[str, str]:
    found = {}
    for kind, data in chunks(png):
        if kind == b"tEXt":
            key, value = data.split(b"\0", 1)
        elif kind == b"iTXt":
            # Two flags, then language and translated keyword, both empty.
            key, _, _, value = data.replace(b"\0\0\0", b"\0", 1).split(b"\0", 3)
        else:
            continue
        found[key.decode("ascii")] = value.decode("utf-8")
    return found

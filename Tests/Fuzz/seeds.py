"""Writes the seeds of the fuzzers into corpus/: run it where the format of the files changes.

    python Tests/Fuzz/seeds.py
"""

import io
import sys
from pathlib import Path

import numpy as np

import qlif

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "python" / "tests" / "support"))
import sealing  # noqa: E402


def trainers():
    noise = qlif.Noise(shots=10, depolarizing=0.01, thermal=(10, 12, 0.1, 0.01))
    dense = [qlif.Dense(3, qlif.QLIF()), qlif.Dense(2, qlif.QLIF(dropout=0.1))]
    image = [
        qlif.Conv2d(2, kernel=3, neuron=qlif.QLIF()),
        qlif.MaxPool2d(2),
        qlif.Dense(3, qlif.LIF(beta=0.9)),
    ]
    network = qlif.Network(input_shape=(4,), layers=dense, steps=3, seed=1)
    yield "dense", qlif.Trainer(network, noise=noise, schedule="one_cycle", total_steps=9)
    network = qlif.Network(input_shape=(1, 6, 6), layers=image, steps=3, seed=1)
    yield "image", qlif.Trainer(network, weight_decay=0.1)


def models(folder):
    for name, trainer in trainers():
        shape = trainer.network.input_shape
        trainer.step(np.full((2, *shape), 0.5, np.float32), [0, 1])
        file = folder / "file"
        trainer.save(file)
        whole = file.read_bytes()
        file.unlink()
        metadata, tensors = sealing.unpack(whole)
        lines = [metadata["qlif.network"], metadata["qlif.trainer"]]
        lines += [" ".join([key, *map(str, sizes)]) for key, (sizes, _) in tensors.items()]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
        if name == "dense":
            (folder / f"{name}.raw").write_bytes(b"r" + whole)


def readers(folder):
    arrays = {
        "floats": np.arange(8, dtype="<f4").reshape(2, 4),
        "bytes": np.arange(6, dtype="u1").reshape(1, 2, 3),
        "fortran": np.asfortranarray(np.arange(6, dtype=">i2").reshape(2, 3)),
        "halves": np.array(1, "<f2"),
    }
    for name, array in arrays.items():
        stream = io.BytesIO()
        np.save(stream, array)
        (folder / f"{name}.npy").write_bytes(b"n" + stream.getvalue())
    for rank, sizes in ((1, (3,)), (3, (2, 2, 3))):
        header = bytes([0, 0, 8, rank]) + np.array(sizes, ">u4").tobytes()
        file = bytes([rank - 1]) + header + bytes(int(np.prod(sizes)))
        (folder / f"rank{rank}.idx").write_bytes(file)


for kind, write in {"models": models, "readers": readers}.items():
    folder = HERE / "corpus" / kind
    folder.mkdir(parents=True, exist_ok=True)
    write(folder)

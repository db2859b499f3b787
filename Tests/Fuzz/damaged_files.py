"""Sends damaged and rewritten files through every reader, and says what breaks.

    python Tests/Fuzz/damaged_files.py COUNT [SEED]

Models and trainers (also with checksums that fit what was rewritten), IDX and NPY files, plain and compressed,
and the results of qlif.compare and qlif.robustness. A reader may take a file or refuse it with an error of
its own, in bounded memory and time: anything else is a finding, and its file is kept in the folder that is
named at the end. Of the files, most go through the library and the package; each fortieth, and each NPY
file, which nothing else reads, is drawn by qlif-render, a process each.
"""

from __future__ import annotations

import gzip
import io
import json
import multiprocessing
import os
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

import numpy as np

import qlif
from qlif import datasets
from qlif._engine import locate
from qlif.datasets import _idx
from qlif.plot import _results as plot_results
from qlif.studies.compare import _storage as compare_storage
from qlif.studies.robustness import _storage as robustness_storage

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "python" / "tests" / "support"))
import sealing  # noqa: E402

MEMORY = 4 << 30  # bytes of address space, most of it numpy's and never touched
RESIDENT = 1 << 20  # KiB
SECONDS = 60  # for a batch of files, and for a drawing
BATCH = 500
REFUSED = (qlif.QlifError, datasets.DatasetError, OSError)
RENDER = locate.first_file(locate.candidates("QLIF_RENDER", "bin", "qlif-render"))

NUMBERS = [0, -1, 1, 2, 3, 2**31 - 1, 2**31, 2**32, 2**53 + 1, 2**62, 2**63 - 1, -(2**63), 2**64, 10**40]
VALUES = [*NUMBERS, 1e308, -1e308, 1e-320, 0.5, "", "qlif", "x" * 70, None, True, [], {}, [1], [[]], {"a": 1}]


# ---- Whole files -----------------------------------------------------------------------------


def model_files() -> list[bytes]:
    files = []
    noise = qlif.Noise(shots=10, depolarizing=0.01, thermal=(10, 12, 0.1, 0.01))
    neurons = [qlif.QLIF(), qlif.QLIF(memory="coherent", leak="relaxation"), qlif.LIF(beta=0.9)]
    for neuron in neurons:
        dense = [qlif.Dense(5, neuron), qlif.Dense(3, neuron)]
        image = [qlif.Conv2d(2, kernel=3, neuron=neuron), qlif.MaxPool2d(2), qlif.Dense(3, neuron)]
        for shape, layers in (((6,), dense), ((1, 6, 6), image)):
            network = qlif.Network(input_shape=shape, layers=layers, steps=3, seed=1)
            with_noise = isinstance(neuron, qlif.QLIF) and len(shape) == 1
            trainer = qlif.Trainer(network, noise=noise if with_noise else None)
            trainer.step(np.full((2, *shape), 0.5, np.float32), [0, 1])
            files += [network.to_bytes(), trainer.to_bytes()]
    X, y = np.random.default_rng(0).uniform(0, 1, (30, 6)), np.arange(30) % 3
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "estimator"
        qlif.QSNNClassifier(hidden=(4,), steps=3, epochs=1, verbose=False, random_state=0).fit(X, y).save(path)
        files.append(path.read_bytes())
    return files


def idx_files() -> list[bytes]:
    header = bytes([0, 0, 8])
    return [
        header + bytes([3]) + struct.pack(">3I", 4, 5, 6) + bytes(range(120)),
        header + bytes([1]) + struct.pack(">I", 4) + bytes(range(4)),
    ]


def npy_files() -> list[bytes]:
    files = []
    for dtype in ("<f4", ">f8", "u1", "<i8", "?", "<f2"):
        for array in (np.zeros((3, 6), dtype), np.asfortranarray(np.ones((2, 3, 6), dtype))):
            stream = io.BytesIO()
            np.save(stream, array)
            files.append(stream.getvalue())
    return files


def results_files() -> list[bytes]:
    figures = ("precision", "recall", "f1", "auc", "spikes_per_inference", "published_accuracy")
    speeds = ("training_seconds", "images_per_second", "inference_images_per_second", "epochs")
    run = {
        **dict.fromkeys(figures), **dict.fromkeys(speeds, 2.5), "settings": {"parameters": {}, "images": "all"},
        "parameters": 100, "layers": [{"layer": 0, "firing_rate": 0.1}],
        "model": "qsnn", "dataset": "mnist", "title": "QSNN", "dataset_title": "MNIST", "seed": 0, "accuracy": 0.5,
        "classes": ["0", "1"], "training_images": 10, "test_images": 10, "confusion": [[3, 2], [1, 4]],
        "history": {"epoch": [1, 2], "loss": [1.0, 0.5], "accuracy": [0.4, 0.6]},
        "roc": {
            "false_positive_rate": [0, 0.5, 1], "true_positive_rate": [[0, 0.7, 1], None], "auc": [0.6, None],
        },
    }  # fmt: skip
    row = {"model": "plain", "sweep": "shots", "value": 4, "mean": 0.5, "lowest": 0.4, "highest": 0.6, "seeds": 3}
    rows = [{**row, "value": value, "mean": 0.5 + value / 1000} for value in (4, 16, 64)]
    rows.append({**row, "sweep": "exact", "value": None})
    study = {
        "settings": {"dataset_title": "MNIST", "test_images": 100, "shots": None},
        "models": [{"name": "plain", "title": "trained without noise", "identity": {}}],
        "measurements": [{"model": "plain", "sweep": "shots", "value": 16, "seed": 0, "accuracy": 0.5}],
        "sweeps": {"shots": {"title": "Shots", "label": "shots"}},
        "summary": rows,
    }
    return [json.dumps(each).encode() for each in (run, {"runs": [run, {**run, "seed": 1}]}, study)]


# ---- Damage ----------------------------------------------------------------------------------


def break_bytes(data: bytes, rng: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(out) + 1)
        match rng.randrange(6):
            case 0 if out:
                out[at % len(out)] ^= 1 << rng.randrange(8)
            case 1:
                del out[at:]
            case 2:
                del out[at : at + rng.randrange(1, 20)]
            case 3:
                out[at:at] = rng.randbytes(rng.randrange(1, 20))
            case 4:
                out[at : at + 8] = struct.pack("<Q", rng.choice(NUMBERS) % 2**64)
            case _:
                other = rng.randrange(len(out) + 1)
                out[at : at + 16] = out[other : other + 16]
    return bytes(out)


def rewrite(value, rng: random.Random):
    """A JSON value with something in it changed, left out or given twice."""
    if rng.random() < 0.15 or not isinstance(value, (dict, list)) or not value:
        return rng.choice(VALUES)
    if isinstance(value, dict):
        key = rng.choice(list(value))
        match rng.randrange(8):
            case 0:
                return {name: each for name, each in value.items() if name != key}
            case 1:
                return {**value, "more": rng.choice(VALUES)}
            case _:
                return {**value, key: rewrite(value[key], rng)}
    at = rng.randrange(len(value))
    match rng.randrange(8):
        case 0:
            return value[:at] + value[at + 1 :]
        case 1:
            return value[:at] + value[at : at + 1] * rng.choice((2, 2, 50)) + value[at + 1 :]
        case _:
            return [*value[:at], rewrite(value[at], rng), *value[at + 1 :]]


def rewrite_text(text: str, rng: random.Random) -> str:
    try:
        return json.dumps(rewrite(json.loads(text), rng))
    except ValueError:
        return break_bytes(text.encode(), rng).decode(errors="replace")


def rewrite_model(data: bytes, rng: random.Random) -> bytes:
    """A model that says something else, with a checksum that fits."""
    metadata, tensors = sealing.unpack(data)
    for _ in range(rng.choice((1, 1, 2))):
        if rng.random() < 0.7:
            key = rng.choice(list(metadata))
            metadata[key] = rewrite_text(metadata[key], rng)
            continue
        name = rng.choice(list(tensors))
        shape, values = tensors.pop(name)
        match rng.randrange(5):
            case 0:
                name += "x"
            case 1:
                shape = [*reversed(shape)]
            case 2:
                values = struct.pack("<f", rng.choice((np.nan, np.inf, 3e38, -1e-40))) * (len(values) // 4)
            case 3:
                shape, values = [1, *shape], values
            case _:
                continue
        tensors[name] = (shape, values)
    return sealing.pack(metadata, tensors) if tensors else b""


def rewrite_idx(data: bytes, rng: random.Random) -> bytes:
    rank = data[3]
    sizes = list(struct.unpack(f">{rank}I", data[4 : 4 + 4 * rank]))
    sizes[rng.randrange(rank)] = rng.choice(NUMBERS) % 2**32
    return data[:4] + struct.pack(f">{rank}I", *sizes) + data[4 + 4 * rank :]


def rewrite_npy(data: bytes, rng: random.Random) -> bytes:
    length = struct.unpack("<H", data[8:10])[0]
    header = data[10 : 10 + length].decode()
    sizes = ", ".join(str(rng.choice([*NUMBERS, 3, 6])) for _ in range(rng.randrange(1, 4)))
    words = {
        "'shape': (": f"'shape': ({sizes}, ",
        "'descr': '": f"'descr': '{rng.choice(('<f4', '|O', '<c8', '<f16', '<U9', '>i3', ''))}",
        "False": rng.choice(("True", "1", "None")),
        "{": rng.choice(("{" * 200, "[", "")),
    }
    old, new = rng.choice(list(words.items()))
    header = header.replace(old, new, 1)
    return data[:8] + struct.pack("<H", len(header) % 65536) + header.encode() + data[10 + length :]


KINDS = {
    "model": (model_files, rewrite_model, 5),
    "idx": (idx_files, rewrite_idx, 1),
    "npy": (npy_files, rewrite_npy, 1),
    "results": (results_files, lambda data, rng: rewrite_text(data.decode(), rng).encode(), 1),
}


def damaged(kind: str, whole: list[bytes], rng: random.Random) -> bytes:
    data = rng.choice(whole)
    change = KINDS[kind][1] if rng.random() < 0.7 else break_bytes
    data = change(data, rng)
    if kind in ("idx", "npy") and rng.random() < 0.3:
        data = gzip.compress(data, 1)
        if rng.random() < 0.5:
            data = break_bytes(data, rng)
    return data


# ---- Readers ---------------------------------------------------------------------------------


def use(network: qlif.Network) -> None:
    shape = network.input_shape
    if np.prod(shape, dtype=float) * network.steps <= 1e6:
        network.predict(np.full((2, *shape), 0.5, np.float32))


def train(trainer: qlif.Trainer) -> None:
    network = trainer.network
    use(network)
    if np.prod(network.input_shape, dtype=float) * network.steps <= 1e6:
        trainer.step(np.full((2, *network.input_shape), 0.5, np.float32), [0, 0])


def study(path: Path) -> None:
    folder = path.parent / "study"
    folder.mkdir(exist_ok=True)
    shutil.copy(path, folder / "results.json")
    settings = {"dataset_title": "MNIST", "test_images": 100, "shots": None, "device": None}
    robustness_storage.Study(folder, settings)


READERS = {
    "model": [
        lambda path: use(qlif.Network.load(path)),
        lambda path: train(qlif.Trainer.load(path)),
        lambda path: use(qlif.Network.from_bytes(path.read_bytes())),
        lambda path: qlif.QSNNClassifier.load(path).predict(np.full((2, 6), 0.5)),
    ],
    "idx": [lambda path: _idx.read(path, 1), lambda path: _idx.read(path, 3)],
    "npy": [],
    "results": [
        compare_storage.read,
        study,
        lambda path: plot_results.groups(path, None, None, None),
        plot_results.study,
    ],
}


def drawings(kind: str, path: Path, model: Path) -> list[list[str]]:
    folder = path.parent
    if kind == "model":
        return [["filters", "--model", str(path), "--layer", "0"]]
    if kind == "npy":
        return [["raster", "--model", str(model), "--input", str(path), "--index", "0"]]
    if kind == "idx":
        images = folder / "t10k-images-idx3-ubyte"
        shutil.copy(path, images)
        (folder / "t10k-labels-idx1-ubyte").write_bytes(idx_files()[1])
        arguments = ["--dataset", "mnist", "--data", str(folder), "--index", "1"]
        return [["raster", "--model", str(model), *arguments]]
    return []


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def draw(arguments: list[str]) -> str | None:
    """What is wrong with how the program ended, if anything."""
    output = str(Path(arguments[2]).parent / "out.png")
    done = subprocess.run(
        [str(RENDER), *arguments, "--output", output], capture_output=True, text=True, errors="replace",
        timeout=SECONDS, preexec_fn=limit,
    )  # fmt: skip
    is_error_in_words = done.stderr.startswith("qlif-render: ") and done.stderr.count("\n") == 1
    if done.returncode == 0 or done.returncode == 2 and is_error_in_words:
        return None
    return f"qlif-render {arguments[0]} ended with {done.returncode}: {done.stderr[-300:]}"


def work(kind: str, first: int, count: int, seed: int, folder: Path, pipe) -> None:
    """Reads a batch of files; says what breaks, and how often files were taken and refused."""
    limit()
    warnings.simplefilter("ignore")
    whole = KINDS[kind][0]()
    counts: Counter[str] = Counter()
    path, model = folder / kind, folder / "whole"
    model.write_bytes(model_files()[0])
    for number in range(first, first + count):
        rng = random.Random(f"{seed}/{kind}/{number}")
        path.write_bytes(damaged(kind, whole, rng))
        pipe.send(("at", number))
        for reader in READERS[kind]:
            try:
                reader(path)
                counts["taken"] += 1
            except REFUSED:
                counts["refused"] += 1
            except BaseException as error:
                pipe.send(("broken", number, f"{type(error).__name__}: {error}", path.read_bytes()))
        if RENDER and (not READERS[kind] or number % 40 == 0):
            for arguments in drawings(kind, path, model):
                counts["drawn"] += 1
                try:
                    problem = draw(arguments)
                except subprocess.TimeoutExpired:
                    problem = f"qlif-render {arguments[0]} took more than {SECONDS} s"
                if problem:
                    pipe.send(("broken", number, problem, path.read_bytes()))
    counts["resident"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send(("done", counts))


def batch(kind: str, first: int, count: int, seed: int, folder: Path, kept: Path) -> tuple[Counter[str], list[str]]:
    """The same in a process of its own, which may end in any way."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    worker = context.Process(target=work, args=(kind, first, count, seed, folder, theirs))
    worker.start()
    theirs.close()
    problems, number, counts = [], first, Counter()
    while True:
        try:
            if not ours.poll(SECONDS):
                problems.append(f"{kind} {number}: no end after {SECONDS} s")
                break
            what, *rest = ours.recv()
        except EOFError:
            worker.join()
            problems.append(f"{kind} {number}: the process ended with {worker.exitcode}")
            break
        if what == "at":
            number = rest[0]
        elif what == "broken":
            problems.append(f"{kind} {rest[0]}: {rest[1]}")
            (kept / f"{kind}-{rest[0]}").write_bytes(rest[2])
            continue
        else:
            counts = rest[0]
            break
    if not counts:
        shutil.copy(folder / kind, kept / f"{kind}-{number}")
    worker.join(timeout=10)
    worker.kill()
    worker.join()
    if counts["resident"] > RESIDENT:
        problems.append(f"{kind} {first} to {first + count}: {counts['resident'] >> 10} MiB were needed")
    return counts, problems


def main() -> int:
    total = int(sys.argv[1])
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    shares = sum(share for _, _, share in KINDS.values())
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    kept = Path(tempfile.mkdtemp(prefix="qlif-findings-"))
    broken = False
    with tempfile.TemporaryDirectory(prefix="qlif-damaged-") as folder:
        for kind, (_, _, share) in KINDS.items():
            wanted = max(1, total * share // shares)
            counts: Counter[str] = Counter()
            most = 0
            for first in range(0, wanted, BATCH):
                size = min(BATCH, wanted - first)
                found, problems = batch(kind, first, size, seed, Path(folder), kept)
                most = max(most, found.pop("resident", 0))
                counts += found
                for problem in problems:
                    broken = True
                    print(problem, flush=True)
            print(
                f"{kind}: {wanted} files; {counts['taken']} times taken, {counts['refused']} times refused, "
                f"{counts['drawn']} drawings; {most >> 10} MiB at the most",
                flush=True,
            )
    print(f"seed {seed}; " + (f"findings are in {kept}" if broken else "nothing broke"))
    if not broken:
        kept.rmdir()
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())

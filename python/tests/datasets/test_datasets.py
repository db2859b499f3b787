"""Data sets: reading, refusing, downloading. No test needs the network."""

import gzip
import hashlib
import http.server
import struct
import threading
import tracemalloc

import numpy as np
import pytest
from damage import damaged

import qlif
from qlif import datasets
from qlif.datasets import DatasetError, _catalogue, _idx, _load, load

FILES = _catalogue.FILES


def idx(values):
    return (
        bytes([0, 0, 8, values.ndim])
        + struct.pack(f">{values.ndim}I", *values.shape)
        + values.tobytes()
    )


def tiny_set():
    """Four files of 6 and 4 images of 3 x 3."""
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (6, 3, 3), np.uint8),
        rng.integers(0, 10, 6, np.uint8),
        rng.integers(0, 256, (4, 3, 3), np.uint8),
        rng.integers(0, 10, 4, np.uint8),
    ]
    return dict(zip(FILES, arrays, strict=True))


def write(folder, compressed=True, **changed):
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in tiny_set().items():
        data = changed.get(name.split("-")[0] + name.split("-")[1], idx(values))
        if compressed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(data))
        else:
            (folder / name).write_bytes(data)


def check(splits):
    arrays = list(tiny_set().values())
    for (X, y), images, labels in zip(splits, arrays[::2], arrays[1::2], strict=True):
        assert X.dtype == np.float32
        assert y.dtype == np.int64
        np.testing.assert_array_equal(X, (images / 255).astype(np.float32).reshape(len(images), 9))
        np.testing.assert_array_equal(y, labels)


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch, tmp_path):
    """No test finds the user's data or cache."""
    monkeypatch.delenv("QLIF_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("nested", [True, False])
def test_a_folder_of_files(tmp_path, compressed, nested):
    write(tmp_path / "kmnist" if nested else tmp_path, compressed)
    check(load("kmnist", tmp_path))
    check(load("kmnist", str(tmp_path)))


TORCHVISION = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}


@pytest.mark.parametrize("name", list(TORCHVISION))
def test_where_torchvision_leaves_them(tmp_path, name):
    write(tmp_path / TORCHVISION[name] / "raw", compressed=False)
    check(load(name, tmp_path))


@pytest.mark.parametrize("compressed", [True, False])
def test_names_with_a_dot(tmp_path, compressed):
    write(tmp_path, compressed)
    for path in list(tmp_path.iterdir()):
        path.rename(tmp_path / path.name.replace("-idx", ".idx"))
    check(load("mnist", tmp_path))


def test_the_cache_is_a_place_like_others(tmp_path):
    write(_load.cache_dir() / "mnist", compressed=False)
    check(load("mnist"))


def test_an_error_says_the_path_once(tmp_path):
    write(tmp_path)
    path = tmp_path / f"{FILES[0]}.gz"
    path.unlink()
    path.symlink_to(path.name)
    with pytest.raises(DatasetError) as caught:
        _idx.read(path, 3)
    assert str(caught.value).count(str(path)) == 1


def test_a_header_takes_no_memory(tmp_path):
    """A gigabyte is promised, and a hundred bytes are there."""
    path = tmp_path / "images"
    header = b"\0\0\x08\x03" + struct.pack(">3I", 2**10, 2**10, 2**10)
    for data in (header + b"\0" * 100, gzip.compress(header + b"\0" * 100)):
        path.write_bytes(data)
        tracemalloc.start()
        with pytest.raises(DatasetError, match="holds 100 values"):
            _idx.read(path, 3)
        assert tracemalloc.get_traced_memory()[1] < 1 << 24
        tracemalloc.stop()


def test_damaged_files_never_crash(tmp_path):
    """Thousands of mutations: an error of ours, or values as the header says."""
    rng = np.random.default_rng(0)
    path = tmp_path / "images"
    refused = worked = 0
    for whole in (IMAGES, gzip.compress(IMAGES)):
        for round_ in range(2000):
            data = damaged(whole, rng, round_ % 4, head=40, longest=9)
            path.write_bytes(data)
            try:
                assert _idx.read(path, 3).ndim == 3
                worked += 1
            except DatasetError:
                refused += 1
    assert refused > 2500
    assert worked > 0


def test_the_environment_names_a_folder(tmp_path, monkeypatch):
    write(tmp_path / "data" / "mnist")
    monkeypatch.setenv("QLIF_DATA", str(tmp_path / "data"))
    check(load("mnist"))


def test_a_folder_that_is_given_is_the_only_one(tmp_path, monkeypatch):
    write(tmp_path / "data" / "mnist")
    monkeypatch.setenv("QLIF_DATA", str(tmp_path / "data"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="empty"):
        load("mnist", tmp_path / "empty")


def test_unknown_names():
    with pytest.raises(qlif.ArgumentError, match="'fashion-mnist'"):
        load("imagenet")


IMAGES = idx(tiny_set()[FILES[0]])
LABELS = idx(tiny_set()[FILES[1]])


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize(
    "broken",
    [
        {"trainimages": b""},
        {"trainimages": IMAGES[:10]},
        {"trainimages": IMAGES[:-1]},
        {"trainimages": IMAGES + b"\0"},
        {"trainimages": LABELS},
        {"trainimages": b"\0\0\x08\x03" + b"\xff" * 12 + b"\0" * 100},
        {"trainimages": b"\0\0\x08\x03" + struct.pack(">3I", 2**31, 2**31, 4) + b"\0" * 100},
        {"trainimages": b"\0\0\x0d\x03" + IMAGES[4:]},
        {"trainimages": b"\0\0\x08\x03" + struct.pack(">3I", 0, 3, 3)},
        {"trainlabels": idx(np.zeros(5, np.uint8))},
        {"trainlabels": idx(np.full(6, 10, np.uint8))},
        {"t10kimages": b"<html>not found</html>"},
    ],
)
def test_damaged_files_are_refused(tmp_path, broken, compressed):
    write(tmp_path, compressed, **broken)
    with pytest.raises(DatasetError):
        load("mnist", tmp_path)


@pytest.mark.parametrize("cut", [1, 8, 20, 60])
def test_cut_off_gzip_files_are_refused(tmp_path, cut):
    write(tmp_path)
    path = tmp_path / f"{FILES[0]}.gz"
    path.write_bytes(path.read_bytes()[:-cut])
    with pytest.raises(DatasetError, match="cut off|damaged|IDX"):
        load("mnist", tmp_path)


def test_flipped_bits_in_gzip_files_are_refused(tmp_path):
    write(tmp_path)
    path = tmp_path / f"{FILES[0]}.gz"
    whole = path.read_bytes()
    for position in range(10, len(whole) - 8, 3):
        damaged = bytearray(whole)
        damaged[position] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(DatasetError):
            load("mnist", tmp_path)


# ---- Downloads ---------------------------------------------------------------------------


class Mirror(http.server.BaseHTTPRequestHandler):
    """Serves what the test put into `files`; `truncate` cuts the connection half-way.

    With `endless`, what it serves has no end and no length.
    """

    files: dict = {}
    requests: list = []
    truncate = False
    endless = False
    sent = 0

    def do_GET(self):
        name = self.path.rsplit("/", 1)[1]
        self.requests.append(name)
        body = self.files.get(name)
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        if self.endless:
            self.end_headers()
            try:
                while Mirror.sent < 1 << 28:
                    Mirror.sent += self.wfile.write(b"\0" * (1 << 16))
            except OSError:
                return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.truncate else body)

    def log_message(self, *args):
        pass


def official_file(data, md5=None):
    """What the catalogue would say of a compressed file."""
    return _catalogue.File(
        len(data),
        hashlib.sha256(data).hexdigest(),
        md5 or hashlib.md5(gzip.decompress(data)).hexdigest(),
    )


@pytest.fixture
def mirror(monkeypatch):
    """A local mirror of a tiny MNIST, in the catalogue under the real name."""
    files = {name: idx(values) for name, values in tiny_set().items()}
    Mirror.files = {f"{name}.gz": gzip.compress(data) for name, data in files.items()}
    official = tuple(official_file(Mirror.files[f"{name}.gz"]) for name in FILES)
    Mirror.requests = []
    Mirror.truncate = Mirror.endless = False
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Mirror)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/mnist/"
    monkeypatch.setitem(_catalogue.CATALOGUE, "mnist", _catalogue.Source(url, "MNIST", official))
    # A proxy of this machine must not stand between.
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    yield Mirror
    server.shutdown()
    server.server_close()


def cached():
    return sorted(path.name for path in _load.cache_dir().rglob("*") if path.is_file())


def test_a_download_fills_the_cache_once(mirror, capfd):
    check(load("mnist"))
    assert cached() == sorted(f"{name}.gz" for name in FILES)
    assert "train-images" in capfd.readouterr().err  # the progress bar
    check(load("mnist"))
    assert len(mirror.requests) == 4


def test_what_is_at_hand(mirror, tmp_path, monkeypatch):
    assert not datasets.at_hand("mnist")
    assert datasets.at_hand("digits")
    load("mnist")
    assert datasets.at_hand("mnist")
    assert not datasets.at_hand("kmnist")
    write(tmp_path / "data" / "kmnist")
    monkeypatch.setenv("QLIF_DATA", str(tmp_path / "data"))
    assert datasets.at_hand("kmnist")


def test_a_wrong_file_is_not_left_behind(mirror):
    """One of the same size, and one that differs in its contents alone."""
    name = f"{FILES[0]}.gz"
    damaged = bytearray(mirror.files[name])
    damaged[-1] ^= 1
    mirror.files[name] = bytes(damaged)
    with pytest.raises(DatasetError, match="SHA-256"):
        load("mnist")
    assert cached() == []


def test_the_contents_are_checked_too(mirror, monkeypatch):
    source = _catalogue.CATALOGUE["mnist"]
    data = mirror.files[f"{FILES[0]}.gz"]
    files = (official_file(data, md5="0" * 32), *source.files[1:])
    monkeypatch.setitem(
        _catalogue.CATALOGUE, "mnist", _catalogue.Source(source.url, "MNIST", files)
    )
    with pytest.raises(DatasetError, match="MD5"):
        load("mnist")
    assert cached() == []


def test_no_more_is_taken_than_the_file_has(mirror):
    mirror.endless = True
    with pytest.raises(DatasetError, match="more than its"):
        load("mnist")
    assert cached() == []
    assert mirror.sent < 1 << 26


def test_a_cut_off_download_is_not_left_behind(mirror):
    mirror.truncate = True
    with pytest.raises(DatasetError, match="cut off"):
        load("mnist")
    assert cached() == []


@pytest.mark.parametrize("body", [None, b"", b"<html></html>", gzip.compress(b"x" * 99)[:-9]])
def test_what_is_not_the_file_is_not_left_behind(mirror, body):
    mirror.files = {**mirror.files, f"{FILES[1]}.gz": body}
    with pytest.raises(DatasetError, match=FILES[1]):
        load("mnist")
    assert cached() == [f"{FILES[0]}.gz"]


def test_no_mirror(monkeypatch):
    source = _catalogue.Source("http://127.0.0.1:9/", "MNIST", _catalogue.CATALOGUE["mnist"].files)
    monkeypatch.setitem(_catalogue.CATALOGUE, "mnist", source)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(DatasetError, match="cannot be downloaded"):
        load("mnist")
    assert cached() == []


def test_ctrl_c_leaves_nothing_behind(mirror, monkeypatch):
    from qlif.datasets import _download

    def interrupted(url, size, name):
        raise KeyboardInterrupt

    monkeypatch.setattr(_download, "_download", interrupted)
    with pytest.raises(KeyboardInterrupt):
        load("mnist")
    assert cached() == []


def test_a_cache_that_cannot_be_written(mirror, monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(blocked))
    with pytest.raises(DatasetError, match="cannot be written"):
        load("mnist")


# ---- Real data -----------------------------------------------------------------------------


def test_digits():
    (X, y), (X_test, y_test) = load("digits")
    assert X.shape == (1437, 64)
    assert X_test.shape == (360, 64)
    assert X.dtype == np.float32
    assert y.dtype == np.int64
    assert X.min() == 0
    assert X.max() == 1
    shares = np.bincount(y_test) / np.bincount(np.concatenate([y, y_test]))
    np.testing.assert_allclose(shares, 0.2, atol=0.01)
    np.testing.assert_array_equal(load("digits")[0][0], X)


@pytest.mark.parametrize(
    ("name", "count"), [("mnist", 60000), ("fashion-mnist", 60000), ("kmnist", 7010)]
)
def test_the_shared_files(data_dir, name, count):
    (X, y), (X_test, y_test) = load(name, data_dir)
    assert X.shape == (count, 784)
    assert X_test.shape == (10000, 784)
    assert y.shape == (count,)
    assert np.bincount(y_test).tolist() != []
    assert X.min() == 0
    assert X.max() == 1
    assert set(np.unique(y)) == set(range(10))


@pytest.mark.parametrize("name", list(_catalogue.CATALOGUE))
def test_the_official_sums_are_those_of_the_shared_files(data_dir, name):
    """The catalogue's MD5s, on the complete files that are at hand."""
    for file, official in zip(FILES, _catalogue.CATALOGUE[name].files, strict=True):
        if name == "kmnist" and file.startswith("train"):
            continue  # a part of it
        data = gzip.decompress((data_dir / name / f"{file}.gz").read_bytes())
        assert hashlib.md5(data).hexdigest() == official.md5

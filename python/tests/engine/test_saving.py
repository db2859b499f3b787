"""What a save does to what it is pointed at, whoever saves.

Pipes, sockets and nodes are made in folders of the tests' own.
"""

import json
import os
import resource
import signal
import socket
import stat
import subprocess
import threading
import time

import numpy as np
import pytest
from damage import damaged
from networks import make_network

import qlif
from qlif._engine import files
from qlif.studies import results

PNG = qlif.render.PNG(b"\x89PNG one picture")


def save_network(path):
    make_network().save(path)


def save_trainer(path):
    qlif.Trainer(make_network()).save(path)


def save_picture(path):
    PNG.save(path)


def save_results(path):
    results.write(path, "{}\n")


def save_arrays(path):
    files.write_arrays(path, {"a": np.arange(3)})


def save_circuit(path):
    """The program's own writer."""
    done = subprocess.run(
        [qlif.render.program(), "qasm", "--drive=0.2", b"--output=" + os.fsencode(path)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        assert done.returncode == 2
        assert done.stderr.count(b"\n") == 1
        raise qlif.FileError(done.stderr.decode("utf-8", "replace"))


SAVERS = [save_network, save_trainer, save_picture, save_results, save_arrays, save_circuit]


@pytest.fixture(params=SAVERS, ids=lambda save: save.__name__.removeprefix("save_"))
def save(request):
    return request.param


def kind(path):
    return stat.S_IFMT(os.lstat(path).st_mode)


def as_somebody(function):
    """Runs a function in a child that is not root."""

    def run():
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        function()

    return in_a_child(run)


def in_a_child(function):
    """Runs a function in a child; what it raises comes back in words."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            function()
            answer = "done"
        except BaseException as error:
            answer = f"{type(error).__name__}: {error}"
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as stream:
        answer = stream.read()
    os.waitpid(child, 0)
    return answer


as_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root")


def test_a_new_file_obeys_the_umask(save, tmp_path):
    for mask, mode in ((0o022, 0o644), (0o077, 0o600), (0o002, 0o664)):
        before = os.umask(mask)
        try:
            save(tmp_path / f"{mask}")
        finally:
            os.umask(before)
        assert stat.S_IMODE(os.stat(tmp_path / f"{mask}").st_mode) == mode


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_the_mode_is_kept(save, tmp_path, mode):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(mode)
    save(path)
    assert path.read_bytes() != b"old"
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert os.listdir(tmp_path) == ["f"]


@as_root
def test_the_owner_is_kept(save, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    os.chown(path, 1234, 2345)
    save(path)
    found = path.stat()
    assert (found.st_uid, found.st_gid) == (1234, 2345)


@pytest.mark.parametrize("target", ["there", "absent"])
def test_a_link_is_followed_and_stays(save, tmp_path, target):
    if target == "there":
        (tmp_path / "there").write_bytes(b"old")
    (tmp_path / "far").symlink_to(target)
    (tmp_path / "link").symlink_to(tmp_path / "far")
    save(tmp_path / "link")
    assert kind(tmp_path / "link") == stat.S_IFLNK
    assert kind(tmp_path / target) == stat.S_IFREG
    assert (tmp_path / target).read_bytes() != b"old"
    assert sorted(os.listdir(tmp_path)) == sorted(["far", "link", target])


def test_a_pipe_is_written_to(save, tmp_path):
    path, received = tmp_path / "pipe", []
    os.mkfifo(path)
    reader = threading.Thread(target=lambda: received.append(path.read_bytes()))
    reader.start()
    save(path)
    reader.join(30)
    assert kind(path) == stat.S_IFIFO
    save(tmp_path / "file")
    if save is not save_trainer:
        assert received == [(tmp_path / "file").read_bytes()]
    assert sorted(os.listdir(tmp_path)) == ["file", "pipe"]


def test_a_socket_is_refused(save, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        with pytest.raises(qlif.FileError, match="socket"):
            save(tmp_path / "s")
    assert kind(tmp_path / "s") == stat.S_IFSOCK
    assert os.listdir(tmp_path) == ["s"]


@as_root
def test_a_block_device_is_refused(save, tmp_path):
    """The node is one of no driver."""
    try:
        os.mknod(tmp_path / "node", 0o600 | stat.S_IFBLK, os.makedev(0, 0))
    except OSError:
        pytest.skip("no nodes can be made here")
    with pytest.raises(qlif.FileError, match="block device"):
        save(tmp_path / "node")
    assert kind(tmp_path / "node") == stat.S_IFBLK
    assert os.listdir(tmp_path) == ["node"]


def test_what_nobody_may_write_is_refused(save, tmp_path):
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(qlif.FileError, match="read-only"):
        save(path)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


@as_root
def test_what_the_user_may_not_write_is_refused(save, tmp_path):
    """Though the folder lets anybody rename."""
    folder = tmp_path
    while folder != folder.parent:
        folder.chmod(folder.stat().st_mode | 0o011)
        folder = folder.parent
    tmp_path.chmod(0o777)
    path = tmp_path / "f"
    path.write_bytes(b"old")
    path.chmod(0o644)
    answer = as_somebody(lambda: save(path))
    assert answer.startswith("FileError"), answer
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]
    # What everybody may write is written, with the group and the mode as they were.
    path.chmod(0o666)
    os.chown(path, 0, 65534)
    assert as_somebody(lambda: save(path)) == "done"
    found = path.stat()
    assert (found.st_gid, stat.S_IMODE(found.st_mode)) == (65534, 0o666)
    assert path.read_bytes() != b"old"


def test_a_disk_that_fills_leaves_the_old_file(save, tmp_path):
    """A limit of a file's size in place of a disk's."""
    path = tmp_path / "f"
    path.write_bytes(b"old")

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (2, 2))
        save(path)

    answer = in_a_child(limited)
    assert answer.startswith("FileError"), answer
    assert answer.count("File too large") == 1
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["f"]


def test_names_as_long_as_names_are(save, tmp_path):
    path = tmp_path / ("n" * 255)
    save(path)
    save(path)
    assert os.listdir(tmp_path) == [path.name]
    with pytest.raises(qlif.FileError):
        save(tmp_path / ("n" * 256))
    assert os.listdir(tmp_path) == [path.name]


def test_names_that_are_no_text(save, tmp_path):
    name = b"n\xff\xfe \xf4\x8f\xbf\xbf"
    save(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    assert os.listdir(os.fsencode(tmp_path)) == [name]


def test_a_folder_and_absent_folders_are_refused(save, tmp_path):
    (tmp_path / "folder").mkdir()
    for name in ("folder", "absent/f"):
        with pytest.raises(qlif.FileError) as caught:
            save(tmp_path / name)
        # The path is said once.
        assert str(caught.value).count(str(tmp_path / name)) == 1
    assert os.listdir(tmp_path) == ["folder"]


def test_a_file_without_a_name_is_written_to(tmp_path):
    """`/proc/self/fd/7` of a file that was unlinked: there is no name that could be replaced."""
    for save in (save_network, save_picture):
        with (tmp_path / "gone").open("w+b") as stream:
            os.unlink(tmp_path / "gone")
            save(f"/proc/self/fd/{stream.fileno()}")
            assert stream.read()
        assert os.listdir(tmp_path) == []


def test_what_the_dead_have_left_is_removed(save, tmp_path):
    (tmp_path / ".qlif-dead.tmp").write_bytes(b"half")
    (tmp_path / ".qlif-other").write_bytes(b"not ours")
    save(tmp_path / "f")
    assert sorted(os.listdir(tmp_path)) == [".qlif-other", "f"]


@pytest.mark.parametrize("save", [save_network, save_arrays], ids=["swift", "python"])
def test_a_killed_save_leaves_whole_files(save, tmp_path):
    path = tmp_path / "f"
    save(path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(40):
        child = os.fork()
        if child == 0:
            while True:
                save(path)
        time.sleep(rng.uniform(0.01, 0.05))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert path.read_bytes() == whole
    save(path)
    assert os.listdir(tmp_path) == ["f"]


def test_savers_at_the_same_time(tmp_path):
    """Nobody takes a living one's file for a dead one's."""
    path, errors = tmp_path / "f", []

    def run(save):
        try:
            for _ in range(60):
                save(path)
        except Exception as error:
            errors.append(error)

    threads = [
        threading.Thread(target=run, args=[save])
        for save in (save_network, save_arrays, save_network, save_arrays)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert os.listdir(tmp_path) == ["f"]


def test_without_unnamed_files(tmp_path, monkeypatch):
    """As on a file system that has none, and where a file cannot get a name later."""
    monkeypatch.setattr(os, "O_TMPFILE", os.O_EXCL | os.O_CREAT)
    save_arrays(tmp_path / "f")
    save_arrays(tmp_path / "f")
    monkeypatch.undo()

    def refused(*args, **kwargs):
        raise OSError(1, "no")

    monkeypatch.setattr(os, "link", refused)
    save_arrays(tmp_path / "g")
    assert sorted(os.listdir(tmp_path)) == ["f", "g"]


# ---- Reading -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "read",
    [
        qlif.Network.load,
        qlif.Trainer.load,
        qlif.QSNNClassifier.load,
        files.read,
        files.read_json,
        files.read_arrays,
        lambda path: qlif.render.filters(path),
        lambda path: qlif.plot.curves(path),
        lambda path: qlif.plot.robustness(path),
        lambda path: qlif.datasets._idx.read(path, 3),
    ],
)
def test_a_pipe_is_not_waited_for(read, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises((qlif.FileError, qlif.render.RenderError), match="no plain file"):
        read(tmp_path / "pipe")


def test_networks_of_names_that_are_no_text(tmp_path, batch):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/n\xff.safetensors")
    network = make_network()
    network.save(path)
    again = qlif.Network.load(path)
    np.testing.assert_array_equal(again.predict(batch[0]), network.predict(batch[0]))
    qlif.Trainer(network).save(path)
    qlif.Trainer.load(path)
    assert qlif.render.filters(path, shape=(3, 4)).startswith(b"\x89PNG")
    os.unlink(path)
    with pytest.raises(qlif.FileError, match="n\N{REPLACEMENT CHARACTER}.safetensors"):
        qlif.Network.load(path)


def test_arrays_come_back(tmp_path):
    arrays = {
        "a": np.arange(6.0).reshape(2, 3),
        "b": np.asfortranarray(np.arange(6, dtype=np.int32).reshape(3, 2)),
        "text": np.array(json.dumps({"é": 1})),
        "none": np.zeros((0, 4)),
    }
    files.write_arrays(tmp_path / "a.npz", arrays)
    found = files.read_arrays(tmp_path / "a.npz")
    assert set(found) == set(arrays)
    for name, values in arrays.items():
        np.testing.assert_array_equal(found[name], values)
        assert found[name].dtype == values.dtype
    found["a"][0, 0] = 5  # they can be written to
    assert files.read_arrays(tmp_path / "absent") is None


def test_arrays_that_are_refused(tmp_path):
    np.savez(tmp_path / "object.npz", a=np.array([{}], dtype=object))
    np.savez_compressed(tmp_path / "packed.npz", a=np.zeros(10**6))
    for name in ("object.npz", "packed.npz"):
        with pytest.raises(qlif.FormatError):
            files.read_arrays(tmp_path / name)


@pytest.mark.parametrize("text", [b"{", b"[" * 10**5, b"\xff", b"1e999", b"[NaN]", b"9" * 10**5])
def test_json_that_is_refused(tmp_path, text):
    (tmp_path / "f").write_bytes(text)
    with pytest.raises(qlif.FormatError):
        files.read_json(tmp_path / "f")


def test_damaged_arrays_never_crash(tmp_path):
    """Thousands of mutations: an error of ours, or arrays."""
    files.write_arrays(tmp_path / "f", {"a": np.arange(4.0), "text": np.array("some")})
    whole = (tmp_path / "f").read_bytes()
    rng = np.random.default_rng(0)
    refused = 0
    for round_ in range(3000):
        data = damaged(whole, rng, round_ % 4)
        (tmp_path / "f").write_bytes(data)
        try:
            for values in files.read_arrays(tmp_path / "f").values():
                assert values.nbytes <= len(data)
        except qlif.FormatError:
            refused += 1
    assert refused > 1500

"""Where memory is short: an error, never the end of the process."""

import json
import resource
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from sealing import pack

import qlif

MIB = 1 << 20

# Each takes more than the limit in a place of its own, or manages with less.
CASES = {
    "steps of LIF neurons, backwards": """
        net = qlif.Network(input_shape=(1,), layers=[qlif.Dense(2, qlif.LIF())], steps=1 << 22)
        net.loss_and_gradients([[0.5]], [0])
    """,
    "steps of qubits, backwards": """
        qlif.Network(
            input_shape=(1,), layers=[qlif.Dense(2, qlif.QLIF(memory="coherent"))], steps=1 << 21
        ).loss_and_gradients([[0.5]], [0])
    """,
    "steps of noisy qubits": """
        net = qlif.Network(
            input_shape=(1,),
            layers=[qlif.Dense(64, qlif.QLIF()), qlif.Dense(2, qlif.QLIF())],
            steps=1 << 22,
        )
        net.predict([[0.5]], noise=qlif.Noise(shots=10))
    """,
    "windows of a pooling": """
        qlif.Network(
            input_shape=(1, 3000, 3000),
            layers=[
                qlif.Conv2d(1, kernel=1, neuron=qlif.LIF()),
                qlif.MaxPool2d(2500),
                qlif.Dense(2, qlif.LIF()),
            ],
            steps=1,
        ).loss_and_gradients(np.zeros((1, 1, 3000, 3000), np.float32), [0])
    """,
    "neurons of a plane": """
        net = qlif.Network(
            input_shape=(1, 9000, 9000),
            layers=[qlif.Conv2d(1, kernel=1, neuron=qlif.LIF())],
            steps=1,
        )
        net.simulate(np.zeros((1, 1, 9000, 9000), np.float32))
    """,
    "inputs of a dense layer": """
        qlif.Network(
            input_shape=(1, 5000, 5000),
            layers=[qlif.Conv2d(1, kernel=1, neuron=qlif.LIF()), qlif.Dense(9, qlif.LIF())],
            steps=1,
        )
    """,
    "classes": """
        qlif.Network(
            input_shape=(1,), layers=[qlif.Dense(20_000_000, qlif.LIF())], steps=1
        ).predict([[0.5]])
    """,
    "a network in bytes": """
        net = qlif.Network(input_shape=(10_000,), layers=[qlif.Dense(2000, qlif.LIF())], steps=1)
        kept = [net.to_bytes() for _ in range(9)]
    """,
    "a trainer in bytes": """
        net = qlif.Network(input_shape=(10_000,), layers=[qlif.Dense(1000, qlif.LIF())], steps=1)
        trainer = qlif.Trainer(net)
        kept = [trainer.to_bytes() for _ in range(9)]
    """,
    "noise of each neuron": """
        net = qlif.Network(input_shape=(1,), layers=[qlif.Dense(4_000_000, qlif.QLIF())], steps=1)
        net.predict([[0.5]], noise=qlif.Noise(p01=np.full(4_000_000, 0.01)))
    """,
}

CHILD = """
import resource
import numpy as np
import qlif

# Threads that wait take address space too: they start before there is a limit.
layers = [qlif.Dense(999, qlif.LIF())]
qlif.Network(input_shape=(99,), layers=layers, steps=2).predict(np.zeros((99, 99)))
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + {room}
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
{body}
except (qlif.OutOfMemoryError, MemoryError) as error:
    print("refused:", str(error).splitlines()[0] if str(error) else "MemoryError")
else:
    print("done", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def run(body, room):
    code = CHILD.format(room=room, body=textwrap.indent(textwrap.dedent(body), "    "))
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300
    )
    assert child.returncode == 0, (child.returncode, child.stderr[-2000:])
    return child.stdout.strip()


@pytest.mark.parametrize("name", CASES)
def test_an_error_and_not_the_end(name):
    """With little room each is refused; with none of these does the process end."""
    said = {room: run(CASES[name], room * MIB) for room in (24, 120)}
    assert said[24].startswith("refused"), said


def test_a_convolution_with_a_large_kernel_works_in_strips():
    """All its patches at once would take 408 MB."""
    said = run(
        """
        net = qlif.Network(
            input_shape=(1, 200, 200),
            layers=[qlif.Conv2d(1, kernel=100, neuron=qlif.LIF())],
            steps=1,
        )
        rng = np.random.default_rng(0)
        x = rng.uniform(0, 1, (1, 1, 200, 200)).astype(np.float32)
        membrane = net.simulate(x).membrane[0][0, 0, 0]
        weight, bias = net.parameters["0.weight"][0, 0], net.parameters["0.bias"][0]
        for y, column in ((0, 0), (17, 99), (100, 100), (50, 64), (50, 63), (100, 0)):
            patch = x[0, 0, y : y + 100, column : column + 100].astype(np.float64)
            assert abs((patch * weight).sum() + bias - membrane[y, column]) < 1e-3
        """,
        100 * MIB,
    )
    assert said.startswith("done")


@pytest.mark.parametrize("padding", [0, 3])
def test_strips_of_columns_and_of_rows_are_the_same(padding):
    """A wide image is cut into parts of rows, a tall one into rows: transposed, they are equal."""
    rng = np.random.default_rng(1)
    wide = rng.uniform(0, 1, (3, 1, 22, 719)).astype(np.float32)
    weight = rng.uniform(-0.1, 0.1, (2, 1, 20, 20)).astype(np.float32)
    sides = [side + 2 * padding - 19 for side in (22, 719)]
    readout = rng.uniform(-0.05, 0.05, (2, 2, *sides))
    found = {}
    for name, images in (("wide", wide), ("tall", wide.swapaxes(2, 3).copy())):
        conv = qlif.Conv2d(2, kernel=20, padding=padding, neuron=qlif.LIF())
        net = qlif.Network(
            input_shape=images.shape[1:], layers=[conv, qlif.Dense(2, qlif.LIF())], steps=3
        )
        net.parameters["0.weight"][...] = weight if name == "wide" else weight.swapaxes(2, 3)
        net.parameters["0.bias"][...] = 0.1
        order = (0, 1, 2, 3) if name == "wide" else (0, 1, 3, 2)
        net.parameters["1.weight"][...] = readout.transpose(order).reshape(2, -1)
        net.parameters["1.bias"][...] = 0
        membrane = net.simulate(images).membrane[0]
        _, gradients = net.loss_and_gradients(images, [0, 1, 0], reading="membrane")
        found[name] = (membrane, gradients["0.weight"].copy(), gradients["0.bias"].copy())
    membrane, gradient, bias = found["tall"]
    tolerance = {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(membrane.swapaxes(3, 4), found["wide"][0], **tolerance)
    assert np.abs(gradient).max() > 1e-3
    scale = np.abs(gradient).max()
    np.testing.assert_allclose(gradient.swapaxes(2, 3) / scale, found["wide"][1] / scale, atol=1e-4)
    np.testing.assert_allclose(bias, found["wide"][2], rtol=1e-3)


def test_a_small_file_takes_little_memory():
    """Planes of neurons without parameters: what a file says takes no more than the file fills."""
    layers = [
        {
            "kind": "conv2d",
            "channels": 1,
            "kernel_height": 1,
            "kernel_width": 1,
            "neuron": {"kind": "lif"},
        }
    ]
    pools = [{"kind": "max_pool2d", "size": 1}] * 50
    description = json.dumps({"input_shape": [1, 10_000, 10_000], "layers": layers + pools})
    value = np.float32(0.5).tobytes()
    data = pack(
        {"qlif.format": "2", "qlif.network": description},
        {"0.weight": ([1, 1, 1, 1], value), "0.bias": ([1], value)},
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    net = qlif.Network.from_bytes(data)
    assert len(net.layers) == 51
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 * 1024

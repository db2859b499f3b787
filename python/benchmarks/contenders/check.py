"""Whether (b) computes the model: loss and gradients of references reproduced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from harness.problem import CLASSES, published

from contenders.plain import qscnn_loss
from contenders.torch_qscnn import QSCNNStep
from contenders.torch_qsnn import QSNNStep

GOLDEN = Path(__file__).resolve().parents[3] / "Tests" / "Golden"


def check_qsnn() -> list[str]:
    """Compare with network_relaxation.safetensors; one line per value, errors raise."""
    from safetensors.numpy import load_file

    golden = load_file(GOLDEN / "network_relaxation.safetensors")
    weights = {
        f"{layer}.{current}_{part}": golden[f"{current}_{part}_{layer}"].astype(np.float32)
        for layer in (0, 1)
        for current in ("drive", "delay")
        for part in ("weight", "bias")
    }
    x = torch.from_numpy(golden["input"].astype(np.float32))
    labels = torch.from_numpy(golden["labels"])
    classes = len(weights["1.drive_bias"])
    network = QSNNStep(weights, golden["hidden_spikes"].shape[0], torch.float32)
    one_hot = torch.nn.functional.one_hot(labels, classes).float()
    with torch.no_grad():
        loss, gradients = network.run(x, one_hot)

    def pair(part: str) -> np.ndarray:
        return np.concatenate([golden[f"grad_drive_{part}_1"], golden[f"grad_delay_{part}_1"]])

    expected = {
        "hidden drive weight": golden["grad_drive_weight_0"],
        "hidden drive bias": golden["grad_drive_bias_0"],
        "output weights": pair("weight"),
        "output biases": pair("bias"),
    }
    lines = [_compare("loss", loss.numpy(), golden["loss"][0], 1e-5)]
    for (name, value), gradient in zip(expected.items(), gradients, strict=True):
        lines.append(_compare(name, gradient.numpy(), value, 1e-3))
    # (b) leaves the hidden layer's delay out: right only if its gradient is nothing.
    if any(np.any(golden[f"grad_delay_{part}_0"]) for part in ("weight", "bias")):
        raise SystemExit("the reference has a gradient where (b) computes none")
    return lines


def check_qscnn(steps: int = 10, batch: int = 3) -> list[str]:
    """Compare with plain PyTorch and its autograd in float64, on a few images."""
    problem = published("qscnn")
    weights = problem.weights()
    images, digits = problem.data()
    x = torch.from_numpy(images[0, :batch]).view(-1, 1, 28, 28)
    labels = torch.from_numpy(digits[0, :batch])
    exact = {
        name: torch.from_numpy(values).double().requires_grad_() for name, values in weights.items()
    }
    expected = qscnn_loss(exact, x.double(), labels, steps)
    expected.backward()
    network = QSCNNStep(weights, steps)
    one_hot = torch.nn.functional.one_hot(labels, CLASSES).float()
    with torch.no_grad():
        loss, gradients = network.run(x, one_hot)
    lines = [_compare("loss", loss.numpy(), expected.detach().numpy(), 1e-5)]
    names = [("0.drive_weight",), ("0.drive_bias",)]
    for index in (2, 4):
        for part in ("weight", "bias"):
            names.append((f"{index}.drive_{part}", f"{index}.delay_{part}"))
    for name, gradient in zip(names, gradients, strict=True):
        value = torch.cat([exact[part].grad for part in name])
        lines.append(_compare(" and ".join(name), gradient.numpy(), value.numpy(), 1e-3))
    return lines


def _compare(name: str, got: np.ndarray, expected: np.ndarray, tolerance: float) -> str:
    error = float(np.abs(got - expected).max() / np.abs(expected).max())
    if not error <= tolerance:
        raise SystemExit(f"(b) is wrong: {name} is off by {error:.2e} of its largest entry")
    return f"{name}: off by {error:.1e} of its largest entry (at most {tolerance:.0e})"

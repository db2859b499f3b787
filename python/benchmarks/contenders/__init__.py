"""The contenders of the training-step benchmark, one module each.

A contender is a class that is made from a Problem and an Options and has `step() -> float`: one
forward pass, backward pass and Adam update on the next batch, returning the loss. Its module is
imported in a process of its own, so that no contender pays for another one's imports and threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class UnavailableError(Exception):
    """A contender that cannot run here; the message says why, in one line."""


@dataclass(frozen=True)
class Options:
    """What a contender may need besides the task."""

    reference: str | None = None  # folder with a clone of the authors' repository
    kernels: str | None = None  # an older instruction set that all of them are held to


class Contender(Protocol):
    """One way to do a training step."""

    def step(self) -> float:
        """Train on the next batch; the loss."""
        ...

    def versions(self) -> dict[str, str]:
        """Names and versions of the libraries that did the work."""
        ...


# Key -> (module, class, what the table calls it), by network; the order is that of the table.
REGISTRY: dict[str, dict[str, tuple[str, str, str]]] = {
    "qsnn": {
        "authors": ("authors", "AuthorsQSNN", "(a) authors' code"),
        "torch": ("torch_qsnn", "TorchQSNN", "(b) best PyTorch"),
        "snntorch": ("snntorch_leaky", "LeakyDense", "(c) snnTorch Leaky"),
        "qlif": ("qlif_engine", "EngineQSNN", "(d) qlif"),
        "blas-torch": ("blas_floor", "TorchFloor", "floor, torch's BLAS"),
        "blas-numpy": ("blas_floor", "NumpyFloor", "floor, numpy's BLAS"),
    },
    "qscnn": {
        "authors": ("authors", "AuthorsQSCNN", "(a) authors' code"),
        "torch": ("torch_qscnn", "TorchQSCNN", "(b) best PyTorch"),
        "autograd": ("plain", "PlainQSCNN", "PyTorch by autograd"),
        "snntorch": ("snntorch_leaky", "LeakyConvolutional", "(c) snnTorch Leaky"),
        "qlif": ("qlif_engine", "EngineQSCNN", "(d) qlif"),
        "blas-torch": ("blas_floor", "TorchFloorConvolutional", "floor, torch's BLAS"),
        "blas-numpy": ("blas_floor", "NumpyFloorConvolutional", "floor, numpy's BLAS"),
    },
}
# torch's, MKL on x86-64, chooses its kernels by what the processor can; numpy's, OpenBLAS, by the
# processor's model, and takes old ones where it does not know it.
FLOORS = ("blas-torch", "blas-numpy")

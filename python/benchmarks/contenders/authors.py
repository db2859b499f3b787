"""(a) The authors' own code, from the user's clone of github.com/deanbrand/QSNN.

Nothing of it is kept here: `alpha.py` is imported from the clone, and the network is the cell of
their notebook that defines `Net`, executed as it stands. The training step is their loop's:
forward, cross-entropy of the membrane summed over the steps, zero_grad, backward, Adam. What their
loop does besides (a pass over test images after every update) is left out.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import torch
from harness.problem import CLASSES, PIXELS, Problem

from contenders import Options, UnavailableError


class _Authors:
    """Their network and training step."""

    notebook: str
    # Their layers by qlif's layer index; between the two parts stands q (drive) or t (delay).
    names: ClassVar[dict[int, tuple[str, str]]]
    image_shape: tuple[int, ...]

    def __init__(self, problem: Problem, options: Options) -> None:
        torch.set_num_threads(problem.threads)
        if options.reference is None:
            raise UnavailableError(
                "left out: no clone of the authors' code given (--reference DIR)"
            )
        folder = Path(options.reference)
        notebook = folder / self.notebook
        for file in (folder / "alpha.py", notebook):
            if not file.is_file():
                raise UnavailableError(f"left out: {file} is not there")
        images, labels = problem.data()
        x = torch.from_numpy(images).view(*images.shape[:2], *self.image_shape)
        self._batches = list(zip(x, torch.from_numpy(labels), strict=True))
        self._steps = problem.steps
        self._network = _network(_import(folder / "alpha.py"), notebook, problem)
        self._load(problem)
        self._loss = torch.nn.CrossEntropyLoss()
        self._adam = torch.optim.Adam(
            self._network.parameters(), lr=problem.learning_rate, betas=(0.9, 0.999)
        )
        self._next = 0

    def _load(self, problem: Problem) -> None:
        weights = problem.weights()
        with torch.no_grad():
            for index, (kind, number) in self.names.items():
                for theirs, ours in (("q", "drive"), ("t", "delay")):
                    synapse = getattr(self._network, f"{kind}{theirs}{number}")
                    for part in ("weight", "bias"):
                        values = torch.from_numpy(weights[f"{index}.{ours}_{part}"])
                        getattr(synapse, part).copy_(values)

    def step(self) -> float:
        x, labels = self._batches[self._next % len(self._batches)]
        self._next += 1
        _, membrane = self._network(x)
        loss = torch.zeros(1)
        for step in range(self._steps):
            loss = loss + self._loss(membrane[step], labels)
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return float(loss)

    def versions(self) -> dict[str, str]:
        return {"torch": torch.__version__}


class AuthorsQSNN(_Authors):
    notebook = "alpha_mnist.ipynb"
    names: ClassVar = {0: ("fc", "1"), 1: ("fc", "2")}
    image_shape = (PIXELS,)


class AuthorsQSCNN(_Authors):
    notebook = "alpha_cnn_mnist.ipynb"
    names: ClassVar = {0: ("conv", "1"), 2: ("conv", "2"), 4: ("fc", "1")}
    image_shape = (1, 28, 28)


def _import(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("alpha", file)
    if spec is None or spec.loader is None:
        raise UnavailableError(f"left out: {file} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules["alpha"] = module
    spec.loader.exec_module(module)
    return module


def _network(alpha: ModuleType, notebook: Path, problem: Problem) -> Any:
    """An instance of the notebook's Net."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    definition = next((source for source in sources if "class Net(" in source), None)
    if definition is None:
        raise UnavailableError(f"left out: no class Net in {notebook}")
    # What the cells before it define; the sizes are ours so that other shapes can be timed too.
    names: dict[str, Any] = {
        "torch": torch,
        "nn": torch.nn,
        "F": torch.nn.functional,
        "Alpha": alpha.Alpha,
        "device": torch.device("cpu"),
        "dtype": torch.float,
        "num_inputs": PIXELS,
        "num_hidden": problem.hidden,
        "num_outputs": CLASSES,
        "num_steps": problem.steps,
    }
    exec(compile(definition, str(notebook), "exec"), names)
    return names["Net"]()

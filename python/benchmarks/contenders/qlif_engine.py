"""(d) qlif through its Python package, as a user trains with it."""

from __future__ import annotations

from typing import Any

from harness.problem import CHANNELS, CLASSES, KERNEL, PIXELS, Problem

from contenders import Options, UnavailableError

try:
    import qlif
except (ImportError, OSError) as error:
    raise UnavailableError(f"left out: qlif cannot be imported ({error})") from error


class _Engine:
    """The training step: the published loss, Adam at a constant rate."""

    image_shape: tuple[int, ...]

    def __init__(self, problem: Problem, options: Options) -> None:
        qlif.set_threads(problem.threads)
        images, labels = problem.data()
        self.batches = [
            (x.reshape(-1, *self.image_shape), y) for x, y in zip(images, labels, strict=True)
        ]
        self.network = qlif.Network(
            input_shape=self.image_shape, steps=problem.steps, seed=0, layers=self._layers(problem)
        )
        for name, values in problem.weights().items():
            self.network.parameters[name][...] = values
        self.trainer = qlif.Trainer(
            self.network, reading="membrane", learning_rate=problem.learning_rate
        )
        self._next = 0

    def _layers(self, problem: Problem) -> list[Any]:
        raise NotImplementedError

    def step(self) -> float:
        x, labels = self.batches[self._next % len(self.batches)]
        self._next += 1
        return float(self.trainer.step(x, labels).loss)

    def versions(self) -> dict[str, str]:
        return {"qlif": qlif.__version__, "instruction set": qlif.instruction_set()}


class EngineQSNN(_Engine):
    image_shape = (PIXELS,)

    def _layers(self, problem: Problem) -> list[Any]:
        return [qlif.Dense(problem.hidden, qlif.QLIF()), qlif.Dense(CLASSES, qlif.QLIF())]


class EngineQSCNN(_Engine):
    image_shape = (1, 28, 28)

    def __init__(self, problem: Problem, options: Options) -> None:
        if not hasattr(qlif, "Conv2d"):
            raise UnavailableError("left out: this qlif has no convolutions yet")
        super().__init__(problem, options)

    def _layers(self, problem: Problem) -> list[Any]:
        return [
            qlif.Conv2d(CHANNELS[0], KERNEL, neuron=qlif.QLIF()),
            qlif.MaxPool2d(2),
            qlif.Conv2d(CHANNELS[1], KERNEL, neuron=qlif.QLIF()),
            qlif.MaxPool2d(2),
            qlif.Dense(CLASSES, qlif.QLIF()),
        ]

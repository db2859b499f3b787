"""(c) snnTorch's Leaky networks of the same shapes, written as its tutorials 5 and 6 write them."""

from __future__ import annotations

from typing import ClassVar

import torch
from harness.problem import CHANNELS, CLASSES, FLATTENED, KERNEL, PIXELS, Problem
from torch import Tensor, nn

from contenders import Options, UnavailableError

try:
    import snntorch as snn
    from snntorch import surrogate
except ImportError as error:
    raise UnavailableError("left out: snntorch is not installed") from error

BETA = 0.95  # the tutorials' decay


class DenseNet(nn.Module):
    """Tutorial 5: two dense layers with Leaky neurons, the image shown at every step."""

    def __init__(self, hidden: int, steps: int) -> None:
        super().__init__()
        gradient = surrogate.atan()
        self.steps = steps
        self.fc1 = nn.Linear(PIXELS, hidden)
        self.lif1 = snn.Leaky(beta=BETA, spike_grad=gradient)
        self.fc2 = nn.Linear(hidden, CLASSES)
        self.lif2 = snn.Leaky(beta=BETA, spike_grad=gradient)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mem1, mem2 = self.lif1.init_leaky(), self.lif2.init_leaky()
        spikes, membranes = [], []
        for _ in range(self.steps):
            spk1, mem1 = self.lif1(self.fc1(x), mem1)
            spk2, mem2 = self.lif2(self.fc2(spk1), mem2)
            spikes.append(spk2)
            membranes.append(mem2)
        return torch.stack(spikes), torch.stack(membranes)


class ConvolutionalNet(nn.Module):
    """Tutorial 6's network with the QSCNN's channels; pooling on the spikes as in the QSCNN."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        gradient = surrogate.atan()
        self.steps = steps
        self.conv1 = nn.Conv2d(1, CHANNELS[0], KERNEL)
        self.lif1 = snn.Leaky(beta=BETA, spike_grad=gradient)
        self.conv2 = nn.Conv2d(CHANNELS[0], CHANNELS[1], KERNEL)
        self.lif2 = snn.Leaky(beta=BETA, spike_grad=gradient)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(FLATTENED, CLASSES)
        self.lif3 = snn.Leaky(beta=BETA, spike_grad=gradient)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mem1, mem2, mem3 = (lif.init_leaky() for lif in (self.lif1, self.lif2, self.lif3))
        spikes, membranes = [], []
        for _ in range(self.steps):
            spk1, mem1 = self.lif1(self.conv1(x), mem1)
            spk2, mem2 = self.lif2(self.conv2(self.pool(spk1)), mem2)
            spk3, mem3 = self.lif3(self.fc(self.pool(spk2).flatten(1)), mem3)
            spikes.append(spk3)
            membranes.append(mem3)
        return torch.stack(spikes), torch.stack(membranes)


class _Leaky:
    """The tutorials' training step: cross-entropy of the membrane summed over the steps, Adam."""

    image_shape: tuple[int, ...]
    synapses: ClassVar[dict[int, str]]

    def __init__(self, problem: Problem, options: Options) -> None:
        torch.set_num_threads(problem.threads)
        images, labels = problem.data()
        x = torch.from_numpy(images).view(*images.shape[:2], *self.image_shape)
        self._batches = list(zip(x, torch.from_numpy(labels), strict=True))
        self._network = self._make(problem)
        weights = problem.weights()
        with torch.no_grad():
            for index, name in self.synapses.items():
                synapse = getattr(self._network, name)
                synapse.weight.copy_(torch.from_numpy(weights[f"{index}.drive_weight"]))
                synapse.bias.copy_(torch.from_numpy(weights[f"{index}.drive_bias"]))
        self._loss = nn.CrossEntropyLoss()
        self._adam = torch.optim.Adam(
            self._network.parameters(), lr=problem.learning_rate, betas=(0.9, 0.999)
        )
        self._next = 0

    def _make(self, problem: Problem) -> nn.Module:
        raise NotImplementedError

    def step(self) -> float:
        x, labels = self._batches[self._next % len(self._batches)]
        self._next += 1
        _, membranes = self._network(x)
        loss = torch.zeros(1)
        for membrane in membranes:
            loss = loss + self._loss(membrane, labels)
        self._adam.zero_grad()
        loss.backward()
        self._adam.step()
        return float(loss)

    def versions(self) -> dict[str, str]:
        return {"torch": torch.__version__, "snntorch": snn.__version__}


class LeakyDense(_Leaky):
    image_shape = (PIXELS,)
    synapses: ClassVar = {0: "fc1", 1: "fc2"}

    def _make(self, problem: Problem) -> nn.Module:
        return DenseNet(problem.hidden, problem.steps)


class LeakyConvolutional(_Leaky):
    image_shape = (1, 28, 28)
    synapses: ClassVar = {0: "conv1", 2: "conv2", 4: "fc"}

    def _make(self, problem: Problem) -> nn.Module:
        return ConvolutionalNet(problem.steps)

"""(b) The convolutional QSCNN in PyTorch, as fast as we can make it.

As in torch_qsnn, and besides:
- channels last: oneDNN's convolutions and the neuron kernels both run along the channels, and drive
  and delay are the two halves of one convolution's channels;
- the first layer makes pooled spikes straight from its drive: the four places of a pooling window
  are four lanes of one kernel, and the unpooled spikes never exist;
- steps are folded into the batch of one convolution call, a piece of them at a time
  (STEPS_AT_ONCE): 10 steps are a batch of 2,000 images, large enough for the convolution, small
  enough for the memory and, as the neuron kernels are unrolled over it, for the compiler.
"""

from __future__ import annotations

import torch
from harness.problem import CLASSES, Floats, Problem
from torch import Tensor
from torch.nn import functional

from contenders import Options, torch_neurons

STEPS_AT_ONCE = 10


class QSCNNStep:
    """Loss and gradients of conv-pool-conv-pool-dense with a constant input [batch, 1, h, w]."""

    def __init__(self, weights: dict[str, Floats], steps: int) -> None:
        def tensor(*names: str) -> Tensor:
            return torch.cat([torch.from_numpy(weights[name]) for name in names])

        self.steps = steps
        self.piece = next(n for n in range(min(STEPS_AT_ONCE, steps), 0, -1) if steps % n == 0)
        self.classes = len(weights["4.drive_bias"])
        self.channels = len(weights["2.drive_bias"])
        self.first_weight = tensor("0.drive_weight")
        self.first_bias = tensor("0.drive_bias")
        last = torch.channels_last
        self.second_weight = tensor("2.drive_weight", "2.delay_weight").to(memory_format=last)
        self.second_bias = tensor("2.drive_bias", "2.delay_bias")
        self.output_weight = tensor("4.drive_weight", "4.delay_weight")
        self.output_bias = tensor("4.drive_bias", "4.delay_bias")
        make = torch_neurons.compiled
        self._first_forward = make(self._first_layer)
        self._first_backward = make(torch_neurons.constant_backward)
        self._second_forward = make(self._second_layer)
        self._unpool = make(self._alpha_gradient)
        self._output = make(self._output_layer)
        # One for each width, so that none is compiled for shapes that change.
        self._neurons_backward = {
            width: make(torch_neurons.changing_backward) for width in (self.channels, self.classes)
        }
        self._loss = make(torch_neurons.membrane_loss)

    def parameters(self) -> list[Tensor]:
        return [
            self.first_weight,
            self.first_bias,
            self.second_weight,
            self.second_bias,
            self.output_weight,
            self.output_bias,
        ]

    def run(self, x: Tensor, one_hot: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The loss, and the gradients in the order of parameters()."""
        batch, piece = len(x), self.piece
        pieces = self.steps // piece
        u = functional.conv2d(x, self.first_weight, self.first_bias)
        lanes = _windows(u)
        s, c = torch.zeros_like(lanes), torch.ones_like(lanes)
        first_spikes: list[Tensor] = []
        second_currents: list[Tensor] = []
        second_amplitudes: list[Tensor] = []
        pooled: list[Tensor] = []
        start = torch.zeros(0)
        for _ in range(pieces):
            spikes, s, c = self._first_forward(lanes, s, c)
            images = spikes.flatten(0, 1).permute(0, 3, 1, 2)  # channels last in memory
            currents = functional.conv2d(images, self.second_weight, self.second_bias)
            currents = currents.permute(0, 2, 3, 1).unflatten(0, (piece, batch))
            if not second_amplitudes:
                start = torch.zeros_like(currents[0, ..., : self.channels])
            before = second_amplitudes[-1][-1] if second_amplitudes else start
            amplitudes, maps = self._second_forward(currents, before)
            first_spikes.append(images)
            second_currents.append(currents)
            second_amplitudes.append(amplitudes)
            pooled.append(maps)
        # The dense weights are [classes, channel, row, column]; ours come channel last.
        size = pooled[0].shape[2]
        weight = self.output_weight.unflatten(1, (self.channels, size, size))
        weight = weight.permute(0, 2, 3, 1).flatten(1)
        rows = torch.cat(pooled).flatten(2).flatten(0, 1)
        output_currents = torch.addmm(self.output_bias, rows, weight.T)
        output_currents = output_currents.unflatten(0, (self.steps, batch))
        loss, gradient = self._output_all(output_currents, one_hot)
        flat = gradient.flatten(0, 1)
        output_weight = (flat.T @ rows).unflatten(1, (size, size, self.channels))
        output_weight = output_weight.permute(0, 3, 1, 2).flatten(1)
        arriving = (flat @ weight).view(pieces, *pooled[0].shape)

        second_weight = torch.zeros_like(self.second_weight)
        second_bias = torch.zeros_like(self.second_bias)
        images_gradient: list[Tensor] = [start] * pieces
        carried = torch.zeros_like(start)
        for index in reversed(range(pieces)):
            before = second_amplitudes[index - 1][-1] if index else start
            alpha_gradient = self._unpool(second_amplitudes[index], arriving[index])
            currents_gradient, carried = self._changing_backward(
                second_currents[index], second_amplitudes[index], before, carried, alpha_gradient
            )
            second_currents[index] = start  # not needed any more: its memory is used again
            result = torch.ops.aten.convolution_backward(
                currents_gradient.flatten(0, 1).permute(0, 3, 1, 2),
                first_spikes[index],
                self.second_weight,
                [2 * self.channels],
                [1, 1],
                [0, 0],
                [1, 1],
                False,
                [0, 0],
                1,
                [True, True, True],
            )
            images_gradient[index] = result[0]
            second_weight += result[1]
            second_bias += result[2]

        s, c = torch.zeros_like(lanes), torch.ones_like(lanes)
        slope, total = torch.zeros_like(lanes), torch.zeros_like(lanes)
        for gradient in images_gradient:
            places = gradient.permute(0, 2, 3, 1).unflatten(0, (piece, batch))
            s, c, slope, total = self._first_backward(lanes, s, c, slope, total, places)
        du = _unwindows(torch.where(lanes > 0, total, 0.0))
        first = torch.ops.aten.convolution_backward(
            du,
            x,
            self.first_weight,
            [len(self.first_bias)],
            [1, 1],
            [0, 0],
            [1, 1],
            False,
            [0, 0],
            1,
            [False, True, True],
        )
        return loss, [
            first[1],
            first[2],
            second_weight,
            second_bias,
            output_weight,
            flat.sum(0),
        ]

    def _first_layer(self, u: Tensor, s: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return torch_neurons.constant_forward(u, s, c, self.piece)

    def _second_layer(self, currents: Tensor, before: Tensor) -> tuple[Tensor, Tensor]:
        """Amplitudes [steps, batch, h, w, channels] and pooled spikes."""
        amplitudes = torch_neurons.changing_forward(currents, before, self.channels)
        spikes = (amplitudes > torch_neurons.AMPLITUDE).to(currents.dtype)
        windows = spikes.unflatten(3, (-1, 2)).unflatten(2, (-1, 2))
        return amplitudes, windows.amax((3, 5))

    def _alpha_gradient(self, amplitudes: Tensor, pooled: Tensor) -> Tensor:
        """What arrives at alpha from the pooled spikes.

        A kernel of its own: its walk is by windows, that of the recurrence by neurons, and as one
        kernel they are several times slower.
        """
        windows = amplitudes.unflatten(3, (-1, 2)).unflatten(2, (-1, 2))
        lanes = [windows[:, :, :, i, :, j] for i in (0, 1) for j in (0, 1)]
        takers = torch_neurons.pooling_takers([s > torch_neurons.AMPLITUDE for s in lanes])
        parts = [
            torch.where(takes, pooled, 0.0) * torch_neurons.surrogate(s * s)
            for takes, s in zip(takers, lanes, strict=True)
        ]
        upper, lower = torch.stack(parts[:2], 4), torch.stack(parts[2:], 4)
        return torch.stack([upper, lower], 3).flatten(4, 5).flatten(2, 3)

    def _changing_backward(
        self, currents: Tensor, amplitudes: Tensor, before: Tensor, carried: Tensor, alpha: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The recurrence backwards; taking currents apart and together costs less than it saves."""
        drive, delay = (half.contiguous() for half in currents.chunk(2, -1))
        backward = self._neurons_backward[drive.shape[-1]]
        drive, delay, carried = backward(drive, delay, amplitudes, before, carried, alpha)
        return torch.cat([drive, delay], -1), carried

    def _output_all(self, currents: Tensor, one_hot: Tensor) -> tuple[Tensor, Tensor]:
        """The output layer of all steps, a piece at a time: it is tiny, its kernels are shared."""
        start = torch.zeros_like(currents[0, :, : self.classes])
        split = currents.split(self.piece)
        amplitudes: list[Tensor] = []
        for part in split:
            amplitudes.append(self._output(part, amplitudes[-1][-1] if amplitudes else start))
        loss, alpha_gradient = self._loss(torch.cat(amplitudes), one_hot)
        gradients: list[Tensor] = []
        carried = start
        arriving = alpha_gradient.split(self.piece)
        for index in reversed(range(len(split))):
            before = amplitudes[index - 1][-1] if index else start
            gradient, carried = self._changing_backward(
                split[index], amplitudes[index], before, carried, arriving[index]
            )
            gradients.append(gradient)
        return loss, torch.cat(gradients[::-1])

    def _output_layer(self, currents: Tensor, before: Tensor) -> Tensor:
        return torch_neurons.changing_forward(currents, before, self.classes)


def _windows(u: Tensor) -> Tensor:
    """[batch, channels, h, w] to [4, batch, h/2, w/2, channels], contiguous."""
    last = u.permute(0, 2, 3, 1)
    return torch.stack([last[:, i::2, j::2] for i in (0, 1) for j in (0, 1)])


def _unwindows(lanes: Tensor) -> Tensor:
    """_windows backwards."""
    places = lanes.unflatten(0, (2, 2)).permute(2, 3, 0, 4, 1, 5)
    return places.flatten(3, 4).flatten(1, 2).permute(0, 3, 1, 2)


class TorchQSCNN:
    """The training step."""

    def __init__(self, problem: Problem, options: Options) -> None:
        torch.set_num_threads(problem.threads)
        torch_neurons.keep_memory()
        images, labels = problem.data()
        x = torch.from_numpy(images).view(*images.shape[:2], 1, 28, 28)
        one_hot = functional.one_hot(torch.from_numpy(labels), CLASSES).float()
        self._batches = list(zip(x, one_hot, strict=True))
        self._network = QSCNNStep(problem.weights(), problem.steps)
        self._parameters = [p.requires_grad_() for p in self._network.parameters()]
        self._adam = torch.optim.Adam(self._parameters, problem.learning_rate, fused=True)
        self._next = 0

    @torch.no_grad()
    def step(self) -> float:
        x, one_hot = self._batches[self._next % len(self._batches)]
        self._next += 1
        loss, gradients = self._network.run(x, one_hot)
        for parameter, gradient in zip(self._parameters, gradients, strict=True):
            parameter.grad = gradient.contiguous(
                memory_format=torch.channels_last
                if parameter.is_contiguous(memory_format=torch.channels_last)
                and parameter.dim() == 4
                else torch.contiguous_format
            )
        self._adam.step()
        return float(loss)

    def versions(self) -> dict[str, str]:
        return {"torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}

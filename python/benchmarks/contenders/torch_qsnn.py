"""(b) The dense QSNN in PyTorch, as fast as we can make it.

What was done, and what it rests on:
- layer by layer: the hidden layer runs all its steps before the output layer starts, so the output
  layer's products are one product over steps x batch, drive and delay side by side;
- the hidden layer's input is constant: one product for all steps, and none for its delay, which a
  constant input makes irrelevant (its gradient is exactly 0, so Adam leaves it as it is);
- neurons are compiled kernels that keep their state in registers (torch_neurons), without inverse
  trigonometry; the hidden layer's gradient needs no stored states;
- gradients are written by hand: autograd would store every step;
- Adam is PyTorch's fused one, and freed memory stays in the process.
"""

from __future__ import annotations

from functools import partial

import torch
from harness.problem import CLASSES, Floats, Problem
from torch import Tensor

from contenders import Options, torch_neurons


class QSNNStep:
    """Loss and gradients of a dense-dense network with a constant input."""

    def __init__(self, weights: dict[str, Floats], steps: int, dtype: torch.dtype) -> None:
        def tensor(*names: str) -> Tensor:
            return torch.cat([torch.from_numpy(weights[name]) for name in names]).to(dtype)

        self.steps = steps
        self.classes = len(weights["1.drive_bias"])
        self.hidden_weight = tensor("0.drive_weight")
        self.hidden_bias = tensor("0.drive_bias")
        # Drive above delay: one product for both.
        self.output_weight = tensor("1.drive_weight", "1.delay_weight")
        self.output_bias = tensor("1.drive_bias", "1.delay_bias")
        forward = partial(torch_neurons.constant_forward, steps=steps)
        self._hidden_forward = torch_neurons.compiled(forward)
        self._hidden_backward = torch_neurons.compiled(self._hidden_gradient)
        self._output = torch_neurons.compiled(self._output_layer)

    def parameters(self) -> list[Tensor]:
        return [self.hidden_weight, self.hidden_bias, self.output_weight, self.output_bias]

    def run(self, x: Tensor, one_hot: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The loss, and the gradients in the order of parameters()."""
        u = torch.addmm(self.hidden_bias, x, self.hidden_weight.T).unsqueeze(0)
        spikes, _, _ = self._hidden_forward(u, torch.zeros_like(u), torch.ones_like(u))
        rows = spikes.flatten(0, 1)
        currents = torch.addmm(self.output_bias, rows, self.output_weight.T)
        loss, gradient = self._output(currents, one_hot)
        output_weight = gradient.T @ rows
        arriving = (gradient @ self.output_weight).view_as(spikes)
        du = self._hidden_backward(u, arriving)
        return loss, [du.T @ x, du.sum(0), output_weight, gradient.sum(0)]

    def _output_layer(self, rows: Tensor, one_hot: Tensor) -> tuple[Tensor, Tensor]:
        currents = rows.view(self.steps, -1, 2 * self.classes)
        start = torch.zeros_like(currents[0, :, : self.classes])
        amplitudes = torch_neurons.changing_forward(currents, start, self.classes)
        loss, alpha_gradient = torch_neurons.membrane_loss(amplitudes, one_hot)
        drive, delay, _ = torch_neurons.changing_backward(
            currents[..., : self.classes],
            currents[..., self.classes :],
            amplitudes,
            start,
            start,
            alpha_gradient,
        )
        return loss, torch.cat([drive, delay], -1).flatten(0, 1)

    @staticmethod
    def _hidden_gradient(u: Tensor, arriving: Tensor) -> Tensor:
        zero = torch.zeros_like(u)
        result = torch_neurons.constant_backward(u, zero, torch.ones_like(u), zero, zero, arriving)
        return torch.where(u > 0, result[3], 0.0)[0]


class TorchQSNN:
    """The training step."""

    def __init__(self, problem: Problem, options: Options) -> None:
        torch.set_num_threads(problem.threads)
        torch_neurons.keep_memory()
        images, labels = problem.data()
        one_hot = torch.nn.functional.one_hot(torch.from_numpy(labels), CLASSES).float()
        self._batches = list(zip(torch.from_numpy(images), one_hot, strict=True))
        self._network = QSNNStep(problem.weights(), problem.steps, torch.float32)
        self._parameters = [p.requires_grad_() for p in self._network.parameters()]
        self._adam = torch.optim.Adam(self._parameters, problem.learning_rate, fused=True)
        self._next = 0

    @torch.no_grad()
    def step(self) -> float:
        x, one_hot = self._batches[self._next % len(self._batches)]
        self._next += 1
        loss, gradients = self._network.run(x, one_hot)
        for parameter, gradient in zip(self._parameters, gradients, strict=True):
            parameter.grad = gradient
        self._adam.step()
        return float(loss)

    def versions(self) -> dict[str, str]:
        return {"torch": torch.__version__, "capability": torch.backends.cpu.get_cpu_capability()}

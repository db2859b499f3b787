"""The equations of the model in float64 numpy, forwards and backwards, one step at a time.

Written from the equations and in terms of the angle phi, without a glance at the engine, to be
compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np


@dataclass(frozen=True)
class Surrogate:
    threshold: float = 1.0
    surrogate: str = "arctan"
    slope: float = 1.0

    def surrogate_derivative(self, alpha):
        x, k = alpha - self.threshold, self.slope
        if self.surrogate == "arctan":
            return 1 / (1 + (np.pi * k * x) ** 2)
        if self.surrogate == "fast_sigmoid":
            return 1 / (1 + k * np.abs(x)) ** 2
        if self.surrogate == "sigmoid":
            q = 1 / (1 + np.exp(-k * x))
            return k * q * (1 - q)
        return np.maximum(0, 1 - k * np.abs(x))


@dataclass(frozen=True)
class LIF(Surrogate):
    CURRENTS: ClassVar = ("",)

    beta: float = 0.9
    reset: str = "subtract"

    def forward(self, current):
        """A current [steps, ...] to spikes, membranes, and what the way back needs."""
        membrane, fired = np.zeros(current.shape[1:]), np.zeros(current.shape[1:])
        spikes, membranes = [], []
        for each in current:
            if self.reset == "zero":
                membrane = self.beta * membrane * (1 - fired) + each
            else:
                membrane = self.beta * membrane + each - fired * self.threshold
            fired = (membrane > self.threshold).astype(float)
            spikes.append(fired)
            membranes.append(membrane)
        return np.array(spikes), np.array(membranes), np.array(spikes)

    def backward(self, spike_gradient, membrane_gradient, membranes, spikes):
        """The gradient of the current; the reset is a constant."""
        gradient, carried = np.zeros_like(membranes), 0.0
        for t in reversed(range(len(membranes))):
            slope = self.surrogate_derivative(membranes[t])
            gradient[t] = membrane_gradient[t] + spike_gradient[t] * slope + carried
            carried = self.beta * gradient[t]
            if t and self.reset == "zero":
                carried = carried * (1 - spikes[t - 1])
        return (gradient,)


@dataclass(frozen=True)
class QLIF(Surrogate):
    CURRENTS: ClassVar = ("drive_", "delay_")

    threshold: float = 0.75
    t1: float = 60.0
    drive_scale: float = np.pi
    delay_scale: float = 200.0
    drive_bound: str = "none"
    leak: str = "relaxation"
    refractory: bool = True

    def forward(self, u, v):
        """Currents [steps, batch, units] to spikes, alpha, and what the way back needs."""
        bounded = np.tanh(np.abs(u)) if self.drive_bound == "tanh" else np.abs(u)
        theta = self.drive_scale * bounded
        decay = np.exp(-self.delay_scale * np.abs(v) / self.t1)
        phi, fired = np.zeros(u.shape[1:]), np.zeros(u.shape[1:], bool)
        spikes, alphas, tape = [], [], []
        for t in range(len(u)):
            start = np.where(fired, 0.0, phi)
            resting = fired & self.refractory
            driven = (u[t] > 0) & ~resting
            turned = start + theta[t]
            relaxed = 2 * np.arcsin(np.sqrt(decay[t]) * np.sin(start / 2))
            leaked = relaxed if self.leak == "relaxation" else start - relaxed
            alpha = np.where(driven, np.sin(turned / 2) ** 2, np.sin(leaked / 2) ** 2)
            alpha = np.where(resting, 0.0, alpha)
            phi = 2 * np.arcsin(np.sqrt(np.clip(alpha, 0, 1)))
            tape.append((start, turned, phi, driven, resting, fired))
            fired = alpha > self.threshold
            spikes.append(fired.astype(float))
            alphas.append(alpha)
        return np.array(spikes), np.array(alphas), (u, v, decay, tape)

    def backward(self, spike_gradient, alpha_gradient, alphas, saved):
        """Gradients of the currents; the reset and the branch are constants."""
        u, v, decay, tape = saved
        du, dv = np.zeros_like(u), np.zeros_like(v)
        carried = np.zeros(u.shape[1:])
        for t in reversed(range(len(u))):
            start, turned, phi, driven, resting, fired = tape[t]
            g = alpha_gradient[t] + spike_gradient[t] * self.surrogate_derivative(alphas[t])
            g = g * np.sin(phi) / 2 + carried
            g = np.where(resting, 0.0, g)
            # Back at the ground or the top exactly, the fold of phi has slope 0: its sign would be
            # rounding's. A constant input gets there, with two equal turns of more than half.
            sine = np.sin(turned)
            bent = np.where(np.abs(sine) < 1e-6, 0.0, np.sign(sine))
            slope = self.drive_scale * np.ones_like(g)
            if self.drive_bound == "tanh":
                slope = self.drive_scale * (1 - np.tanh(u[t]) ** 2)
            du[t] = np.where(driven, g * bent * slope, 0.0)
            d, s, c = decay[t], np.sin(start / 2), np.cos(start / 2)
            root = np.sqrt(np.maximum(1 - d * s * s, 1e-300))
            per_phi, per_decay = np.sqrt(d) * c / root, s / (np.sqrt(d) * root)
            if self.leak == "published":
                per_phi, per_decay = 1 - per_phi, -per_decay
            per_v = -d * self.delay_scale / self.t1 * np.sign(v[t])
            dv[t] = np.where(driven, 0.0, g * per_decay * per_v)
            carried = np.where(driven, g * bent, g * per_phi)
            carried = np.where(fired, 0.0, carried)
        return du, dv


class Dense:
    """Every synapse sees rows [steps * batch, *shape]; w and b are weight and bias."""

    def forward(self, x, w, b):
        return x.reshape(len(x), -1) @ w.T + b

    def backward(self, g, x, w):
        """Gradients of weight, bias and input."""
        return g.T @ x.reshape(len(x), -1), g.sum(axis=0), (g @ w).reshape(x.shape)


@dataclass(frozen=True)
class Conv2d:
    stride: int = 1
    padding: int = 0

    def _taps(self, x, w):
        """For each entry of the kernel, the part of the padded input that it looks at."""
        rows, columns = (
            (side - kernel) // self.stride + 1
            for side, kernel in zip(x.shape[2:], w.shape[2:], strict=True)
        )
        for i, j in np.ndindex(w.shape[2:]):
            last_i, last_j = i + self.stride * rows, j + self.stride * columns
            yield i, j, (..., slice(i, last_i, self.stride), slice(j, last_j, self.stride))

    def _padded(self, x):
        return np.pad(x, ((0, 0), (0, 0), (self.padding,) * 2, (self.padding,) * 2))

    def forward(self, x, w, b):
        padded = self._padded(x)
        parts = (
            np.einsum("oc,ncyx->noyx", w[:, :, i, j], padded[part])
            for i, j, part in self._taps(padded, w)
        )
        return sum(parts) + b[:, None, None]

    def backward(self, g, x, w):
        padded = self._padded(x)
        gw, gx = np.zeros_like(w), np.zeros_like(padded)
        for i, j, part in self._taps(padded, w):
            gw[:, :, i, j] = np.einsum("noyx,ncyx->oc", g, padded[part])
            gx[part] += np.einsum("oc,noyx->ncyx", w[:, :, i, j], g)
        height, width = x.shape[2:]
        p = self.padding
        return gw, g.sum(axis=(0, 2, 3)), gx[:, :, p : p + height, p : p + width]


@dataclass(frozen=True)
class Pool2d:
    size: int
    stride: int
    largest: bool
    ties: str = "first"

    def _windows(self, x):
        """[rows, channels, height, width, entries of the window], and where each entry lies."""
        height, width = ((side - self.size) // self.stride + 1 for side in x.shape[2:])
        parts = [
            (
                ...,
                slice(i, i + self.stride * (height - 1) + 1, self.stride),
                slice(j, j + self.stride * (width - 1) + 1, self.stride),
            )
            for i, j in np.ndindex(self.size, self.size)
        ]
        return np.stack([x[part] for part in parts], axis=-1), parts

    def forward(self, x):
        windows, _ = self._windows(x)
        return windows.max(axis=-1) if self.largest else windows.mean(axis=-1)

    def backward(self, g, x, membranes):
        windows, parts = self._windows(x)
        gx = np.zeros_like(x)
        # Of the largest: the first, or the one with the largest membrane.
        if self.ties == "membrane":
            own, _ = self._windows(membranes)
            windows = np.where(windows == windows.max(axis=-1, keepdims=True), own, -np.inf)
        chosen = windows.argmax(axis=-1)
        for entry, part in enumerate(parts):
            gx[part] += g * (chosen == entry) if self.largest else g / len(parts)
        return gx


def run(layers, x, steps, target, reading, constant):
    """A network of (synapse, neuron, parameters) layers; a pooling has None and {}.

    x is [batch, *shape] where it is constant, else [steps, batch, *shape]; the target is labels
    [batch] for cross-entropy, or numbers [batch, outputs] for the mean squared error. Returns
    spikes and membranes (of a pooling None) of each layer, the loss, and the gradients by the
    engine's names.
    """
    signal = np.broadcast_to(x, (steps, *x.shape)) if constant else x
    time = signal.shape[:2]
    spikes, alphas, saved, inputs = [], [], [], []
    for synapse, neuron, p in layers:
        rows = signal.reshape(-1, *signal.shape[2:])
        inputs.append(rows)
        if neuron is None:
            out, alpha, tape = synapse.forward(rows), None, None
            signal = out.reshape(*time, *out.shape[1:])
        else:
            currents = [
                synapse.forward(rows, p[f"{name}weight"], p[f"{name}bias"])
                for name in neuron.CURRENTS
            ]
            signal, alpha, tape = neuron.forward(
                *(current.reshape(*time, *current.shape[1:]) for current in currents)
            )
        spikes.append(signal)
        alphas.append(alpha)
        saved.append(tape)
    value, g, alpha_gradient = losses(reading, spikes[-1], alphas[-1], target)
    gradients = {}
    for index in reversed(range(len(layers))):
        synapse, neuron, p = layers[index]
        rows = inputs[index]
        g = g.reshape(spikes[index].shape)
        if neuron is None:
            before = alphas[index - 1]
            membranes = None if before is None else before.reshape(rows.shape)
            g = synapse.backward(g.reshape(-1, *g.shape[2:]), rows, membranes)
        else:
            parts = neuron.backward(g, alpha_gradient, alphas[index], saved[index])
            g = np.zeros_like(rows)
            for name, part in zip(neuron.CURRENTS, parts, strict=True):
                gw, gb, gx = synapse.backward(
                    part.reshape(-1, *part.shape[2:]), rows, p[f"{name}weight"]
                )
                gradients[f"{index}.{name}weight"], gradients[f"{index}.{name}bias"] = gw, gb
                g = g + gx
        if index and alphas[index - 1] is not None:
            alpha_gradient = np.zeros_like(alphas[index - 1])
    return spikes, alphas, value, gradients


def losses(reading, spikes, alphas, target):
    """The loss and its gradients with respect to the output spikes and alphas."""
    shape = alphas.shape
    spikes, alphas = (each.reshape(*shape[:2], -1) for each in (spikes, alphas))
    read = spikes if reading == "spike_count" else alphas
    numbers = read if reading == "membrane" else read.sum(axis=0)[None]
    criterion = mean_squared_error if np.ndim(target) == 2 else cross_entropy
    value, gradient = criterion(numbers, target)
    gradient = np.broadcast_to(gradient, alphas.shape).reshape(shape)
    none = np.zeros(shape)
    return (value, gradient, none) if reading == "spike_count" else (value, none, gradient)


def cross_entropy(logits, labels):
    """Sum over the first axis of the batch mean, and the gradient of it."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    p = np.exp(shifted)
    p /= p.sum(axis=-1, keepdims=True)
    rows = np.arange(len(labels))
    value = -np.log(p[:, rows, labels]).mean(axis=1).sum()
    p[:, rows, labels] -= 1
    return value, p / len(labels)


def mean_squared_error(numbers, goals):
    """Sum over the first axis of the mean over batch and outputs, and the gradient of it."""
    difference = numbers - goals
    return (difference**2).mean(axis=(1, 2)).sum(), 2 * difference / goals.size

"""The equations of the model in float64 numpy, forwards and backwards, one step at a time.

Written from the equations and in terms of the angle phi, without a glance at the engine, to be
compared with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Neuron:
    threshold: float = 0.75
    t1: float = 60.0
    drive_scale: float = np.pi
    delay_scale: float = 200.0
    drive_bound: str = "none"
    leak: str = "relaxation"
    refractory: bool = True
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


def run(layers, x, steps, labels, loss):
    """A network of (Neuron, parameters) layers; constant or sequence input.

    Returns spikes and alphas of each layer, the loss, and the gradients by the engine's names.
    """
    signal = np.broadcast_to(x, (steps, *x.shape)) if x.ndim == 2 else x
    spikes, alphas, saved, inputs = [], [], [], []
    for neuron, p in layers:
        inputs.append(signal)
        u = signal @ p["drive_weight"].T + p["drive_bias"]
        v = signal @ p["delay_weight"].T + p["delay_bias"]
        s, a, tape = neuron.forward(u, v)
        spikes.append(s)
        alphas.append(a)
        saved.append(tape)
        signal = s
    value, spike_gradient, alpha_gradient = losses(loss, spikes[-1], alphas[-1], labels)
    gradients = {}
    for index in reversed(range(len(layers))):
        neuron, p = layers[index]
        du, dv = neuron.backward(spike_gradient, alpha_gradient, alphas[index], saved[index])
        for name, g in (("drive", du), ("delay", dv)):
            gradients[f"{index}.{name}_weight"] = np.einsum("tbo,tbi->oi", g, inputs[index])
            gradients[f"{index}.{name}_bias"] = g.sum(axis=(0, 1))
        spike_gradient = du @ p["drive_weight"] + dv @ p["delay_weight"]
        alpha_gradient = np.zeros_like(spike_gradient)
    return spikes, alphas, value, gradients


def losses(kind, spikes, alphas, labels):
    """The loss and its gradients with respect to the output spikes and alphas."""
    none = np.zeros_like(alphas)
    if kind == "membrane":
        value, gradient = cross_entropy(alphas, labels)
        return value, none, gradient
    value, gradient = cross_entropy(
        (alphas if kind == "summed_membrane" else spikes).sum(axis=0)[None], labels
    )
    gradient = np.broadcast_to(gradient, alphas.shape)
    return (value, none, gradient) if kind == "summed_membrane" else (value, gradient, none)


def cross_entropy(logits, labels):
    """Sum over the first axis of the batch mean, and the gradient of it."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    p = np.exp(shifted)
    p /= p.sum(axis=-1, keepdims=True)
    rows = np.arange(len(labels))
    value = -np.log(p[:, rows, labels]).mean(axis=1).sum()
    p[:, rows, labels] -= 1
    return value, p / len(labels)

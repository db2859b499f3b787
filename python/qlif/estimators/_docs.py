"""What the estimators' parameters mean: each said once, for every class that has it."""

from __future__ import annotations

from typing import TypeVar

Class = TypeVar("Class", bound=type)

DENSE = """\
hidden: neurons of each hidden layer; a number means one layer."""

CONVOLUTIONS = """\
channels: planes of neurons of each convolution; a number means one convolution.
kernel: height and width of every convolution's kernel; one number is a square. No padding.
pool: side of the windows of the max-pooling behind every convolution; 1 leaves it out.
pool_ties: which of the neurons that are a window's maximum learns, ``"first"`` or
    ``"membrane"``; see `qlif.MaxPool2d`.
image_shape: channels, height and width of an image, or height and width; one of them may be
    -1, which is what the others leave. None takes X's own shape, and a square of one
    channel where X is [n, features]; of images that look as if their channels came last it
    is an error."""

TRAINING = """\
steps: steps that a sample is shown for, >= 1.
epochs: passes over the training samples, >= 1.
batch_size: samples for one update; ``"auto"`` is a two-hundredth of the samples, at least 8
    and at most 200.
learning_rate: of Adam; the peak, where the schedule has one.
schedule: ``"constant"``, ``"one_cycle"`` or ``"cosine"``, over all updates of `fit`; see
    `qlif.Trainer`.
warmup: share of the updates in which ``"one_cycle"`` rises, in (0, 1).
weight_decay: decoupled weight decay, >= 0.
clip_norm: largest global norm of the gradient; 0 does not clip.
loss: ``"membrane"``, ``"membrane_sum"`` or ``"spike_count"``; see
    `qlif.Network.loss_and_gradients`.
readout: ``"spike_count"`` or ``"membrane"``; see `qlif.Network.predict`.
dropout: share of every hidden layer's spikes left out while training, in [0, 1)."""

QLIF = """\
threshold, t1, delay_scale, leak, refractory, memory, firing: of the neurons of every layer;
    see `qlif.QLIF`.
drive_scale, drive_bound: of the neurons of the hidden layers; see `qlif.QLIF`.
output_drive_scale, output_drive_bound: of the output neurons; None: as of the hidden
    layers.
noise: what is wrong with the qubits in `fit`, which learns under it and measures validation
    samples under it: a `qlif.Noise`, one or None for each layer (a pooling counts, and has
    None), or None. It is not that of `predict` and `score`, which take their own."""

LIF = """\
beta, threshold, reset: of the neurons of every layer; see `qlif.LIF`."""

REST = """\
surrogate: name of the surrogate gradient; see `qlif.surrogate`.
slope: its steepness.
input_scaling: ``"none"``; ``"center"``: every feature less the mean of them all in
    training, which suits images; ``"standardize"``: each feature less its own mean and
    divided by its own standard deviation, which suits tables; ``"auto"``: {AUTO},
    with an `InputWarning` where the inputs are then too large or too small to learn from
    well. In a network of convolutions the scaling goes by channel, which alone can be
    folded into a kernel. The trained `network_` takes plain inputs: the scaling is folded
    into its first layer.
validation_fraction: share of each class held back to measure every epoch on, in [0, 1).
patience: epochs without a better validation accuracy after which training stops; the best
    epoch's parameters are kept. None trains for all epochs.
random_state: None, a whole number or a generator of numpy: seeds the initial weights,
    dropout, shuffling and the validation split.
verbose: whether to draw a progress bar; ``"auto"`` draws on a terminal and in a notebook."""


def documented(cls: Class) -> Class:
    """Puts the texts of this module in the places of the docstring that name them: ``{REST}``."""
    if cls.__doc__:  # python -OO leaves none
        for name in ("DENSE", "CONVOLUTIONS", "TRAINING", "QLIF", "LIF", "REST"):
            text = globals()[name].replace("\n", "\n        ")
            cls.__doc__ = cls.__doc__.replace(f"{{{name}}}", text)
        automatic = f'``"{cls._AUTOMATIC_SCALING}"``'  # type: ignore[attr-defined]
        cls.__doc__ = cls.__doc__.replace("{AUTO}", automatic)
    return cls

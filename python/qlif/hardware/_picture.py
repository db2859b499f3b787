"""A picture of a run on a device, by matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ArgumentError, MissingExtraError
from ..plot import COLOURS

if TYPE_CHECKING:
    from ._result import HardwareResult

MOST_POINTS = 5000


def draw(result: HardwareResult, sample: int) -> tuple[Any, Any]:
    """Alpha against its prediction, the differences, the output's spikes, and the figures."""
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError("matplotlib", "plot", "HardwareResult.plot") from error
    if not 0 <= sample < result.report.samples:
        raise ArgumentError(f"sample is {sample}, expected 0 to {result.report.samples - 1}")
    fig, axes = pyplot.subplots(2, 2, figsize=(10, 8), layout="constrained")
    report = result.report
    fig.suptitle(f"{report.backend}, {report.shots:,} shots, leak {report.leak_form!r}")
    measured = np.concatenate([np.ravel(each) for each in result.alpha])
    expected = np.concatenate([np.ravel(each) for each in result.expected])
    _agreement(axes[0, 0], measured, expected)
    _differences(axes[0, 1], measured - expected, expected, result.report.shots)
    _raster(axes[1, 0], result, sample)
    axes[1, 1].axis("off")
    axes[1, 1].text(0, 1, str(result.report), family="monospace", fontsize=7.5, va="top")
    return fig, axes


def _agreement(ax: Any, measured: Any, expected: Any) -> None:
    every = max(1, len(measured) // MOST_POINTS)
    ax.plot([0, 1], [0, 1], color="0.6", linewidth=1)
    ax.plot(expected[::every], measured[::every], ".", color=COLOURS[0], markersize=2, alpha=0.5)
    ax.set(xlabel="alpha predicted for the step", ylabel="alpha measured", aspect="equal")
    ax.set_title("each neuron and step")


def _differences(ax: Any, difference: Any, expected: Any, shots: int) -> None:
    spread = np.sqrt(expected * (1 - expected) / shots)
    clear = spread > 0
    ax.hist(
        difference[clear] / spread[clear],
        bins=np.linspace(-5, 5, 41).tolist(),
        density=True,
        color=COLOURS[5],
    )
    x = np.linspace(-5, 5, 201)
    normal = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    ax.plot(x, normal, color=COLOURS[1], linewidth=1.5, label="shots alone")
    ax.set(xlabel="(measured - predicted) / standard error", ylabel="density")
    ax.set_title("differences")
    ax.legend(fontsize="small")


def _raster(ax: Any, result: HardwareResult, sample: int) -> None:
    for offset, (label, recording) in enumerate(
        (("device", result.recording), ("noisy engine", result.noisy), ("engine", result.noiseless))
    ):
        spikes = recording.spikes[-1][:, sample]
        step, neuron = np.nonzero(spikes)
        ax.scatter(
            step,
            neuron + 0.25 * (1 - offset),
            s=14,
            marker="|",
            linewidths=1.5,
            color=COLOURS[offset],
            label=label,
        )
    ax.set(xlabel="step", ylabel="output neuron", title=f"output spikes of sample {sample}")
    ax.set_xlim(-0.5, result.report.steps - 0.5)
    ax.set_ylim(-0.5, result.noiseless.spikes[-1].shape[2] - 0.5)
    ax.legend(fontsize="small", loc="upper right")

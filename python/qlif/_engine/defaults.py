"""The engine's defaults. No number is repeated here: each is asked of the engine."""

from __future__ import annotations

import numpy as np

from .library import NeuronConfig, TrainerConfig, lib

QLIF_KIND = 0
LIF_KIND = 1


def shortest(value: float) -> float:
    """The shortest decimal that is the same float32: 0.1 instead of 0.10000000149011612."""
    return float(str(np.float32(value)))


def neuron_default(kind: int = QLIF_KIND) -> NeuronConfig:
    """A fresh copy of the defaults of a kind of neuron."""
    config = NeuronConfig()
    lib.qlif_neuron_config_default(kind, config)
    return config


def trainer_default() -> TrainerConfig:
    """A fresh copy of the trainer's defaults."""
    config = TrainerConfig()
    lib.qlif_trainer_config_default(config)
    return config

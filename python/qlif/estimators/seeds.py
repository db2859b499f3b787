"""Independent seeds from one `random_state`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .._engine.arrays import integer


@dataclass(frozen=True)
class Seeds:
    """Streams of random numbers that do not depend on one another."""

    entropy: int

    @classmethod
    def of(cls, random_state: Any) -> Seeds:
        """Seeds from None (fresh ones), a whole number, or a generator of numpy."""
        if random_state is None:
            return cls(int(np.random.SeedSequence().generate_state(1)[0]))
        if isinstance(random_state, np.random.RandomState):
            return cls(int(random_state.randint(2**31)))
        if isinstance(random_state, np.random.Generator):
            return cls(int(random_state.integers(2**31)))
        return cls(integer(random_state, "random_state", 0, 2**63 - 1))

    @property
    def network(self) -> int:
        """The seed for the initial weights and dropout: the number itself."""
        return self.entropy

    def shuffler(self) -> np.random.Generator:
        """Orders the samples of an epoch."""
        return np.random.default_rng([self.entropy, 1])

    def splitter(self) -> np.random.Generator:
        """Chooses the samples that are held back for validation."""
        return np.random.default_rng([self.entropy, 2])

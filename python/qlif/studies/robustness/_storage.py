"""What a study leaves on the disk: ``results.json``, whole, after every measurement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ... import __version__
from ..._engine import files, schema
from ...errors import ArgumentError, FormatError
from .. import results
from ._conditions import DEVICE, EXACT, SWEEPS, Condition
from ._table import markdown, summarise

Record = dict[str, Any]

FORMAT = 1

_SCHEMA = {
    "settings": dict,
    "models": [{"name": str, "title": str, "identity": dict}],
    "measurements": [
        {"model": str, "sweep": str, "value": (float, None), "seed": int, "accuracy": float}
    ],
}


class Study:
    """A folder with the measurements of some models.

    Args:
        folder: where the results are; it must be there.
        settings: what all measurements depend on.

    Raises:
        ArgumentError: the folder holds a study with other settings.
        FormatError: its results are damaged, or something else.
    """

    def __init__(self, folder: Path, settings: Record) -> None:
        self.results, self.table = folder / "results.json", folder / "results.md"
        self.settings = settings
        self.models: list[Record] = []
        self.measurements: list[Record] = []
        self._take()
        self._found = {self._key(each): float(each["accuracy"]) for each in self.measurements}

    def _take(self) -> None:
        try:
            record = files.read_json(self.results)
            if record is None:
                return
            schema.check(record, _SCHEMA)
            known, models, measurements = (
                record[name] for name in ("settings", "models", "measurements")
            )
            names = {each["name"] for each in models}
            for each in measurements:
                plain = each["sweep"] in (EXACT, DEVICE)
                if each["model"] not in names or not (plain or each["sweep"] in SWEEPS):
                    raise ValueError(f"a measurement of {each['model']!r} by {each['sweep']!r}")
                if plain != (each["value"] is None):
                    raise ValueError(f"a strength of {each['value']} of {each['sweep']!r}")
        except ValueError as error:
            raise FormatError(f"{self.results} is not of qlif.robustness ({error})") from error
        # A device may come later, and may be left out of a call.
        device = self.settings["device"] or known.get("device")
        self.settings = {**self.settings, "device": device}
        self._same("the study", {**known, "device": known.get("device") or device}, self.settings)
        self.models, self.measurements = models, measurements

    def _same(self, what: str, old: Record, new: Record) -> None:
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                raise ArgumentError(
                    f"{self.results} differs in {name} of {what} ({old.get(name)}, now "
                    f"{new.get(name)}): give another folder to --out"
                )

    @staticmethod
    def _key(record: Record) -> tuple[str, str, float | None, int]:
        value = record["value"]
        return (
            str(record["model"]),
            str(record["sweep"]),
            None if value is None else float(value),
            int(record["seed"]),
        )

    def add(self, name: str, title: str, identity: Record) -> None:
        """A model that is measured; one of that name that was another model is refused."""
        for each in self.models:
            if each["name"] == name:
                return self._same(f"the model {name!r}", each["identity"], identity)
        self.models.append({"name": name, "title": title, "identity": identity})
        return None

    def accuracy(self, model: str, condition: Condition, seed: int) -> float | None:
        """What was measured, or None."""
        return self._found.get((model, condition.sweep, condition.value, seed))

    def keep(self, model: str, condition: Condition, seed: int, accuracy: float) -> None:
        """Keeps a measurement, and writes all of them."""
        record = {
            "model": model,
            "sweep": condition.sweep,
            "value": condition.value,
            "seed": seed,
            "accuracy": accuracy,
        }
        self.measurements.append(record)
        self._found[self._key(record)] = accuracy
        self.write()

    def write(self) -> None:
        """Writes results and table."""
        summary = summarise(self.models, self.measurements)
        content = {
            "format": FORMAT,
            "qlif": __version__,
            "settings": self.settings,
            "models": self.models,
            "sweeps": {
                name: {"title": sweep.title, "label": sweep.label} for name, sweep in SWEEPS.items()
            },
            "summary": summary,
            "measurements": self.measurements,
        }
        results.write(self.results, results.as_json(content))
        results.write(self.table, markdown(self.settings, self.models, summary))

"""``python -m qlif.demo``: see `qlif.studies.demo`."""

from __future__ import annotations

from .studies.demo import main

__all__: list[str] = []

if __name__ == "__main__":
    main()

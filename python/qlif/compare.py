"""``python -m qlif.compare``: see `qlif.studies.compare`."""

from __future__ import annotations

import sys

from .studies.compare._command import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())

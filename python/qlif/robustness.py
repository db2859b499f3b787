"""``python -m qlif.robustness``: see `qlif.studies.robustness`."""

from __future__ import annotations

import sys

from .studies.robustness._command import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())

"""The command line that studies have in common: its options, what it says, and how it ends."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from ..errors import InterruptedWarning, QlifError

__all__ = ["parser", "run", "say", "whole"]


def say(text: str) -> None:
    """Tells the user something beside the results, on standard error."""
    print(text, file=sys.stderr, flush=True)


def run(work: Callable[[], int]) -> int:
    """The exit code of a study: its own, 130 after Ctrl-C, 2 after an error, which it says."""
    try:
        return work()
    except (InterruptedWarning, KeyboardInterrupt):
        say("interrupted: run the same command again to go on")
        return 130
    except (QlifError, OSError) as error:
        say(f"error: {error}")
        return 2


def parser(name: str, description: str, examples: str) -> argparse.ArgumentParser:
    """The parser of ``python -m NAME``, with the options that every study has."""
    made = argparse.ArgumentParser(
        prog=f"python -m {name}",
        description=description,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder of the results"
    )
    made.add_argument(
        "--data", type=Path, metavar="DIR", help="folder of the data sets; default: QLIF_DATA"
    )
    made.add_argument(
        "--epochs", type=whole(1), metavar="N", help="passes over the training images"
    )
    return made


def whole(least: int) -> Callable[[str], int]:
    """Reads a whole number of `least` or more, for `argparse`."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text} is not a whole number of {least} or more")
        return int(text)

    return number

"""``python -m qlif``: what there is to run."""

from __future__ import annotations

import argparse

import qlif

COMMANDS = {
    "python -m qlif.demo": "trains a QSNN on handwritten digits and draws it",
    "python -m qlif.compare": "trains quantum and classical networks, and compares them",
    "python -m qlif.robustness": "measures a trained network under noise of each kind",
    "qlif-render": "draws what a saved network does, and writes its circuits in OpenQASM 3",
}


def main() -> None:
    """Lists the package's commands."""
    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {command:<{width}}  {words}" for command, words in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="python -m qlif",
        description=qlif.__doc__.partition("\n")[0] if qlif.__doc__ else None,
        epilog=f"commands, each of which has --help:\n{listed}\n\nIn Python: help(qlif).",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action="version", version=f"qlif {qlif.__version__}", help="print the version"
    )
    parser.parse_args()
    parser.print_help()


if __name__ == "__main__":
    main()

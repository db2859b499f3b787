"""Builds the Swift engine and puts it into the wheel.

A wheel carries ``qlif/lib/libqlif.so`` and ``qlif/bin/qlif-render``, stripped. It works with every
Python 3 of the platform, since the package speaks to the library through ctypes. An editable
install carries neither: the package then finds them in the source tree's release build.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Product of the Swift package: where it goes in the wheel.
PRODUCTS = {
    "qlif": ("libqlif.so", "qlif/lib/libqlif.so"),
    "qlif-render": ("qlif-render", "qlif/bin/qlif-render"),
}


class SwiftBuildHook(BuildHookInterface[Any]):
    """Runs ``swift build`` and adds what it made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it gathers the wheel's files."""
        source = Path(self.root).parent
        if not (source / "Package.swift").is_file():
            raise RuntimeError(
                "qlif is built from its whole source tree, and Package.swift is not above this "
                "folder: clone the repository and run `pip install ./python` in it"
            )
        swift = shutil.which("swift")
        if swift is None:
            raise RuntimeError(
                "qlif's engine is written in Swift, and `swift` is not in PATH: install Swift 6.3 "
                "or newer from swift.org and put its usr/bin into PATH"
            )
        built = [self._build(swift, source, product) for product in PRODUCTS]
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"
        if version == "editable":
            return
        self._stripped = Path(tempfile.mkdtemp(prefix="qlif-wheel-"))
        for path, (name, place) in zip(built, PRODUCTS.values(), strict=True):
            build_data["force_include"][str(_stripped(path, self._stripped / name))] = place

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called by hatchling when the wheel is written."""
        if version != "editable":
            shutil.rmtree(self._stripped, ignore_errors=True)

    def _build(self, swift: str, source: Path, product: str) -> Path:
        command = [swift, "build", "-c", "release", "--product", product]
        self.app.display_info(" ".join(["building with:", *command]))
        # pip's build environment must not reach the build: Swift's own tools use Python too.
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("PYTHON")
        }
        if subprocess.run(command, cwd=source, env=environment, check=False).returncode:
            raise RuntimeError(
                f"`{' '.join(command)}` failed in {source}; docs/dependencies.md lists the system "
                "packages that the build needs"
            )
        return source / ".build" / "release" / PRODUCTS[product][0]


def _stripped(path: Path, target: Path) -> Path:
    """A copy without symbols that nothing at run time needs."""
    shutil.copy2(path, target)
    strip = shutil.which("strip")
    if strip:
        subprocess.run([strip, "--strip-unneeded", str(target)], check=True)
    return target

"""What a timing was measured on."""

from __future__ import annotations

import os
import platform
from pathlib import Path

# The instruction sets that decide how fast float32 arithmetic is.
NOTABLE = ("avx2", "fma", "avx512f", "avx512_bf16", "asimd", "sve")


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def describe() -> dict[str, object]:
    info = _cpuinfo()
    flags = set(info.get("flags", info.get("Features", "")).split())
    model = info.get("model name") or platform.processor() or platform.machine()
    family = info.get("cpu family")
    return {
        "cpu": model + (f" (family {family}, model {info.get('model')})" if family else ""),
        "cores": cores(),
        "instruction_sets": [name for name in NOTABLE if name in flags],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "load_at_start": list(os.getloadavg()),
    }


def line(machine: dict[str, object], threads: int) -> str:
    sets = machine["instruction_sets"]
    assert isinstance(sets, list)
    return (
        f"{machine['cpu']}, {machine['cores']} cores, {' '.join(sets)}; {machine['system']}; "
        f"Python {machine['python']}; {threads} threads"
    )


def busy_seconds() -> float | None:
    """Processor time that all cores have spent working since the machine started, if it says."""
    path = Path("/proc/stat")
    if not path.is_file():
        return None
    user, nice, system, _idle, _wait, irq, softirq, steal, *_ = map(
        int, path.read_text().split("\n")[0].split()[1:]
    )
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def _cpuinfo() -> dict[str, str]:
    path = Path("/proc/cpuinfo")
    if not path.is_file():
        return {}
    first = path.read_text().split("\n\n")[0]
    pairs = (entry.partition(":") for entry in first.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}

"""How many threads the engine uses, and which kernels."""

from __future__ import annotations

from ._arrays import integer
from ._lib import lib


def set_threads(count: int) -> None:
    """Sets the most threads that one call may use from now on, in this process.

    Args:
        count: >= 1, or 0 for one per core (the default). Results do not depend on it, to the bit.

    Raises:
        ArgumentError: `count` is negative or not a whole number.
    """
    lib.qlif_set_thread_count(integer(count, "count", -(2**31), 2**31 - 1))


def threads() -> int:
    """The number of threads in force."""
    return int(lib.qlif_thread_count())


def instruction_set() -> str:
    """The instruction set whose kernels run here, for example ``"x86-64-v3"``.

    It is the best that the processor has, or the one that the environment variable ``QLIF_KERNELS``
    names: ``x86-64``, ``x86-64-v3`` or ``x86-64-v4``. Results differ by rounding alone.
    """
    return str(lib.qlif_instruction_set().decode("ascii"))

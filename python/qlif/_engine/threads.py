"""How many threads the engine uses, and which kernels."""

from __future__ import annotations

from .arrays import integer
from .library import lib


def set_threads(count: int) -> None:
    """Sets the most threads that one call may use from now on, in this process.

    Args:
        count: 1 to 1024, or 0 for as many as the process is granted (the default): the least of
            the cores that it may run on, the quota of its control groups (containers), and the
            environment variables ``OMP_NUM_THREADS`` and ``QLIF_NUM_THREADS``. Joblib and Dask tell
            their workers by the first of these how many they may use. Results do not depend on
            the number, to the bit.

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

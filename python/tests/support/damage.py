"""Files with a few bytes of them damaged."""

from __future__ import annotations


def damaged(whole, rng, kind, head=None, longest=40):
    """A copy with one to three places damaged: a bit, a byte, a piece gone or a piece put in.

    `kind` says which, 0 to 3. Places are among the first `head` bytes, by default anywhere; a piece
    is shorter than `longest`.
    """
    data = bytearray(whole)
    for _ in range(rng.integers(1, 4)):
        at = int(rng.integers(0, min(len(data), head or len(data))))
        match kind:
            case 0:
                data[at] ^= 1 << rng.integers(0, 8)
            case 1:
                data[at] = rng.integers(0, 256)
            case 2:
                del data[at : at + int(rng.integers(1, longest))]
            case 3:
                data[at:at] = data[: int(rng.integers(1, longest))]
    return data

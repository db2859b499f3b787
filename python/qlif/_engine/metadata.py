"""Text that travels with a network."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from ctypes import c_char_p, c_int32

from .arrays import text
from .handles import Owner
from .library import lib


class Metadata(MutableMapping[str, str]):
    """Text under keys of one's own, kept with the network and in its file.

    A dictionary of strings, its keys in alphabetical order; keys that begin with ``qlif.`` are the
    engine's, and neither shown nor taken::

        network.metadata["author"] = "me"
        network.metadata.get("author")
        dict(network.metadata)
        del network.metadata["author"]
    """

    __slots__ = ("_owner",)

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def __getitem__(self, key: str) -> str:
        value = self._find(key)
        if value is None:
            raise KeyError(key)
        return value

    def _find(self, key: str) -> str | None:
        out = c_char_p()
        with self._owner.lock:
            lib.qlif_network_metadata(self._owner.pointer, text(key, "key"), out)
            return None if out.value is None else out.value.decode("utf-8")

    def __setitem__(self, key: str, value: str) -> None:
        with self._owner.lock:
            lib.qlif_network_set_metadata(
                self._owner.pointer, text(key, "key"), text(value, "value")
            )

    def __delitem__(self, key: str) -> None:
        self[key]  # a missing key is a KeyError
        with self._owner.lock:
            lib.qlif_network_set_metadata(self._owner.pointer, text(key, "key"), None)

    def __len__(self) -> int:
        count = c_int32()
        with self._owner.lock:
            lib.qlif_network_metadata_count(self._owner.pointer, count)
        return count.value

    def __iter__(self) -> Iterator[str]:
        """The keys as they are now: what changes meanwhile does no harm."""
        count, out, keys = c_int32(), c_char_p(), []
        with self._owner.lock:
            lib.qlif_network_metadata_count(self._owner.pointer, count)
            for index in range(count.value):
                lib.qlif_network_metadata_key(self._owner.pointer, index, out)
                keys.append((out.value or b"").decode("utf-8"))
        return iter(keys)

    def __repr__(self) -> str:
        return f"Metadata({dict(self)!r})"

"""Text that travels with a network."""

from __future__ import annotations

from ctypes import c_char_p

from ._arrays import text
from ._lib import lib
from ._owner import Owner


class Metadata:
    """Text under keys of one's own, kept with the network and in its file.

    Used like a dictionary of strings; keys that begin with ``qlif.`` are the engine's::

        network.metadata["author"] = "me"
        network.metadata.get("author")
        del network.metadata["author"]
    """

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def get(self, key: str, default: str | None = None) -> str | None:
        """The text under `key`, or `default` where there is none."""
        out = c_char_p()
        with self._owner.lock:
            lib.qlif_network_metadata(self._owner.pointer, text(key, "key"), out)
            return default if out.value is None else out.value.decode("utf-8")

    def __getitem__(self, key: str) -> str:
        value = self.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __contains__(self, key: str) -> bool:
        return self.get(key) is not None

    def __setitem__(self, key: str, value: str) -> None:
        with self._owner.lock:
            lib.qlif_network_set_metadata(
                self._owner.pointer, text(key, "key"), text(value, "value")
            )

    def __delitem__(self, key: str) -> None:
        self[key]  # a missing key is a KeyError
        with self._owner.lock:
            lib.qlif_network_set_metadata(self._owner.pointer, text(key, "key"), None)

"""Model files by hand, with a checksum that fits: damage that only the network's checks can see.

The checksum is that of Sources/QLIFCore/Storage/Safetensors.swift: a CRC-32 of the metadata and of
the tensors' names, shapes and bytes, in the order of the names.
"""

from __future__ import annotations

import json
import struct
import zlib

CHECKSUM = "qlif.checksum"


def unpack(data):
    """The metadata without its checksum, and {name: (shape, bytes)}."""
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__")
    metadata.pop(CHECKSUM)
    start = 8 + length
    tensors = {}
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = entry["data_offsets"]
        tensors[name] = (entry["shape"], data[start + begin : start + end])
    return metadata, tensors


def pack(metadata, tensors):
    """A file that is whole and sealed, whatever it says."""
    header, offset = {"__metadata__": {**metadata, CHECKSUM: checksum(metadata, tensors)}}, 0
    for name, (shape, values) in tensors.items():
        end = offset + len(values)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    values = b"".join(values for _, values in tensors.values())
    return struct.pack("<Q", len(text)) + text + values


def checksum(metadata, tensors):
    crc = 0
    for piece in pieces(metadata, tensors):
        crc = zlib.crc32(struct.pack("<Q", len(piece)) + piece, crc)
    return f"{crc:x}"


def pieces(metadata, tensors):
    for key, value in sorted(metadata.items()):
        yield from (key.encode(), value.encode())
    for name, (shape, values) in sorted(tensors.items()):
        yield from (name.encode(), str(list(shape)).encode(), values)

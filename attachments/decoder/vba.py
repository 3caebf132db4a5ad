"""Projects of VBA ([MS-OVBA]): whether one holds a line of code.

Excel 97 to 2003 keeps an empty project in each workbook whose editor was opened once.
"""

import re
import struct
from collections.abc import Iterator

# Records of the `dir` stream ([MS-OVBA] 2.3.4.2).
MODULE_STREAM, MODULE_OFFSET, PROJECT_VERSION = 0x1A, 0x31, 0x09
# What stands before the source of an empty module: 760 to 1330 bytes in the 20 empty projects that
# were looked at. More is compiled code whose source was taken out.
COMPILED_MAX_BYTES = 1400
# Names in the compiled code ([MS-OVBA] 2.3.4.1) by which one starts, or starts something.
STARTING = re.compile(
    rb"(auto_?(open|close|exec|exit|new)|(document|workbook|worksheet)_|shell|createobject)", re.I
)
CHUNK_SIGNATURE = 3  # [MS-OVBA] 2.4.1.1.5
SOURCE_MAX_BYTES = 4 * 1024 * 1024


def is_empty(streams: dict[str, bytes]) -> bool:
    """Tell whether no module has code. `streams` are those of the storage VBA, by lower case."""
    if STARTING.search(streams.get("_vba_project", b"")):
        return False
    try:
        modules = list(_modules(decompressed(streams["dir"])))
    except (KeyError, ValueError, struct.error, IndexError):
        return False
    return bool(modules) and all(_is_empty(streams, name, offset) for name, offset in modules)


def _is_empty(streams: dict[str, bytes], name: str, offset: int) -> bool:
    content = streams.get(name.casefold())
    if content is None or offset > COMPILED_MAX_BYTES:
        return False
    try:
        source = decompressed(content[offset:]).decode("latin-1")
    except (ValueError, IndexError, struct.error):
        return False
    return not any(_is_code(line) for line in source.splitlines())


def _is_code(line: str) -> bool:
    words = line.strip().casefold()
    return bool(words) and not words.startswith(("attribute ", "option ", "'", "rem "))


def _modules(directory: bytes) -> Iterator[tuple[str, int]]:
    name, at = "", 0
    while at + 6 <= len(directory):
        kind, size = struct.unpack_from("<HI", directory, at)
        # This record says 4, and has 6 bytes.
        size = 6 if kind == PROJECT_VERSION else size
        record = directory[at + 6 : at + 6 + size]
        if kind == MODULE_STREAM:
            name = record.decode("cp1252", "replace")
        elif kind == MODULE_OFFSET:
            yield name, int.from_bytes(record, "little")
        at += 6 + size


def decompressed(content: bytes) -> bytes:
    """Undo the compression of [MS-OVBA] 2.4.1. Raises ValueError when it is another one."""
    if content[:1] != b"\x01":
        raise ValueError("no compressed container")
    found, at = bytearray(), 1
    while at + 2 <= len(content) and len(found) <= SOURCE_MAX_BYTES:
        header = int.from_bytes(content[at : at + 2], "little")
        if header >> 12 & 7 != CHUNK_SIGNATURE:
            break
        end = at + (header & 0xFFF) + 3
        chunk = content[at + 2 : end]
        found += _decompressed_chunk(chunk) if header & 0x8000 else chunk
        at = end
    return bytes(found)


def _decompressed_chunk(chunk: bytes) -> bytearray:
    found, at = bytearray(), 0
    while at < len(chunk):
        flags = chunk[at]
        at += 1
        for bit in range(8):
            if at >= len(chunk):
                break
            if flags >> bit & 1:
                _copy(found, int.from_bytes(chunk[at : at + 2], "little"))
                at += 2
            else:
                found.append(chunk[at])
                at += 1
    return found


def _copy(found: bytearray, token: int) -> None:
    """Append what a token names ([MS-OVBA] 2.4.1.3.19.1)."""
    bits = max(4, (len(found) - 1).bit_length())
    length = (token & (0xFFFF >> bits)) + 3
    offset = (token >> (16 - bits)) + 1
    if offset > len(found):
        raise ValueError("a token before the beginning")
    for _ in range(length):
        found.append(found[-offset])

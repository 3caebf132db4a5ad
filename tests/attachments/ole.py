"""OLE containers ([MS-CFB], version 3), made here: sound ones, and ones that mislead a reader."""

import struct
from uuid import UUID

SECTOR = 512
# Smaller streams would lie in another place; ours are padded to this.
SMALLEST_STREAM = 4096
ENTRIES_PER_SECTOR = SECTOR // 128
TABLE_PER_SECTOR = SECTOR // 4
TABLES_IN_HEADER = 109
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5


def container(**streams: bytes) -> bytes:
    """A container with these streams; `_` in a name stands for a space.

    It holds the streams, then their directory, then the allocation table.
    """
    body, chain = b"", list[int]()
    entries = [_entry("Root Entry", ROOT, child=1 if streams else FREE, start=END)]
    for number, (name, content) in enumerate(streams.items(), start=1):
        following = number + 1 if number < len(streams) else FREE
        padded = _padded(content.ljust(SMALLEST_STREAM, b"\0"))
        entries.append(
            _entry(
                name.replace("_", " "), STREAM,
                right=following, start=len(chain), size=len(padded),
            )
        )  # fmt: skip
        chain += _chained(len(chain), len(padded) // SECTOR)
        body += padded
    return _finished(body, chain, entries)


def tree(streams: dict[str, bytes], classes: dict[str, str] | None = None) -> bytes:
    """A container with storages: `Macros/VBA/dir`. `classes` are the CLSIDs of storages.

    Streams end with zeros, up to the size from which they lie in sectors of their own.
    """
    classes = classes or {}
    paths = sorted({"/".join(parts[:n]) for parts in map(_parts, streams) for n in _counts(parts)})
    children: dict[str, list[int]] = {}
    for number, path in enumerate(paths, start=1):
        children.setdefault(path.rpartition("/")[0], []).append(number)
    body, chain = b"", list[int]()
    entries = [_entry("Root Entry", ROOT, child=_first(children, ""), clsid=classes.get("", ""))]
    for number, path in enumerate(paths, start=1):
        parent, _, name = path.rpartition("/")
        siblings = children[parent]
        after = siblings[siblings.index(number) + 1 :]
        following = after[0] if after else FREE
        if path in streams:
            padded = _padded(streams[path].ljust(SMALLEST_STREAM, b"\0"))
            start, size = len(chain), len(padded)
            entries.append(_entry(name, STREAM, right=following, start=start, size=size))
            chain += _chained(start, size // SECTOR)
            body += padded
        else:
            first, clsid = _first(children, path), classes.get(path, "")
            entries.append(_entry(name, STORAGE, right=following, child=first, clsid=clsid))
    return _finished(body, chain, entries)


def _parts(path: str) -> list[str]:
    return path.split("/")


def _counts(parts: list[str]) -> range:
    return range(1, len(parts) + 1)


def _first(children: dict[str, list[int]], path: str) -> int:
    return children.get(path, [FREE])[0]


def with_a_chain_of(count: int) -> bytes:
    """A container whose directory is one long chain, not a tree as programs write it."""
    entries = [_entry("Root Entry", ROOT, child=1, start=END)]
    entries += [_entry(f"s{i}", STREAM, right=i + 1) for i in range(1, count)]
    return _finished(b"", [], [*entries, _entry("last", STREAM)])


def with_a_table_in_a_circle(sectors: int) -> bytes:
    """A document of a few kilobytes whose list of table sectors names itself for ever."""
    content = bytearray(container(WordDocument=b"Bonjour"))
    circle = len(content) // SECTOR - 1
    (table,) = struct.unpack_from("<I", content, 76)
    lists = -(-(sectors - TABLES_IN_HEADER) // (TABLE_PER_SECTOR - 1))
    struct.pack_into("<I", content, 44, sectors)
    struct.pack_into("<II", content, 68, circle, lists)
    struct.pack_into(f"<{TABLES_IN_HEADER}I", content, 76, *[table] * TABLES_IN_HEADER)
    return bytes(content) + struct.pack("<128I", *[table] * 127, circle)


def _finished(body: bytes, chain: list[int], entries: list[bytes]) -> bytes:
    directory = _padded(b"".join(entries))
    start = len(chain)
    chain = chain + _chained(start, len(directory) // SECTOR)
    tables = 1
    while len(chain) + tables > tables * TABLE_PER_SECTOR:
        tables += 1
    first = len(chain)
    chain += [TABLE] * tables
    chain += [FREE] * (tables * TABLE_PER_SECTOR - len(chain))
    table = struct.pack(f"<{len(chain)}I", *chain)
    return _header(start, first, tables) + body + directory + table


def _header(directory: int, first_table: int, tables: int) -> bytes:
    header = struct.pack(
        "<8s16x5H6x9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6,
        0, tables, directory, 0, SMALLEST_STREAM, END, 0, END, 0,
    )  # fmt: skip
    named = [*range(first_table, first_table + tables)]
    return header + struct.pack("<109I", *named, *[FREE] * (TABLES_IN_HEADER - tables))


def _entry(
    name: str,
    kind: int,
    *,
    right: int = FREE,
    child: int = FREE,
    start: int = END,
    size: int = 0,
    clsid: str = "",
) -> bytes:
    raw = name.encode("utf-16-le")
    of_class = UUID(clsid).bytes_le if clsid else bytes(16)
    return struct.pack(
        "<64sHBB3I16s20xIQ", raw, len(raw) + 2, kind, 1, FREE, right, child, of_class, start, size
    )  # fmt: skip


def _chained(start: int, count: int) -> list[int]:
    return [*range(start + 1, start + count), END]


def _padded(content: bytes) -> bytes:
    return content.ljust(-(-len(content) // SECTOR) * SECTOR, b"\0")

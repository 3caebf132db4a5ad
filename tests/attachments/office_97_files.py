"""Documents of Office 97 to 2003, made record by record."""

import struct
import zlib

from tests.attachments import ole

WORD, WORD_6 = 0xA5EC, 0xA5DC
PACKAGER = "0003000C-0000-0000-C000-000000000046"
EQUATION = "0002CE02-0000-0000-C000-000000000046"
URL_MONIKER = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
FILE_MONIKER = bytes.fromhex("0303000000000000c000000000000046")
FIRST_TEXT = 0x400
BEGIN, SEPARATOR, END = "\x13", "\x14", "\x15"


def field(instruction: str, shown: str = "1") -> str:
    return f"{BEGIN}{instruction}{SEPARATOR}{shown}{END}"


def doc(
    text: str = "Bonjour\r", *, flags: int = 0, magic: int = WORD, pieces: int = 0,
    template: str = "", field_kinds: tuple[int, ...] = (), more: dict[str, bytes] | None = None,
    classes: dict[str, str] | None = None,
) -> bytes:  # fmt: skip
    """A document of Word: its text at once, or in so many pieces, every second one of bytes."""
    document = bytearray(FIRST_TEXT)
    struct.pack_into("<HH", document, 0, magic, 0xC1)
    struct.pack_into("<H", document, 0x0A, flags)
    table = bytearray()
    if pieces:
        body, clx = _pieces(text, pieces)
        _put(document, table, 0x1A2, clx)
    else:
        body = text.encode("cp1252")
        struct.pack_into("<II", document, 0x18, FIRST_TEXT, FIRST_TEXT + len(body))
    if template:
        _put(document, table, 0x19A, _strings(["", template]))
    if field_kinds:
        _put(document, table, 0x11A, _field_kinds(field_kinds))
    streams = {"WordDocument": bytes(document) + body, "0Table": bytes(table), **(more or {})}
    return ole.tree(streams, classes)


def _put(document: bytearray, table: bytearray, at: int, part: bytes) -> None:
    struct.pack_into("<II", document, at, len(table), len(part))
    table += part


def _pieces(text: str, count: int) -> tuple[bytes, bytes]:
    size = -(-len(text) // count)
    texts = [text[at : at + size] for at in range(0, len(text), size)]
    body, starts, descriptors = b"", [0], b""
    for number, piece in enumerate(texts):
        place = FIRST_TEXT + len(body)
        is_bytes = number % 2
        body += piece.encode("cp1252" if is_bytes else "utf-16-le")
        descriptors += struct.pack("<HIH", 0, place * 2 | 0x40000000 if is_bytes else place, 0)
        starts.append(starts[-1] + len(piece))
    plc = struct.pack(f"<{len(starts)}I", *starts) + descriptors
    return body, b"\x01\x02\x00ab" + b"\x02" + struct.pack("<I", len(plc)) + plc


def _strings(texts: list[str]) -> bytes:
    found = b"\xff\xff" + struct.pack("<HH", len(texts), 0)
    return found + b"".join(struct.pack("<H", len(t)) + t.encode("utf-16-le") for t in texts)


def _field_kinds(kinds: tuple[int, ...]) -> bytes:
    places = struct.pack(f"<{len(kinds) + 1}I", *range(len(kinds) + 1))
    return places + b"".join(bytes([0x13, kind]) for kind in kinds)


def record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def xls(
    *records: bytes, stream: str = "Workbook", version: int = 0x600,
    more: dict[str, bytes] | None = None, classes: dict[str, str] | None = None,
) -> bytes:  # fmt: skip
    begin = record(0x809, struct.pack("<HHI", version, 5, 0) + bytes(8))
    content = begin + b"".join(records) + record(0x0A)
    return ole.tree({stream: content, **(more or {})}, classes)


def sheet(name: str, kind: int = 0, *, hidden: int = 0) -> bytes:
    """A BOUNDSHEET: `kind` 0 is a sheet, 1 one of macros, 2 a chart, 6 a module of VBA."""
    raw = name.encode("latin-1")
    return record(0x85, struct.pack("<IBBBB", 0x200, hidden, kind, len(raw), 0) + raw)


def link(path: str, *, wide: bool = False) -> bytes:
    """A SUPBOOK: a link to another workbook, or to a program by DDE."""
    raw = path.encode("utf-16-le" if wide else "latin-1")
    return record(0x1AE, struct.pack("<HHB", 0, len(path), wide) + raw)


def atom(kind: int, content: bytes = b"", *, instance: int = 0, version: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4 | version, kind, len(content)) + content


def ppt(*atoms: bytes, token: int = 0xE391C05F, more: dict[str, bytes] | None = None) -> bytes:
    user = atom(0x0FF6, struct.pack("<III", 20, token, 0))
    document = atom(0x03E8, b"".join(atoms), version=0xF)
    return ole.tree({"PowerPoint Document": document, "Current User": user, **(more or {})})


def storage(container: bytes, *, is_compressed: bool = True) -> bytes:
    """The storage of an object or of VBA in a presentation."""
    if not is_compressed:
        return atom(0x1011, container)
    packed = struct.pack("<I", len(container)) + zlib.compress(container)
    return atom(0x1011, packed, instance=1)


def package(name: str, content: bytes = b"x", *, path: str | None = None) -> bytes:
    """The stream of a packaged file."""
    temporary = (path or f"C:\\Temp\\{name}").encode("cp1252") + b"\0"
    body = b"\x02\0" + name.encode("cp1252") + b"\0" + temporary
    body += b"\0\0\x03\0" + struct.pack("<I", len(temporary)) + temporary
    body += struct.pack("<I", len(content)) + content
    return struct.pack("<I", len(body)) + body


def ole_link(moniker: bytes, target: str) -> bytes:
    """The stream of a linked object."""
    return struct.pack("<II", 0x02000001, 1) + bytes(12) + moniker + target.encode("utf-16-le")


def vba(source: str, *, compiled_bytes: int = 800) -> dict[str, bytes]:
    """The streams of a project of one module, in the storage VBA."""
    directory = struct.pack("<HI", 0x1A, 7) + b"Module1"
    directory += struct.pack("<HII", 0x31, 4, compiled_bytes)
    text = f'Attribute VB_Name = "Module1"\r\n{source}'
    return {
        "VBA/dir": _compressed(directory),
        "VBA/Module1": bytes(compiled_bytes) + _compressed(text.encode("cp1252")),
        "VBA/_VBA_PROJECT": b"\xcc\x61",
    }


def under(folder: str, streams: dict[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{path}": content for path, content in streams.items()}


def _compressed(content: bytes) -> bytes:
    """Compress without a repetition ([MS-OVBA] 2.4.1)."""
    packed = b"".join(b"\0" + content[at : at + 8] for at in range(0, len(content), 8))
    return b"\x01" + struct.pack("<H", 0xB000 | (len(packed) - 1)) + packed

"""The location in EXIF, blanked in place: a TIFF structure, which can be damaged anywhere.

The directory of GPS is overwritten with zeros, and with it the note of the maker, in a form that
only the maker knows. Everything else stays, so no offset changes (EXIF 2.32, 4.6.6; TIFF 6.0;
BigTIFF). A damaged structure that may still hold a location is replaced by an empty one, which
keeps the orientation.
"""

import re
import struct
from typing import NamedTuple

HEADERS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

ORIENTATION = 0x0112
GPS_DIRECTORY = 0x8825
MAKER_NOTE = 0x927C
# SubIFDs, EXIF, interoperability.
DIRECTORIES = (0x014A, 0x8769, 0xA005)
# XMP, IPTC, Photoshop: other vocabularies in a tag.
PACKETS = (0x02BC, 0x83BB, 0x8649)
ENTRIES_MAX = 500
DIRECTORIES_MAX = 100
# The longest value of GPS is a text. A longer one has a damaged count.
VALUE_MAX_BYTES = 1024
GPS_TAG_MAX = 31
TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
TYPE_BYTES |= {16: 8, 17: 8, 18: 8}

# An entry that points to a GPS directory, and the entries of a latitude and a longitude: what is
# left of a location when the way to it is damaged.
_POINTER = re.compile(
    rb"\x25\x88[\x04\x0d]\x00\x01\x00\x00\x00|\x88\x25\x00[\x04\x0d]\x00\x00\x00\x01"
)
_PLACE = re.compile(
    rb"[\x02\x04]\x00\x05\x00\x03\x00\x00\x00|\x00[\x02\x04]\x00\x05\x00\x00\x00\x03"
)


class Entry(NamedTuple):
    """An entry of a directory. `at` is where its value or the offset of its value begins."""

    tag: int
    kind: int
    length: int
    at: int


class Range(NamedTuple):
    """The bytes of a value, from the beginning of the file."""

    tag: int
    start: int
    end: int


class Structure:
    """A TIFF structure between two offsets of a file, read as far as it can be read."""

    def __init__(self, content: bytes | bytearray, start: int, end: int) -> None:
        self.content, self.start, self.end = content, start, min(end, len(content))
        self.order = "<" if content[start : start + 1] == b"I" else ">"
        self.is_big = bytes(content[start + 2 : start + 4]).strip(b"\0") == b"+"
        self.word = "Q" if self.is_big else "I"
        self.word_bytes = 8 if self.is_big else 4
        self.orientation = 1
        self.gps: list[int] = []
        self.followed: set[int] = set()
        self.values: list[Range] = []
        self._walk()

    def _walk(self) -> None:
        waiting = [self._number(self.start + (8 if self.is_big else 4), self.word)]
        seen: set[int] = set()
        while waiting and len(seen) < DIRECTORIES_MAX:
            offset = waiting.pop()
            if offset and offset not in seen:
                seen.add(offset)
                waiting += self._directory(offset)

    def _directory(self, offset: int) -> list[int]:
        """Read a directory. Return the offsets of those that it names."""
        entries, next_at = self.entries(offset)
        named = [found for entry in entries for found in self._named(entry)]
        return [self._number(next_at, self.word) if next_at else 0, *named]

    def entries(self, offset: int) -> tuple[list[Entry], int]:
        """Return the entries of a directory, and where the offset of the next one is, or 0."""
        at = self.start + offset
        count = self._number(at, "Q" if self.is_big else "H")
        at += 8 if self.is_big else 2
        size = self._entry_bytes
        there = max(0, min(count, ENTRIES_MAX, (self.end - at) // size))
        entries = [self._entry(at + index * size) for index in range(there)]
        return entries, at + count * size if there == count else 0

    @property
    def _entry_bytes(self) -> int:
        return 20 if self.is_big else 12

    def _entry(self, at: int) -> Entry:
        tag, kind, length = struct.unpack_from(f"{self.order}HH{self.word}", self.content, at)
        return Entry(tag, kind, length, at + 4 + self.word_bytes)

    def _named(self, entry: Entry) -> list[int]:
        if entry.tag == ORIENTATION:
            self.orientation = self.short(entry)
        elif entry.tag == GPS_DIRECTORY:
            self._follow_gps(entry)
        elif entry.tag in DIRECTORIES:
            return self._offsets(entry)
        elif entry.tag in (MAKER_NOTE, *PACKETS) and (value := self.value(entry)):
            self.values.append(value)
        return []

    def _follow_gps(self, entry: Entry) -> None:
        offset = self._number(entry.at, self.word)
        if self.start + offset + 2 <= self.end:
            self.gps.append(offset)
            self.followed.add(entry.at - 4 - self.word_bytes)

    def _offsets(self, entry: Entry) -> list[int]:
        value = self.value(entry)
        if value is None:
            return []
        places = range(value.start, value.end - self.word_bytes + 1, self.word_bytes)
        return [self._number(at, self.word) for at in places[:DIRECTORIES_MAX]] or [
            self._number(entry.at, self.word)
        ]

    def value(self, entry: Entry) -> Range | None:
        """Return where the value of an entry is, or None when it is not in the structure."""
        size = TYPE_BYTES.get(entry.kind, 1) * entry.length
        if size <= self.word_bytes:
            return Range(entry.tag, entry.at, entry.at + size)
        start = self.start + self._number(entry.at, self.word)
        if start + size > self.end:
            return None
        return Range(entry.tag, start, start + size)

    def short(self, entry: Entry) -> int:
        """Return the value of an entry of one short number, or of a long one."""
        return self._number(entry.at, "I" if entry.kind in (4, 9) else "H")

    def _number(self, at: int, kind: str) -> int:
        if at + struct.calcsize(kind) > self.end:
            return 0
        number: int = struct.unpack_from(self.order + kind, self.content, at)[0]
        return number


def orientation(content: bytes, start: int = 0) -> int:
    """Return the orientation in a TIFF structure, 1 to 8; 1 when it says none."""
    if not content.startswith(HEADERS, start):
        return 1
    found = Structure(content, start, len(content)).orientation
    return found if 1 <= found <= 8 else 1


def blank(content: bytearray, structure: Structure) -> bool:
    """Blank the directories of GPS that a structure names. Return False when it names none."""
    found = [_blank_directory(content, structure, offset) for offset in structure.gps]
    if any(found):
        for value in structure.values:
            if value.tag == MAKER_NOTE:
                _zero(content, value.start, value.end)
    return any(found)


def _blank_directory(content: bytearray, structure: Structure, offset: int) -> bool:
    entries, _next = structure.entries(offset)
    # Some cameras write the version of the directory (tag 0) and no place.
    if not any(entry.tag for entry in entries):
        return False
    for entry in entries:
        value = structure.value(entry)
        if value and value.end - value.start <= VALUE_MAX_BYTES and value.start > structure.start:
            _zero(content, value.start, value.end)
    begin = structure.start + offset
    # The count of entries too: the directory is then empty.
    width = (8 if structure.is_big else 2) + len(entries) * (20 if structure.is_big else 12)
    _zero(content, begin, begin + width)
    return True


def is_plausible(structure: Structure) -> bool:
    """Tell whether the directories of GPS hold what EXIF knows (EXIF 2.32, table 15)."""
    entries = [entry for offset in structure.gps for entry in structure.entries(offset)[0]]
    return all(
        entry.tag <= GPS_TAG_MAX and entry.kind in TYPE_BYTES and entry.length <= VALUE_MAX_BYTES
        for entry in entries
    )


def has_signs(content: bytes | bytearray, start: int, end: int, followed: set[int]) -> bool:
    """Tell whether bytes look like a location to which no whole structure leads."""
    pointers = {found.start() for found in _POINTER.finditer(content, start, end)}
    return bool(pointers - followed or _PLACE.search(content, start, end))


def replace(content: bytearray, start: int, end: int, orientation: int) -> None:
    """Overwrite a structure by an empty one, which only says the orientation."""
    turned = orientation if 1 <= orientation <= 8 else 1
    empty = b"II*\0" + struct.pack("<IHHHIII", 8, 1, ORIENTATION, 3, 1, turned, 0)
    size = end - start
    content[start:end] = empty + bytes(size - len(empty)) if size >= len(empty) else bytes(size)


def _zero(content: bytearray, start: int, end: int) -> None:
    content[start:end] = bytes(end - start)

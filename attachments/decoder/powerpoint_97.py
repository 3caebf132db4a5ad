"""Presentations of PowerPoint 97 to 2003 ([MS-PPT]): passwords, VBA and objects, actions."""

import struct
import zlib
from collections.abc import Iterator

from attachments.decoder.extracted import CONTENTS_MAX_BYTES
from attachments.decoder.office_parts import Part
from attachments.decoder.protocol import Refused

# Records ([MS-PPT] 2.13.24).
STORAGE, CONTROL, ACTION, ENCRYPTION = 0x1011, 0x0FEE, 0x0FF3, 0x2F14
CONTAINER = 0xF  # the version of a record that holds records
COMPRESSED = 1  # the instance of a storage that is compressed ([MS-PPT] 2.10.34)
LOCKED = 0xF3D1C4DF  # the token of the user who locked the file ([MS-PPT] 2.3.2)
RUN_PROGRAM = 2  # what a click does ([MS-PPT] 2.8.10): the ninth byte
ACTION_AT = 8
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def judged(document: bytes, current_user: bytes) -> Iterator[bytes | Part]:
    """Judge a presentation; yield its storages, which hold its VBA and its objects."""
    if len(current_user) >= 16 and struct.unpack_from("<I", current_user, 12)[0] == LOCKED:
        raise Refused("encrypted", "current user")
    inflated = 0
    for instance, kind, record in records(document):
        if kind == ENCRYPTION:
            raise Refused("encrypted", "CryptSession10")
        if kind == CONTROL:
            raise Refused("active", "ActiveX control")
        if kind == ACTION and record[ACTION_AT : ACTION_AT + 1] == bytes([RUN_PROGRAM]):
            raise Refused("active", "a slide that starts a program")
        if kind == STORAGE:
            content = _storage(instance, record)
            inflated += len(content)
            if inflated > CONTENTS_MAX_BYTES:
                raise Refused("too_complex", "more than 200 MB inside")
            yield content
            yield Part("storage", content)


def records(document: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield instance, type and bytes of each record. What a container holds comes after it."""
    at = 0
    while at + 8 <= len(document):
        head, kind, size = struct.unpack_from("<HHI", document, at)
        is_container = head & 0xF == CONTAINER
        yield head >> 4, kind, b"" if is_container else document[at + 8 : at + 8 + size]
        at += 8 if is_container else 8 + size


def _storage(instance: int, record: bytes) -> bytes:
    if instance != COMPRESSED and record.startswith(OLE):
        return record
    try:
        return zlib.decompressobj().decompress(record[4:], CONTENTS_MAX_BYTES + 1)
    except zlib.error:
        # PowerPoint shows the picture of an object that it cannot read.
        return record

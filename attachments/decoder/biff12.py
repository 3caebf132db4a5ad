"""Records of XLSB ([MS-XLSB] 2.1.4): links of a workbook to others."""

import struct
from collections.abc import Iterator

from attachments.decoder.protocol import Refused

BEGIN_SUP_BOOK = 360  # BrtBeginSupBook ([MS-XLSB] 2.4.235): a link, its kind first
DDE = 1


def judge_external_link(content: bytes) -> None:
    """Raise Refused when a link of a workbook asks another program (DDE)."""
    for kind, record in records(content):
        if kind == BEGIN_SUP_BOOK and struct.unpack_from("<H", record)[0] == DDE:
            raise Refused("active", "DDE link")


def records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type and the bytes of each record."""
    at = 0
    while at < len(content):
        kind, at = _number(content, at, bytes_max=2)
        size, at = _number(content, at, bytes_max=4)
        yield kind, content[at : at + size]
        at += size


def _number(content: bytes, at: int, *, bytes_max: int) -> tuple[int, int]:
    value = 0
    for place in range(bytes_max):
        byte = content[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    return value, at + bytes_max

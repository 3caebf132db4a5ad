"""Documents of Office 97 to 2003 (OLE containers): confirmed by the stream of their program."""

import io
import struct
from typing import IO

import olefile

from attachments.decoder.protocol import DecodeRequest, Refused, Report

# The streams in the root of a container by which each program knows its own documents ([MS-DOC]
# 2.1.1, [MS-XLS] 2.1.2, [MS-PPT] 2.1.2); `Book` is of Excel 5 and 95.
STREAMS = {
    "doc": ("WordDocument",),
    "xls": ("Workbook", "Book"),
    "ppt": ("PowerPoint Document",),
    "vsd": ("VisioDocument",),
    "rvt": ("BasicFileInfo",),
}
# The streams, and the class of the root, of what may not be sent, with the reason.
REFUSED_STREAMS = {"__properties_version1.0": "mail"}  # [MS-OXMSG] 2.4
REFUSED_CLASSES = {"000C1084-0000-0000-C000-000000000046": "executable"}  # Windows Installer
PROJECT_CLASS = "74B78F3A-C8C8-11D1-BE11-00C04FB6FAF1"
# What Office makes of a document of any age that it locks ([MS-OFFCRYPTO] 2.3.4.4).
LOCKED = "EncryptedPackage"

SECTOR_SHIFTS = (9, 12)  # 512 and 4096 bytes ([MS-CFB] 2.2)
# So many sectors of the allocation table are named in the header itself ([MS-CFB] 2.2).
TABLE_SECTORS_IN_HEADER = 109


def format_of(file: IO[bytes]) -> str:
    """Return the format of an OLE container by its directory; its streams are not opened.

    Raises Refused when it has a password, or is of no program that may be sent.
    """
    container = opened(file)
    if _has(container, LOCKED):
        raise Refused("encrypted")
    for name, streams in STREAMS.items():
        if any(_has(container, stream) for stream in streams):
            return name
    for stream, reason in REFUSED_STREAMS.items():
        if _has(container, stream):
            raise Refused(reason, stream)
    return _by_class(container.root.clsid)


def _by_class(identifier: str) -> str:
    if identifier == PROJECT_CLASS:
        return "mpp"
    reason = REFUSED_CLASSES.get(identifier, "name_and_type_differ")
    raise Refused(reason, f"another kind of OLE container: {identifier}")


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Confirm a document; `format_of` has found it."""
    return Report()


def opened(file: IO[bytes]) -> olefile.OleFileIO:
    """Open a container. Raises Refused when its table would never end."""
    file.seek(0)
    if not olefile.isOleFile(file):
        raise Refused("unreadable", "no OLE container")
    _require_finite(file)
    return olefile.OleFileIO(file)


def _require_finite(file: IO[bytes]) -> None:
    """Raise Refused when the allocation table would describe far more than the file holds.

    olefile reads as many sectors of the table as the header counts. They can name each other in
    a circle, and two kilobytes then take more than its 10 s of processor time.
    """
    file.seek(0)
    header = file.read(48)
    (shift,) = struct.unpack_from("<H", header, 30)
    (table_sectors,) = struct.unpack_from("<I", header, 44)
    if shift not in SECTOR_SHIFTS:
        raise Refused("unreadable", f"sectors of 2^{shift} bytes")
    sector_bytes = 1 << shift
    described_bytes = table_sectors * (sector_bytes // 4) * sector_bytes
    size = file.seek(0, io.SEEK_END)
    if table_sectors > TABLE_SECTORS_IN_HEADER and described_bytes > 2 * size:
        raise Refused("unreadable", f"{table_sectors} sectors of table")


def _has(container: olefile.OleFileIO, stream: str) -> bool:
    is_stream: bool = container.get_type(stream) == olefile.STGTY_STREAM
    return is_stream

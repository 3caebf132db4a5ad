"""Formats that share a container: ISO media, ZIP and OLE. Their members say which one it is."""

import re
import zipfile
from importlib import import_module
from typing import IO

from attachments.decoder.protocol import Refused

# The brands of ISO base media (ISO/IEC 14496-12; mp4ra.org), by the format that they mean.
BRANDS = {
    b"heic": "heic", b"heix": "heic", b"heim": "heic", b"heis": "heic", b"hevc": "heic",
    b"hevx": "heic", b"mif1": "heic", b"msf1": "heic", b"avif": "avif", b"avis": "avif",
    b"M4A ": "m4a", b"M4B ": "m4a", b"M4P ": "m4a", b"F4A ": "m4a",
    b"qt  ": "mov",
}  # fmt: skip
# `mif1` and `msf1` leave the coding of the picture to the brands beside them.
OPEN_BRANDS = (b"mif1", b"msf1", b"miaf")
FIRST_BOXES = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

MIMETYPES = {"application/epub+zip": "epub"}
# A member by which another package is known. The order counts: Apple's three share some.
MEMBERS = (
    ("xps", re.compile(r"FixedDocSeq\.fdseq$|FixedDocumentSequence\.fdseq$", re.IGNORECASE)),
    ("vsdx", re.compile(r"visio/document\.xml$")),
    ("3mf", re.compile(r"3D/[^/]*\.model$")),
    ("kmz", re.compile(r"[^/]*\.kml$")),
    ("bcfzip", re.compile(r"bcf\.version$")),
    ("numbers", re.compile(r"Index/CalculationEngine\.iwa$|index\.numbers$")),
    ("keynote", re.compile(r"Index/Slide[^/]*\.iwa$|index\.apxl")),
    ("pages", re.compile(r"Index/Document\.iwa$")),
)
PROGRAM_MEMBERS = re.compile(r"META-INF/MANIFEST\.MF$|AndroidManifest\.xml$|.*\.(class|dex)$")
MIMETYPE_BYTES = 200


def format_of(file: IO[bytes], head: bytes) -> str:
    """Return the format of a file in one of these containers, or an empty string.

    Raises Refused for an archive and for a container that has a password.
    """
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    if head.startswith(ZIP):
        return _by_members(file)
    if head.startswith(OLE):
        name: str = import_module("attachments.decoder.office_97").format_of(file)
        return name
    return "mov" if head[4:8] in FIRST_BOXES and b"\0" in head[:4] else ""


def _by_brand(head: bytes) -> str:
    size = min(int.from_bytes(head[:4], "big"), len(head), 1024)
    major, compatible = head[8:12], [head[at : at + 4] for at in range(16, size, 4)]
    brands = [major, *compatible]
    if major in OPEN_BRANDS and any(BRANDS.get(brand) == "avif" for brand in brands):
        return "avif"
    if major.startswith((b"3gp", b"3g2", b"3ge", b"3gg")):
        return "3gp"
    return BRANDS.get(major, "mp4")


def _by_members(file: IO[bytes]) -> str:
    try:
        if name := str(import_module("attachments.decoder.office").format_of(file)):
            return name
        with zipfile.ZipFile(file) as archive:
            return _by_names(archive)
    except zipfile.BadZipFile as error:
        raise Refused("unreadable", str(error)) from error


def _by_names(archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if "mimetype" in names:
        with archive.open("mimetype") as member:
            declared = member.read(MIMETYPE_BYTES).decode("ascii", "replace").strip()
        if name := MIMETYPES.get(declared):
            return name
    if any(PROGRAM_MEMBERS.match(member) for member in names):
        raise Refused("executable", "a program in an archive")
    for name, member_name in MEMBERS:
        if any(member_name.match(member) for member in names):
            return name
    raise Refused("archive", "zip")

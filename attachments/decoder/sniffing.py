"""What the bytes of a file are, whatever its name says: one format of those that may be sent.

First text or not, because libmagic takes many texts for something else: a letter that begins with
"From", a note about `<html>`. Then our own signatures for families whose members share their first
bytes, then libmagic.
"""

import re
from typing import IO

from attachments.decoder import containers, magic_type, text_kinds, tracks
from attachments.decoder.protocol import DecodeRequest, Refused

HEAD_BYTES = 64 * 1024
# A viewer finds the header of a PDF in the first kilobyte (ISO 32000-1, annex H, note 13).
PDF_HEADER_WITHIN = 1024
PDF_HEADER = re.compile(rb"%PDF-\d")
# Of a text it is the beginning: a letter may speak of a PDF.
PDF_IN_TEXT = re.compile(rb"(?:^|[\r\n])%PDF-\d\.\d\s*[\r\n]")
PDF_BEGINNING = re.compile(rb"(\xef\xbb\xbf)?\s*%PDF-\d\.\d\s*[\r\n]")

# The versions of AutoCAD from 1.0 (1982) to 2018. Zero bytes follow within the header.
DWG = re.compile(rb"(MC0\.0|AC1\.\d\d?|AC2\.\d\d|AC10\d\d)[^\0]{0,6}\0", re.DOTALL)
# Packets of 188 bytes that begin with 0x47 (ISO/IEC 13818-1, 2.4.3.2); cameras put 4 before each.
TRANSPORT_STREAM = re.compile(rb"(?:.{4})?\x47.{187}(?:.{4})?\x47.{187}(?:.{4})?\x47", re.DOTALL)
CAF = b"caff\0\1\0\0"
AMR = (b"#!AMR\n", b"#!AMR-WB\n")
SKETCHUP = b"\xff\xfe\xff\x0e" + "SketchUp Model".encode("utf-16-le")
BINARY_DXF = b"AutoCAD Binary DXF\r\n\x1a\0"

# What nobody may send, by the type that libmagic finds.
REFUSED_TYPES = {
    "application/x-dosexec": "executable",
    "application/vnd.microsoft.portable-executable": "executable",
    "application/x-executable": "executable",
    "application/x-pie-executable": "executable",
    "application/x-sharedlib": "executable",
    "application/x-object": "executable",
    "application/x-mach-binary": "executable",
    "application/x-java-applet": "executable",
    "application/java-archive": "executable",
    "application/vnd.android.package-archive": "executable",
    "application/x-ms-shortcut": "executable",
    "application/x-msi": "executable",
    "application/vnd.debian.binary-package": "executable",
    "application/x-rpm": "executable",
    "application/x-iso9660-image": "executable",
    "application/x-apple-diskimage": "executable",
    "application/vnd.ms-htmlhelp": "executable",
    "application/x-shockwave-flash": "executable",
    "application/zip": "archive",
    "application/x-rar": "archive",
    "application/x-7z-compressed": "archive",
    "application/gzip": "archive",
    "application/x-bzip2": "archive",
    "application/x-xz": "archive",
    "application/zstd": "archive",
    "application/x-lzip": "archive",
    "application/x-lzma": "archive",
    "application/x-tar": "archive",
    "application/vnd.ms-cab-compressed": "archive",
    "application/x-arj": "archive",
    "application/x-lha": "archive",
}
# libmagic found no type.
NOTHING_FOUND = ("application/octet-stream", "application/x-empty", "text/plain")
# Their decoders say what is wrong with a damaged file. The others would take any bytes.
CONFIRMING_FAMILIES = ("image", "pdf", "video", "text")

# The signed data of a certificate authority's world (RFC 5652): a signature beside its file, or
# the signed file itself, which nobody sees inside.
PKCS7 = re.compile(rb"\x30[\x80-\x84].{0,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", re.DOTALL)
SIGNATURE_MAX_BYTES = 64 * 1024


def recognised(file: IO[bytes], request: DecodeRequest) -> DecodeRequest:
    """Return the request with the format that the bytes have. Raises Refused if none may be sent.

    Damaged bytes that show no type keep the announced format: its decoder says what is wrong.
    """
    name = _format(file, request)
    known = request.formats.get(name)
    if known is None:
        raise Refused("type_not_allowed", name)
    return request._replace(format=name, family=known.family, content_type=known.content_type)


def _format(file: IO[bytes], request: DecodeRequest) -> str:
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if name := _by_signature(head) or containers.format_of(file, head):
        return tracks.with_sound_alone(name, file, head)
    if PDF_BEGINNING.match(head) or (
        PDF_IN_TEXT.search(head, 0, PDF_HEADER_WITHIN) and b"endobj" in head
    ):
        return "pdf"
    if text_kinds.is_text(file, head) and not _is_padded_binary(file, head, request):
        return text_kinds.format_of(file, request)
    if PDF_HEADER.search(head, 0, PDF_HEADER_WITHIN):
        return "pdf"
    return tracks.with_sound_alone(_by_libmagic(file, request), file, head)


def _is_padded_binary(file: IO[bytes], head: bytes, request: DecodeRequest) -> bool:
    """Tell whether a few letters and many zeros are the beginning of something else."""
    if b"\0" not in head:
        return False
    found = magic_type.of(file)
    known = any(found in format.sniffed for format in request.formats.values())
    return known or found in REFUSED_TYPES


def _by_signature(head: bytes) -> str:
    if DWG.match(head):
        return "dwg"
    if head.startswith(BINARY_DXF):
        return "dxf"
    if TRANSPORT_STREAM.match(head):
        return "mts"
    for name, beginning in (("caf", CAF), ("amr", AMR), ("skp", SKETCHUP)):
        if head.startswith(beginning):
            return name
    if not PKCS7.match(head):
        return ""
    if len(head) < SIGNATURE_MAX_BYTES:
        return "p7s"
    raise Refused("signed_container")


def _by_libmagic(file: IO[bytes], request: DecodeRequest) -> str:
    found = magic_type.of(file)
    for name, known in request.formats.items():
        if found in known.sniffed:
            return name
    if found in REFUSED_TYPES:
        raise Refused(REFUSED_TYPES[found], found)
    if found in NOTHING_FOUND and request.format:
        if request.family in CONFIRMING_FAMILIES:
            return request.format
        raise Refused("unreadable", found)
    raise Refused("type_not_allowed", found)

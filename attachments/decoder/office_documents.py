"""Judges a document of any age, and the documents inside it, whatever their names are."""

from collections.abc import Iterator

from attachments.decoder import office_zip, ole_container, ooxml, opendocument, rtf
from attachments.decoder.office_parts import Part
from attachments.decoder.office_zip import Archive
from attachments.decoder.ooxml_package import TYPES
from attachments.decoder.protocol import Refused

DEPTH_MAX = 4
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def judged_archive(archive: Archive) -> Iterator[bytes | Part]:
    if TYPES in archive:
        return ooxml.judged(archive)
    if opendocument.format_of(archive):
        return opendocument.judged(archive)
    raise Refused("active", "an archive inside a document")


def contents_of(judged: Iterator[bytes | Part], depth: int = 0) -> Iterator[bytes]:
    """Yield what the rules read of a document and of those inside it.

    Raises Refused as soon as one of them is dangerous.
    """
    if depth > DEPTH_MAX:
        raise Refused("too_complex", "documents inside documents")
    for found in judged:
        if isinstance(found, Part):
            yield from contents_of(_judged_part(found), depth + 1)
        else:
            yield found


def _judged_part(part: Part) -> Iterator[bytes | Part]:
    content = part.content
    if content.startswith(OLE):
        return ole_container.judged(ole_container.opened(content))
    if content.startswith(b"PK\x03\x04"):
        return judged_archive(office_zip.opened(content))
    if content.startswith(b"{\\rt"):
        return rtf.judged(content)
    if content.startswith(b"MZ"):
        raise Refused("executable", part.name)
    return iter((content,))

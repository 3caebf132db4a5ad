"""Judges a document of any age, and the documents inside it, whatever their names are."""

from collections.abc import Iterator

from attachments.decoder import office_zip, ole_container, ooxml, opendocument, rtf
from attachments.decoder.extracted import write_contents, write_embedded
from attachments.decoder.office_parts import Part
from attachments.decoder.office_zip import Archive
from attachments.decoder.ooxml_package import TYPES
from attachments.decoder.protocol import DecodeRequest, Refused, Report

DEPTH_MAX = 4
OLE, ZIP, RTF = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"{\\rt"


def decoded(judged: Iterator[bytes | Part], request: DecodeRequest) -> Report:
    """Judge a document, write out what the rules read, and the files of other programs in it.

    Documents of an office inside it are judged here: a text may hold hundreds of charts, each
    with its workbook. Others, such as a PDF or a packaged file, are judged like files of their own.
    """
    others: list[Part] = []
    write_contents(request, contents_of(judged, others))
    return Report(
        embedded=write_embedded(request, ((part.name, [part.content]) for part in others))
    )


def contents_of(
    judged: Iterator[bytes | Part], others: list[Part], depth: int = 0
) -> Iterator[bytes]:
    """Yield what the rules read of a document and of those inside it; add the others to a list.

    Raises Refused as soon as one of them is dangerous.
    """
    if depth > DEPTH_MAX:
        raise Refused("too_complex", "documents inside documents")
    for found in judged:
        if isinstance(found, bytes):
            yield found
        elif inner := _judged_part(found):
            yield from contents_of(inner, others, depth + 1)
        else:
            others.append(found)


def judged_archive(archive: Archive) -> Iterator[bytes | Part]:
    """Judge the document in an archive; yield its parts and the documents inside it."""
    if TYPES in archive:
        return ooxml.judged(archive)
    if opendocument.format_of(archive):
        return opendocument.judged(archive)
    return _members(archive)


def _judged_part(part: Part) -> Iterator[bytes | Part] | None:
    """Judge a document inside a document. Return None for a file of another program."""
    if part.is_packaged:
        return None
    content = part.content
    if content.startswith(OLE):
        return ole_container.judged(ole_container.opened(content))
    if content.startswith(RTF):
        return rtf.judged(content)
    if content.startswith(ZIP):
        archive = office_zip.opened(content)
        is_document = TYPES in archive or opendocument.format_of(archive)
        return judged_archive(archive) if is_document else None
    return None


def _members(archive: Archive) -> Iterator[bytes | Part]:
    for name in archive.names():
        yield f"\n{name}\n".encode(errors="replace")
        yield archive.read(name)

"""Office documents since 2007 and OpenDocument files, which are archives of ZIP.

The decoder confirms their kind, judges their parts and the documents inside them, and writes
them to the `contents` file, uncompressed. The policy rules look there for programs.
"""

from typing import IO

from attachments.decoder import office_documents, office_zip, opendocument
from attachments.decoder.extracted import write_contents
from attachments.decoder.office_zip import Archive
from attachments.decoder.ooxml_package import TYPES, Package
from attachments.decoder.protocol import DecodeRequest, Refused, Report


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Confirm and judge an Office or OpenDocument file, and write out its members."""
    archive = office_zip.opened(file)
    found = format_of(archive)
    if not found:
        raise Refused("name_and_type_differ", "another kind of archive")
    write_contents(request, office_documents.contents_of(office_documents.judged_archive(archive)))
    if found != request.format:
        raise Refused("name_and_type_differ", found)
    return Report()


def format_of(archive: Archive) -> str:
    """Return the format of the document in an archive, or an empty text."""
    if TYPES in archive:
        return Package(archive).format()
    return opendocument.format_of(archive)

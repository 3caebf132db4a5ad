"""Office documents since 2007, OpenDocument files and others that are archives of ZIP.

Their parts are judged, and the documents inside them. The parts are written to the `contents`
file, uncompressed, where the policy rules look for programs.
"""

from typing import IO

from attachments.decoder import office_documents, office_zip, opendocument
from attachments.decoder.office_zip import Archive
from attachments.decoder.ooxml_package import TYPES, Package
from attachments.decoder.protocol import DecodeRequest, Report


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Judge a file that `containers` recognised."""
    return office_documents.decoded(
        office_documents.judged_archive(office_zip.opened(file)), request
    )


def format_of(file: IO[bytes]) -> str:
    """Return the format of an office document by its main part, or an empty text.

    Raises BadZipFile.
    """
    archive = Archive(file)
    if TYPES in archive:
        return Package(archive).format()
    return opendocument.format_of(archive)

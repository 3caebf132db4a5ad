"""Documents of Office 97 to 2003 (OLE containers): confirmed by the stream of their program."""

from typing import IO

from attachments.decoder import office_documents, ole_container
from attachments.decoder.extracted import write_contents
from attachments.decoder.ole_container import Container
from attachments.decoder.protocol import DecodeRequest, Refused, Report

# The streams in the root of a container by which each program knows its own documents ([MS-DOC]
# 2.1.1, [MS-XLS] 2.1.2, [MS-PPT] 2.1.2); `Book` is of Excel 5 and 95.
STREAMS = {
    "doc": ("worddocument",),
    "xls": ("workbook", "book"),
    "ppt": ("powerpoint document",),
}


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Confirm a document by the directory of its container, and judge its streams."""
    container = ole_container.opened(file)
    write_contents(request, office_documents.contents_of(ole_container.judged(container)))
    found = format_of(container)
    if not found:
        raise Refused("name_and_type_differ", "another kind of OLE container")
    if found != request.format:
        raise Refused("name_and_type_differ", found)
    return Report()


def format_of(container: Container) -> str:
    """Return the format of the document in a container, or an empty text."""
    names = container.names_in(())
    return next((format for format, own in STREAMS.items() if names & set(own)), "")

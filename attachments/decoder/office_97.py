"""Documents of Office 97 to 2003 and others in OLE containers, known by their streams."""

from typing import IO

from attachments.decoder import office_documents, ole_container
from attachments.decoder.ole_container import Container
from attachments.decoder.protocol import DecodeRequest, Refused, Report

# The streams in the root of a container by which each program knows its own documents ([MS-DOC]
# 2.1.1, [MS-XLS] 2.1.2, [MS-PPT] 2.1.2); `Book` is of Excel 5 and 95.
STREAMS = {
    "doc": ("worddocument",),
    "xls": ("workbook", "book"),
    "ppt": ("powerpoint document",),
    "vsd": ("visiodocument",),
    "rvt": ("basicfileinfo",),
}
# The streams, and the class of the root, of what may not be sent, with the reason.
REFUSED_STREAMS = {"__properties_version1.0": "mail"}  # [MS-OXMSG] 2.4
REFUSED_CLASSES = {"000C1084-0000-0000-C000-000000000046": "executable"}  # Windows Installer
PROJECT_CLASS = "74B78F3A-C8C8-11D1-BE11-00C04FB6FAF1"
# What Office makes of a document of any age that it locks ([MS-OFFCRYPTO] 2.3.4.4).
LOCKED = "encryptedpackage"


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Judge a file that `format_of` has recognised."""
    return office_documents.decoded(ole_container.judged(ole_container.opened(file)), request)


def format_of(file: IO[bytes]) -> str:
    """Return the format of an OLE container by its directory; its streams are not opened.

    Raises Refused when it has a password, or is of no program that may be sent.
    """
    container = ole_container.opened(file)
    names = container.names_in(())
    if LOCKED in names:
        raise Refused("encrypted")
    for name, own in STREAMS.items():
        if names & set(own):
            return name
    for stream, reason in REFUSED_STREAMS.items():
        if stream in names:
            raise Refused(reason, stream)
    return _by_class(container)


def _by_class(container: Container) -> str:
    identifier = container.storages[()]
    if identifier == PROJECT_CLASS:
        return "mpp"
    reason = REFUSED_CLASSES.get(identifier, "name_and_type_differ")
    raise Refused(reason, f"another kind of OLE container: {identifier}")

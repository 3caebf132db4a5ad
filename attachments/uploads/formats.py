"""The allow-list of formats: their extensions, and the types that libmagic may find in them.

Archives are not in it, because nobody sees what they hold. HTML, SVG and XML are not, because a
browser runs them.
"""

from dataclasses import dataclass
from functools import cache

from django.conf import settings


@dataclass(frozen=True)
class Format:
    """One format that may be sent.

    It is served as `content_type`. `sniffed` are the types that libmagic may call it. `kind` is a
    value of `Attachment.Kind`, `family` a key of `decoder.main.MODULES`.
    """

    name: str
    kind: str
    family: str
    content_type: str
    extensions: tuple[str, ...]
    sniffed: tuple[str, ...]


_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"
# What libmagic calls the container when it does not look further.
_ZIP = ("application/zip", "application/octet-stream")
_OLE = ("application/CDFV2", "application/x-ole-storage")
# libmagic finds no type in a word or two (`application/octet-stream`); the decoder then decides.
_TEXT = (
    "text/plain", "text/csv", "application/csv", "text/x-c", "text/x-c++", "text/troff",
    "application/octet-stream",
)  # fmt: skip


def _image(name: str, *extensions: str, sniffed: tuple[str, ...] = ()) -> Format:
    content_type = f"image/{name}"
    return Format(name, "image", "image", content_type, extensions, (content_type, *sniffed))


def _zipped(name: str, content_type: str) -> Format:
    return Format(name, "document", "zip", content_type, (name,), (content_type, *_ZIP))


def _ole(name: str, content_type: str) -> Format:
    return Format(name, "document", "ole", content_type, (name,), (content_type, *_OLE))


def _video(name: str, content_type: str, *extensions: str) -> Format:
    sniffed = ("video/mp4", "video/quicktime", "video/x-m4v", "video/3gpp")
    return Format(name, "video", "video", content_type, extensions, sniffed)


FORMATS = (
    _image("jpeg", "jpg", "jpeg", "jpe", "jfif"),
    _image("png", "png"),
    _image("webp", "webp"),
    _image("heic", "heic", "heif", sniffed=("image/heif",)),
    _image("gif", "gif"),
    _image("tiff", "tif", "tiff"),
    Format("pdf", "pdf", "pdf", "application/pdf", ("pdf",), ("application/pdf",)),
    _zipped("docx", f"{_OOXML}.wordprocessingml.document"),
    _zipped("xlsx", f"{_OOXML}.spreadsheetml.sheet"),
    _zipped("pptx", f"{_OOXML}.presentationml.presentation"),
    _zipped("odt", f"{_ODF}.text"),
    _zipped("ods", f"{_ODF}.spreadsheet"),
    _zipped("odp", f"{_ODF}.presentation"),
    _ole("doc", "application/msword"),
    _ole("xls", "application/vnd.ms-excel"),
    _ole("ppt", "application/vnd.ms-powerpoint"),
    Format("txt", "document", "text", "text/plain", ("txt",), _TEXT),
    Format("csv", "document", "text", "text/csv", ("csv",), _TEXT),
    Format(
        "dwg", "document", "dwg", "image/vnd.dwg", ("dwg",),
        ("image/vnd.dwg", "application/octet-stream"),
    ),
    Format(
        "dxf", "document", "dxf", "image/vnd.dxf", ("dxf",),
        ("application/x-dxf", "image/vnd.dxf", "text/plain", "application/octet-stream"),
    ),
    _video("mp4", "video/mp4", "mp4", "m4v"),
    _video("mov", "video/quicktime", "mov", "qt"),
)  # fmt: skip


def format_of(file_name: str) -> Format | None:
    """Return the allowed format of a file name by its extension, or None."""
    stem, dot, extension = file_name.rpartition(".")
    if not stem or not dot:
        return None
    return _allowed().get(extension.lower())


def format_named(name: str) -> Format:
    return next(format for format in FORMATS if format.name == name)


def extensions_by_kind() -> dict[str, list[str]]:
    """Return the file extensions that may be sent, by kind of file, in the order of FORMATS."""
    kinds: dict[str, list[str]] = {}
    for extension, format in _allowed().items():
        kinds.setdefault(format.kind, []).append(extension)
    return kinds


@cache
def _allowed_by_setting(names: tuple[str, ...]) -> dict[str, Format]:
    allowed = [format for format in FORMATS if not names or format.name in names]
    return {extension: format for format in allowed for extension in format.extensions}


def _allowed() -> dict[str, Format]:
    return _allowed_by_setting(tuple(settings.ATTACHMENT_FORMATS))

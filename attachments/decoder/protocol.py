"""What the parent asks of the decoder and what the decoder answers, as JSON.

The child loads this module, so it imports neither Django nor dataclasses (which load `inspect`).
"""

import json
from typing import NamedTuple

LARGE_PX = 1280
SMALL_PX = 320
PREVIEW_TYPE = "image/webp"
# Of one child: what it writes to, without its programs and what it only maps (RLIMIT_DATA).
MEMORY_BYTES = 600 * 1024 * 1024


class Refused(Exception):
    """The file is refused; `reason` is a code of `attachments.scanning.reasons`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class KnownFormat(NamedTuple):
    """A format that may be sent: what the decoder needs of `attachments.uploads.formats.Format`."""

    family: str
    content_type: str
    extensions: tuple[str, ...]
    sniffed: tuple[str, ...]


class DecodeRequest(NamedTuple):
    """A file to decode, and the descriptors of the empty files that its results are written to.

    `format` is empty when nothing is known of it. Decoders get a request with what the bytes are:
    `decoder/sniffing` replaces `format`, `family` and `content_type`. `extension` is that of the
    name, which tells apart what bytes do not (a CSV from a text). A file that `is_embedded` was
    taken out of another one: it is judged and never shown, so no preview is drawn.
    """

    format: str
    family: str
    content_type: str
    extension: str
    formats: dict[str, KnownFormat]
    keeps_location: bool
    max_pixels: int
    large_fd: int
    small_fd: int
    shared_fd: int
    contents_fd: int
    embedded_fd: int
    is_embedded: bool = False


class EmbeddedFile(NamedTuple):
    """A file inside the file: its name there, and where its bytes are in `embedded_fd`."""

    name: str
    offset: int
    size: int


class Report(NamedTuple):
    """What the decoder found. `reason` is empty when the file may be opened.

    `format` is what the bytes are, a name in `DecodeRequest.formats`; empty if they are none.
    `embedded` are the files inside, which `scanning/embedded` judges like files of their own.
    """

    reason: str = ""
    detail: str = ""
    format: str = ""
    width: int | None = None
    height: int | None = None
    placeholder: str = ""
    has_preview: bool = False
    location: str = ""
    embedded: tuple[EmbeddedFile, ...] = ()
    peak_bytes: int = 0


def request_of(asked: dict[str, object]) -> DecodeRequest:
    """Return a request from its JSON."""
    request = DecodeRequest(**asked)  # type: ignore[arg-type]  # written by `_asdict`
    formats = {name: KnownFormat(*fields) for name, fields in request.formats.items()}
    return request._replace(formats=formats)


def report_of(line: str | bytes) -> Report:
    """Return a report from one line of the child's output."""
    report = Report(**json.loads(line))
    return report._replace(embedded=tuple(EmbeddedFile(*file) for file in report.embedded))

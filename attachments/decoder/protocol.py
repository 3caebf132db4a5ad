"""What the parent asks of the decoder and what the decoder answers, as JSON.

The child loads this module, so it imports neither Django nor dataclasses (which load `inspect`).
"""

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


class DecodeRequest(NamedTuple):
    """A file to decode, and the descriptors of the empty files that its results are written to."""

    format: str
    family: str
    content_type: str
    sniffed: tuple[str, ...]
    keeps_location: bool
    max_pixels: int
    large_fd: int
    small_fd: int
    shared_fd: int
    contents_fd: int


class Report(NamedTuple):
    """What the decoder found. `reason` is empty when the file has the format that it claims."""

    reason: str = ""
    detail: str = ""
    width: int | None = None
    height: int | None = None
    placeholder: str = ""
    has_preview: bool = False
    location: str = ""
    peak_bytes: int = 0

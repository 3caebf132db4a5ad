"""What the parent asks of the decoder and what it answers, as JSON on both sides.

Nothing of Django here: the child starts in the time these few modules take to load. (Of dataclasses
neither: they load `inspect`.)
"""

from typing import NamedTuple

LARGE_PX = 1280
SMALL_PX = 320
PREVIEW_TYPE = "image/webp"


class Refused(Exception):
    """The file may not pass; `reason` is a code of `attachments.scanning.reasons`."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class DecodeRequest(NamedTuple):
    """A file to look at, and the descriptors of the (empty) files that take what comes of it."""

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
    """What was found. `reason` is empty when the file is what it says."""

    reason: str = ""
    detail: str = ""
    width: int | None = None
    height: int | None = None
    placeholder: str = ""
    has_preview: bool = False
    location: str = ""
    peak_bytes: int = 0

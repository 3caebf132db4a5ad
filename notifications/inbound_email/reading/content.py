"""What an email holds, as the rest of the app reads it."""

from dataclasses import dataclass, field
from enum import StrEnum

from notifications.inbound_email.reading.calendar import Event


@dataclass(frozen=True)
class Place:
    """Where a picture stands in the text of its email, and its size as it is shown there."""

    # The text around it, of some thousand signs at most.

    before: str = ""
    after: str = ""
    # It stands in what the mail program marks as a quote, or as a signature.
    is_quoted: bool = False
    is_signature: bool = False
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True)
class File:
    """A file of an email. `place` is None unless the text refers to it, as to a picture in it.

    `name` is empty if the email has none.
    """

    name: str
    content: bytes
    content_type: str = ""
    content_id: str = ""
    # Content-Location: another way for a page to name it.
    location: str = ""
    is_inline: bool = False
    place: Place | None = None
    # It came inside an email that was forwarded as a file.
    is_forwarded: bool = False


class Reason(StrEnum):
    """Why something of an email is no part of the message."""

    ENCRYPTED = "encrypted"
    TOO_MANY_FILES = "too_many_files"
    TOO_MANY_PARTS = "too_many_parts"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"
    # The file is elsewhere: the email only says where.
    EXTERNAL = "external"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class LeftOut:
    """Something of an email that is no part of the message. `name` is a file's, or empty."""

    reason: Reason
    name: str = ""


@dataclass(frozen=True)
class Forwarded:
    """An email that is a file of another one. `level` is above 0 inside another such email."""

    sender: str
    date: str
    subject: str
    text: str
    events: tuple[Event, ...] = ()
    level: int = 0


@dataclass(frozen=True)
class Content:
    """The whole text of an email in its order, quotes and all, its files, and what was left out."""

    text: str = ""
    files: list[File] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    forwarded: list[Forwarded] = field(default_factory=list)

"""What a check of the chain found: one thing that is not as it was recorded."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from uuid import UUID


class How(StrEnum):
    ALTERED = "altered"
    MISSING = "missing"
    INSERTED = "inserted"


class Thing(StrEnum):
    """`words` of the things that a person knows; the last four are of the chain itself."""

    MESSAGE = "message"
    TEXT = "text"
    AUTHOR = "author"
    TIME = "time"
    ORDER = "order"
    FILE = "file"
    ANSWERED = "answered message"
    EDIT = "edit"
    DELETION = "deletion"
    MOVE = "move"
    NOTE = "note"
    READING = "reading"
    DELIVERY = "delivery"
    BEGINNING = "what is older than the chain"
    ENTRY = "entry of the chain"
    ROOT = "daily root"
    STAMP = "time stamp"


@dataclass(frozen=True)
class Fault:
    """`position` is that of the entry in the chain, `seq` that of the message, if there is one."""

    how: How
    thing: Thing
    conversation: UUID | None = None
    position: int | None = None
    seq: int | None = None
    # The id of the thing, or the day of a root.
    subject: str = ""
    detail: str = ""

    def __str__(self) -> str:
        places = [
            f"conversation {self.conversation}" if self.conversation else "",
            f"position {self.position}" if self.position is not None else "",
            f"message {self.seq}" if self.seq is not None else "",
            self.subject,
        ]
        place = ", ".join(filter(None, places))
        return f"{self.thing} {self.how}: {place}" + (f" ({self.detail})" if self.detail else "")

    def as_json(self) -> dict[str, object]:
        found = asdict(self)
        found["conversation"] = str(self.conversation) if self.conversation else None
        return found

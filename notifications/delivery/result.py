"""The ways out, and what they answer. An expected refusal is an answer, not an exception."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class SendStatus(StrEnum):
    ACCEPTED = "accepted"
    # The device or the mailbox is no more.
    GONE = "gone"
    # Refused for good; asking again cannot help.
    REFUSED = "refused"
    # Something shorter may pass.
    TOO_LARGE = "too_large"
    # Asking again may help.
    LATER = "later"


@dataclass(frozen=True)
class SendResult:
    status: SendStatus
    detail: str = ""
    # The other side's own wish, when it gave one.
    retry_after: timedelta | None = None
    # The other side has said that it took nothing; without this, a silence may hide a success.
    is_certain: bool = False
    # What it refused is our own key: somebody of ours must act.
    refuses_key: bool = False

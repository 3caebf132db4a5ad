"""What sending answers. An expected refusal is a result, not an exception."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class SendStatus(StrEnum):
    ACCEPTED = "accepted"
    # The device or the mailbox exists no more.
    GONE = "gone"
    # Refused for good: another attempt cannot help.
    REFUSED = "refused"
    # A shorter one may pass.
    TOO_LARGE = "too_large"
    # Another attempt may help.
    LATER = "later"


@dataclass(frozen=True)
class SendResult:
    status: SendStatus
    detail: str = ""
    # How long the other side asked us to wait.
    retry_after: timedelta | None = None
    # The other side said that it took nothing. After a time-out, it may have taken all.
    is_certain: bool = False
    # It refused our own key (401, 403), so one of us must act.
    refuses_key: bool = False
    # False: nothing was asked now, this is what was known before.
    is_called: bool = True
    # Why an email was refused (`outbound_email.refusal.Cause`).
    cause: str = ""
    # The id by which a provider's webhook will name the email.
    provider_id: str = ""

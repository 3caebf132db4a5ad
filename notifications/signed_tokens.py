"""Signed tokens: each lets a service worker or a mail program do one thing without a session.

They are not stored. A reply address is a row instead (`outbound_email.reply_address`), since a
signature does not fit in the 64 characters that the part before "@" may have.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.core import signing

# A push service keeps a push for a day, but a phone may show the notification for weeks.
PUSH_LIFETIME = timedelta(days=30)
UNSUBSCRIBE_LIFETIME = timedelta(days=365)


class BadToken(Exception):
    """The token is not one of ours, or too old."""


@dataclass(frozen=True)
class ReadGrant:
    """The permission to mark one conversation as read for one person, up to a message."""

    user_id: UUID
    conversation_id: UUID
    seq: int


def for_display(device_push_id: UUID) -> str:
    return signing.dumps(device_push_id.hex, salt="push-displayed")


def displayed(token: str) -> UUID:
    """Return the id of the displayed `DevicePush`. Raises BadToken."""
    return UUID(str(_loads(token, "push-displayed", PUSH_LIFETIME)))


def for_reading(grant: ReadGrant) -> str:
    value = [grant.user_id.hex, grant.conversation_id.hex, grant.seq]
    return signing.dumps(value, salt="push-read")


def reading(token: str) -> ReadGrant:
    """Return what may be marked as read. Raises BadToken."""
    user, conversation, seq = _loads(token, "push-read", PUSH_LIFETIME)
    return ReadGrant(UUID(user), UUID(conversation), int(seq))


def for_unsubscribing(user_id: UUID) -> str:
    return signing.dumps(user_id.hex, salt="email-unsubscribe")


def unsubscribing(token: str) -> UUID:
    """Return the id of the person who wants no more emails. Raises BadToken."""
    return UUID(str(_loads(token, "email-unsubscribe", UNSUBSCRIBE_LIFETIME)))


def _loads(token: str, salt: str, lifetime: timedelta) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=lifetime)
    except signing.BadSignature as error:
        raise BadToken(str(error)) from error

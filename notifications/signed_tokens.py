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
LARGEST_SEQ = 2**63
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
    return _id(_loads(token, "push-displayed", PUSH_LIFETIME))


def for_reading(grant: ReadGrant) -> str:
    value = [grant.user_id.hex, grant.conversation_id.hex, grant.seq]
    return signing.dumps(value, salt="push-read")


def reading(token: str) -> ReadGrant:
    """Return what may be marked as read. Raises BadToken."""
    value = _loads(token, "push-read", PUSH_LIFETIME)
    match value:
        case [user, conversation, int(seq)] if 0 <= seq < LARGEST_SEQ:
            return ReadGrant(_id(user), _id(conversation), seq)
    raise BadToken("not what a push holds")


def for_unsubscribing(user_id: UUID) -> str:
    return signing.dumps(user_id.hex, salt="email-unsubscribe")


def unsubscribing(token: str) -> UUID:
    """Return the id of the person who wants no more emails. Raises BadToken."""
    return _id(_loads(token, "email-unsubscribe", UNSUBSCRIBE_LIFETIME))


def _id(value: Any) -> UUID:
    try:
        return UUID(hex=value)
    except (ValueError, TypeError, AttributeError) as error:
        raise BadToken("not an id") from error


def _loads(token: str, salt: str, lifetime: timedelta) -> Any:
    try:
        return signing.loads(token, salt=salt, max_age=lifetime)
    except (signing.BadSignature, ValueError, RecursionError) as error:
        # A value that was signed and is no JSON all the same.
        raise BadToken(str(error)) from error

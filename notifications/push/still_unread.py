"""Say which conversations a person still has unread, for the notifications that a device shows.

A push tells it to the service worker, which closes the notifications of the others: those that were
read on another device, and those whose text was deleted.
"""

from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Least
from django.utils import timezone

from core.models import User
from messaging.models import Message, Participant
from messaging.queries.unread import unread_for

# 40 bytes each in a payload of 3,993. With more the device shows too many to tell.
LISTED_MAX = 20

# The last seq in each conversation, by the tag of its notification.
SeqByTag: TypeAlias = dict[str, int]


@dataclass(frozen=True)
class StillUnread:
    """What was unread at a moment. `unread` is None if there are too many conversations."""

    # Milliseconds since the epoch, taken before reading: what is shown later is not judged by this.
    at: int
    unread: SeqByTag | None


def unknown() -> StillUnread:
    return StillUnread(_now(), None)


def nothing() -> StillUnread:
    return StillUnread(_now(), {})


def of(person: User) -> StillUnread:
    """Return the last unread seq of each conversation, without deleted messages and own ones."""
    at = _now()
    conversations = unread_for(person)
    if len(conversations) > LISTED_MAX:
        return StillUnread(at, None)
    return StillUnread(at, last_unread(person, conversations))


def last_unread(person: User, conversation_ids: dict[UUID, int]) -> SeqByTag:
    messages = Message.objects.filter(
        conversation=OuterRef("conversation"), deleted_at=None, seq__gt=OuterRef("after")
    ).exclude(author=person)
    newest = Subquery(messages.order_by("-seq").values("seq")[:1])
    marks = Participant.objects.filter(user=person, conversation__in=list(conversation_ids))
    # As `Participant.unread_after_seq`: PostgreSQL's LEAST leaves nulls out.
    after = Least("last_read_seq", F("unread_from_seq") - 1)
    rows = (
        marks.annotate(after=after).annotate(newest=newest).values_list("conversation_id", "newest")
    )
    return {conversation.hex: seq for conversation, seq in rows if seq is not None}


def _now() -> int:
    return int(timezone.now().timestamp() * 1000)

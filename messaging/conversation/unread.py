"""The unread counters of participants.

Counters are computed from the rows, never by adding one: a job that runs twice must not count a
message twice. Without the conversation's lock an older count could overwrite a newer one.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, QuerySet
from django.db.models.expressions import RawSQL

from core.database.raw_rows import columns_of
from messaging.conversation.lock import LockedConversation
from messaging.models import Participant

# LEAST ignores NULL: without `unread_from_seq`, messages after the read mark are unread.
UNREAD = """
    SELECT count(*) FROM messaging_message message
    WHERE message.conversation_id = messaging_participant.conversation_id
        AND message.deleted_at IS NULL
        AND message.author_id <> messaging_participant.user_id
        AND message.seq > LEAST(
            messaging_participant.last_read_seq, messaging_participant.unread_from_seq - 1
        )
"""
# Every message waits for this statement, so it is written in SQL: the ORM would need a second query
# for what it wrote, and was measured to take longer to compose it than PostgreSQL to answer.
RECOUNT = f"""
    UPDATE messaging_participant SET unread_count = ({UNREAD})
    WHERE conversation_id = ANY(%(conversations)s) AND left_at IS NULL
        AND (user_id = %(only)s OR %(only)s IS NULL)
    RETURNING {columns_of(Participant, "messaging_participant")}
"""  # noqa: S608  (of our own words)


def recount(locked: LockedConversation, *, only: UUID | None = None) -> list[Participant]:
    """Set the unread counter of every participant, or of `only` one; return the participants."""
    asked = {"conversations": [locked.conversation.pk], "only": only}
    return list(Participant.objects.raw(RECOUNT, asked))


def recount_all(locked: Iterable[LockedConversation]) -> dict[UUID, list[Participant]]:
    """Set the unread counters of several conversations; return the participants of each."""
    counted: dict[UUID, list[Participant]] = {each.conversation.pk: [] for each in locked}
    asked = {"conversations": list(counted), "only": None}
    for participant in Participant.objects.raw(RECOUNT, asked):
        counted[participant.conversation_id].append(participant)
    return counted


def with_recount(participants: QuerySet[Participant]) -> QuerySet[Any]:
    """Add to each participant what its counter should be, as `recount`."""
    return participants.annotate(recount=RawSQL(UNREAD, (), output_field=IntegerField()))  # noqa: S611  (of our own words)

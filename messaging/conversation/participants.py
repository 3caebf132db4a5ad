"""Who takes part in a conversation: is counted, and gets notifications.

All users of the client. Of the company: the assigned person, and those who follow it. These are the
responsible person and the deputy of the chantier, everyone who has written, and people who chose to
follow; without those who chose not to. If nobody is left, every manager.
"""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from core.models import User
from messaging.conversation.lock import LockedConversation
from messaging.models import Conversation, Participant

# Every message waits for this query, so it is written in SQL: the ORM needs two queries, and was
# measured to take longer to compose them than PostgreSQL to answer.
FACTS = """
    WITH asked AS MATERIALIZED (
        SELECT conversation.id AS conversation_id, conversation.client_id,
            conversation.assigned_to_id AS owner_id, chantier.responsible_id, chantier.deputy_id
        FROM messaging_conversation conversation
        LEFT JOIN core_chantier chantier ON chantier.id = conversation.chantier_id
        WHERE conversation.id = ANY(%(conversations)s)
    ),
    -- Apart, or PostgreSQL reads all participations of a member of staff: thousands.
    recorded AS MATERIALIZED (
        SELECT id, conversation_id, user_id, left_at, has_written, follows
        FROM messaging_participant WHERE conversation_id = ANY(%(conversations)s)
    ),
    member AS (
        SELECT asked.conversation_id, person.id AS user_id
        FROM asked JOIN core_user person ON person.client_id = asked.client_id
        UNION SELECT conversation_id, user_id FROM recorded
        UNION SELECT conversation_id, owner_id FROM asked
        UNION SELECT conversation_id, responsible_id FROM asked
        UNION SELECT conversation_id, deputy_id FROM asked
    )
    SELECT
        asked.conversation_id,
        person.id,
        person.is_active,
        person.role <> 'client' AS is_company,
        person.client_id = asked.client_id AS is_of_client,
        person.id IS NOT DISTINCT FROM asked.owner_id AS is_owner,
        person.id IN (asked.owner_id, asked.responsible_id, asked.deputy_id) IS TRUE AS is_named,
        participant.id IS NOT NULL AS is_recorded,
        participant.id IS NOT NULL AND participant.left_at IS NULL AS is_present,
        participant.has_written IS TRUE AS has_written,
        participant.follows
    FROM member
    JOIN asked ON asked.conversation_id = member.conversation_id
    JOIN core_user person ON person.id = member.user_id
    LEFT JOIN recorded participant ON participant.user_id = person.id
        AND participant.conversation_id = member.conversation_id
"""


class ParticipantFacts(NamedTuple):
    """What decides whether a person takes part: one row of `FACTS`."""

    id: UUID
    is_active: bool
    is_company: bool
    is_of_client: bool
    # Assigned to the conversation.
    is_owner: bool
    # Assigned to it, or responsible or deputy of its chantier.
    is_named: bool
    # Has a row in Participant.
    is_recorded: bool
    # Has such a row and has not left.
    is_present: bool
    has_written: bool
    # What the person chose.
    follows: bool | None

    @property
    def takes_part(self) -> bool:
        """Whether a person of the company takes part. Its owner always does."""
        by_rule = self.is_named or self.has_written
        return self.is_owner or (by_rule if self.follows is None else self.follows)


def reconcile(locked: LockedConversation, *, read_up_to: int) -> bool:
    """Bring the participants of a conversation up to date; return whether anyone joined or left.

    A person who joins has read up to `read_up_to`.
    """
    conversation = locked.conversation
    people = facts_of([locked])[conversation.pk]
    return reconcile_with(locked, people, read_up_to=read_up_to)


def reconcile_with(
    locked: LockedConversation, people: list[ParticipantFacts], *, read_up_to: int
) -> bool:
    """Like `reconcile`, with facts that `facts_of` has read under the lock."""
    conversation = locked.conversation
    expected = _expected(people)
    recorded = {person.id for person in people if person.is_recorded}
    present = {person.id for person in people if person.is_present}
    if expected == present:
        return False
    Participant.objects.bulk_create(
        Participant(conversation=conversation, user_id=user_id, last_read_seq=read_up_to)
        for user_id in expected - recorded
    )
    rows = conversation.participants
    # Messages sent while a participant was gone do not become unread when they return.
    rows.filter(user__in=(expected & recorded) - present).update(
        left_at=None,
        last_read_seq=Greatest(F("last_read_seq"), Value(read_up_to)),
        unread_from_seq=None,
    )
    rows.filter(user__in=present - expected).update(left_at=timezone.now(), unread_count=0)
    return True


def choose(locked: LockedConversation, people: Iterable[User], *, follows: bool) -> None:
    """Record whether people of the company follow a conversation. `reconcile` then acts on it.

    A new row has left: people who join by `reconcile` have nothing to read.
    """
    rows = [
        Participant(
            conversation=locked.conversation, user=each, follows=follows, left_at=timezone.now()
        )
        for each in people
    ]
    Participant.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["conversation", "user"],
        update_fields=["follows"],
    )


def facts_of(locked: Iterable[LockedConversation]) -> dict[UUID, list[ParticipantFacts]]:
    """Return the facts about everyone who may take part in these conversations, by its id."""
    found: dict[UUID, list[ParticipantFacts]] = {each.conversation.pk: [] for each in locked}
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"conversations": list(found)})
        for conversation_id, *facts in cursor.fetchall():
            found[conversation_id].append(ParticipantFacts(*facts))
    return found


def _expected(people: list[ParticipantFacts]) -> set[UUID]:
    """Return the ids of the people who should take part."""
    active = [person for person in people if person.is_active]
    ours = {each.id for each in active if each.is_company and each.takes_part}
    if not ours:
        managers = User.objects.filter(role=User.Role.MANAGER, is_active=True)
        ours = set(managers.order_by().values_list("pk", flat=True))
    return ours | {person.id for person in active if person.is_of_client}


def client_user_ids(conversation: Conversation) -> tuple[UUID, ...]:
    users = User.objects.filter(client=conversation.client_id, is_active=True)
    return tuple(users.values_list("pk", flat=True))


def record_author(locked: LockedConversation, author: User, *, seq: int) -> None:
    """Record that a person has written here, and so takes part from now on."""
    row = Participant(
        conversation=locked.conversation, user=author, has_written=True, last_read_seq=seq
    )
    Participant.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["conversation", "user"],
        # Not the read mark: a message from an offline queue was written before its author saw the
        # newest ones.
        update_fields=["has_written", "left_at", "follows"],
    )

"""Record events for other software, in the transaction of the change that they tell of.

Call it under the lock of the row that changes, so that the ids of a conversation's events are in
the order of its changes.
"""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from core.ids import new_id
from core.jobs.enqueue import Job, enqueue_once
from core.outgoing_models import OutgoingEvent

Kind = OutgoingEvent.Kind

# Of the shape of `data`. A change that a reader could trip over makes another one.
PAYLOAD_VERSION = 1

# One statement beside each message, with the client and the chantier that the sender did not read.
INSERT = """
    INSERT INTO core_outgoingevent
        (uid, kind, conversation_id, at, due_at, attempts, last_error, payload)
    VALUES (
        %(uid)s, %(kind)s, %(conversation)s, %(at)s,
        (SELECT %(at)s FROM core_eventfeed WHERE is_dispatched), 0, '',
        jsonb_build_object('version', %(version)s, 'data', %(data)s::jsonb {place})
    )
    RETURNING id, due_at
"""
PLACE = """
    || jsonb_build_object(
        'client', (
            SELECT jsonb_build_object('id', id, 'external_id', external_id, 'name', name)
            FROM core_client WHERE id = %(client)s
        ),
        'chantier', (
            SELECT jsonb_build_object('id', id, 'external_id', external_id, 'name', name)
            FROM core_chantier WHERE id = %(chantier)s
        )
    )
"""
INSERT_IN_PLACE = INSERT.replace("{place}", PLACE)
INSERT_ALONE = INSERT.replace("{place}", "")

_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Beside(NamedTuple):
    """An event that another statement records, so that a message takes one statement.

    `told` is for its WITH, and gives a row of `id` and `due_at`, which `recorded` must get.
    """

    told: str
    values: dict[str, Any]


def record(kind: OutgoingEvent.Kind, data: dict[str, Any]) -> None:
    """Record an event that is about no conversation."""
    _insert(INSERT_ALONE, kind, data, None)


def record_in_conversation(
    kind: OutgoingEvent.Kind,
    data: dict[str, Any],
    *,
    conversation_id: UUID,
    client_id: UUID,
    chantier_id: UUID | None,
) -> None:
    """Record an event of a conversation; its `data` gets `client` and `chantier` as well."""
    _insert(INSERT_IN_PLACE, kind, data, conversation_id, client=client_id, chantier=chantier_id)


def beside_in_conversation(
    kind: OutgoingEvent.Kind,
    data: dict[str, Any],
    *,
    conversation_id: UUID,
    client_id: UUID,
    chantier_id: UUID | None,
) -> Beside:
    """Return what records an event of a conversation within another statement."""
    values = _values(kind, data, conversation_id, client=client_id, chantier=chantier_id)
    return Beside(INSERT_IN_PLACE, values)


def recorded(event_id: int, due_at: datetime | None) -> None:
    """Wake a worker for an event that was just recorded, if other software is to be told of it."""
    if due_at is not None:
        enqueue_once(Job.DISPATCH_EVENTS, event_id=event_id)


def _insert(
    statement: str,
    kind: OutgoingEvent.Kind,
    data: dict[str, Any],
    conversation_id: UUID | None,
    **place: UUID | None,
) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, _values(kind, data, conversation_id, **place))
        recorded(*cursor.fetchone())


def _values(
    kind: OutgoingEvent.Kind,
    data: dict[str, Any],
    conversation_id: UUID | None,
    **place: UUID | None,
) -> dict[str, Any]:
    return {
        "uid": new_id(),
        "kind": kind.value,
        "conversation": conversation_id,
        "at": timezone.now(),
        "version": PAYLOAD_VERSION,
        "data": _json(data),
        **place,
    }

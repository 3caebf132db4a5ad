"""The operations that people wait for, run in this process: to read their plans, not their time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from core.models import User
from messaging.models import Conversation, Message
from notifications.fan_out import fan_out
from tests.plans import Plan, plans
from workers.recovery.sweeper import Sweeper
from workers.registry import JOB_TYPES

# Conversations of the client.
LISTED = 20


@dataclass(frozen=True)
class Operation:
    name: str
    run: Callable[[], object]


def operations() -> Iterator[Operation]:
    """Return the operations on the longest conversation, the sending before its fan-out.

    Its client gets the longest ones, so that the list is as long in any database. Its people are up
    to date, since a fan-out counts what is unread.
    """
    longest = list(Conversation.objects.order_by("-last_seq")[:LISTED])
    conversation = longest[0]
    Conversation.objects.filter(pk__in=[each.pk for each in longest]).update(
        client=conversation.client_id
    )
    conversation.participants.update(last_read_seq=conversation.last_seq)
    client = User.objects.get(pk=conversation.created_by_id)
    staff = User.objects.filter(role=User.Role.STAFF, participations__conversation=conversation)[0]
    place = f"/api/v1/conversations/{conversation.pk}"
    pages = f"{place}/messages"
    as_client, as_staff = _caller(client), _caller(staff)
    sent = uuid4()
    yield Operation("list of a client", lambda: _get(as_client, "/api/v1/conversations?limit=50"))
    yield Operation("list of the company", lambda: _get(as_staff, "/api/v1/conversations?limit=50"))
    yield Operation("history, newest", lambda: _get(as_client, pages))
    deep = f"{pages}?before={conversation.last_seq // 2}"
    yield Operation("history, deep", lambda: _get(as_client, deep))
    changes = f"{place}/changes?since={conversation.version - 10}"
    yield Operation("changes", lambda: _get(as_client, changes))
    yield Operation("unread", lambda: _get(as_staff, "/api/v1/unread"))
    yield Operation("send", lambda: _send(as_client, pages, str(sent)))
    yield Operation("fan-out", lambda: _fan_out(sent))
    yield Operation("read", lambda: _read(as_staff, f"{place}/read", conversation.last_seq + 1))
    yield Operation("sweep", lambda: Sweeper(JOB_TYPES).look())


def plans_by_operation() -> dict[str, list[Plan]]:
    """Run each operation, and return the plans of its statements."""
    found: dict[str, list[Plan]] = {}
    for operation in operations():
        with plans() as found[operation.name]:
            operation.run()
    return found


def pages_of(found: dict[str, list[Plan]]) -> dict[str, int]:
    """Return the pages of PostgreSQL that the statements of each operation touch."""
    return {name: sum(plan.buffers for plan in plans) for name, plans in found.items()}


@contextmanager
def rolled_back() -> Iterator[None]:
    """Undo what is written inside, and let PostgreSQL forget that it was there."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    with connection.cursor() as cursor:
        # Of a million rows that are gone, it takes longer than a request may.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("RESET statement_timeout")


def _caller(person: User) -> Any:
    caller = APIClient()
    caller.force_authenticate(person)
    return caller


def _get(caller: Any, path: str) -> None:
    answer = caller.get(path)
    assert answer.status_code == 200, (path, answer.status_code, answer.content[:300])


def _send(caller: Any, path: str, message_id: str) -> None:
    answer = caller.post(path, {"id": message_id, "body": "Bonjour"}, format="json")
    assert answer.status_code == 201, answer.content[:300]


def _fan_out(message_id: Any) -> None:
    fan_out(message_id)
    assert Message.objects.filter(pk=message_id, fanned_out_at__lte=timezone.now()).exists()


def _read(caller: Any, path: str, seq: int) -> None:
    answer = caller.put(path, {"seq": seq}, format="json")
    assert answer.status_code in (200, 204), (answer.status_code, answer.content[:300])

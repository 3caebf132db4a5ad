"""What people wait for stays cheap however much is written: indexes, and few pages are read."""

import pytest
import pytest_django
from django.db import connection
from django.utils import timezone

from messaging.demo.bulk import Size, load
from messaging.models import Message
from notifications.models import Delivery
from tests.bench import hot
from tests.plans import Plan
from workers.models import TaskRun

# Large enough that PostgreSQL chooses as it does among a million: no setting forbids it a scan.
# Both have the same people, so that it joins them in the same way.
SMALL = Size(messages=10_000, conversations=500)
LARGE = Size(messages=100_000, conversations=5_000)
# pytest-django makes the database for tests with this mark.
pytestmark = pytest.mark.django_db

BIG_TABLES = {
    "core_client",
    "core_chantier",
    "core_user",
    "messaging_conversation",
    "messaging_message",
    "messaging_participant",
    "messaging_searchentry",
    "notifications_delivery",
    "workers_taskrun",
}
# Ten times the messages: a scan would touch ten times the pages, and a B-tree adds one to a search.
GROWTH = 1.6
# Fifty rows may lie beside each other or in fifty pages, each found by two of an index. A scan of
# the messages would touch 3,000.
FEW_PAGES = 150


def fill(size: Size) -> None:
    load(size, lambda _: None)
    messages = Message.objects.order_by("pk").values_list("pk", "author", "conversation", "seq")
    Delivery.objects.bulk_create(
        Delivery(
            message_id=message, recipient_id=author, conversation_id=conversation, seq=seq,
            channel="push", status=Delivery.Status.SENT, due_at=None,
        )
        for message, author, conversation, seq in messages
    )  # fmt: skip
    now = timezone.now()
    TaskRun.objects.bulk_create(
        TaskRun(
            task_id=str(n), name="fan_out_message", queue="realtime", worker="w", started_at=now,
            ended_at=now, outcome="succeeded", wait_seconds=0, run_seconds=0,
        )
        for n in range(size.messages // 3)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.fixture(scope="module")
def found(
    django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker
) -> dict[Size, dict[str, list[Plan]]]:
    """Return the plans of each operation at both sizes."""
    plans = {}
    with django_db_blocker.unblock():
        for size in (SMALL, LARGE):
            with hot.rolled_back():
                fill(size)
                plans[size] = hot.plans_by_operation()
    return plans


def test_hot_statements_find_their_rows_by_indexes(
    found: dict[Size, dict[str, list[Plan]]],
) -> None:
    for name, plans in found[LARGE].items():
        assert plans, name
        for plan in plans:
            assert not plan.scanned & BIG_TABLES, (name, plan.scanned, plan.sql)

    used = {
        name: set().union(*(plan.indexes for plan in plans)) for name, plans in found[LARGE].items()
    }
    assert "conversation_of_client" in used["list of a client"]
    assert "conversation_newest" in used["list of the company"]
    assert "message_seq_once" in used["history, newest"]
    assert "message_seq_once" in used["history, deep"]
    assert "message_changes" in used["changes"]
    assert "participant_unread" in used["unread"]
    assert {"message_owed", "delivery_owed"} <= used["sweep"]


def test_hot_operations_touch_few_pages_more_when_messages_grow_tenfold(
    found: dict[Size, dict[str, list[Plan]]],
) -> None:
    small, large = (hot.pages_of(found[size]) for size in (SMALL, LARGE))

    assert small.keys() == large.keys()
    for name, few in small.items():
        assert large[name] <= max(few, FEW_PAGES) * GROWTH, (name, few, large[name])

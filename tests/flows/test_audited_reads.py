"""Who read what, over the network: written soon, and what a process has at its end too."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.audit.chain import chain_facts
from core.audit.verify import verify
from core.audit_models import AuditEntry, AuditFact
from core.models import User
from deploy.launcher.ports import free_port
from messaging.models import Conversation
from tests.cast import in_another_conversation
from tests.core.audit.facts import lines
from tests.site import Site
from tests.wire import Caller

pytestmark = pytest.mark.django_db(transaction=True)
READ = "conversation.read"


@pytest.fixture
def other(site: Site, tmp_path: Path) -> Iterator[Site]:
    """A web process of its own, which the test ends."""
    other = Site(free_port(), tmp_path, site.environment)
    other.start_web()
    yield other
    if other.web.poll() is None:
        other.stop_web()


def read(site: Site, reader: User, conversation: Conversation) -> None:
    Caller(site, reader).get(f"/conversations/{conversation.pk}")


def count() -> int:
    return AuditFact.objects.filter(action=READ).count()


def test_a_read_is_recorded_within_two_seconds(
    site: Site, odile: User, conversation: Conversation
) -> None:
    read(site, odile, conversation)

    until = time.monotonic() + 10
    while not count() and time.monotonic() < until:
        time.sleep(0.05)
    assert [line for line in lines() if line[1] == READ] == [
        ("Odile Perrin", READ, "Carrelage du séjour")
    ]


def test_a_process_that_is_stopped_writes_what_waits(
    other: Site, odile: User, conversation: Conversation
) -> None:
    read(other, odile, conversation)

    other.stop_web()

    assert count() == 1


def test_a_process_that_is_killed_loses_reads_and_no_change(
    other: Site, marc: User, camille: User, conversation: Conversation
) -> None:
    message = in_another_conversation(camille)
    read(other, marc, conversation)
    path = f"/conversations/{message.conversation_id}/messages/{message.pk}"
    assert Caller(other, marc).call("DELETE", path).status == 204

    other.stop_web(kill=True)

    chain_facts()
    assert AuditEntry.objects.filter(action="message.deleted").count() == 1
    assert verify().finding is None

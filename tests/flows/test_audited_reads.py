"""Who read what, over the network: written soon, and what a process has at its end too."""

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
from tests.site import Site
from tests.waiting import until
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


def readers(conversation: Conversation) -> list[str]:
    """Return who read it. The reads of an earlier test may be written during this one."""
    found = AuditFact.objects.filter(action=READ, object_id=str(conversation.pk))
    return list(found.values_list("actor_name", flat=True))


def test_a_read_is_recorded_within_two_seconds(
    site: Site, odile: User, conversation: Conversation
) -> None:
    read(site, odile, conversation)

    until(lambda: readers(conversation), "nothing is recorded", 10)
    assert readers(conversation) == ["Odile Perrin"]


def test_a_process_that_is_stopped_writes_what_waits(
    other: Site, odile: User, conversation: Conversation
) -> None:
    read(other, odile, conversation)

    other.stop_web()

    assert readers(conversation) == ["Odile Perrin"]


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

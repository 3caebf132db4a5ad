"""A stop of the web: what is worked on is answered, and nothing that hangs delays it."""

from collections.abc import Iterator

import pytest
from django.db import connections, transaction

from core.models import User
from messaging.models import Conversation, Message
from tests.cases.impatient_web import bearer, draft, messages, web
from tests.raw_http import RawCaller, head
from tests.site import STOP_SECONDS, Site
from tests.waiting import until

__all__ = ["web"]


@pytest.fixture(autouse=True)
def real_database(transactional_db: None) -> None:
    """The web process reads what a test wrote."""


class TestStopOfTheWeb:
    """SIGTERM, as a new version sends it: 5 s in production, 3 s here."""

    @pytest.fixture
    def stopping(self, web: Site) -> Iterator[Site]:
        yield web
        web.start_web()

    def lock(self, conversation: Conversation) -> None:
        Conversation.objects.select_for_update().get(pk=conversation.pk)

    def test_request_that_is_worked_on_is_answered(
        self, stopping: Site, camille: User, conversation: Conversation
    ) -> None:
        sent = draft()
        with transaction.atomic():
            self.lock(conversation)
            begun = head("POST", messages(conversation), Content_Length=str(len(sent)),
                         **bearer(camille))  # fmt: skip
            caller = RawCaller(stopping.port, begun, sent)
            until(waits_for_a_lock, "the request does not wait for the lock")
            stopping.web.terminate()
            until(lambda: not listens(stopping), "the web goes on listening")

        assert caller.json()[0] == 201
        assert Message.objects.count() == 1
        stopping.web.wait(STOP_SECONDS)

    def test_open_stream_and_request_that_hangs_do_not_delay_it(
        self, stopping: Site, camille: User, conversation: Conversation
    ) -> None:
        sent = draft()
        with transaction.atomic():
            self.lock(conversation)
            begun = head("POST", messages(conversation), Content_Length=str(len(sent)),
                         **bearer(camille))  # fmt: skip
            hanging = RawCaller(stopping.port, begun, sent)
            slow = RawCaller(stopping.port, begun, sent[:5])
            stream = RawCaller(stopping.port, head("GET", "/api/v1/stream", **bearer(camille)))
            assert stream.answer().status == 200
            until(waits_for_a_lock, "the request does not wait for the lock")

            stopping.web.terminate()

            stopping.web.wait(STOP_SECONDS)
        assert hanging.is_closed()
        assert slow.is_closed()


def waits_for_a_lock() -> bool:
    with connections["default"].cursor() as cursor:
        # PostgreSQL shows one transaction the same activity again and again.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            " AND datname = current_database())"
        )
        return bool(cursor.fetchone()[0])


def listens(site: Site) -> bool:
    try:
        RawCaller(site.port).close()
    except ConnectionRefusedError:
        return False
    return True

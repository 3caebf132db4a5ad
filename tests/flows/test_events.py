"""core/asyncapi.yaml says what the stream sends.

`OpenStream` checks each event of each flow against the document. Here each event comes once, and
the document is compared with the sources.
"""

import re
import time
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from core.models import User
from core.realtime.publish import rights_channel
from core.valkey import valkey
from messaging.models import Conversation
from notifications.models import InboundEmail
from tests.attachments.samples import pdf
from tests.attachments.senders import announcement, put
from tests.cases.events import API, NAMES, STREAM, wrong_with
from tests.cases.operations import email_kept
from tests.site import Site
from tests.wire import Caller, OpenStream, stream_of

APPS = ("core", "attachments", "messaging", "notifications", "workers")


def seen_by(streams: list[OpenStream], seconds: float, wanted: set[str]) -> set[str]:
    """Return the names of what came on all streams, until all that is wanted came."""
    seen, deadline = set[str](), time.monotonic() + seconds
    while not wanted <= seen and time.monotonic() < deadline:
        for stream in streams:
            seen |= {frame.name for frame in stream.received()}
        time.sleep(0.1)
    return seen


def send_file(caller: Caller) -> str:
    content = pdf()
    announced = caller.post("/attachments", announcement("plan.pdf", content))
    assert put(announced["upload"]["url"], content, announced["upload"]["headers"])[0] == 200
    caller.post(f"/attachments/{announced['id']}/complete")
    return str(announced["id"])


class TestTheStream:
    def test_each_event_of_the_document_comes_and_has_its_shape(
        self, site: Site, camille: User, odile: User, bruno: User, conversation: Conversation
    ) -> None:
        client, company = Caller(site, camille), Caller(site, odile)
        address = f"/conversations/{conversation.pk}"
        email = email_kept(b"1", state=InboundEmail.State.WAITING)
        with stream_of(site, camille) as own, stream_of(site, odile) as theirs:
            # Nobody has a device: only who looks at a page is told at once.
            Caller(site, bruno).post("/presence", {"visible": True})
            client.post("/conversations", {"subject": "Portail"})
            client.post(f"{address}/typing")
            send_file(client)
            sent = client.post(
                f"{address}/messages", {"body": "Voici", "attachments": [send_file(client)]}
            )
            client.call("PATCH", f"{address}/messages/{sent['id']}", {"body": "Voici le plan"})
            company.post(f"{address}/viewing", {"is_here": True})
            company.post(f"{address}/notes", {"body": "Pressé"})
            company.call("PATCH", address, {"subject": "Parquet"})
            company.post(f"/staff/emails/{email.key}/set-aside", {})
            company.call("PUT", f"{address}/read", {"seq": sent["seq"]})
            client.post(f"{address}/messages", {"body": "Et la suite"})
            call_command("new_epoch")
            valkey().publish(rights_channel(), "resync")

            seen = seen_by([own, theirs], 60, set(NAMES))

            assert seen >= NAMES, NAMES - seen
            assert [*own.wrong, *theirs.wrong] == []

    def test_event_of_another_shape_is_noticed(self) -> None:
        """The check of all flows can fail."""
        right: dict[str, Any] = {"waiting": 1, "automatic": 0}

        assert wrong_with("emails.updated", right) == []
        assert wrong_with("emails.updated", {"waiting": 1})
        assert wrong_with("emails.updated", {**right, "late": 1})
        assert wrong_with("emails.updated", {**right, "waiting": "1"})
        assert wrong_with("roof.updated", {})


class TestTheDocument:
    def test_names_the_events_of_the_sources_and_no_other(self) -> None:
        sources = [
            path.read_text() for app in APPS for path in (settings.BASE_DIR / app).rglob("*.py")
        ]
        named = {name for text in sources for name in re.findall(r'\bEvent\("([a-z._]+)"', text)}

        assert named == NAMES
        assert set(STREAM["components"]["messages"]) == NAMES

    @pytest.mark.parametrize("key", ["required", "properties"])
    def test_shared_conversation_is_one_without_a_persons_own_counters(self, key: str) -> None:
        whole = API["components"]["schemas"]["Conversation"][key]
        shared = STREAM["components"]["schemas"]["SharedConversation"][key]

        assert set(shared) == set(whole) - {"unread_count", "unread_after_seq"}

    def test_is_of_the_address_that_is_served(self) -> None:
        assert STREAM["asyncapi"].startswith("3.")
        assert STREAM["channels"]["stream"]["address"] == "/api/v1/stream"

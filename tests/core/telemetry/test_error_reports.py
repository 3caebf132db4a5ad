"""Errors of web and worker processes arrive at a server of Sentry, without what people wrote."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from core.models import User
from messaging.models import Conversation
from tests.core.telemetry.receivers import Sentry, listening
from tests.site import Site
from tests.waiting import until
from tests.wire import Caller

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "Le carreau Zanzibar est fendu"
# As a constraint or a defect does, PostgreSQL quotes the text of the message in its error.
FUNCTION = """
    CREATE FUNCTION refuse_message() RETURNS trigger AS $$
    BEGIN RAISE EXCEPTION 'refused: %', NEW.body; END
    $$ LANGUAGE plpgsql
"""
AT_POST = (
    "CREATE TRIGGER refuse BEFORE INSERT ON messaging_message"
    " FOR EACH ROW EXECUTE FUNCTION refuse_message()"
)
AT_FAN_OUT = (
    "CREATE TRIGGER refuse BEFORE UPDATE OF fanned_out_at ON messaging_message"
    " FOR EACH ROW WHEN (NEW.fanned_out_at IS NOT NULL) EXECUTE FUNCTION refuse_message()"
)


@pytest.fixture(scope="module")
def sentry() -> Iterator[Sentry]:
    found = Sentry()
    with listening(found):
        yield found


@pytest.fixture(scope="module")
def reporting_site(running_site: Site, sentry: Sentry) -> Iterator[Site]:
    before = dict(running_site.environment)
    running_site.stop()
    running_site.environment |= {
        "SENTRY_DSN": sentry.dsn,
        "SENTRY_ENVIRONMENT": "trial",
        # Each error in full.
        "LOG_FOLD_SECONDS": "0",
    }
    yield running_site
    running_site.stop()
    running_site.environment = before


@pytest.fixture
def refusing(reporting_site: Site, site: Site, sentry: Sentry) -> Iterator[Callable[[str], None]]:
    """Let PostgreSQL refuse messages by a trigger."""
    sentry.clear()

    def refuse(trigger: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(FUNCTION)
            cursor.execute(trigger)

    yield refuse
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS refuse_message() CASCADE")


def post(site: Site, author: User, conversation: Conversation) -> int:
    draft = {"id": str(uuid4()), "body": TEXT}
    return (
        Caller(site, author)
        .call("POST", f"/conversations/{conversation.pk}/messages", draft)
        .status
    )


def event_of(sentry: Sentry, name: str) -> dict[str, Any]:
    def found() -> list[dict[str, Any]]:
        return [event for event in list(sentry.events) if event["tags"].get("event") == name]

    until(found, f"no event {name}; came: {[each.get('tags') for each in sentry.events]}")
    return found()[0]


def check_holds_no_text(
    sentry: Sentry, event: dict[str, Any], author: User, conversation: Conversation
) -> None:
    sent = b"".join(sentry.raw)
    for word in ("Zanzibar", author.name, author.email, conversation.subject, "Bearer", "eyJ"):
        assert word.encode() not in sent
    errors = event["exception"]["values"]
    assert all(set(error) <= {"type", "module", "mechanism", "stacktrace"} for error in errors)
    frames = [frame for error in errors for frame in error["stacktrace"]["frames"]]
    assert frames
    assert not any("vars" in frame for frame in frames)
    assert event.keys().isdisjoint({"request", "breadcrumbs", "extra", "contexts", "logentry"})


class TestAnError:
    def test_error_in_a_request_arrives_without_the_text_of_the_message(
        self, site: Site, refusing: Callable[[str], None], sentry: Sentry, camille: User,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        refusing(AT_POST)

        assert post(site, camille, conversation) == 500

        event = event_of(sentry, "request_failed")
        assert event["exception"]["values"][-1]["type"] == "ProgrammingError"
        functions = [
            frame["function"] for frame in event["exception"]["values"][-1]["stacktrace"]["frames"]
        ]
        assert "record_message" in functions
        assert event["transaction"] == ("POST api/v1/conversations/<id:conversation_id>/messages")
        assert event["user"] == {"id": str(camille.pk)}
        assert event["tags"]["request_id"]
        assert event["environment"] == "trial"
        check_holds_no_text(sentry, event, camille, conversation)

    def test_error_in_a_job_arrives_without_the_text_of_the_message(
        self, site: Site, refusing: Callable[[str], None], sentry: Sentry, camille: User,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        refusing(AT_FAN_OUT)

        assert post(site, camille, conversation) == 201

        event = event_of(sentry, "task_failed")
        assert event["exception"]["values"][-1]["type"] == "ProgrammingError"
        assert event["tags"]["job"] == "fan_out_message"
        check_holds_no_text(sentry, event, camille, conversation)

    def test_text_is_in_the_log_of_this_machine(
        self, site: Site, refusing: Callable[[str], None], sentry: Sentry, camille: User,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        """Else the tests above could not fail: the error does quote the text."""
        refusing(AT_POST)

        post(site, camille, conversation)

        request_id = event_of(sentry, "request_failed")["tags"]["request_id"]
        lines = (site.logs / "web.log").read_text().splitlines()
        [line] = [json.loads(line) for line in lines if request_id in line]
        assert "Zanzibar" in json.dumps(line)

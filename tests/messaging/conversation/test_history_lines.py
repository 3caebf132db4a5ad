"""The lines of the history: written with each change, caught up with by version, nothing lost."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from core.models import Chantier, Client, User
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, HistoryLine
from messaging.queries import shown
from tests.cast import Call, Say
from tests.messaging.addresses import of

pytestmark = pytest.mark.django_db

Told = list[tuple[str, str | None]]


def told(lines: list[dict[str, Any]]) -> Told:
    return [(line["kind"], line["by"]["name"] if line["by"] else None) for line in lines]


def thread(api: Call, reader: User, conversation: Conversation, query: str = "") -> Any:
    answer = api(reader).get(of(conversation, f"messages{query}"))
    assert answer.status_code == 200, answer.content
    return answer.json()


def change(api: Call, editor: User, conversation: Conversation, **changes: Any) -> None:
    answer = api(editor).patch(of(conversation), changes)
    assert answer.status_code == 200, answer.content


@pytest.fixture
def garage(morel: Client) -> Chantier:
    return Chantier.objects.create(client=morel, name="Garage")


class TestLines:
    def test_each_change_is_a_line_with_who_and_what(
        self, api: Call, camille: User, odile: User, marc: User, conversation: Conversation,
        garage: Chantier,
    ) -> None:  # fmt: skip
        change(api, camille, conversation, subject="Carrelage de l'entrée")
        change(api, marc, conversation, assigned_to=str(marc.pk))
        change(api, odile, conversation, chantier=str(garage.pk))
        change(api, odile, conversation, status="closed")
        change(api, odile, conversation, status="open")

        lines = thread(api, odile, conversation)["lines"]

        by_kind = {line["kind"]: line for line in lines}
        assert told(lines)[-4:] == [
            (told(lines)[-4][0], "Marc Vidal"),
            ("moved", "Odile Perrin"),
            ("closed", "Odile Perrin"),
            ("reopened", "Odile Perrin"),
        ]
        assert by_kind["renamed"]["details"] == {
            "subject": "Carrelage de l'entrée",
            "former_subject": "Carrelage du séjour",
        }
        assert by_kind["moved"]["details"]["to"]["name"] == "Garage"
        assert by_kind["moved"]["details"]["from"]["name"] == "Villa Lumière"

    def test_change_to_what_it_is_already_writes_no_line(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        before = HistoryLine.objects.count()

        change(api, odile, conversation, status="open", subject=conversation.subject)

        assert HistoryLine.objects.count() == before

    def test_conversation_of_another_persons_is_taken_over(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        change(api, marc, conversation, assigned_to=None)
        change(api, marc, conversation, assigned_to=str(odile.pk))
        change(api, marc, conversation, assigned_to=str(marc.pk))

        given, taken = thread(api, odile, conversation)["lines"][-2:]

        assert (given["kind"], given["details"]["to"]["name"]) == ("assigned", "Odile Perrin")
        assert (taken["kind"], taken["details"]["from"]["name"]) == ("taken_over", "Odile Perrin")

    def test_message_opens_a_closed_conversation_again_and_says_so(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "C'est posé")
        change(api, odile, conversation, status="closed")
        say(camille, "Il reste un carreau")

        lines = thread(api, camille, conversation)["lines"]

        assert told(lines) == [
            ("opened", "Camille Morel"),
            ("closed", "Odile Perrin"),
            ("reopened", "Camille Morel"),
        ]
        assert [line["after_seq"] for line in lines] == [0, 1, 2]

    def test_client_reads_no_line_about_who_of_the_company_has_it(
        self, api: Call, camille: User, odile: User, marc: User, conversation: Conversation
    ) -> None:
        change(api, odile, conversation, assigned_to=str(marc.pk))
        change(api, odile, conversation, status="closed")

        for_client = thread(api, camille, conversation)["lines"]
        caught_up = api(camille).get(of(conversation, "changes?since=0")).json()["lines"]

        assert told(for_client) == [("opened", "Camille Morel"), ("closed", "Odile Perrin")]
        assert caught_up == for_client
        assert "assigned" in dict(told(thread(api, odile, conversation)["lines"]))

    def test_draft_that_is_sent_twice_reopens_once(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        change(api, odile, conversation, status="closed")
        draft = Draft(body="Encore une chose")
        for _ in range(2):
            send_message(author=camille, conversation_id=conversation.pk, draft=draft)

        assert HistoryLine.objects.filter(kind="reopened").count() == 1


class TestPagesOfTheThread:
    def test_each_line_is_in_one_page(
        self, api: Call, odile: User, conversation: Conversation, say: Say
    ) -> None:
        for number in range(9):
            say(odile, str(number))
            change(api, odile, conversation, subject=f"Sujet {number}")
        whole = thread(api, odile, conversation)["lines"]

        pages = [thread(api, odile, conversation, "?limit=3")]
        while pages[0]["has_before"]:
            first = pages[0]["results"][0]["seq"]
            pages.insert(0, thread(api, odile, conversation, f"?limit=3&before={first}"))

        assert [line["id"] for page in pages for line in page["lines"]] == [
            line["id"] for line in whole
        ]
        assert len(pages) == 3


class TestCatchingUp:
    def test_lines_come_with_the_changes_since_a_version(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        since = api(odile).get(of(conversation)).json()["version"]
        change(api, odile, conversation, status="closed")

        caught = api(odile).get(of(conversation, f"changes?since={since}")).json()

        assert told(caught["lines"]) == [("closed", "Odile Perrin")]
        assert caught["lines"][0]["version"] == caught["version"] == since + 1
        again = api(odile).get(of(conversation, f"changes?since={caught['version']}")).json()
        assert again["lines"] == []

    def test_many_changes_come_in_several_answers_without_a_hole(
        self, api: Call, odile: User, conversation: Conversation, say: Say,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        for number in range(5):
            say(odile, str(number))
            for status in ("closed", "open"):
                change(api, odile, conversation, status=status, subject=f"{number} {status}")
        monkeypatch.setattr(shown, "CHANGES_LIMIT", 4)

        version, lines, messages, answers = 0, [], [], 0
        while True:
            found = api(odile).get(of(conversation, f"changes?since={version}")).json()
            lines += [line["id"] for line in found["lines"]]
            messages += [message["seq"] for message in found["messages"]]
            version, answers = found["version"], answers + 1
            if found["complete"]:
                break

        assert lines == [line["id"] for line in thread(api, odile, conversation)["lines"]]
        assert messages == [1, 2, 3, 4, 5]
        assert answers > 4


@pytest.mark.django_db(transaction=True)
def test_conversations_of_before_get_the_line_of_their_opening(
    conversation: Conversation, camille: User
) -> None:
    HistoryLine.objects.all().delete()
    executor = MigrationExecutor(connection)
    migration = executor.loader.get_migration("messaging", "0011_lines_of_openings")
    backfill: Any = migration.operations[0]

    for _ in range(2):
        with connection.schema_editor(atomic=False) as editor:
            backfill.code(None, editor)

    [line] = HistoryLine.objects.all()
    assert (line.kind, line.by, line.at) == ("opened", camille, conversation.created_at)

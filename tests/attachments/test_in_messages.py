"""Files in messages: both sides see them and their states, and nobody else does."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attachments.models import Attachment
from core.models import Chantier, User
from core.realtime.publish import Event
from messaging.actions import attachments
from messaging.actions.messages import send_message
from messaging.conversation import attachment_change
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message, MessageAttachment
from tests.attachments import samples
from tests.attachments.senders import analysed, announcement, put, send
from tests.cast import Call, Say

pytestmark = pytest.mark.django_db


def messages_of(conversation: Conversation) -> str:
    return f"/api/v1/conversations/{conversation.pk}/messages"


def write(
    api: Call, author: User, conversation: Conversation, *files: UUID, body: str = "Voici"
) -> Any:
    draft = {"id": str(uuid4()), "body": body, "attachments": [str(file) for file in files]}
    return api(author).post(messages_of(conversation), draft)


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Return the events that are published, in order."""
    told: list[Event] = []
    monkeypatch.setattr(attachment_change, "publish", lambda *events, to: told.extend(events))
    return told


class TestSend:
    def test_text_is_sent_before_its_files_are_analysed(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        announced = api(camille).post("/api/v1/attachments", announcement("a.txt", b"a")).json()
        scanning = send(api(camille), "photo.jpg", samples.photo())

        sent = write(api, camille, conversation, UUID(announced["id"]), scanning)

        assert sent.status_code == 201
        shown = api(odile).get(messages_of(conversation)).json()["results"][-1]
        assert shown == sent.json()
        assert [(f["position"], f["status"]) for f in shown["attachments"]] == [
            (0, "uploading"), (1, "scanning"),
        ]  # fmt: skip

    def test_files_without_text_are_a_message(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        assert write(api, camille, conversation, file, body="").status_code == 201
        assert write(api, camille, conversation, body="").status_code == 400

    def test_message_with_a_file_sent_twice_is_kept_once(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        draft = {"id": str(uuid4()), "body": "Voici", "attachments": [str(file)]}

        first = api(camille).post(messages_of(conversation), draft)
        again = api(camille).post(messages_of(conversation), draft)
        other = api(camille).post(messages_of(conversation), {**draft, "attachments": []})

        assert (first.status_code, again.status_code, other.status_code) == (201, 200, 409)
        assert first.json() == again.json()
        assert MessageAttachment.objects.count() == 1

    def test_file_of_a_message_is_refused_in_another(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        write(api, camille, conversation, file)

        again = write(api, camille, conversation, file)

        assert again.status_code == 400
        assert again.json()["errors"][0]["code"] == "unknown_attachment"
        assert Message.objects.count() == 1

    def test_file_of_another_person_is_refused(
        self, api: Call, camille: User, bruno: User, odile: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        assert write(api, bruno, conversation, file).status_code == 400
        assert write(api, odile, conversation, file).status_code == 400
        assert write(api, camille, conversation, uuid4()).status_code == 400
        assert not Message.objects.exists()

    def test_same_file_twice_in_a_message_is_refused(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        assert write(api, camille, conversation, file, file).status_code == 400

    def test_message_with_more_than_20_files_is_refused(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        refused = write(api, camille, conversation, *(uuid4() for _ in range(21)))

        assert refused.status_code == 400
        assert refused.json()["errors"][0]["attr"] == "attachments"

    def test_first_message_of_a_conversation_has_its_files(
        self, api: Call, camille: User, villa: Chantier, odile: User
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        asked = {
            "subject": "Fissure", "chantier": str(villa.pk),
            "message": {"body": "", "attachments": [str(file)]},
        }  # fmt: skip

        opened = api(camille).post("/api/v1/conversations", asked)

        assert opened.status_code == 201
        assert opened.json()["last_message"]["attachments"][0]["id"] == str(file)

    def test_text_alone_costs_no_query_of_files(
        self, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        with CaptureQueriesContext(connection) as queries:
            send_message(
                author=camille, conversation_id=conversation.pk, draft=Draft(body="Bonjour")
            )

        assert not [query for query in queries if "messageattachment" in query["sql"]]
        assert not [query for query in queries if "attachments_attachment" in query["sql"]]

    def test_page_of_history_with_files_costs_no_more_queries_than_without(
        self, api: Call, camille: User, conversation: Conversation, say: Say
    ) -> None:
        caller = api(camille)
        say(camille, "Bonjour")
        with CaptureQueriesContext(connection) as without:
            caller.get(messages_of(conversation))
        for _ in range(3):
            files = [send(caller, "photo.jpg", samples.photo()) for _ in range(2)]
            write(api, camille, conversation, *files)
        with CaptureQueriesContext(connection) as with_files:
            caller.get(messages_of(conversation))

        assert len(with_files) == len(without)


class TestState:
    def test_new_state_of_a_file_is_in_the_changes_of_both_sides(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        sent = write(api, camille, conversation, file).json()

        analysed(file)

        changes = api(odile).get(
            f"/api/v1/conversations/{conversation.pk}/changes?since={sent['version']}"
        ).json()  # fmt: skip
        [message] = changes["messages"]
        assert message["version"] == changes["version"] > sent["version"]
        [shown] = message["attachments"]
        assert (shown["status"], shown["has_preview"]) == ("ready", True)
        assert shown["placeholder"].startswith("data:image/webp;base64,")
        assert (shown["width"], shown["height"]) == (640, 480)

    def test_new_state_of_a_file_is_published_with_its_message(
        self, api: Call, camille: User, conversation: Conversation, events: list[Event]
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        write(api, camille, conversation, file)
        events.clear()

        analysed(file)

        [event] = events
        assert event.name == "attachment.updated"
        assert event.data["version"] == event.data["message"]["version"]
        assert event.data["attachment"] == event.data["message"]["attachments"][0]
        assert event.data["attachment"]["status"] == "ready"

    def test_state_of_an_unsent_file_is_published_to_its_sender(
        self, api: Call, camille: User, events: list[Event]
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        analysed(file)

        assert [(e.data["conversation"], e.data["attachment"]["status"]) for e in events] == [
            (None, "scanning"), (None, "ready"),
        ]  # fmt: skip

    def test_file_completed_after_its_message_is_shown(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        caller = api(camille)
        announced = caller.post("/api/v1/attachments", announcement("a.txt", b"a")).json()
        sent = write(api, camille, conversation, UUID(announced["id"])).json()
        upload = announced["upload"]
        put(upload["url"], b"a", upload["headers"])
        caller.post(f"/api/v1/attachments/{announced['id']}/complete")

        shown = caller.get(f"{messages_of(conversation)}/{sent['id']}").json()
        assert shown["version"] > sent["version"]
        assert shown["attachments"][0]["status"] == "scanning"

    def test_state_of_a_file_of_a_deleted_message_is_not_published(
        self, api: Call, camille: User, conversation: Conversation, events: list[Event]
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        sent = write(api, camille, conversation, file).json()
        api(camille).delete(f"{messages_of(conversation)}/{sent['id']}")
        events.clear()

        assert analysed(file).status == "ready"
        assert events == []
        shown = api(camille).get(f"{messages_of(conversation)}/{sent['id']}").json()
        assert shown["attachments"] == []
        assert api(camille).get(f"/api/v1/attachments/{file}").status_code == 404


class TestAccess:
    @pytest.fixture
    def file(self, api: Call, camille: User, conversation: Conversation) -> UUID:
        file = send(api(camille), "photo.jpg", samples.photo())
        write(api, camille, conversation, file)
        analysed(file)
        return file

    @pytest.mark.parametrize("path", ["", "/content", "/preview/320", "/preview/1280"])
    def test_file_is_seen_by_those_who_see_its_conversation(
        self, path: str, file: UUID, api: Call, camille: User, bruno: User, odile: User,
        marc: User, yanis: User,
    ) -> None:  # fmt: skip
        url = f"/api/v1/attachments/{file}{path}"

        seen = [api(person).get(url).status_code for person in (camille, bruno, odile, marc)]

        assert seen == [302 if path else 200] * 4
        assert api(yanis).get(url).status_code == 404

    def test_file_of_a_message_cannot_be_withdrawn(
        self, file: UUID, api: Call, camille: User, odile: User
    ) -> None:
        for person in (camille, odile):
            answer = api(person).delete(f"/api/v1/attachments/{file}")
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
                409, "attachment_sent",
            )  # fmt: skip

    def test_file_of_a_message_that_is_still_uploading_is_withdrawn_by_its_sender(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        announced = api(camille).post("/api/v1/attachments", announcement("a.txt", b"a")).json()
        sent = write(api, camille, conversation, UUID(announced["id"])).json()
        url = f"/api/v1/attachments/{announced['id']}"

        assert api(odile).delete(url).status_code == 409
        assert api(camille).delete(url).status_code == 204
        assert api(camille).delete(url).status_code == 409

        shown = api(odile).get(f"{messages_of(conversation)}/{sent['id']}").json()
        assert shown["version"] > sent["version"]
        [file] = shown["attachments"]
        assert (file["status"], file["reason_code"]) == ("unreadable", "cancelled")
        assert api(camille).post(f"{url}/complete").json()["status"] == "unreadable"

    def test_libraries_show_the_files_that_a_person_may_see(
        self, file: UUID, api: Call, camille: User, odile: User, yanis: User,
        conversation: Conversation, villa: Chantier,
    ) -> None:  # fmt: skip
        libraries = [
            f"/api/v1/conversations/{conversation.pk}/attachments",
            f"/api/v1/chantiers/{villa.pk}/attachments",
        ]
        for library in libraries:
            for person in (camille, odile):
                [item] = api(person).get(library).json()["results"]
                assert item["attachment"]["id"] == str(file)
                assert (item["seq"], item["author"]["name"]) == (1, "Camille Morel")
            assert api(yanis).get(library).status_code == 404

    def test_library_is_paged(
        self, file: UUID, api: Call, camille: User, conversation: Conversation
    ) -> None:
        newer = send(api(camille), "a.txt", b"a")
        write(api, camille, conversation, newer)
        library = f"/api/v1/conversations/{conversation.pk}/attachments?limit=1"

        first = api(camille).get(library).json()
        second = api(camille).get(first["next"]).json()

        assert [p["results"][0]["attachment"]["id"] for p in (first, second)] == [
            str(newer), str(file),
        ]  # fmt: skip
        assert second["next"] is None

    def test_conversation_is_found_by_the_name_of_a_file(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "Réserve cuisine.txt", b"a")
        write(api, camille, conversation, file)

        found = api(camille).get("/api/v1/conversations?q=reserve").json()["results"]

        assert [item["id"] for item in found] == [str(conversation.pk)]
        assert api(camille).get("/api/v1/conversations?q=salon").json()["results"] == []


def test_file_of_a_message_that_never_arrives_is_unreadable_after_a_day(
    api: Call, camille: User, conversation: Conversation
) -> None:
    announced = api(camille).post("/api/v1/attachments", announcement("a.txt", b"a")).json()
    sent = write(api, camille, conversation, UUID(announced["id"])).json()
    file = Attachment.objects.get(pk=announced["id"])
    file.created_at -= timedelta(hours=25)
    file.save()

    attachments.clean()

    shown = api(camille).get(f"{messages_of(conversation)}/{sent['id']}").json()
    assert shown["version"] > sent["version"]
    assert shown["attachments"][0]["status"] == "unreadable"
    assert shown["attachments"][0]["reason_code"] == "never_received"

"""Files in messages: sent with a text that does not wait, shown to both sides, to nobody else."""

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
    """What is told to the screens, in order."""
    told: list[Event] = []
    monkeypatch.setattr(attachment_change, "publish", lambda *events, to: told.extend(events))
    return told


class TestSend:
    def test_the_text_does_not_wait_for_its_files(
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

    def test_files_alone_are_a_message(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        assert write(api, camille, conversation, file, body="").status_code == 201
        assert write(api, camille, conversation, body="").status_code == 400

    def test_sent_twice_by_a_nervous_phone_is_kept_once(
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

    def test_a_file_is_in_one_message_only(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        write(api, camille, conversation, file)

        again = write(api, camille, conversation, file)

        assert again.status_code == 400
        assert again.json()["errors"][0]["code"] == "unknown_attachment"
        assert Message.objects.count() == 1

    def test_nobody_sends_another_persons_file(
        self, api: Call, camille: User, bruno: User, odile: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        assert write(api, bruno, conversation, file).status_code == 400
        assert write(api, odile, conversation, file).status_code == 400
        assert write(api, camille, conversation, uuid4()).status_code == 400
        assert not Message.objects.exists()

    def test_the_same_file_twice_is_refused(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())

        assert write(api, camille, conversation, file, file).status_code == 400

    def test_so_many_files_and_no_more(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        assert write(api, camille, conversation, *(uuid4() for _ in range(21))).status_code == 400

    def test_opens_a_conversation_with_its_files(
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

    def test_a_text_alone_costs_no_query_more(
        self, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        with CaptureQueriesContext(connection) as queries:
            send_message(
                author=camille, conversation_id=conversation.pk, draft=Draft(body="Bonjour")
            )

        assert not [query for query in queries if "messageattachment" in query["sql"]]
        assert not [query for query in queries if "attachments_attachment" in query["sql"]]

    def test_a_page_of_history_costs_no_query_more(
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
    def test_both_sides_see_it_change(
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

    def test_is_published_with_its_message(
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

    def test_is_told_to_its_sender_before_it_is_sent(
        self, api: Call, camille: User, events: list[Event]
    ) -> None:
        file = send(api(camille), "photo.jpg", samples.photo())
        analysed(file)

        assert [(e.data["conversation"], e.data["attachment"]["status"]) for e in events] == [
            (None, "scanning"), (None, "ready"),
        ]  # fmt: skip

    def test_completed_after_the_message_is_shown_too(
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

    def test_of_a_deleted_message_is_told_to_nobody(
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
    def test_goes_through_the_conversation(
        self, path: str, file: UUID, api: Call, camille: User, bruno: User, odile: User,
        marc: User, yanis: User,
    ) -> None:  # fmt: skip
        url = f"/api/v1/attachments/{file}{path}"

        seen = [api(person).get(url).status_code for person in (camille, bruno, odile, marc)]

        assert seen == [302 if path else 200] * 4
        assert api(yanis).get(url).status_code == 404

    def test_sent_is_not_withdrawn(self, file: UUID, api: Call, camille: User, odile: User) -> None:
        for person in (camille, odile):
            answer = api(person).delete(f"/api/v1/attachments/{file}")
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
                409, "attachment_sent",
            )  # fmt: skip

    def test_still_being_sent_is_taken_back_by_its_sender(
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

    def test_galleries_show_what_one_may_see(
        self, file: UUID, api: Call, camille: User, odile: User, yanis: User,
        conversation: Conversation, villa: Chantier,
    ) -> None:  # fmt: skip
        galleries = [
            f"/api/v1/conversations/{conversation.pk}/attachments",
            f"/api/v1/chantiers/{villa.pk}/attachments",
        ]
        for gallery in galleries:
            for person in (camille, odile):
                [item] = api(person).get(gallery).json()["results"]
                assert item["attachment"]["id"] == str(file)
                assert (item["seq"], item["author"]["name"]) == (1, "Camille Morel")
            assert api(yanis).get(gallery).status_code == 404

    def test_galleries_are_paged(
        self, file: UUID, api: Call, camille: User, conversation: Conversation
    ) -> None:
        newer = send(api(camille), "a.txt", b"a")
        write(api, camille, conversation, newer)
        gallery = f"/api/v1/conversations/{conversation.pk}/attachments?limit=1"

        first = api(camille).get(gallery).json()
        second = api(camille).get(first["next"]).json()

        assert [p["results"][0]["attachment"]["id"] for p in (first, second)] == [
            str(newer), str(file),
        ]  # fmt: skip
        assert second["next"] is None

    def test_is_found_by_its_name(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        file = send(api(camille), "Réserve cuisine.txt", b"a")
        write(api, camille, conversation, file)

        found = api(camille).get("/api/v1/conversations?q=reserve").json()["results"]

        assert [item["id"] for item in found] == [str(conversation.pk)]
        assert api(camille).get("/api/v1/conversations?q=salon").json()["results"] == []


def test_an_unfinished_file_in_a_message_is_given_up_after_a_day(
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

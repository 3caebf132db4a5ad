"""Merge two conversations and split messages off: no text, file, mark or question is lost."""

from typing import Any
from uuid import uuid4

import pytest

from attachments.models import Attachment
from core.models import Chantier, Client, User
from messaging.actions import moving
from messaging.actions.messages import edit_message, send_message
from messaging.actions.notes import write_note
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message, MessageAttachment, Participant
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS, of
from tests.messaging.conftest import FanOut
from tests.messaging.desk import lines

pytestmark = pytest.mark.django_db


def texts(api: Call, reader: User, conversation: Conversation) -> list[str]:
    found = api(reader).get(of(conversation, "messages")).json()["results"]
    return [one["body"] for one in found]


def merge(api: Call, editor: User, source: Conversation, target: Conversation) -> Any:
    return api(editor).post(of(source, "merge"), {"into": str(target.pk)})


def write(author: User, conversation: Conversation, body: str, **more: Any) -> Message:
    draft = Draft(body=body, **more)
    return send_message(author=author, conversation_id=conversation.pk, draft=draft).message


class TestMerging:
    def test_messages_stand_in_the_other_conversation_with_authors_and_times(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation, say: Say,
    ) -> None:  # fmt: skip
        say(camille, "Déjà là")
        first = write(camille, other_conversation, "La facture ?")
        write(odile, other_conversation, "La voici", reply_to=first.pk)

        answer = merge(api, odile, other_conversation, conversation)

        assert answer.json()["id"] == str(conversation.pk)
        page = api(camille).get(of(conversation, "messages")).json()["results"]
        assert [one["body"] for one in page] == ["Déjà là", "La facture ?", "La voici"]
        assert [one["seq"] for one in page] == [1, 2, 3]
        assert page[1]["created_at"] == first.created_at.isoformat().replace("+00:00", "Z")
        assert page[1]["author"]["name"] == "Camille Morel"
        assert page[2]["reply_to"] == page[1]["id"]

    def test_tombstones_say_where_the_messages_went(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation,
    ) -> None:  # fmt: skip
        first = write(camille, other_conversation, "La facture ?")
        merge(api, odile, other_conversation, conversation)

        [left] = api(camille).get(of(other_conversation, "messages")).json()["results"]
        [moved] = api(camille).get(of(conversation, "messages")).json()["results"]
        assert (left["id"], left["body"], bool(left["deleted_at"])) == (str(first.pk), "", True)
        assert left["moved_to"] == {"conversation": str(conversation.pk), "message": moved["id"]}
        shown = api(camille).get(of(other_conversation)).json()
        assert (shown["status"], shown["awaiting_reply_since"]) == ("closed", None)

    def test_both_threads_have_a_line_that_the_client_reads(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation,
    ) -> None:  # fmt: skip
        write(camille, other_conversation, "La facture ?")
        merge(api, odile, other_conversation, conversation)

        there = api(camille).get(of(conversation, "messages")).json()["lines"][-1]
        here = api(camille).get(of(other_conversation, "messages")).json()["lines"][-1]
        assert (there["kind"], there["details"]["from"]["name"]) == ("merged", "Facture de mars")
        assert (here["kind"], here["details"]["into"]["name"]) == ("merged", "Carrelage du séjour")
        assert (here["by"]["name"], here["details"]["count"]) == ("Odile Perrin", 1)

    def test_question_waits_in_the_other_conversation_since_it_was_asked(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation, say: Say,
    ) -> None:  # fmt: skip
        asked = write(camille, other_conversation, "La facture ?")
        merge(api, odile, other_conversation, conversation)

        conversation.refresh_from_db()
        assert conversation.awaiting_reply_since == asked.created_at
        assert conversation.answer_due_at

    def test_files_and_earlier_texts_go_along(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation,
    ) -> None:  # fmt: skip
        file = Attachment.objects.create(
            uploader=camille, name="facture.pdf", size=9, sha256=bytes(32), format="pdf",
            content_type="application/pdf", kind="pdf",
        )  # fmt: skip
        message = write(camille, other_conversation, "La factur", attachment_ids=(file.pk,))
        edit_message(editor=camille, message=message, body="La facture")

        merge(api, odile, other_conversation, conversation)

        [moved] = api(camille).get(of(conversation, "messages")).json()["results"]
        assert [one["name"] for one in moved["attachments"]] == ["facture.pdf"]
        earlier = api(odile).get(of(conversation, f"messages/{moved['id']}/revisions")).json()
        assert [one["body"] for one in earlier] == ["La factur"]
        assert api(camille).get(f"/api/v1/attachments/{file.pk}").status_code == 200
        assert MessageAttachment.objects.get().conversation_id == conversation.pk

    def test_notes_go_along(
        self, api: Call, odile: User, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        write_note(author=odile, conversation=other_conversation, body="Payée", note_id=uuid4())
        merge(api, odile, other_conversation, conversation)

        found = api(odile).get(of(conversation, "notes")).json()
        assert [one["body"] for one in found] == ["Payée"]

    def test_what_was_read_stays_read_and_what_was_not_is_unread(
        self, api: Call, camille: User, bruno: User, odile: User, conversation: Conversation,
        other_conversation: Conversation, fan_out: FanOut,
    ) -> None:  # fmt: skip
        write(odile, other_conversation, "La facture")
        fan_out()
        read_up_to(reader=camille, conversation=other_conversation, seq=1)

        merge(api, odile, other_conversation, conversation)
        fan_out()

        counts = {
            person.name: api(person).get(of(conversation)).json()["unread_count"]
            for person in (camille, bruno, odile)
        }
        assert counts == {"Camille Morel": 0, "Bruno Morel": 1, "Odile Perrin": 0}
        assert api(bruno).get("/api/v1/unread").json()["total"] == 1

    def test_message_that_a_phone_sends_late_opens_the_merged_one_again(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation,
    ) -> None:  # fmt: skip
        draft = {"id": str(uuid4()), "body": "La facture ?"}
        api(camille).post(of(other_conversation, "messages"), draft)
        merge(api, odile, other_conversation, conversation)

        again = api(camille).post(of(other_conversation, "messages"), draft)
        late = api(camille).post(of(other_conversation, "messages"), {"body": "Alors ?"})

        assert (again.status_code, late.status_code) == (200, 201)
        assert api(odile).get(of(other_conversation)).json()["status"] == "open"
        assert texts(api, odile, other_conversation) == ["", "Alors ?"]

    def test_caller_that_catches_up_has_both_as_they_are(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation, say: Say,
    ) -> None:  # fmt: skip
        say(camille, "Déjà là")
        write(camille, other_conversation, "La facture ?")
        before = {
            one.pk: api(camille).get(of(one)).json()["version"]
            for one in (conversation, other_conversation)
        }
        merge(api, odile, other_conversation, conversation)

        for one, seqs in ((conversation, [2]), (other_conversation, [1])):
            caught = api(camille).get(of(one, f"changes?since={before[one.pk]}")).json()
            assert [message["seq"] for message in caught["messages"]] == seqs
            assert [line["kind"] for line in caught["lines"]] == ["merged"]
            assert caught["version"] == api(camille).get(of(one)).json()["version"]

    def test_conversation_of_another_client_or_a_closed_one_takes_nothing(
        self, api: Call, odile: User, marc: User, conversation: Conversation,
        other_conversation: Conversation, of_yanis: Conversation,
    ) -> None:  # fmt: skip
        api(odile).patch(of(other_conversation), {"status": "closed"})

        for target in (of_yanis, other_conversation, conversation):
            answer = merge(api, odile, conversation, target)
            assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (409, "into")
        unknown = api(odile).post(of(conversation, "merge"), {"into": str(uuid4())})
        assert (unknown.status_code, unknown.json()["errors"][0]["attr"]) == (400, "into")

    def test_merging_that_is_cut_moves_nothing(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        write(camille, other_conversation, "La facture ?")

        def cut(*_: Any, **__: Any) -> None:
            raise ConnectionError

        monkeypatch.setattr(moving, "_move_notes", cut)
        with pytest.raises(ConnectionError):
            moving.merge(editor=odile, source=other_conversation, target=conversation)

        assert texts(api, odile, conversation) == []
        assert texts(api, odile, other_conversation) == ["La facture ?"]


class TestSplitting:
    @pytest.fixture
    def garage(self, morel: Client) -> Chantier:
        return Chantier.objects.create(client=morel, name="Garage")

    def test_messages_open_a_conversation_of_their_own(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        garage: Chantier,
    ) -> None:  # fmt: skip
        say(camille, "Pour le carrelage")
        asked = say(camille, "Et la porte du garage ?")
        draft = {
            "messages": [str(asked.pk)], "subject": "Porte du garage", "chantier": str(garage.pk),
        }  # fmt: skip

        answer = api(odile).post(of(conversation, "split"), draft)

        assert answer.status_code == 201
        shown = answer.json()
        assert (shown["subject"], shown["chantier"]["name"]) == ("Porte du garage", "Garage")
        assert shown["assigned_to"]["name"] == "Odile Perrin"
        assert shown["awaiting_reply_since"] == asked.created_at.isoformat().replace("+00:00", "Z")
        new = Conversation.objects.get(pk=shown["id"])
        assert texts(api, camille, new) == ["Et la porte du garage ?"]
        assert texts(api, camille, conversation) == ["Pour le carrelage", ""]
        assert [line.kind for line in lines(new)] == ["opened", "assigned", "split"]
        assert lines(conversation)[-1].details["into"]["id"] == shown["id"]

    def test_request_sent_twice_splits_once(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        asked = say(camille, "Et la porte ?")
        draft = {"id": str(uuid4()), "messages": [str(asked.pk)], "subject": "Porte"}

        answers = [api(odile).post(of(conversation, "split"), draft) for _ in range(2)]
        other = api(odile).post(of(conversation, "split"), {**draft, "subject": "Portail"})

        assert [one.status_code for one in answers] == [201, 200]
        assert answers[0].json()["id"] == answers[1].json()["id"]
        assert (other.status_code, Conversation.objects.count()) == (409, 2)

    def test_reader_of_the_message_has_nothing_to_read_in_the_new_one(
        self, api: Call, camille: User, bruno: User, odile: User, conversation: Conversation,
        say: Say, fan_out: FanOut,
    ) -> None:  # fmt: skip
        asked = say(camille, "Et la porte ?")
        fan_out()
        read_up_to(reader=odile, conversation=conversation, seq=1)
        draft = {"messages": [str(asked.pk)], "subject": "Porte"}
        new = Conversation.objects.get(
            pk=api(odile).post(of(conversation, "split"), draft).json()["id"]
        )
        fan_out()

        unread = dict(
            Participant.objects.filter(conversation=new).values_list("user__name", "unread_count")
        )
        assert unread == {"Camille Morel": 0, "Bruno Morel": 1, "Odile Perrin": 0}

    def test_message_of_elsewhere_or_a_deleted_one_is_refused(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation, say: Say,
    ) -> None:  # fmt: skip
        elsewhere = write(camille, other_conversation, "La facture ?")
        gone = say(camille, "Oups")
        api(camille).delete(of(conversation, f"messages/{gone.pk}"))

        for message in (elsewhere, gone):
            draft = {"messages": [str(message.pk)], "subject": "Porte"}
            answer = api(odile).post(of(conversation, "split"), draft)
            assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "messages")
        assert Conversation.objects.count() == 2

    def test_new_conversation_is_in_the_lists_of_both_sides(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        asked = say(camille, "Et la porte ?")
        api(odile).post(
            of(conversation, "split"), {"messages": [str(asked.pk)], "subject": "Porte"}
        )

        for person in (camille, odile):
            listed = api(person).get(CONVERSATIONS).json()["results"]
            assert [one["subject"] for one in listed] == ["Porte", "Carrelage du séjour"]

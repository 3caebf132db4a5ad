"""What other software is told of a conversation, and what it is not told of."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from attachments.models import Attachment
from core.models import OutgoingEvent, User
from core.outgoing import feed
from messaging.actions import conversations, escalation, messages, moving
from messaging.actions.notes import write_note
from messaging.actions.snooze import snooze
from messaging.conversation.attachment_change import attachment_change
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Escalation
from tests.cast import Say

pytestmark = pytest.mark.django_db


def told(*kinds: str) -> list[dict[str, Any]]:
    """Return the events of conversations, in order; of these kinds alone, if some are given."""
    feed.give_positions()
    events = [feed.shown(event) for event in feed.events_after(0)]
    shown = [event for event in events if not event["type"].endswith(".changed")]
    return [event for event in shown if event["type"] in kinds] if kinds else shown


def types(since: int = 0) -> list[str]:
    return [event["type"] for event in told()[since:]]


class TestMessages:
    def test_message_is_told_with_text_author_and_place(
        self, camille: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Le carreau est fendu")

        [event] = told("message.created")

        data = event["data"]
        assert data["message"]["id"] == str(message.pk)
        assert (data["message"]["seq"], data["message"]["version"]) == (1, message.version)
        assert data["message"]["body"] == "Le carreau est fendu"
        assert data["message"]["author"] == {
            "id": str(camille.pk),
            "external_id": "crm-camille@demo.test",
            "name": "Camille Morel",
            "role": "client",
        }
        assert data["conversation"]["id"] == str(conversation.pk)
        assert data["client"]["name"] == "Famille Morel"
        assert data["chantier"]["name"] == "Villa Lumière"

    def test_message_that_is_sent_again_is_told_once(
        self, camille: User, conversation: Conversation
    ) -> None:
        draft = Draft(body="Bonjour")
        for _ in range(2):
            messages.send_message(author=camille, conversation_id=conversation.pk, draft=draft)

        assert len(told("message.created")) == 1

    def test_change_and_deletion_are_told_in_order_without_the_deleted_text(
        self, camille: User, say: Say
    ) -> None:
        message = say(camille, "Bonjour")
        messages.edit_message(editor=camille, message=message, body="Bonsoir")
        messages.delete_message(remover=camille, message=message)

        created, edited, deleted = (event["data"]["message"] for event in told()[1:])

        assert [created["body"], edited["body"], deleted["body"]] == ["Bonjour", "Bonsoir", ""]
        assert edited["edited_at"] is not None
        assert deleted["deleted_at"] is not None
        assert types(1) == ["message.created", "message.edited", "message.deleted"]


class TestConversations:
    def test_opening_is_told_before_its_first_message(self, camille: User, odile: User) -> None:
        opening = Opening(
            subject="Portail", client=camille.own_client_id, message=Draft(body="Bonjour")
        )
        conversations.open_conversation(opener=camille, opening=opening)

        assert types() == ["conversation.created", "message.created"]
        created = told()[0]["data"]
        assert created["conversation"]["subject"] == "Portail"
        assert created["conversation"]["assigned_to"]["name"] == "Odile Perrin"
        assert created["by"]["name"] == "Camille Morel"

    def test_closing_and_a_message_that_opens_again_are_told(
        self, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        conversations.change_conversation(
            editor=odile, conversation=conversation, changes={"status": "closed"}
        )
        say(camille, "Encore une chose")

        assert types(1) == ["conversation.closed", "message.created", "conversation.reopened"]
        assert told("conversation.closed")[0]["data"]["conversation"]["status"] == "closed"

    def test_another_owner_is_told(
        self, odile: User, marc: User, conversation: Conversation
    ) -> None:
        conversations.change_conversation(
            editor=odile, conversation=conversation, changes={"assigned_to_id": marc.pk}
        )

        [event] = told("conversation.assigned")

        assert event["data"]["conversation"]["assigned_to"]["name"] == "Marc Vidal"
        assert event["data"]["by"]["name"] == "Odile Perrin"

    def test_archived_conversation_is_told_as_closed(
        self, odile: User, conversation: Conversation
    ) -> None:
        conversations.archive_conversation(archiver=odile, conversation=conversation)

        [event] = told("conversation.closed")

        assert event["data"]["conversation"]["archived_at"] is not None

    def test_question_that_waits_too_long_is_told_with_its_new_owner(
        self, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Quand passez-vous ?")
        now = timezone.now()
        Conversation.objects.update(answer_due_at=now - timedelta(minutes=1))
        Escalation.objects.update(due_at=now - timedelta(minutes=1))
        escalation.escalate(conversation.pk)

        [waiting] = told("conversation.waiting")

        assert waiting["data"]["waiting_since"] is not None
        assert waiting["data"]["conversation"]["assigned_to"] is not None

    def test_split_tells_of_the_conversation_then_of_its_messages(
        self, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        kept, moved = say(camille, "Carrelage"), say(camille, "Portail")
        before = len(told())
        into = moving.split(
            editor=odile,
            source=conversation,
            message_ids=[moved.pk],
            subject="Portail",
            chantier=None,
            new_conversation_id=uuid4(),
        ).conversation

        events = told()[before:]

        assert [event["type"] for event in events][:3] == [
            "conversation.created",
            "message.deleted",
            "message.created",
        ]
        deleted, created = events[1]["data"], events[2]["data"]
        assert deleted["message"]["body"] == ""
        assert deleted["conversation"]["id"] == str(conversation.pk)
        assert deleted["moved_to"]["conversation"] == str(into.pk)
        assert created["message"]["body"] == "Portail"
        assert created["conversation"]["id"] == str(into.pk)
        assert created["moved_from"] == {
            "conversation": str(conversation.pk),
            "message": str(moved.pk),
        }
        assert kept.pk != moved.pk


class TestFiles:
    @pytest.mark.parametrize(
        ("status", "verdict", "kind"),
        [("ready", "clean", "attachment.ready"), ("blocked", "infected", "attachment.refused")],
    )
    def test_file_of_a_message_is_told_when_it_is_settled(
        self, camille: User, conversation: Conversation, status: str, verdict: str, kind: str
    ) -> None:
        file = file_of(camille)
        draft = Draft(body="", attachment_ids=(file.pk,))
        messages.send_message(author=camille, conversation_id=conversation.pk, draft=draft)
        assert told("message.created")[0]["data"]["message"]["attachments"] == [
            {
                "id": str(file.pk),
                "name": "plan.pdf",
                "size": 9,
                "content_type": "application/pdf",
                "status": "scanning",
                "reason_code": "",
            }
        ]
        settle(file, status, verdict)

        [event] = told("attachment.ready", "attachment.refused")

        assert event["type"] == kind
        assert event["data"]["attachment"]["status"] == status
        assert event["data"]["message"]["seq"] == 1

    def test_file_of_a_note_or_of_no_message_is_told_to_nobody(
        self, odile: User, camille: User, conversation: Conversation
    ) -> None:
        in_note, loose = file_of(odile), file_of(camille)
        write_note(
            author=odile, conversation=conversation, body="Devis du confrère", note_id=uuid4(),
            attachment_ids=(in_note.pk,),
        )  # fmt: skip
        settle(in_note, "ready", "clean")
        settle(loose, "ready", "clean")

        assert types() == ["conversation.created"]


def test_what_is_the_companys_alone_is_not_told(
    odile: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Bonjour")
    write_note(author=odile, conversation=conversation, body="Client pénible", note_id=uuid4())
    snooze(editor=odile, conversation=conversation, until=timezone.now() + timedelta(hours=1))

    text = json.dumps(list(OutgoingEvent.objects.values_list("payload", flat=True)))

    assert types() == ["conversation.created", "message.created"]
    assert "pénible" not in text
    assert "snooz" not in text


def file_of(uploader: User) -> Attachment:
    return Attachment.objects.create(
        uploader=uploader, name="plan.pdf", size=9, sha256=bytes(32),
        content_type="application/pdf", kind=Attachment.Kind.PDF,
        status=Attachment.Status.SCANNING, uploaded_at=timezone.now(),
    )  # fmt: skip


def settle(file: Attachment, status: str, verdict: str) -> None:
    with attachment_change(file.pk) as change:
        Attachment.objects.filter(pk=file.pk).update(status=status, verdict=verdict)
        change.attachment = Attachment.objects.get(pk=file.pk)

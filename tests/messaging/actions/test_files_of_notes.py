"""Files of internal notes, which only the company sees."""

from typing import Any
from uuid import uuid4

import pytest

from attachments.models import Attachment
from core.models import User
from messaging.actions.attachments import clean, withdraw
from messaging.conversation.attachment_change import attachment_change
from messaging.models import Conversation, Note
from tests.cast import Call
from tests.messaging.addresses import of, of_note

pytestmark = pytest.mark.django_db

# Each event, and whom it is for.
Sent = list[tuple[Any, Any]]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Collect the events, each with whom it is for."""
    sent: list[Any] = []
    for module in ("messaging.actions.notes", "messaging.conversation.attachment_change"):
        monkeypatch.setattr(f"{module}.publish", lambda event, to: sent.append((event, to)))
    return sent


def file_of(uploader: User, name: str = "devis.pdf") -> Attachment:
    return Attachment.objects.create(
        uploader=uploader, name=name, size=9, sha256=bytes(32), content_type="application/pdf",
        kind=Attachment.Kind.PDF,
    )  # fmt: skip


def noted(
    api: Call, author: User, conversation: Conversation, *files: Attachment, **more: Any
) -> Any:
    draft = {"attachments": [str(file.pk) for file in files], **more}
    return api(author).post(of(conversation, "notes"), draft)


def test_colleagues_see_the_files_of_a_note_in_their_order(
    api: Call, odile: User, marc: User, conversation: Conversation
) -> None:
    files = [file_of(odile, "b.pdf"), file_of(odile, "a.pdf")]

    assert noted(api, odile, conversation, *files).status_code == 201

    [shown] = api(marc).get(of(conversation, "notes")).json()
    assert [(file["name"], file["position"]) for file in shown["attachments"]] == [
        ("b.pdf", 0),
        ("a.pdf", 1),
    ]
    address = f"/api/v1/attachments/{files[0].pk}"
    assert api(marc).get(address).json()["position"] == 0


def test_note_without_text_and_files_is_refused(
    api: Call, odile: User, conversation: Conversation
) -> None:
    answer = noted(api, odile, conversation)

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "body")


def test_client_reaches_the_file_of_a_note_by_no_address(
    api: Call, camille: User, odile: User, conversation: Conversation
) -> None:
    file = file_of(odile, "mauvais-payeur.pdf")
    note = noted(api, odile, conversation, file, body="Voir la pièce jointe").json()

    attachment = f"/api/v1/attachments/{file.pk}"
    for address in (
        attachment, f"{attachment}/content", f"{attachment}/links", f"{attachment}/preview/320",
        of(conversation, "notes"), of(conversation, f"notes/{note['id']}"),
    ):  # fmt: skip
        assert api(camille).get(address).status_code == 404, address
    for address in (
        of(conversation), of(conversation, "messages"), of(conversation, "changes?since=0"),
        of(conversation, "attachments"), f"/client/messages/{conversation.pk}",
        f"/client/messages/{conversation.pk}/files", f"/client/messages/{conversation.pk}/print",
        "/api/v1/search?q=payeur",
    ):  # fmt: skip
        caller = api(camille)
        caller.force_login(camille)
        answer = caller.get(address)
        content = b"".join(answer) if answer.streaming else answer.content
        assert b"mauvais-payeur" not in content, address
    assert api(camille).delete(attachment).status_code == 404


def test_client_cannot_send_the_file_of_a_note(
    api: Call, camille: User, odile: User, conversation: Conversation
) -> None:
    file = file_of(odile)
    noted(api, odile, conversation, file)

    for person in (camille, odile):
        draft = {"body": "Voici", "attachments": [str(file.pk)]}
        answer = api(person).post(of(conversation, "messages"), draft)
        assert answer.json()["errors"][0]["code"] == "unknown_attachment"


def test_colleagues_file_cannot_be_put_in_a_note(
    api: Call, odile: User, marc: User, conversation: Conversation
) -> None:
    answer = noted(api, odile, conversation, file_of(marc))

    assert answer.json()["errors"][0]["attr"] == "attachments.0"
    assert not Note.objects.exists()


def test_note_with_files_sent_twice_is_kept_once(
    api: Call, odile: User, conversation: Conversation
) -> None:
    file, draft = file_of(odile), {"id": str(uuid4()), "body": "Voir"}

    answers = [noted(api, odile, conversation, file, **draft) for _ in range(2)]
    other = noted(api, odile, conversation, **draft)

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert other.json()["errors"][0]["code"] == "draft_conflict"


def test_files_of_a_deleted_note_are_gone_for_everybody(
    api: Call, odile: User, marc: User, conversation: Conversation
) -> None:
    file = file_of(odile)
    noted(api, odile, conversation, file)
    api(odile).delete(of_note(Note.objects.get()))

    for person in (odile, marc):
        assert api(person).get(f"/api/v1/attachments/{file.pk}").status_code == 404


def test_file_of_a_note_is_not_cleaned_up(
    api: Call, odile: User, conversation: Conversation
) -> None:
    file = file_of(odile)
    noted(api, odile, conversation, file)

    clean()

    assert Attachment.objects.filter(pk=file.pk, discarded_at=None).exists()


def test_state_of_a_file_is_shown_to_the_company_alone(
    api: Call, odile: User, conversation: Conversation, published: Sent
) -> None:
    file = file_of(odile)
    noted(api, odile, conversation, file)
    published.clear()
    version = Conversation.objects.get().version

    with attachment_change(file.pk) as change:
        Attachment.objects.filter(pk=file.pk).update(name="Devis.pdf")
        change.attachment = Attachment.objects.get(pk=file.pk)

    [(event, audience)] = published
    assert (event.name, event.data["note"]["attachments"][0]["name"]) == (
        "note.updated",
        "Devis.pdf",
    )
    assert (audience.company, audience.user_ids) == (True, ())
    assert Conversation.objects.get().version == version


def test_file_that_never_arrives_is_taken_back_in_its_place(
    api: Call, odile: User, conversation: Conversation
) -> None:
    file = file_of(odile)
    noted(api, odile, conversation, file)

    withdraw(file)

    [shown] = api(odile).get(of(conversation, "notes")).json()
    assert [one["status"] for one in shown["attachments"]] == ["unreadable"]


def test_printed_notes_name_their_files(api: Call, odile: User, conversation: Conversation) -> None:
    noted(api, odile, conversation, file_of(odile, "relevé.pdf"))
    caller = api(odile)
    caller.force_login(odile)

    page = b"".join(caller.get(f"/staff/messages/{conversation.pk}/print?notes=1")).decode()

    assert "relevé.pdf" in page

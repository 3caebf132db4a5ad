"""A client's export holds nothing that the client may not see: all its bytes are searched.

Each secret is a word of its own, planted where the company keeps it. PDFs are searched as text.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

import pypdfium2
import pytest
from django.utils import timezone

from core import merging
from core.models import Chantier, ClientRemark, User
from messaging.actions import moving
from messaging.actions.chain import catch_up, close_day
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.actions.notes import edit_note, write_note
from messaging.actions.reads import read_up_to
from messaging.actions.snooze import snooze
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Export, Message, Note
from messaging.retention import holds
from notifications.models import Channel, Delivery, ForwardedEmail
from tests.cast import Say, in_another_conversation
from tests.messaging.chain.conftest import unchained
from tests.messaging.exporting.making import make, opened, ready_file

pytestmark = pytest.mark.django_db


@dataclass
class Planted:
    """Words and ids that stand in the database, and the conversation where they do."""

    conversation: Conversation
    secrets: list[str] = field(default_factory=list)

    def word(self, of: str) -> str:
        self.secrets.append(f"secret-{of}")
        return self.secrets[-1]

    def id(self, row: Note | Message | User) -> None:
        self.secrets += [str(row.pk), row.pk.hex]


@pytest.fixture
def planted(
    camille: User, odile: User, marc: User, yanis: User, conversation: Conversation,
    other_conversation: Conversation, say: Say,
) -> Planted:  # fmt: skip
    planted = Planted(conversation)
    hidden = colleague(planted.word("name"), planted.word("email"))
    gone = colleague(planted.word("gone-name"), planted.word("gone-email"))
    say(camille, "Le carrelage est fendu")
    edit_message(editor=camille, message=say(camille, planted.word("edited")), body="Pardon")
    delete_message(remover=odile, message=say(odile, planted.word("deleted")))
    with_file = send_message(
        author=odile, conversation_id=conversation.pk,
        draft=Draft(planted.word("with-file"), attachment_ids=(plan(planted, odile, "deleted"),)),
    ).message  # fmt: skip
    delete_message(remover=odile, message=with_file)
    moved = say(odile, planted.word("moved-and-deleted"))
    for author in (hidden, gone):
        note = note_of(planted, author, conversation)
        planted.id(note)
    for person in (odile, hidden, camille):
        read_up_to(reader=person, conversation=conversation, seq=3)
    company_only(planted, odile, hidden, marc, conversation, with_file)
    merging.merge(kept=hidden, gone=gone)
    taken = note_of(planted, hidden, other_conversation)
    planted.id(taken)
    moving.merge(editor=odile, source=other_conversation, target=conversation)
    split = moving.split(
        editor=odile, source=conversation, message_ids=[moved.pk], subject="Autre", chantier=None,
        new_conversation_id=uuid4(),
    ).conversation  # fmt: skip
    delete_message(remover=odile, message=Message.objects.get(conversation=split, seq=1))
    in_another_conversation(yanis, planted.word("of-another-client"))
    close_day(timezone.now() + timedelta(days=1))
    return planted


def colleague(name: str, email: str) -> User:
    return User.objects.create(email=f"{email}@demo.test", name=name, role=User.Role.STAFF)


def plan(planted: Planted, author: User, of: str) -> UUID:
    name = planted.word(f"file-{of}")
    return ready_file(author, f"{name}.pdf", planted.word(f"bytes-{of}").encode()).pk


def note_of(planted: Planted, author: User, conversation: Conversation) -> Note:
    number = str(Note.objects.count())
    note = write_note(
        author=author, conversation=conversation, body=planted.word(f"note-{number}"),
        note_id=uuid4(), attachment_ids=[plan(planted, author, f"note-{number}")],
    ).note  # fmt: skip
    return edit_note(editor=author, note=note, body=planted.word(f"later-note-{number}"))


def company_only(
    planted: Planted, odile: User, hidden: User, marc: User, conversation: Conversation,
    message: Message,
) -> None:  # fmt: skip
    """Assign, put off, hold, remark, forward, deliver."""
    change_conversation(
        editor=odile, conversation=conversation, changes={"assigned_to_id": marc.pk}
    )
    snooze(editor=hidden, conversation=conversation, until=timezone.now() + timedelta(days=2))
    holds.place(marc, conversation, planted.word("hold"))
    ClientRemark.objects.create(client=conversation.client, body=planted.word("remark"), by=odile)
    ForwardedEmail.objects.create(
        conversation=conversation, by=hidden, address=f"{planted.word('forwarded')}@expert.test",
        comment=planted.word("comment"), messages=[str(message.pk)], ended_at=timezone.now(),
        due_at=None,
    )  # fmt: skip
    Delivery.objects.create(
        message=message, recipient=hidden, channel=Channel.EMAIL, conversation=conversation,
        seq=message.seq, status="failed", last_error=planted.word("mail-error"), due_at=None,
    )  # fmt: skip


def texts_of(export: Export) -> Iterator[tuple[str, str]]:
    """Yield all that an export holds, as text: names, bytes, and what PDFs show."""
    with opened(export) as archive:
        yield "names", "\n".join(archive.namelist())
        for name in archive.namelist():
            content = archive.read(name)
            yield name, content.decode("utf-8", errors="ignore")
            if name.endswith(".pdf") and name.startswith(("lire", "conversations/")):
                yield f"{name} (text)", pdf_text(content)
            assert not zipfile.is_zipfile(io.BytesIO(content)), f"{name} is to be searched too"


def pdf_text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def found_in(export: Export, secrets: list[str]) -> list[tuple[str, str]]:
    texts = [(name, "".join(text.split())) for name, text in texts_of(export)]
    return [(name, secret) for name, text in texts for secret in secrets if secret in text]


@pytest.mark.parametrize("is_old", [False, True], ids=["chained", "older-than-its-chain"])
@pytest.mark.parametrize("kind", ["conversation", "chantier", "client", "person"])
def test_client_gets_nothing_that_is_the_companys(
    planted: Planted, camille: User, kind: str, is_old: bool
) -> None:
    conversation = planted.conversation
    if is_old:
        unchained(conversation)
        catch_up()
    subject = {
        "conversation": conversation.pk, "chantier": conversation.chantier_id,
        "client": conversation.client_id, "person": camille.pk,
    }[kind]  # fmt: skip
    assert subject is not None
    export = make(camille, kind, subject)

    assert found_in(export, planted.secrets) == []
    assert found_in(export, ["Pardon"]) != []


def test_search_finds_what_the_company_gets(planted: Planted, marc: User) -> None:
    """Else the test above could pass without searching anything."""
    export = make(marc, "client", planted.conversation.client_id, with_notes=True)

    names = {name for name, _secret in found_in(export, planted.secrets)}
    told = {secret for _name, secret in found_in(export, planted.secrets)}

    assert {"secret-later-note-0", "secret-deleted", "secret-edited", "secret-name"} <= told
    assert "lire.html" in names or any(name.endswith("lire-01.pdf (text)") for name in names)


def test_client_who_changed_clients_gets_no_name_of_the_former_one(
    camille: User, bruno: User, yanis: User, conversation: Conversation, say: Say
) -> None:
    say(bruno, "Bonjour, c’est Bruno")
    Conversation.objects.filter(pk=conversation.pk).update(subject="secret-subject")
    bruno.client = yanis.client
    bruno.save()
    Chantier.objects.filter(conversations=conversation).update(name="secret-site")

    export = make(User.objects.get(pk=bruno.pk), "person", bruno.pk)

    assert found_in(export, ["secret-subject", "secret-site", "CamilleMorel"]) == []


def test_export_of_a_person_has_nothing_of_what_is_being_purged(
    camille: User, marc: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "secret-purged")
    Conversation.objects.filter(pk=conversation.pk).update(purged_at=timezone.now())

    assert found_in(make(marc, "person", camille.pk), ["secret-purged"]) == []


def test_conversation_opened_by_the_company_is_told_with_its_opener(
    camille: User, odile: User
) -> None:
    opening = Opening(subject="Réception", client=camille.own_client_id)
    opened_ = open_conversation(opener=odile, opening=opening).conversation

    assert found_in(make(camille, "conversation", opened_.pk), ["OdilePerrin"]) != []

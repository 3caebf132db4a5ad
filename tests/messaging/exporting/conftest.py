"""A conversation in which all sorts of things happened, and the folder of its export."""

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from core.ids import new_id
from core.models import User
from messaging.actions.chain import close_day
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.actions.notes import write_note
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation
from tests.cast import Say
from tests.messaging.exporting.making import make, opened, ready_file


@pytest.fixture
def dispute(camille: User, odile: User, conversation: Conversation, say: Say) -> Conversation:
    """Seven messages, one edited, one deleted, two files, a note, reads; a daily root over them."""
    say(camille, "Bonjour, le carrelage « grès » n’est pas posé.\nMerci de me répondre 👍")
    say(odile, "La pose est prévue lundi.")
    edited = say(odile, "Le devis est de 1200 €.")
    edit_message(editor=odile, message=edited, body="Le devis est de 1 300 €.")
    delete_message(remover=odile, message=say(odile, "Un mot de trop"))
    plan = ready_file(camille, "plan é.pdf", b"%PDF-1.7 plan du rez-de-chaussee")
    photo = ready_file(camille, "fissure.jpg", b"\xff\xd8\xff photo", picture=True)
    draft = Draft(body="Voici le plan", attachment_ids=(plan.pk, photo.pk))
    send_message(author=camille, conversation_id=conversation.pk, draft=draft)
    write_note(author=odile, conversation=conversation, body="Client pressé", note_id=new_id())
    read_up_to(reader=odile, conversation=conversation, seq=5)
    read_up_to(reader=camille, conversation=conversation, seq=3)
    say(odile, "Bien reçu.")
    close_day(timezone.now() + timedelta(days=1))
    say(camille, "Merci")
    conversation.refresh_from_db()
    return conversation


@pytest.fixture
def folder(dispute: Conversation, marc: User, tmp_path: Path) -> Path:
    """The export of it for a manager, with internal notes, as a folder."""
    export = make(marc, "conversation", dispute.pk, with_notes=True)
    with opened(export) as archive:
        assert isinstance(archive, zipfile.ZipFile)
        archive.extractall(tmp_path)
    return tmp_path

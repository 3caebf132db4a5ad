"""A conversation in which everything happened that the chain tells of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from attachments.models import Attachment
from core.ids import new_id
from core.models import User
from messaging.actions.chain import close_day
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.actions.notes import write_note
from messaging.actions.reads import read_up_to
from messaging.conversation.attachment_change import attachment_change
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message
from tests.cast import Say

PHOTO = b"the photo of the joint"


@pytest.fixture
def lived(
    conversation: Conversation, camille: User, odile: User, marc: User, say: Say
) -> Conversation:
    """Five messages: the second was edited twice, the third deleted, the fourth has a photo."""
    say(camille, "Le carreau est fendu")
    answer = say(odile, "Nous passons mardi")
    for body in ("Nous passons jeudi", "Nous passons vendredi"):
        edit_message(editor=odile, message=answer, body=body)
    mistake = say(odile, "Pour un autre chantier")
    delete_message(remover=odile, message=mistake)
    photo = file_of(camille)
    draft = Draft(body="Voici", attachment_ids=(photo.pk,), reply_to=answer.pk)
    send_message(author=camille, conversation_id=conversation.pk, draft=draft)
    settle(photo)
    write_note(author=odile, conversation=conversation, body="Lot 3", note_id=new_id())
    read_up_to(reader=camille, conversation=conversation, seq=2)
    read_up_to(reader=odile, conversation=conversation, seq=4)
    say(camille, "Merci")
    conversation.refresh_from_db()
    return conversation


@pytest.fixture
def closed(lived: Conversation) -> Conversation:
    """The same, in the root of its day."""
    assert close_day(datetime.now(UTC) + timedelta(days=1)) == 1
    return lived


def unchained(conversation: Conversation) -> None:
    """Make a conversation as a version before the chain leaves it."""
    by_sql("DELETE FROM messaging_chainentry WHERE conversation_id = %(id)s", id=conversation.pk)
    rows = Conversation.objects.filter(pk=conversation.pk)
    rows.update(chain_length=0, chain_head=None, chained_seq=0)
    conversation.refresh_from_db()


def file_of(uploader: User) -> Attachment:
    """A photo whose bytes have arrived, and which nobody has checked yet."""
    return Attachment.objects.create(
        uploader=uploader,
        name="joint.jpg",
        size=len(PHOTO),
        sha256=sha256(PHOTO).digest(),
        content_type="image/jpeg",
        kind=Attachment.Kind.IMAGE,
        status=Attachment.Status.SCANNING,
        uploaded_at="2026-01-01T00:00:00Z",
    )


def settle(file: Attachment) -> None:
    """What a worker does once a file is checked."""
    with attachment_change(file.pk) as change:
        Attachment.objects.filter(pk=file.pk).update(status="ready", verdict="clean")
        change.attachment = Attachment.objects.get(pk=file.pk)


def message(conversation: Conversation, seq: int) -> Message:
    return Message.objects.get(conversation=conversation, seq=seq)


@contextmanager
def triggers_off() -> Iterator[None]:
    """What somebody with the database in their hands does."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


Tamper = Callable[[str], None]


def by_sql(statement: str, **values: Any) -> None:
    with triggers_off(), connection.cursor() as cursor:
        for each in statement.split(";"):
            cursor.execute(each, values)
            assert cursor.rowcount, "the statement changed nothing"


def verify(*arguments: str) -> tuple[int, str]:
    """Run `manage.py verify_chain`; return its exit code and what it printed."""
    out = StringIO()
    try:
        call_command("verify_chain", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()

"""Archived chantiers of the Morels, each with a conversation of everything there can be."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from pytest_django import Settings

from attachments.models import Attachment
from attachments.storage import objects, sealed, versions
from core.archiving import archived
from core.models import Chantier, Client, User
from messaging.actions.conversations import open_conversation
from messaging.actions.messages import delete_message, edit_message, send_message
from messaging.actions.notes import edit_note, write_note
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Message, PurgeOrder
from messaging.retention import orders, purge
from messaging.search import index
from notifications.models import (
    Channel,
    Delivery,
    DevicePush,
    ForwardedEmail,
    InboundEmail,
    Mute,
    PushSubscription,
    ReplyAddress,
    SentEmail,
)
from tests.attachments.buckets import own_bucket

LONG_AGO = timedelta(days=11 * 366)


@pytest.fixture
def bucket(settings: Settings) -> Iterator[str]:
    """A bucket of the test's own that keeps versions."""
    with own_bucket(settings, with_versions=True) as name:
        yield name


@dataclass(frozen=True)
class Site:
    """A chantier with its one conversation, and a word that stands in it alone."""

    chantier: Chantier
    conversation: Conversation
    word: str
    file_id: UUID
    note_file_id: UUID
    email_key: UUID

    @property
    def objects(self) -> list[str]:
        """Return the keys of all versions in the bucket that are of this chantier."""
        prefixes = [
            *(objects.file_key(each, "") for each in (self.file_id, self.note_file_id)),
            *(objects.quarantine_key(each) for each in (self.file_id, self.note_file_id)),
            f"{objects.SEALED}emails/{self.email_key}",
        ]
        return [found.key for each in prefixes for found in versions.versions(each)]


def put_file(uploader: User, name: str) -> UUID:
    """Return a file that was sent, checked, and written a second time."""
    file = Attachment.objects.create(
        uploader=uploader, name=name, size=1000, sha256=bytes(32), format="pdf",
        content_type="application/pdf", kind="pdf", status="ready", verdict="clean",
        uploaded_at=timezone.now(), has_preview=True,
    )  # fmt: skip
    keys = [
        objects.file_key(file.pk, objects.ORIGINAL), objects.file_key(file.pk, "320.webp"),
        objects.quarantine_key(file.pk), objects.file_key(file.pk, objects.ORIGINAL),
    ]  # fmt: skip
    for key in keys:
        objects.write(key, io.BytesIO(name.encode()), content_type="application/pdf")
    return file.pk


BuildSite = Callable[[str, str], Site]


@pytest.fixture
def site_with(
    bucket: str, morel: Client, camille: User, bruno: User, odile: User, marc: User
) -> BuildSite:
    """Give a function: `site_with("Villa", "carrelage")` is a chantier that speaks of it."""

    def build(name: str, word: str) -> Site:
        chantier = Chantier.objects.create(client=morel, name=name, responsible=odile)
        opening = Opening(subject=f"Sujet {word}", client=morel.pk, chantier=chantier.pk)
        conversation = open_conversation(opener=camille, opening=opening).conversation
        file_id, note_file_id = put_file(camille, f"{word}.pdf"), put_file(odile, f"n{word}.pdf")
        first = _send(conversation, camille, Draft(f"Le {word} est posé"))
        edit_message(editor=camille, message=first, body=f"Le {word} est bien posé")
        _send(conversation, odile, Draft(f"Merci pour {word}", reply_to=first.pk))
        _send(conversation, camille, Draft("", attachment_ids=(file_id,)))
        gone = _send(conversation, camille, Draft(f"Oublié {word}"))
        delete_message(remover=camille, message=gone)
        read_up_to(reader=odile, conversation=conversation, seq=2)
        note = write_note(
            author=odile, conversation=conversation, body=f"Note {word} @Marc Vidal",
            note_id=uuid4(), attachment_ids=[note_file_id],
        ).note  # fmt: skip
        edit_note(editor=odile, note=note, body=f"Note changée {word} @Marc Vidal")
        email_key = _tell(conversation, first, bruno, word)
        index.catch_up(30)
        return Site(chantier, conversation, word, file_id, note_file_id, email_key)

    return build


def _send(conversation: Conversation, author: User, draft: Draft) -> Message:
    return send_message(author=author, conversation_id=conversation.pk, draft=draft).message


def _tell(conversation: Conversation, message: Message, person: User, word: str) -> UUID:
    """Write down what was pushed, sent by email and answered about a message."""
    push, email, key = uuid4(), uuid4(), uuid4()
    for channel, envelope in ((Channel.PUSH, push), (Channel.EMAIL, email)):
        Delivery.objects.create(
            message=message, recipient=person, channel=channel, conversation=conversation,
            seq=message.seq, status="sent", envelope=envelope, due_at=None,
        )  # fmt: skip
    device = PushSubscription.objects.create(
        user=person, endpoint=f"https://push.example/{push}", p256dh="p", auth="a"
    )
    DevicePush.objects.create(envelope=push, subscription=device)
    SentEmail.objects.create(envelope=email, recipient=person, address=person.email)
    ReplyAddress.objects.create(
        token=uuid4().hex[:26], user=person, conversation=conversation, expires_at=timezone.now()
    )
    Mute.objects.create(user=person, conversation=conversation)
    ForwardedEmail.objects.create(
        conversation=conversation, by=message.author, address="expert@example.com",
        comment=f"Voir {word}", messages=[str(message.pk)], ended_at=timezone.now(), due_at=None,
    )  # fmt: skip
    InboundEmail.objects.create(
        digest=key.bytes * 2, key=key, sender=person.email, subject=f"Re: {word}",
        excerpt=f"Le {word}", verdict="accepted", conversation=conversation, message=message,
        original_bytes=10,
    )  # fmt: skip
    sealed.write(f"emails/{key}", sealed.seal(f"emails/{key}", word.encode()))
    return key


def end_long_ago(*sites: Site) -> None:
    """Archive chantiers, as if it had been more than ten years ago."""
    for site in sites:
        site.chantier.status = Chantier.Status.ARCHIVED
        site.chantier.save()
        archived(site.chantier)
        age(site)


def age(site: Site) -> None:
    past = timezone.now() - LONG_AGO
    Chantier.objects.filter(pk=site.chantier.pk).update(archived_at=past)
    Conversation.objects.filter(pk=site.conversation.pk).update(last_activity_at=past)


def work() -> None:
    """Do what a worker does until no order is due."""
    for _round in range(50):
        due = orders.pending_orders().filter(due_at__lte=timezone.now())
        ids = list(due.values_list("pk", flat=True))
        if not ids:
            return
        for order_id in ids:
            purge.perform(order_id)
    raise AssertionError(list(PurgeOrder.objects.values()))


@pytest.fixture
def villa_and_barn(site_with: BuildSite) -> tuple[Site, Site]:
    villa, barn = site_with("Villa", "carrelage"), site_with("Grange", "charpente")
    end_long_ago(villa, barn)
    return villa, barn

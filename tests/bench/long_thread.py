"""One long conversation with photos, for exports and purges. Imported inside Django alone."""

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from PIL import Image

from attachments.models import Attachment
from attachments.storage import objects
from core.ids import new_id
from core.models import Chantier, Client, User
from messaging.actions import exports
from messaging.actions.chain import chain_old
from messaging.chain.contents import new_message
from messaging.conversation import chaining
from messaging.conversation.lock import lock
from messaging.exporting.scope import scope_for
from messaging.models import Conversation, Export, Message, MessageAttachment
from messaging.retention import orders
from messaging.search import index
from notifications.delivery import chaining as delivery_chaining
from notifications.models import Channel, Delivery, SentEmail

FILE_BYTES = 2_400_000
THREADS = 4
# Any but that of a message that a purge has emptied.
DIGEST = b"\1" * 32
BODY = "Bonjour, l’équipe du carrelage n’est pas passée aujourd’hui ; pouvez-vous me rappeler ? "


def fill(messages: int, gigabytes: float) -> Any:
    """Write a conversation, and return its manager."""
    client = Client.objects.create(name="Famille Morel")
    marc = User.objects.filter(email="marc@demo.test").first() or User.objects.create_user(
        "marc@demo.test", name="Marc Vidal", role=User.Role.MANAGER
    )
    files = _files(marc, int(gigabytes * 1e9 / FILE_BYTES))
    conversation = Conversation.objects.create(
        client=client, subject="Carrelage", created_by=marc, draft_digest=bytes(32),
        version=messages, last_seq=messages,
    )  # fmt: skip
    every = max(1, messages // max(1, len(files)))
    rows = [
        Message(
            id=new_id(), conversation=conversation, seq=seq, version=seq, author=marc,
            body=f"{seq}. {BODY}", draft_digest=DIGEST, due_at=None,
            fanned_out_at=timezone.now(),
        )
        for seq in range(1, messages + 1)
    ]  # fmt: skip
    links = []
    for file, message in zip(files, rows[::every], strict=False):
        message.attachment_count += 1
        links.append((message, file))
    Message.objects.bulk_create(rows, batch_size=1000)
    MessageAttachment.objects.bulk_create(
        MessageAttachment(message=message, attachment=file, conversation=conversation, position=0)
        for message, file in links
    )
    with transaction.atomic():
        first = rows[0]
        entry = new_message(first, first.attachments)
        chaining.record(lock(conversation.pk), [entry], at=first.created_at)
    chain_old(conversation.pk)
    return marc


def _files(uploader: Any, count: int) -> list[Any]:
    """Write photos of random bytes into the bucket; return their rows, with their hashes."""
    preview = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(preview, "WEBP")
    now = timezone.now()
    content = os.urandom(FILE_BYTES)
    digest = hashlib.sha256(content).digest()
    rows = [
        Attachment(
            uploader=uploader, name=f"photo {number}.jpg", size=FILE_BYTES, sha256=digest,
            format="jpeg", content_type="image/jpeg", kind="image", status="ready",
            verdict="clean", has_preview=True, uploaded_at=now, claimed_at=now, due_at=None,
        )
        for number in range(count)
    ]  # fmt: skip

    def write(row: Attachment) -> None:
        for version, what in (("original", content), ("320.webp", preview.getvalue())):
            objects.write(f"files/{row.pk}/{version}", BytesIO(what), content_type="image/jpeg")

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(write, rows):
            pass
    Attachment.objects.bulk_create(rows, batch_size=1000)
    return list(rows)


def tell_all() -> None:
    """Enter the messages into the search, and tell Marc of each by email, all in the chain."""
    marc, conversation = User.objects.get(), Conversation.objects.get()
    while not index.catch_up(60):
        pass
    messages = Message.objects.filter(conversation=conversation)
    told = [
        Delivery(
            message=message, recipient=marc, channel=Channel.EMAIL, conversation=conversation,
            seq=message.seq, status="sent", envelope=new_id(), sent_at=timezone.now(), due_at=None,
        )
        for message in messages.order_by("seq")
    ]  # fmt: skip
    Delivery.objects.bulk_create(told, batch_size=1000)
    SentEmail.objects.bulk_create(
        (
            SentEmail(envelope=each.envelope or each.pk, recipient=marc, address=marc.email)
            for each in told
        ),
        batch_size=1000,
    )
    while delivery_chaining.catch_up():
        pass


def order_purge() -> None:
    """Put the conversation on a chantier that is archived, and order the purge of that."""
    client, now = Client.objects.get(), timezone.now()
    chantier = Chantier.objects.create(
        client=client, name="Villa Lumière", status=Chantier.Status.ARCHIVED, archived_at=now
    )
    Conversation.objects.update(chantier=chantier, archived_at=now)
    orders.order_by_hand(None, orders.of_chantier(chantier.pk), "Measured")


def order_export() -> None:
    marc, conversation = User.objects.get(), Conversation.objects.get()
    scope = scope_for(marc, "conversation", conversation.pk)
    exports.ask_export(marc, scope, with_notes=False, with_files=True)


def save(path: str) -> None:
    """Write the ZIP to a file."""
    key = objects.export_key(Export.objects.get().pk, "export.zip")
    with Path(path).open("wb") as file:
        for piece in objects.chunks(key):
            file.write(piece)

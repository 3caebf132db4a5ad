"""What of notifications and emails goes with a conversation that is purged."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from attachments.storage import objects
from core.audit import words
from messaging.retention.contents import EMAIL, FILES, ROWS, Counts, Files, Kept, Rows
from notifications.inbound_email.originals import FOLDER
from notifications.models import (
    Delivery,
    DevicePush,
    ForwardedEmail,
    InboundEmail,
    Mute,
    ReplyAddress,
    SentEmail,
)


def emails_of(conversation_id: UUID) -> QuerySet[InboundEmail]:
    """Return the emails that came into a conversation, or to an address of it."""
    return InboundEmail.objects.filter(
        Q(conversation=conversation_id) | Q(message__conversation=conversation_id)
    )


def pick(conversation_id: UUID, limit: int) -> list[Kept]:
    rows = emails_of(conversation_id).values_list("pk", "key")[:limit]
    return [
        (bytes(digest).hex(), [f"{objects.SEALED}{FOLDER}{key or bytes(digest).hex()}"])
        for digest, key in rows
    ]


def remove(_conversation_id: UUID, keys: Sequence[str]) -> Counts:
    # The digest alone stays for a while elsewhere: a repeat of the email is refused, since its
    # reply address is gone.
    rows = InboundEmail.objects.filter(pk__in=[bytes.fromhex(key) for key in keys])
    return {"emails_received": rows.delete()[0]}


def _envelopes(conversation_id: UUID) -> QuerySet[Any]:
    told = Delivery.objects.filter(conversation=conversation_id, envelope__isnull=False)
    return told.values("envelope")


ROWS += [
    # By their deliveries, which go after them.
    Rows("emails_sent", lambda key: SentEmail.objects.filter(envelope__in=_envelopes(key))),
    Rows("pushes", lambda key: DevicePush.objects.filter(envelope__in=_envelopes(key))),
    Rows("deliveries", lambda key: Delivery.objects.filter(conversation=key)),
    Rows("emails_forwarded", lambda key: ForwardedEmail.objects.filter(conversation=key)),
    Rows("reply_addresses", lambda key: ReplyAddress.objects.filter(conversation=key)),
    Rows("mutes", lambda key: Mute.objects.filter(conversation=key)),
]
words.DETAILS |= {
    "deliveries": _("Deliveries"),
    "emails_forwarded": _("Emails forwarded"),
    "emails_received": _("Emails received"),
    "emails_sent": _("Emails sent"),
    "mutes": _("Muted by"),
    "pushes": _("Push notifications"),
    "reply_addresses": _("Reply addresses"),
}
FILES.append(Files(EMAIL, pick=pick, remove=remove))

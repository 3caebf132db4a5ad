"""What of notifications and emails goes with a person who is anonymised."""

from typing import Any

from django.db.models import Q
from django.dispatch import receiver

from attachments.storage import objects
from core.leaving import OWN_ROWS, TEXTS, person_leaving
from core.models import User
from messaging.models import DoomedObject
from notifications.inbound_email.originals import FOLDER
from notifications.models import (
    Delivery,
    EmailFault,
    ForwardedEmail,
    InboundEmail,
    LastSeen,
    Mute,
    Preference,
    PushSubscription,
    RefusedAddress,
    ReplyAddress,
    SentEmail,
    WebhookDelivery,
)

OWN_ROWS += [
    (PushSubscription, "user"),
    (Preference, "user"),
    (LastSeen, "user"),
    (Mute, "user"),
    (ReplyAddress, "user"),
    (SentEmail, "recipient"),
]
TEXTS += [
    (Delivery, "last_error"),
    (ForwardedEmail, "address"),
    (ForwardedEmail, "comment"),
    (ForwardedEmail, "refusal"),
    (ForwardedEmail, "last_error"),
    (InboundEmail, "sender"),
    (InboundEmail, "sender_name"),
    (InboundEmail, "subject"),
    (InboundEmail, "excerpt"),
    (EmailFault, "detail"),
    (EmailFault, "addresses"),
    (RefusedAddress, "reason"),
    (WebhookDelivery, "answer"),
]


@receiver(person_leaving)
def forget_emails(person: User, **_signal: Any) -> None:
    """Empty what is kept of the person's emails, and have their originals deleted."""
    mine = InboundEmail.objects.filter(Q(author=person) | Q(sender=person.email))
    kept = mine.filter(original_bytes__isnull=False, key__isnull=False)
    DoomedObject.objects.bulk_create(
        (
            DoomedObject(prefix=f"{objects.SEALED}{FOLDER}{key}")
            for key in kept.values_list("key", flat=True)
        ),
        ignore_conflicts=True,
    )
    mine.update(
        sender="", sender_name="", subject="", excerpt="", file_names=[], original_bytes=None,
        sealed=None,
    )  # fmt: skip
    RefusedAddress.objects.filter(address=person.email).delete()

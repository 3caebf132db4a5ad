"""What notifications and emails know of a person, for the export of their data.

The addresses and keys of devices are left out: who reads them could push to these devices.
"""

from typing import Any

from django.db.models import Count

from core.models import User
from messaging.chain.hashes import written
from messaging.exporting.person import PARTS
from notifications.models import (
    Delivery,
    InboundEmail,
    LastSeen,
    Mute,
    Preference,
    PushSubscription,
    RefusedAddress,
)

Json = dict[str, Any]


def data_of(person: User) -> Json:
    last_seen = LastSeen.objects.filter(user=person).first()
    return {
        "preferences": _preferences(Preference.of(person)),
        "last_seen_at": written(last_seen.at) if last_seen else None,
        "muted_conversations": [
            str(each)
            for each in Mute.objects.filter(user=person).values_list("conversation", flat=True)
        ],
        "devices": [_device(each) for each in PushSubscription.objects.filter(user=person)],
        "deliveries": _deliveries(person),
        "address_refused": RefusedAddress.objects.filter(address=person.email).exists(),
        "emails_received": [_email(each) for each in _emails(person)],
    }


def _preferences(row: Preference) -> Json:
    return {
        "push": row.push,
        "is_discreet": row.is_discreet,
        "email": row.email,
        "email_delay_minutes": row.email_delay_minutes,
        "quiet_from": row.quiet_from.isoformat() if row.quiet_from else None,
        "quiet_until": row.quiet_until.isoformat() if row.quiet_until else None,
    }


def _device(row: PushSubscription) -> Json:
    return {
        "label": row.label,
        "registered_at": written(row.registered_at),
        "displayed_at": written(row.displayed_at) if row.displayed_at else None,
    }


def _deliveries(person: User) -> list[Json]:
    """Return how many notifications the person was sent, by channel and what became of them."""
    rows = Delivery.objects.filter(recipient=person).order_by("channel", "status")
    counted = rows.values("channel", "status").annotate(count=Count("id"))
    return [dict(each) for each in counted]


def _emails(person: User) -> Any:
    return InboundEmail.objects.filter(author=person).order_by("received_at").iterator(500)


def _email(row: InboundEmail) -> Json:
    return {
        "from": row.sender,
        "subject": row.subject,
        "received_at": written(row.received_at),
    }


PARTS["notifications"] = data_of

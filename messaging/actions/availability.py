"""Say that a person of the company is away or back."""

from datetime import datetime

from django.db import transaction

from core.models import Availability, User
from core.web.errors import NotAllowed
from messaging.actions.escalation import hand_over_from


@transaction.atomic
def set_availability(person: User, *, is_absent: bool, until: datetime | None = None) -> None:
    """Record that a person is away, until a moment if they know it, or is there.

    What waits for the person then goes to somebody else. Raises NotAllowed for a client's user.
    """
    if not person.is_company:
        raise NotAllowed
    columns = {"is_absent": is_absent, "absent_until": until if is_absent else None}
    person.availability, _created = Availability.objects.update_or_create(
        user=person, defaults=columns
    )
    if is_absent:
        hand_over_from(person)

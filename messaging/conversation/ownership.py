"""Who of the company follows a conversation: its owner, `assigned_to`. There is always one.

By these rules, the first person who can answer (`core.company_hours.can_answer`): the responsible
person of the chantier, its deputy, the colleague who opened it, the responsible person of the
client, its deputy, the manager who follows the fewest open conversations. If nobody can, the first
of them who still works here; a company without managers has its other people.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.company_hours import can_answer
from core.models import User
from messaging.models import Conversation


class Reason(StrEnum):
    """Why somebody became the owner; in the details of a line."""

    RESPONSIBLE = "responsible"
    DEPUTY = "deputy"
    OPENER = "opener"
    CLIENT_RESPONSIBLE = "client_responsible"
    CLIENT_DEPUTY = "client_deputy"
    LEAST_LOADED = "least_loaded"
    # It was somebody's who is absent.
    ABSENT = "absent"
    # Nobody had it.
    UNOWNED = "unowned"


class Owner(NamedTuple):
    person: User
    reason: Reason


def owner_for(
    conversation: Conversation,
    *,
    opener: User | None = None,
    without: UUID | None = None,
    at: datetime | None = None,
) -> Owner | None:
    """Return who should follow a conversation, by the rules; None if nobody works here.

    `without` is a person who cannot have it.
    """
    at = at or timezone.now()
    named = [each for each in _named(conversation, opener) if each.person.pk != without]
    managers = [each for each in managers_by_load() if each.pk != without]
    candidates = [*named, *(Owner(each, Reason.LEAST_LOADED) for each in managers)]
    for owner in candidates:
        if can_answer(owner.person, at):
            return owner
    staff = (Owner(each, Reason.LEAST_LOADED) for each in by_load(User.Role.STAFF))
    return next((each for each in chain(candidates, staff) if each.person.is_active), None)


def deputy_of(conversation: Conversation) -> User | None:
    """Return the deputy of the chantier, or of the client; None without one who works here."""
    place = conversation.chantier or conversation.client
    deputies = (place.deputy, conversation.client.deputy)
    return next((each for each in deputies if each is not None and each.is_active), None)


def managers_by_load() -> QuerySet[User]:
    return by_load(User.Role.MANAGER)


def by_load(role: User.Role) -> QuerySet[User]:
    """Return the active people of a role, those with the fewest open conversations first."""
    followed = (
        Conversation.objects.filter(
            assigned_to=OuterRef("pk"), status=Conversation.Status.OPEN, archived_at=None
        )
        .order_by()
        .values("assigned_to")
        .annotate(count=Count("pk"))
        .values("count")
    )
    people = User.objects.filter(role=role, is_active=True).select_related("availability")
    return people.annotate(
        load=Coalesce(Subquery(followed, output_field=IntegerField()), 0)
    ).order_by("load", "name", "id")


def _named(conversation: Conversation, opener: User | None) -> Iterator[Owner]:
    """Yield those whom the chantier, the opening and the client name, who still work here."""
    chantier, client = conversation.chantier, conversation.client
    of_company = opener if opener is not None and opener.is_company else None
    named = (
        (chantier.responsible if chantier else None, Reason.RESPONSIBLE),
        (chantier.deputy if chantier else None, Reason.DEPUTY),
        (of_company, Reason.OPENER),
        (client.responsible, Reason.CLIENT_RESPONSIBLE),
        (client.deputy, Reason.CLIENT_DEPUTY),
    )
    for person, reason in named:
        if person is not None and person.is_active:
            yield Owner(person, reason)

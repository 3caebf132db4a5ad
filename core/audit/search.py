"""Find entries of the audit by who, what, on what and when."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from core.audit import names
from core.audit.acts import REFUSED
from core.audit_models import AuditEntry
from core.ids import id_of

READ_AT_ONCE = 500


@dataclass(frozen=True)
class Filters:
    """What an entry must be; all that is given holds together."""

    # A name, an email or an id: of who acted, and of the object.
    person: str = ""
    object: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None
    refused: bool = False

    def given(self) -> dict[str, Any]:
        """Return those that say something."""
        return {name: value for name, value in asdict(self).items() if value}


def entries(filters: Filters) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.order_by("-position")
    if filters.person:
        found = found.filter(actor_id__in=_ids_of(filters.person))
    if filters.object:
        found = found.filter(_object(filters.object))
    if filters.action:
        found = found.filter(action=filters.action)
    if filters.refused:
        found = found.filter(action__in=[action.value for action in REFUSED])
    if filters.since:
        found = found.filter(at__gte=filters.since)
    if filters.until:
        found = found.filter(at__lt=filters.until)
    return found


def in_order(found: QuerySet[AuditEntry]) -> Iterator[list[AuditEntry]]:
    """Yield entries from the oldest on, some at a time, however many there are."""
    position = 0
    while batch := list(found.filter(position__gt=position).order_by("position")[:READ_AT_ONCE]):
        yield batch
        position = batch[-1].position


def _ids_of(text: str) -> list[str]:
    """Return the ids of the people and programs who have a name now, an email or an id.

    By their rows, since the index of the audit is of ids.
    """
    if wanted := _id(text):
        return [wanted]
    # By name: `core.models` imports this package.
    people = apps.get_model("core", "User").objects
    programs = apps.get_model("core", "MachineCredential").objects
    named = people.filter(Q(name__folded=text) | Q(email__folded=text))
    rows = [*named.values_list("pk", flat=True)]
    rows += programs.filter(name__folded=text).values_list("pk", flat=True)
    return [str(row) for row in rows]


def _object(text: str) -> Q:
    if wanted := _id(text):
        return Q(object_id=wanted)
    return Q(object_label__folded=text) | Q(object_id__in=names.ids_named(text))


def _id(text: str) -> str:
    try:
        return str(id_of(text))
    except ValueError:
        return ""

"""Legal holds: what is held is not purged, whatever the rules say.

Placing a hold takes an advisory lock alone, and each step of a purge that cannot be taken back
shares it. So once a hold is placed, no step that did not know of it is still under way.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit.record import Action, Thing, record
from core.models import Chantier, Client, User
from core.web.errors import NotAllowed, Refusal
from messaging.models import Conversation, LegalHold

# Of PostgreSQL's advisory locks; any number that nothing else takes.
LOCK = 0x1A1907


class HoldNeedsReason(Refusal):
    default_code = "hold_needs_reason"
    default_detail = _("Say why: a person who finds it in years must understand it.")


class AlreadyLifted(Refusal):
    default_code = "hold_lifted"
    default_detail = _("A colleague has lifted this hold before.")


class NothingToHold(Refusal):
    default_code = "nothing_to_hold"
    default_detail = _("Its content was purged, or its purge has begun: there is nothing to hold.")


@transaction.atomic
def place(by: User, of: Client | Chantier | Conversation, reason: str) -> LegalHold:
    """Hold all that a client, a chantier or a conversation has, from the end of this call on.

    Raises NotAllowed for all but managers, HoldNeedsReason, or NothingToHold.
    """
    _check(by, reason)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if isinstance(of, Conversation) and _is_gone(of):
        raise NothingToHold
    name = type(of).__name__.lower()
    hold = LegalHold.objects.create(placed_by=by, reason=reason.strip(), **{name: of})
    record(by, Action.HOLD_PLACED, _thing(hold), {"hold": hold.pk, "reason": hold.reason})
    return hold


@transaction.atomic
def lift(by: User, hold: LegalHold, reason: str) -> LegalHold:
    """End a hold. Raises NotAllowed, HoldNeedsReason or AlreadyLifted."""
    _check(by, reason)
    placed = LegalHold.objects.filter(pk=hold.pk, lifted_at=None)
    if not placed.update(lifted_by=by, lifted_at=timezone.now(), lifted_because=reason.strip()):
        raise AlreadyLifted
    hold.refresh_from_db()
    details = {"hold": hold.pk, "reason": hold.reason, "lifted_because": hold.lifted_because}
    record(by, Action.HOLD_LIFTED, _thing(hold), details)
    return hold


def _thing(hold: LegalHold) -> Thing:
    row = hold.of
    # A subject is what somebody wrote, and may be purged one day.
    label = "" if hold.conversation_id else str(row)
    return Thing(row._meta.label_lower, str(row.pk), label)


def _check(by: User, reason: str) -> None:
    if by.role != User.Role.MANAGER:
        raise NotAllowed
    if not reason.strip():
        raise HoldNeedsReason


def _is_gone(conversation: Conversation) -> bool:
    rows = Conversation.objects.filter(pk=conversation.pk, purged_at__isnull=False)
    # Of one whose purge has begun, what is left can be held.
    return rows.filter(last_message=None).exists()


def share_lock() -> None:
    """Let no hold be placed until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])


def placed() -> QuerySet[LegalHold]:
    """Return the holds that are not lifted."""
    holds = LegalHold.objects.filter(lifted_at=None)
    return holds.select_related("client", "chantier__client", "conversation__client", "placed_by")


def placed_on_client(client_id: UUID) -> QuerySet[LegalHold]:
    """Return the holds on a client, its chantiers and its conversations, the oldest first."""
    of_client = (
        Q(client=client_id) | Q(chantier__client=client_id) | Q(conversation__client=client_id)
    )
    return placed().filter(of_client).order_by("placed_at", "id")


def on(conversation: Conversation) -> LegalHold | None:
    """Return a hold on a conversation, its chantier or its client, the oldest."""
    return all_on([conversation]).get(conversation.pk)


def all_on(conversations: Iterable[Conversation]) -> dict[UUID, LegalHold]:
    """Return the oldest hold of each conversation that has one: one query."""
    rows = list(conversations)
    clients = {row.client_id for row in rows}
    chantiers = {row.chantier_id for row in rows if row.chantier_id}
    found = placed().filter(
        Q(client__in=clients)
        | Q(chantier__in=chantiers)
        | Q(conversation__in=[row.pk for row in rows])
    )
    by_id: dict[UUID | None, LegalHold] = {}
    for hold in found.order_by("-placed_at", "-id"):
        by_id[hold.client_id or hold.chantier_id or hold.conversation_id] = hold
    held: dict[UUID, LegalHold] = {}
    for row in rows:
        of_row = [by_id[key] for key in (row.pk, row.chantier_id, row.client_id) if key in by_id]
        if of_row:
            held[row.pk] = min(of_row, key=lambda hold: hold.placed_at)
    return held

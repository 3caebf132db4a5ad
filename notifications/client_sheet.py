"""What the company sees of a client beside a conversation: people, chantiers, threads, remark.

A fixed number of queries, whatever the client has.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Prefetch, Q, QuerySet

from core.database.folding import FoldText
from core.models import Chantier, Client, ClientRemark, User
from core.queries import chantiers_for, client_for, remark_about, staff_for
from core.text import email_spelling
from core.web.errors import NotAllowed
from messaging.models import Conversation, LegalHold, Message, ReadTime
from messaging.queries.attachments import library_of
from messaging.queries.conversations import visible_to
from messaging.retention.holds import placed_on_client
from notifications.models import (
    EmailMode,
    LastSeen,
    Preference,
    PushSubscription,
    RefusedAddress,
)
from notifications.planning.presence import present_among

# A firm may have more. They are counted, and the admin lists them.
PEOPLE_SHOWN = 50
CHANTIERS_SHOWN = 50
THREADS_SHOWN = 8


class EmailState(StrEnum):
    """What is known of emails to a person."""

    # The address refuses our emails.
    REFUSED = "refused"
    # The person wants none.
    UNSUBSCRIBED = "unsubscribed"
    # The person has answered an email, so theirs arrive.
    VERIFIED = "verified"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ClientPerson:
    """A user of the client, and how they are reached."""

    user: User
    devices: list[PushSubscription]
    # The person wants pushes, and at least one device displays them.
    is_pushed: bool
    email_state: EmailState
    # Since when the address refuses emails, and why (`outbound_email.refusal.Cause`).
    refused_since: datetime | None
    refusal: str
    # Has a page on screen.
    is_online: bool
    last_seen_at: datetime | None


@dataclass(frozen=True)
class ClientSheet:
    client: Client
    people: list[ClientPerson]
    people_count: int
    chantiers: list[Chantier]
    # Those whom the client and the chantiers name, with their availability.
    staff: dict[UUID, User]
    open_count: int
    closed_count: int
    threads: list[Conversation]
    files_count: int
    remark: ClientRemark | None
    # On the client, its chantiers or its conversations.
    holds: list[LegalHold]


def sheet_of(reader: User, client_id: UUID) -> ClientSheet:
    """Return the sheet of a client. Raises NotAllowed for a client's user, or Http404."""
    if not reader.is_company:
        raise NotAllowed
    client = client_for(reader, client_id)
    users = User.objects.filter(client=client, is_active=True)
    chantiers = list(
        chantiers_for(reader)
        .filter(client=client)
        # Those that are open first: "archived" comes before "open".
        .order_by("-status", "-created_at", "-id")[:CHANTIERS_SHOWN]
    )
    threads = visible_to(reader).filter(client=client, archived_at=None)
    counted = threads.aggregate(
        open=Count("pk", filter=Q(status=Conversation.Status.OPEN)),
        closed=Count("pk", filter=Q(status=Conversation.Status.CLOSED)),
    )
    return ClientSheet(
        client=client,
        people=_people(list(_with_devices(users)[:PEOPLE_SHOWN])),
        people_count=users.count(),
        chantiers=chantiers,
        staff=_staff_of(reader, client, chantiers),
        open_count=counted["open"],
        closed_count=counted["closed"],
        threads=list(
            threads.select_related("chantier").order_by("-last_activity_at", "-id")[:THREADS_SHOWN]
        ),
        files_count=library_of(reader, threads).count(),
        remark=remark_about(client),
        holds=list(placed_on_client(client.pk)),
    )


def _with_devices(users: QuerySet[User]) -> QuerySet[User]:
    devices = PushSubscription.objects.order_by("-registered_at")
    by_email = Message.objects.filter(author=OuterRef("pk"), by_email=True)
    return (
        users.select_related("preference", "last_seen")
        .prefetch_related(Prefetch("push_subscriptions", queryset=devices))
        .annotate(has_answered_by_email=Exists(by_email))
        .order_by(FoldText("name"), "id")
    )


def _people(users: list[User]) -> list[ClientPerson]:
    online = present_among(user.pk for user in users)
    addresses = [email_spelling(user.email) for user in users]
    refused = RefusedAddress.objects.in_bulk(addresses)
    read_at = _last_readings(user.pk for user in users if not hasattr(user, "last_seen"))
    return [
        _person(user, refused.get(address), is_online=user.pk in online, read_at=read_at)
        for user, address in zip(users, addresses, strict=True)
    ]


def _last_readings(users: Iterable[UUID]) -> dict[UUID, datetime]:
    read = ReadTime.objects.filter(participant__user__in=list(users))
    return dict(read.values_list("participant__user").annotate(Max("at")).order_by())


def _person(
    user: User,
    refused: RefusedAddress | None,
    *,
    is_online: bool,
    read_at: Mapping[UUID, datetime],
) -> ClientPerson:
    preference, devices = Preference.of(user), list(user.push_subscriptions.all())
    return ClientPerson(
        user=user,
        devices=devices,
        is_pushed=preference.push and any(not device.is_silent for device in devices),
        email_state=_email_state(user, preference, refused),
        refused_since=refused.created_at if refused else None,
        refusal=refused.cause if refused else "",
        is_online=is_online,
        last_seen_at=_last_seen(user, read_at.get(user.pk)),
    )


def _email_state(user: User, preference: Preference, refused: RefusedAddress | None) -> EmailState:
    if refused is not None:
        return EmailState.REFUSED
    if preference.email == EmailMode.NEVER:
        return EmailState.UNSUBSCRIBED
    # Of the annotation.
    has_answered: bool = user.has_answered_by_email  # type: ignore[attr-defined]
    return EmailState.VERIFIED if has_answered else EmailState.UNKNOWN


def _last_seen(user: User, read_at: datetime | None) -> datetime | None:
    """Return when the person was last here. Before visits were kept, they logged in and read."""
    try:
        return user.last_seen.at
    except LastSeen.DoesNotExist:
        return max((at for at in (user.last_login, read_at) if at), default=None)


def _staff_of(reader: User, client: Client, chantiers: list[Chantier]) -> dict[UUID, User]:
    places: tuple[Client | Chantier, ...] = (client, *chantiers)
    named = {each for place in places for each in (place.responsible_id, place.deputy_id) if each}
    staff = staff_for(reader).select_related("availability").prefetch_related("working_periods")
    return staff.in_bulk(list(named))

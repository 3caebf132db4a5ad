"""Note what a person was shown: a push on a device, or the list of conversations of a page."""

from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from core.jobs.lease import NOT_DUE
from core.models import User
from messaging.models import Message, Participant
from messaging.queries.unread import unread_for
from notifications import queries
from notifications.delivery import events
from notifications.models import Channel, Delivery, DevicePush, PushSubscription


@transaction.atomic
def note_displayed(device_push_id: UUID) -> None:
    """Note that a device has shown a push, and with it the earlier ones that it replaced.

    A push service keeps only the last push of a topic. That one says how many messages are new,
    so it tells of the earlier ones as well. An unknown id changes nothing. The person's other
    devices are still tried.
    """
    row = DevicePush.objects.filter(pk=device_push_id).select_related("subscription").first()
    if row is None:
        return
    now = timezone.now()
    DevicePush.objects.filter(pk=row.pk, displayed_at=None).update(displayed_at=now)
    PushSubscription.objects.filter(pk=row.subscription_id).update(
        undisplayed_count=0, displayed_at=now
    )
    shown = _shown_with(row)
    if shown is None:
        return
    told = queries.locked(Delivery.objects.filter(shown))
    messages = list(Message.objects.filter(deliveries__in=told).select_related("author"))
    told.filter(displayed_at=None).update(
        displayed_at=now, sent_at=Coalesce(F("sent_at"), Value(now))
    )
    _close_what_every_device_has(told)
    events.publish_deliveries(messages)


def _close_what_every_device_has(told: QuerySet[Delivery]) -> None:
    """End the deliveries that no device waits for. Those being sent end when that is settled."""
    waiting = DevicePush.objects.filter(
        envelope=OuterRef("envelope"), accepted_at=None, refused_at=None, displayed_at=None
    )
    is_done = Q(status=Delivery.Status.SENT) | (
        Q(status=Delivery.Status.PENDING) & ~Exists(waiting)
    )
    told.filter(is_done).update(status=Delivery.Status.DISPLAYED, **NOT_DUE)


@transaction.atomic
def note_on_screen(user: User) -> None:
    """Note that a person opened a page, whose list shows every unread conversation."""
    marks = Participant.objects.filter(user=user, conversation=OuterRef("conversation"))
    waiting = queries.locked(
        Delivery.objects.filter(
            recipient=user,
            conversation__in=unread_for(user),
            was_present=False,
            seq__gt=Subquery(marks.values("last_read_seq")[:1]),
        )
    )
    messages = list(
        Message.objects.filter(deliveries__in=waiting).select_related("author").distinct()
    )
    if messages:
        waiting.update(was_present=True)
        events.publish_deliveries(messages)


def _shown_with(row: DevicePush) -> Q | None:
    """Filter the deliveries that a displayed push tells of; None for a test push: it has none."""
    is_open = Q(status__in=[Delivery.Status.SENT, Delivery.Status.SENDING]) | Q(
        status=Delivery.Status.PENDING, envelope__isnull=False
    )
    shown = None
    for recipient, conversation, last in _told_by(row):
        earlier = Q(
            is_open,
            channel=Channel.PUSH,
            recipient=recipient,
            conversation=conversation,
            seq__lte=last,
        )
        shown = earlier if shown is None else shown | earlier
    return shown


def _told_by(row: DevicePush) -> list[tuple[UUID, UUID, int]]:
    """Return recipient, conversation and last seq of what a push tells of.

    From its own row, since its deliveries may have left again as part of a later batch.
    """
    if row.tells:
        owner = row.subscription.user_id
        return [(owner, UUID(tag), seq) for tag, seq in row.tells.items()]
    # A push of before that column.
    batch = Delivery.objects.filter(envelope=row.envelope, channel=Channel.PUSH)
    last = batch.values("recipient", "conversation").annotate(last=Max("seq"))
    return [(each["recipient"], each["conversation"], each["last"]) for each in last]

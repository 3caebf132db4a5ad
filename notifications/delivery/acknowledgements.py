"""Note what a person was shown: a push on a device, or the list of conversations of a page."""

from uuid import UUID

from django.db import transaction
from django.db.models import F, Max, OuterRef, Q, Subquery, Value
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
    so it tells of the earlier ones as well. An unknown id changes nothing.
    """
    row = DevicePush.objects.filter(pk=device_push_id).first()
    if row is None:
        return
    now = timezone.now()
    DevicePush.objects.filter(pk=row.pk, displayed_at=None).update(displayed_at=now)
    PushSubscription.objects.filter(pk=row.subscription_id).update(
        undisplayed_count=0, displayed_at=now
    )
    shown = _shown_with(row.envelope)
    if shown is None:
        return
    told = queries.locked(Delivery.objects.filter(shown))
    messages = list(Message.objects.filter(deliveries__in=told).select_related("author"))
    told.update(
        status=Delivery.Status.DISPLAYED,
        displayed_at=now,
        sent_at=Coalesce(F("sent_at"), Value(now)),
        **NOT_DUE,
    )
    events.publish_deliveries(messages)


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


def _shown_with(batch_id: UUID) -> Q | None:
    """Filter the deliveries that a displayed batch tells of; None for a test push: it has none."""
    batch = Delivery.objects.filter(envelope=batch_id, channel=Channel.PUSH)
    conversations = batch.values("recipient", "conversation").annotate(last=Max("seq"))
    is_open = Q(status__in=[Delivery.Status.SENT, Delivery.Status.SENDING]) | Q(
        status=Delivery.Status.PENDING, envelope__isnull=False
    )
    shown = None
    for each in conversations:
        earlier = Q(
            is_open,
            channel=Channel.PUSH,
            recipient=each["recipient"],
            conversation=each["conversation"],
            seq__lte=each["last"],
        )
        shown = earlier if shown is None else shown | earlier
    return shown

"""When messages were read."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Subquery

from messaging.models import Message, ReadTime


def read_times_of(message_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], datetime]:
    """Return when each participant read each message, by the ids of message and person.

    A pair is absent if the person has not read it, or if that was before such times were kept.
    """
    of_person = ReadTime.objects.filter(
        participant=OuterRef("conversation__participants"), up_to_seq__gte=OuterRef("seq")
    )
    first = Subquery(of_person.order_by("up_to_seq").values("at")[:1])
    pairs = Message.objects.filter(pk__in=message_ids).values_list(
        "pk", "conversation__participants__user_id", first
    )
    return {(message, user): at for message, user, at in pairs if at is not None}

"""The exports that hold what is purged, or who is anonymised, go with it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.dispatch import receiver

from core.leaving import person_leaving
from core.models import User
from messaging.exporting.covers import folder_of
from messaging.models import Conversation, DoomedObject, Export, Participant
from messaging.queries.exports import UNDER_WAY
from messaging.retention.contents import EXPORT, FILES, Counts, Files, Kept


def exports_with(conversation_id: UUID) -> QuerySet[Export]:
    """Return the exports of a conversation, its chantier, its client, or of who took part."""
    conversation = Conversation.objects.get(pk=conversation_id)
    people = Participant.objects.filter(conversation=conversation_id).values("user")
    around = [conversation.pk, conversation.chantier_id, conversation.client_id]
    return Export.objects.filter(
        Q(subject__in=[key for key in around if key])
        | Q(kind=Export.Kind.PERSON, subject__in=people)
    )


def pick(conversation_id: UUID, limit: int) -> list[Kept]:
    ended = exports_with(conversation_id).exclude(status__in=UNDER_WAY)
    # Those that were begun after the purge have nothing of it.
    purged_at = Conversation.objects.values_list("purged_at", flat=True).get(pk=conversation_id)
    if purged_at is not None:
        ended = ended.filter(created_at__lt=purged_at)
    return [(str(each.pk), [folder_of(each)]) for each in ended.defer("state")[:limit]]


def remove(_conversation_id: UUID, keys: Sequence[str]) -> Counts:
    return {"exports": Export.objects.filter(pk__in=[UUID(key) for key in keys]).delete()[0]}


def is_busy(conversation_id: UUID) -> bool:
    """Tell whether one is being made that began before the conversation was hidden."""
    purged_at = Conversation.objects.values_list("purged_at", flat=True).get(pk=conversation_id)
    under_way = exports_with(conversation_id).filter(status__in=UNDER_WAY)
    return purged_at is not None and under_way.filter(created_at__lt=purged_at).exists()


FILES.append(Files(EXPORT, pick=pick, remove=remove, is_busy=is_busy))


@receiver(person_leaving)
def forget_exports(person: User, **_signal: Any) -> None:
    """Delete what the person exported, and what was exported of the person."""
    mine = Export.objects.filter(Q(by=person) | Q(kind=Export.Kind.PERSON, subject=person.pk))
    rows = list(mine.defer("state"))
    DoomedObject.objects.bulk_create(
        (DoomedObject(prefix=folder_of(each)) for each in rows), ignore_conflicts=True
    )
    Export.objects.filter(pk__in=[each.pk for each in rows]).delete()

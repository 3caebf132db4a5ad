"""Record that somebody of the company printed a conversation or saved it as a PDF."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from core.models import User
from messaging.audited import note_print
from messaging.conversation import history
from messaging.conversation.history import Kind, NewLine
from messaging.conversation.lock import lock
from messaging.conversation.versions import bump
from messaging.models import Conversation, HistoryLine

# Loaded again, with or without the notes: one export.
SAME_EXPORT = timedelta(minutes=10)


@transaction.atomic
def record_export(*, by: User, conversation: Conversation) -> None:
    """Write the line of an export, once in ten minutes for each person. A client leaves none."""
    if not by.is_company:
        note_print(by, conversation)
        return
    locked = lock(conversation.pk)
    since = timezone.now() - SAME_EXPORT
    recent = HistoryLine.objects.filter(conversation=conversation, kind=Kind.EXPORTED, by=by)
    if not recent.filter(at__gte=since).exists():
        bump(locked)
        history.show_changed(locked, [NewLine(Kind.EXPORTED, by)])

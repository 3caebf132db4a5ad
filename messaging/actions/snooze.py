"""Put conversations off and bring them back: one transaction each."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.models import User
from core.web.errors import NotAllowed, Refusal
from core.web.preconditions import NO_PRECONDITIONS, Preconditions
from messaging.conversation import history, notices, snoozing
from messaging.conversation.lock import LockedConversation, lock
from messaging.conversation.snoozing import Reason
from messaging.conversation.versions import bump
from messaging.models import Conversation, HistoryLine, Notice, Snooze


class NotOpen(Refusal):
    default_code = "conversation_not_open"
    default_detail = _("This conversation is closed. Reopen it first, then put it off.")


@transaction.atomic
def snooze(
    *,
    editor: User,
    conversation: Conversation,
    until: datetime,
    only_if: Preconditions = NO_PRECONDITIONS,
) -> None:
    """Put a conversation off until a moment. A client's message brings it back before.

    Raises NotAllowed for a client's user, NotOpen, or PreconditionFailed.
    """
    if not editor.is_company:
        raise NotAllowed
    locked = lock(conversation.pk)
    only_if.check(locked.conversation.version)
    put_off_locked(locked, editor, until)


def put_off_locked(locked: LockedConversation, editor: User, until: datetime) -> None:
    """Put a locked conversation off. The same moment again changes nothing. Raises NotOpen."""
    conversation = locked.conversation
    if conversation.status == Conversation.Status.CLOSED or conversation.archived_at:
        raise NotOpen
    if conversation.snoozed_until == until:
        return
    line = snoozing.put_off(locked, editor, until)
    bump(locked, snoozed_until=until)
    history.show_changed(locked, [line])


@transaction.atomic
def wake(*, editor: User, conversation: Conversation) -> None:
    """Bring a conversation back now. Again is harmless. Raises NotAllowed for a client's user."""
    if not editor.is_company:
        raise NotAllowed
    _bring_back(lock(conversation.pk), editor, Reason.PERSON)


@transaction.atomic
def wake_on_time(conversation_id: UUID) -> None:
    """Bring a conversation back whose time has come, and tell who put it off and who owns it."""
    locked = lock(conversation_id)
    due = Snooze.objects.filter(pk=conversation_id, due_at__lte=timezone.now())
    row = due.select_related("by").first()
    if row is None:
        return
    conversation = locked.conversation
    line = _bring_back(locked, None, Reason.TIME)
    if line is None:
        # Put off no more: nothing is left to do.
        row.delete()
        return
    owner = conversation.assigned_to
    people = [row.by, *([owner] if owner else [])]
    notices.tell(people, Notice.Kind.WOKEN, conversation, about=line.pk)


def _bring_back(locked: LockedConversation, by: User | None, reason: Reason) -> HistoryLine | None:
    """Bring a conversation back and return the line; None if it was not put off."""
    if locked.conversation.snoozed_until is None:
        return None
    changes, line = snoozing.bring_back(locked, by, reason)
    bump(locked, **changes)
    [shown] = history.show_changed(locked, [line])
    return shown

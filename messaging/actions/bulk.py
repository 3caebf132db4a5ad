"""Change many conversations: one transaction each, so that one refusal undoes nothing else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from core.models import User
from core.web.errors import NotAllowed, Refusal
from messaging.actions.conversations import change_conversation
from messaging.actions.snooze import snooze, wake
from messaging.conversation.lock import lock
from messaging.conversation.versions import ConversationChanges
from messaging.models import Conversation
from messaging.queries.conversations import visible_to


class Were(TypedDict):
    """What a bulk change can change, as it was before."""

    status: str
    assigned_to: UUID | None
    snoozed_until: datetime | None


class Changed(NamedTuple):
    id: UUID
    outcome: Literal["changed", "unchanged", "refused"]
    was: Were | None = None
    code: str = ""
    detail: str = ""


Change = Callable[[User, Conversation], Any]


def changing(changes: ConversationChanges) -> Change:
    """Return the change that gives each conversation these columns."""
    return lambda editor, conversation: change_conversation(
        editor=editor, conversation=conversation, changes=changes
    )


def putting_off(until: datetime | None) -> Change:
    """Return the change that puts each conversation off, or brings it back."""
    if until is None:
        return lambda editor, conversation: wake(editor=editor, conversation=conversation)
    return lambda editor, conversation: snooze(
        editor=editor, conversation=conversation, until=until
    )


def change_each(*, editor: User, conversation_ids: list[UUID], change: Change) -> list[Changed]:
    """Change the conversations that the editor may see, in the order given; an id twice is once.

    Raises NotAllowed for a client's user.
    """
    if not editor.is_company:
        raise NotAllowed
    ids = list(dict.fromkeys(conversation_ids))
    found = visible_to(editor).select_related("chantier").in_bulk(ids)
    return [
        _change_one(editor, found[each], change) if each in found else _unknown(each)
        for each in ids
    ]


def _change_one(editor: User, conversation: Conversation, change: Change) -> Changed:
    try:
        with transaction.atomic():
            # Under the lock: what is undone later is what was there.
            was = _state_of(lock(conversation.pk).conversation)
            change(editor, conversation)
    except Refusal as refusal:
        code, detail = str(refusal.get_codes()), str(refusal.detail)
        return Changed(conversation.pk, "refused", code=code, detail=detail)
    is_other = _state_of(Conversation.objects.get(pk=conversation.pk)) != was
    return Changed(conversation.pk, "changed" if is_other else "unchanged", was)


def _unknown(conversation_id: UUID) -> Changed:
    detail = _("There is no such conversation.")
    return Changed(conversation_id, "refused", code="not_found", detail=detail)


def _state_of(conversation: Conversation) -> Were:
    return Were(
        status=conversation.status,
        assigned_to=conversation.assigned_to_id,
        snoozed_until=conversation.snoozed_until,
    )

"""The conversations of an archived chantier are closed."""

from typing import Any

from django.dispatch import receiver

from core.archiving import chantier_archived
from core.models import Chantier
from messaging.conversation import history
from messaging.conversation.history import Kind, NewLine, named
from messaging.conversation.lock import lock
from messaging.conversation.status import changes_to
from messaging.conversation.versions import bump
from messaging.models import Conversation


@receiver(chantier_archived)
def close_its_conversations(chantier: Chantier, **_signal: Any) -> None:
    """Close the open ones, each with a line that says why. A message opens one again, as ever."""
    open_ones = chantier.conversations.filter(status=Conversation.Status.OPEN, archived_at=None)
    for conversation_id in open_ones.order_by("pk").values_list("pk", flat=True):
        locked = lock(conversation_id)
        if locked.conversation.status == Conversation.Status.CLOSED:
            continue
        bump(locked, **changes_to(locked.conversation, Conversation.Status.CLOSED.value))
        line = NewLine(Kind.CLOSED, details={"chantier": named(chantier)})
        history.show_changed(locked, [line])

"""What changes with the status of a conversation."""

from messaging.conversation.awaiting import awaiting_reply_since
from messaging.conversation.versions import ConversationChanges
from messaging.models import Conversation, Snooze


def changes_to(conversation: Conversation, status: str) -> ConversationChanges:
    """Return the columns that change with the status. Reopening a conversation undoes its closing.

    What is closed is put off no longer.
    """
    is_closed = status == Conversation.Status.CLOSED
    conversation.status = status
    conversation.closed_up_to_seq = conversation.last_seq if is_closed else 0
    changes: ConversationChanges = {
        "status": status,
        "closed_up_to_seq": conversation.closed_up_to_seq,
        "awaiting_reply_since": awaiting_reply_since(conversation),
    }
    if is_closed and conversation.snoozed_until is not None:
        Snooze.objects.filter(pk=conversation.pk).delete()
        changes["snoozed_until"] = None
    return changes

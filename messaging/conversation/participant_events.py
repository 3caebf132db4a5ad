"""Who takes part in a locked conversation and what each has to read, told to the open screens."""

from collections.abc import Iterable

from core.realtime.publish import Audience, publish
from messaging import events
from messaging.conversation import participants
from messaging.conversation.lock import audience
from messaging.conversation.versions import bump
from messaging.models import Conversation, Participant


def update_participants(conversation: Conversation, *, read_up_to: int) -> bool:
    """Make the participants who they should be; return whether anyone joined or left."""
    has_changed = participants.reconcile(conversation, read_up_to=read_up_to)
    if has_changed:
        publish_participants(conversation)
    return has_changed


def publish_participants(conversation: Conversation) -> None:
    """Show everyone who takes part now."""
    bump(conversation)
    publish(events.conversation_updated(conversation), to=audience(conversation))


def publish_counters(conversation: Conversation, people: Iterable[Participant]) -> None:
    """Show each person their own counter."""
    for person in people:
        event = events.unread_updated(person, version=conversation.version)
        publish(event, to=Audience(user_ids=(person.user_id,)))

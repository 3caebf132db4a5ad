"""Who takes part in a locked conversation and what each has to read, told to the open screens."""

from collections.abc import Iterable

from core.realtime.publish import Audience, publish
from messaging import events
from messaging.conversation import participants
from messaging.conversation.lock import LockedConversation
from messaging.conversation.versions import bump
from messaging.models import Participant


def update_participants(locked: LockedConversation, *, read_up_to: int) -> bool:
    """Make the participants who they should be; return whether anyone joined or left."""
    has_changed = participants.reconcile(locked, read_up_to=read_up_to)
    if has_changed:
        publish_participants(locked)
    return has_changed


def publish_participants(locked: LockedConversation) -> None:
    """Show everyone who takes part now."""
    bump(locked)
    publish(events.conversation_updated(locked.conversation), to=locked.audience)


def publish_counters(locked: LockedConversation, people: Iterable[Participant]) -> None:
    """Show each person their own counter."""
    for person in people:
        event = events.unread_updated(person, version=locked.conversation.version)
        publish(event, to=Audience(user_ids=(person.user_id,)))

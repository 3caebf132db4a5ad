"""Changes of participants and unread counters, shown on the open screens."""

from collections.abc import Iterable

from core.realtime.publish import Audience, publish
from messaging import events
from messaging.conversation import history, participants
from messaging.conversation.lock import LockedConversation
from messaging.conversation.participants import ParticipantFacts
from messaging.conversation.versions import bump
from messaging.models import Participant


def update_participants(locked: LockedConversation, *, read_up_to: int) -> bool:
    """Bring the participants up to date and show them; return whether anyone joined or left."""
    people = participants.facts_of([locked])[locked.conversation.pk]
    return update_with(locked, people, read_up_to=read_up_to)


def update_with(
    locked: LockedConversation, people: list[ParticipantFacts], *, read_up_to: int
) -> bool:
    """Like `update_participants`, with facts that were read under the lock."""
    has_changed = participants.reconcile_with(locked, people, read_up_to=read_up_to)
    if has_changed:
        publish_participants(locked)
    return has_changed


def publish_participants(locked: LockedConversation) -> None:
    """Show who takes part now, under the next version."""
    bump(locked)
    history.show_changed(locked)


def publish_counters(locked: LockedConversation, people: Iterable[Participant]) -> None:
    """Show each of these people their own unread counter."""
    for person in people:
        event = events.unread_updated(person, version=locked.conversation.version)
        publish(event, to=Audience(user_ids=(person.user_id,)))

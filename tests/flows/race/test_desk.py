"""The company's work on a conversation: events and fetches end with the same screen."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from messaging.actions import assignment, escalation, moving, notes, snooze
from messaging.actions.conversations import open_conversation, show_typing, show_viewing
from messaging.actions.messages import Then, send_message
from messaging.actions.notes import write_note
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Note, Snooze
from tests.flows.race.cast import Cast, Story, Watcher, ends_as_a_fresh_fetch


def someone_is_assigned_and_no_longer(cast: Cast) -> None:
    cast.change(cast.odile, assigned_to_id=cast.marc.pk)
    cast.say(cast.camille, "Bonjour")
    cast.fan_out()
    cast.change(cast.odile, assigned_to_id=None)
    cast.say(cast.camille, "Et maintenant ?")
    cast.fan_out()
    cast.change(cast.odile, assigned_to_id=cast.marc.pk)


def it_is_put_off_and_comes_back(cast: Cast) -> None:
    later = timezone.now() + timedelta(days=1)
    snooze.snooze(editor=cast.odile, conversation=cast.conversation, until=later)
    cast.say(cast.camille, "Finalement non")
    snooze.snooze(editor=cast.odile, conversation=cast.conversation, until=later)
    snooze.wake(editor=cast.marc, conversation=cast.conversation)
    snooze.snooze(editor=cast.odile, conversation=cast.conversation, until=later)
    Snooze.objects.update(due_at=timezone.now())
    snooze.wake_on_time(cast.conversation.pk)


def it_is_sent_and_closed_or_put_off(cast: Cast) -> None:
    later = timezone.now() + timedelta(days=1)
    for then in (Then(close=True), Then(snooze_until=later)):
        send_message(
            author=cast.odile,
            conversation_id=cast.conversation.pk,
            draft=Draft(body="Voilà"),
            then=then,
        )


def it_is_taken_followed_and_left(cast: Cast) -> None:
    cast.change(cast.odile, assigned_to_id=cast.odile.pk)
    assignment.follow(follower=cast.marc, conversation=cast.conversation)
    assignment.unfollow(follower=cast.marc, conversation=cast.conversation)
    assignment.take(taker=cast.marc, conversation=cast.conversation, confirmed=True)
    assignment.unfollow(follower=cast.odile, conversation=cast.conversation)


def a_note_names_a_colleague(cast: Cast) -> None:
    write_note(author=cast.odile, conversation=cast.conversation, body="@Marc ?", note_id=uuid4())


def a_question_is_escalated(cast: Cast) -> None:
    cast.say(cast.camille, "Quand venez-vous ?")
    late = Conversation.objects.get(pk=cast.conversation.pk).answer_due_at
    assert late is not None
    with time_machine.travel(late, tick=False):
        escalation.escalate(cast.conversation.pk)
    assert Conversation.objects.get(pk=cast.conversation.pk).escalation_step


def it_loses_its_owner_and_gets_another(cast: Cast) -> None:
    cast.change(cast.odile, assigned_to_id=None)
    escalation.give_owner(cast.conversation.pk)


def two_are_merged_and_one_is_split(cast: Cast) -> None:
    opening = Opening(
        subject="Facture", client=cast.conversation.client_id, message=Draft(body="La facture ?")
    )
    other = open_conversation(opener=cast.camille, opening=opening).conversation
    moving.merge(editor=cast.odile, source=other, target=cast.conversation)
    cast.fan_out()
    moving.split(
        editor=cast.marc,
        source=cast.conversation,
        message_ids=[cast.conversation.messages.get(seq=2).pk],
        subject="À part",
        chantier=None,
        new_conversation_id=uuid4(),
    )
    cast.fan_out()


def someone_types_and_leaves_notes(cast: Cast) -> None:
    show_typing(writer=cast.odile, conversation=cast.conversation)
    show_viewing(viewer=cast.odile, conversation=cast.conversation, is_here=True, asks=False)
    note = notes.write_note(
        author=cast.odile, conversation=cast.conversation, body="Pressé", note_id=uuid4()
    ).note
    notes.edit_note(editor=cast.odile, note=note, body="Très pressé")
    notes.delete_note(remover=cast.odile, note=Note.objects.get(pk=note.pk))


STORIES: list[Story] = [
    someone_is_assigned_and_no_longer,
    it_is_put_off_and_comes_back,
    it_is_sent_and_closed_or_put_off,
    it_is_taken_followed_and_left,
    a_note_names_a_colleague,
    a_question_is_escalated,
    it_loses_its_owner_and_gets_another,
    two_are_merged_and_one_is_split,
    someone_types_and_leaves_notes,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_state_fetched_before_the_events_ends_as_a_fresh_fetch(
    watchers: list[Watcher], cast: Cast, story: Story
) -> None:
    ends_as_a_fresh_fetch(watchers, cast, story)

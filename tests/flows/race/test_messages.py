"""Messages, counters and read marks: events and fetches end with the same screen."""

import pytest

from core.models import Chantier, User
from messaging.actions.fan_out import fan_out_message, fan_out_messages
from messaging.actions.messages import delete_message, edit_message
from messaging.actions.reads import mark_unread_from
from messaging.models import Message
from tests.flows.race.cast import Cast, Story, Watcher, ends_as_a_fresh_fetch


def a_client_sends(cast: Cast) -> None:
    cast.say(cast.camille, "Bonjour")


def both_sides_answer_each_other(cast: Cast) -> None:
    question = cast.say(cast.camille, "Quand passez-vous ?")
    cast.say(cast.odile, "Mardi", reply_to=question)


def a_manager_joins_by_writing(cast: Cast) -> None:
    cast.say(cast.marc, "Je prends le relais")


def a_user_added_later_writes(cast: Cast) -> None:
    User.objects.filter(pk=cast.nina.pk).update(is_active=True)
    cast.say(cast.nina, "Bonjour, je suis Nina")


def a_text_is_changed(cast: Cast) -> None:
    message = cast.say(cast.camille, "Lundi")
    edit_message(editor=cast.camille, message=message, body="Mardi")


def an_old_text_is_changed(cast: Cast) -> None:
    edit_message(editor=cast.camille, message=cast.first(), body="Avant")


def a_message_is_taken_away(cast: Cast) -> None:
    delete_message(remover=cast.marc, message=cast.first())


def the_last_message_is_taken_away(cast: Cast) -> None:
    message = cast.say(cast.camille, "Oups")
    delete_message(remover=cast.camille, message=message)


def messages_are_counted(cast: Cast) -> None:
    cast.say(cast.camille, "Un")
    cast.say(cast.odile, "Deux")
    waiting = Message.objects.filter(fanned_out_at=None)
    fan_out_messages(list(waiting.values_list("pk", flat=True)[:1]))
    for message in waiting:
        fan_out_message(message.pk)


def messages_are_counted_late_and_twice(cast: Cast) -> None:
    messages = [cast.say(cast.camille, str(number)) for number in range(3)]
    edit_message(editor=cast.camille, message=messages[0], body="zéro")
    cast.read(cast.odile, 2)
    for message in reversed(messages):
        fan_out_message(message.pk)
        fan_out_message(message.pk)


def someone_joins_when_messages_are_counted(cast: Cast) -> None:
    User.objects.filter(pk=cast.nina.pk).update(is_active=True)
    cast.say(cast.camille, "Nina est là")
    cast.fan_out()


def someone_leaves_when_messages_are_counted(cast: Cast) -> None:
    Chantier.objects.filter(conversations=cast.conversation).update(responsible=None)
    cast.say(cast.camille, "Odile est partie")
    cast.fan_out()


def everyone_reads(cast: Cast) -> None:
    cast.say(cast.camille, "Bonjour")
    cast.fan_out()
    for reader in (cast.odile, cast.bruno, cast.marc, cast.odile):
        cast.read(reader, cast.first().seq + 5)


def something_is_marked_as_unread(cast: Cast) -> None:
    cast.read(cast.bruno, 3)
    mark_unread_from(reader=cast.bruno, conversation=cast.conversation, seq=2)
    cast.say(cast.odile, "Encore")
    cast.fan_out()


STORIES: list[Story] = [
    a_client_sends,
    both_sides_answer_each_other,
    a_manager_joins_by_writing,
    a_user_added_later_writes,
    a_text_is_changed,
    an_old_text_is_changed,
    a_message_is_taken_away,
    the_last_message_is_taken_away,
    messages_are_counted,
    messages_are_counted_late_and_twice,
    someone_joins_when_messages_are_counted,
    someone_leaves_when_messages_are_counted,
    everyone_reads,
    something_is_marked_as_unread,
]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
def test_state_fetched_before_the_events_ends_as_a_fresh_fetch(
    watchers: list[Watcher], cast: Cast, story: Story
) -> None:
    ends_as_a_fresh_fetch(watchers, cast, story)

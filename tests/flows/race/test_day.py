"""All stories on one day, with events lost and with events that a screen knows already."""

import inspect

import pytest

from messaging.actions import (
    assignment,
    conversations,
    fan_out,
    messages,
    moving,
    notes,
    reads,
    snooze,
)
from tests.flows.race import test_conversations, test_desk, test_messages
from tests.flows.race.cast import (
    Cast,
    Story,
    Watcher,
    ends_as_a_fresh_fetch,
    mark_streams,
    same,
)
from tests.wire import Frame

STORIES: list[Story] = [
    test_messages.a_client_sends,
    test_messages.both_sides_answer_each_other,
    test_messages.a_manager_joins_by_writing,
    test_messages.a_user_added_later_writes,
    test_messages.a_text_is_changed,
    test_messages.an_old_text_is_changed,
    test_messages.a_message_is_taken_away,
    test_messages.the_last_message_is_taken_away,
    test_messages.messages_are_counted,
    test_messages.messages_are_counted_late_and_twice,
    test_messages.someone_joins_when_messages_are_counted,
    test_messages.everyone_reads,
    test_messages.something_is_marked_as_unread,
    test_conversations.the_subject_is_changed,
    test_desk.someone_is_assigned_and_no_longer,
    test_conversations.the_chantier_is_changed,
    test_conversations.it_is_closed_and_opens_again,
    test_desk.it_is_put_off_and_comes_back,
    test_desk.it_is_sent_and_closed_or_put_off,
    test_desk.it_is_taken_followed_and_left,
    test_desk.a_note_names_a_colleague,
    test_desk.a_question_is_escalated,
    test_desk.it_loses_its_owner_and_gets_another,
    test_desk.two_are_merged_and_one_is_split,
    test_conversations.it_is_archived,
    test_conversations.another_is_opened_by_the_client,
    test_conversations.another_is_opened_by_the_company,
    test_desk.someone_types_and_leaves_notes,
    test_messages.someone_leaves_when_messages_are_counted,
]


def a_whole_day(cast: Cast) -> None:
    # Screens fetch what a merge moved: it has no event for each message.
    apart = (test_conversations.it_is_archived, test_desk.two_are_merged_and_one_is_split)
    for story in STORIES:
        if story not in apart:
            story(cast)


def test_state_fetched_before_a_whole_day_ends_as_a_fresh_fetch(
    watchers: list[Watcher], cast: Cast
) -> None:
    ends_as_a_fresh_fetch(watchers, cast, a_whole_day)


def test_events_need_no_fetch_when_none_was_lost(watchers: list[Watcher], cast: Cast) -> None:
    screens = [watcher.fresh() for watcher in watchers]

    a_whole_day(cast)

    mark = mark_streams(cast)
    for watcher, screen in zip(watchers, screens, strict=True):
        for frame in watcher.frames(mark):
            screen.apply(frame)
        # Two conversations were opened, and a screen fetches what it has never seen.
        assert screen.questions == 2


def test_state_fetched_after_the_events_ends_as_a_fresh_fetch(
    watchers: list[Watcher], cast: Cast
) -> None:
    """The screen knows each event already, from its fetch."""
    a_whole_day(cast)
    mark = mark_streams(cast)

    for watcher in watchers:
        screen = watcher.fresh()
        for frame in watcher.frames(mark):
            screen.apply(frame)
        same(screen, watcher.fresh())


@pytest.mark.parametrize("kept", [2, 3, 7])
def test_state_with_most_events_lost_is_a_fresh_fetch_after_one_resync(
    watchers: list[Watcher], cast: Cast, kept: int
) -> None:
    screens = [watcher.fresh() for watcher in watchers]

    a_whole_day(cast)

    mark = mark_streams(cast)
    for watcher, screen in zip(watchers, screens, strict=True):
        frames = watcher.frames(mark)
        for frame in frames[::kept] + [
            frame for frame in frames if frame.name == "conversation.created"
        ]:
            screen.apply(frame)
        screen.apply(Frame("resync", {}))
        same(screen, watcher.fresh())


def test_every_story_is_part_of_the_day() -> None:
    told = [*test_messages.STORIES, *test_conversations.STORIES, *test_desk.STORIES]

    assert {story.__name__ for story in told} == {story.__name__ for story in STORIES}


def test_every_action_is_in_a_story() -> None:
    told = "".join(inspect.getsource(story) for story in STORIES) + inspect.getsource(Cast)

    public = {
        f"{name}("
        for module in (assignment, conversations, fan_out, messages, moving, notes, reads, snooze)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    # Not actions by themselves: steps of sending and of opening.
    public -= {"record_message(", "give_first_owner(", "put_off_locked("}

    assert {call for call in public if call not in told} == set()

"""A screen that applies events ends with the state of a fresh fetch, for every action and person.

Three people watch each story over real streams: Bruno of the client, Odile of the company, and
Marc, a manager who may take no part.
"""

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Unpack
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from core import background_sender
from core.models import Chantier, Client, User
from core.realtime.publish import Audience, Event, publish
from messaging.actions import (
    assignment,
    conversations,
    escalation,
    fan_out,
    messages,
    moving,
    notes,
    reads,
    snooze,
)
from messaging.actions.conversations import (
    archive_conversation,
    change_conversation,
    open_conversation,
    show_typing,
    show_viewing,
)
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import (
    Then,
    delete_message,
    edit_message,
    send_message,
)
from messaging.actions.notes import write_note
from messaging.actions.reads import mark_unread_from, read_up_to
from messaging.conversation.idempotency import Draft, Opening
from messaging.conversation.versions import ConversationChanges
from messaging.models import Conversation, Message, Note, Snooze
from tests.flows.screens import Screen
from tests.site import Site
from tests.wire import Caller, Frame, OpenStream, stream_of


@dataclass
class Cast:
    """The people and things of a story."""

    camille: User
    bruno: User
    odile: User
    marc: User
    nina: User
    conversation: Conversation
    garage: Chantier

    def say(self, author: User, body: str, reply_to: Message | None = None) -> Message:
        draft = Draft(body=body, reply_to=reply_to.pk if reply_to else None)
        return send_message(
            author=author, conversation_id=self.conversation.pk, draft=draft
        ).message

    def change(self, editor: User, **changes: Unpack[ConversationChanges]) -> None:
        change_conversation(editor=editor, conversation=self.conversation, changes=changes)

    def read(self, reader: User, seq: int) -> None:
        read_up_to(reader=reader, conversation=self.conversation, seq=seq)

    def first(self) -> Message:
        return self.conversation.messages.order_by("seq")[0]

    def fan_out(self) -> None:
        pending = Message.objects.filter(fanned_out_at=None).order_by("-seq")
        for message_id in pending.values_list("pk", flat=True):
            fan_out_message(message_id)


# --- Stories ------------------------------------------------------------------------------------


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
    for message in Message.objects.filter(fanned_out_at=None):
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


def the_subject_is_changed(cast: Cast) -> None:
    cast.change(cast.camille, subject="Parquet")


def someone_is_assigned_and_no_longer(cast: Cast) -> None:
    cast.change(cast.odile, assigned_to_id=cast.marc.pk)
    cast.say(cast.camille, "Bonjour")
    cast.fan_out()
    cast.change(cast.odile, assigned_to_id=None)
    cast.say(cast.camille, "Et maintenant ?")
    cast.fan_out()
    cast.change(cast.odile, assigned_to_id=cast.marc.pk)


def the_chantier_is_changed(cast: Cast) -> None:
    """To a chantier without a responsible person: every manager takes part."""
    cast.say(cast.camille, "Bonjour")
    cast.change(cast.odile, chantier_id=cast.garage.pk)
    cast.fan_out()


def it_is_closed_and_opens_again(cast: Cast) -> None:
    cast.say(cast.camille, "Merci")
    cast.change(cast.odile, status="closed")
    cast.say(cast.camille, "Encore une chose")


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


def it_is_archived(cast: Cast) -> None:
    cast.say(cast.camille, "Merci")
    archive_conversation(archiver=cast.odile, conversation=cast.conversation)


def another_is_opened_by_the_client(cast: Cast) -> None:
    opening = Opening(
        subject="Facture", client=cast.conversation.client_id, message=Draft(body="Bonjour")
    )
    open_conversation(opener=cast.camille, opening=opening)
    cast.fan_out()


def another_is_opened_by_the_company(cast: Cast) -> None:
    opening = Opening(
        subject="Rendez-vous",
        client=cast.conversation.client_id,
        chantier=cast.conversation.chantier_id,
        message=Draft(body="Mardi à 9 h ?"),
    )
    opened = open_conversation(opener=cast.marc, opening=opening)
    send_message(
        author=cast.camille, conversation_id=opened.conversation.pk, draft=Draft(body="Parfait")
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


def a_whole_day(cast: Cast) -> None:
    # Screens fetch what a merge moved: it has no event for each message.
    apart = (it_is_archived, two_are_merged_and_one_is_split, a_whole_day)
    for story in STORIES:
        if story not in apart:
            story(cast)


STORIES: list[Callable[[Cast], None]] = [
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
    everyone_reads,
    something_is_marked_as_unread,
    the_subject_is_changed,
    someone_is_assigned_and_no_longer,
    the_chantier_is_changed,
    it_is_closed_and_opens_again,
    it_is_put_off_and_comes_back,
    it_is_sent_and_closed_or_put_off,
    it_is_taken_followed_and_left,
    a_note_names_a_colleague,
    a_question_is_escalated,
    it_loses_its_owner_and_gets_another,
    two_are_merged_and_one_is_split,
    it_is_archived,
    another_is_opened_by_the_client,
    another_is_opened_by_the_company,
    someone_types_and_leaves_notes,
    someone_leaves_when_messages_are_counted,
    a_whole_day,
]


# --- Watching -----------------------------------------------------------------------------------


@dataclass
class Watcher:
    """A person with an open stream."""

    caller: Caller
    stream: OpenStream

    def frames(self, mark: str) -> list[Frame]:
        """Return all frames that came before the mark."""
        return self.stream.until("mark", lambda data: data["id"] == mark)[:-1]

    def fresh(self) -> Screen:
        return Screen(self.caller)


@pytest.fixture
def cast(
    camille: User,
    bruno: User,
    odile: User,
    marc: User,
    morel: Client,
    conversation: Conversation,
) -> Cast:
    nina = User.objects.create(
        email="nina@demo.test", name="Nina Morel", role=User.Role.CLIENT, client=morel,
        is_active=False,
    )  # fmt: skip
    garage = Chantier.objects.create(client=morel, name="Garage")
    cast = Cast(camille, bruno, odile, marc, nina, conversation, garage)
    for author, body in ((camille, "Bonjour"), (odile, "Bonjour"), (bruno, "Merci")):
        cast.say(author, body)
    cast.fan_out()
    return cast


@pytest.fixture(scope="module")
def site_without_worker(running_site: Site) -> Site:
    """The site without a worker: the stories fan out when they want."""
    running_site.start_stopped_web()
    running_site.stop_worker()
    return running_site


@pytest.fixture
def watchers(
    transactional_db: None, site_without_worker: Site, cast: Cast
) -> Iterator[list[Watcher]]:
    site = site_without_worker
    with ExitStack() as streams:
        watching = [
            Watcher(Caller(site, person), streams.enter_context(stream_of(site, person)))
            for person in (cast.bruno, cast.odile, cast.marc)
        ]
        mark = mark_streams(cast)
        for watcher in watching:
            watcher.frames(mark)
        yield watching


def mark_streams(cast: Cast) -> str:
    """Publish a last event to everybody, after all earlier ones were sent; return its id."""
    mark = str(uuid4())
    publish(Event("mark", {"id": mark}), to=Audience(user_ids=(cast.bruno.pk,), company=True))
    background_sender.flush()
    return mark


def same(applied: Screen, fresh: Screen) -> None:
    assert applied.shown() == fresh.shown(), f"for {fresh.caller.person}"


class TestEventsAndState:
    @pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__)
    def test_state_fetched_before_the_events_ends_as_a_fresh_fetch(
        self, watchers: list[Watcher], cast: Cast, story: Callable[[Cast], None]
    ) -> None:
        screens = [watcher.fresh() for watcher in watchers]

        story(cast)

        mark = mark_streams(cast)
        for watcher, screen in zip(watchers, screens, strict=True):
            for frame in watcher.frames(mark):
                screen.apply(frame)
            same(screen, watcher.fresh())

    def test_events_need_no_fetch_when_none_was_lost(
        self, watchers: list[Watcher], cast: Cast
    ) -> None:
        screens = [watcher.fresh() for watcher in watchers]

        a_whole_day(cast)

        mark = mark_streams(cast)
        for watcher, screen in zip(watchers, screens, strict=True):
            for frame in watcher.frames(mark):
                screen.apply(frame)
            # Two conversations were opened, and a screen fetches what it has never seen.
            assert screen.questions == 2

    def test_state_fetched_after_the_events_ends_as_a_fresh_fetch(
        self, watchers: list[Watcher], cast: Cast
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
        self, watchers: list[Watcher], cast: Cast, kept: int
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

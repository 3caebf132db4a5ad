"""The people of the stories, and three who watch them over real streams.

They are Bruno of the client, Odile of the company, and Marc, a manager who may take no part.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack
from uuid import uuid4

from core import background_sender
from core.models import Chantier, User
from core.realtime.publish import Audience, Event, publish
from messaging.actions.conversations import change_conversation
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import send_message
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft
from messaging.conversation.versions import ConversationChanges
from messaging.models import Conversation, Message
from tests.flows.screens import Screen
from tests.wire import Caller, Frame, OpenStream


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


Story = Callable[[Cast], None]


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


def mark_streams(cast: Cast) -> str:
    """Publish a last event to everybody, after all earlier ones were sent; return its id."""
    mark = str(uuid4())
    publish(Event("mark", {"id": mark}), to=Audience(user_ids=(cast.bruno.pk,), company=True))
    background_sender.flush()
    return mark


def same(applied: Screen, fresh: Screen) -> None:
    assert applied.shown() == fresh.shown(), f"for {fresh.caller.person}"


def ends_as_a_fresh_fetch(watchers: list[Watcher], cast: Cast, story: Story) -> None:
    """Check that each screen that applies the events of a story ends as one that is fetched."""
    screens = [watcher.fresh() for watcher in watchers]

    story(cast)

    mark = mark_streams(cast)
    for watcher, screen in zip(watchers, screens, strict=True):
        for frame in watcher.frames(mark):
            screen.apply(frame)
        same(screen, watcher.fresh())

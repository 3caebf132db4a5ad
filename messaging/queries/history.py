"""Pages of a conversation's history, and what changed since a version."""

from dataclasses import dataclass

from django.db.models import QuerySet

from core.queries import current_epoch
from messaging.models import Conversation, Message, PersonRow
from messaging.queries.attachments import with_files

PAGE_LIMIT = 50
PAGE_LIMIT_MAX = 100
CHANGES_LIMIT = 200


@dataclass(frozen=True)
class Window:
    """A page of history: since `seq` has no gap, a range of it."""

    before: int | None = None
    after: int | None = None
    around: int | None = None
    limit: int = PAGE_LIMIT

    def bounds(self, last_seq: int) -> tuple[int, int]:
        """Return the first and the last seq of the page."""
        if self.after is not None:
            return self.after + 1, self.after + self.limit
        if self.around is not None:
            first = max(1, self.around - self.limit // 2)
            return first, first + self.limit - 1
        end = last_seq if self.before is None else self.before - 1
        return end - self.limit + 1, end


@dataclass(frozen=True)
class History:
    """A page of messages in seq order, and whether there are older and newer ones."""

    results: list[Message]
    has_before: bool
    has_after: bool


def history_of(conversation: Conversation, window: Window) -> History:
    """Return a page of a conversation; without bounds, the newest messages."""
    first, last = window.bounds(conversation.last_seq)
    page = _messages_of(conversation).filter(seq__range=(first, last)).order_by("seq")
    messages = with_files(page)
    return History(messages, has_before=first > 1, has_after=last < conversation.last_seq)


@dataclass(frozen=True)
class Changes:
    """What changed after a version. The next question starts at `version`.

    `start_anew` tells a caller that what it holds is from before a restore of the database.
    """

    epoch: str
    start_anew: bool
    version: int
    complete: bool
    conversation: Conversation | None
    messages: list[Message]
    read: list[PersonRow]


def changes_of(conversation: Conversation, since: int) -> Changes:
    """Return what changed since a version in a conversation read `with_details`, in version order.

    The conversation was read before the messages, which may be newer. `version` is the
    conversation's, so a change in between is returned twice, never missed.

    A version that the conversation does not have yet is from before a restore. All that there is
    has changed then: a caller that looks at the messages alone goes on with the right version.
    """
    if is_lost := since > conversation.version:
        since = 0
    newer = _messages_of(conversation).filter(version__gt=since).order_by("version")
    messages = with_files(newer[: CHANGES_LIMIT + 1])
    if is_cut := len(messages) > CHANGES_LIMIT:
        messages.pop()
    return Changes(
        epoch=conversation.epoch or current_epoch(),
        start_anew=is_lost,
        version=messages[-1].version if is_cut else max(since, conversation.version),
        complete=not is_cut,
        conversation=conversation if conversation.version > since else None,
        messages=messages,
        read=[person for person in conversation.people if person["read_version"] > since],
    )


def _messages_of(conversation: Conversation) -> QuerySet[Message]:
    return Message.objects.select_related("author").filter(conversation=conversation)

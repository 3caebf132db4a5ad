"""Pages of a conversation's history, and what changed since a version."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from core.models import User
from core.queries import current_epoch
from messaging.models import SHOWN_TO_CLIENTS, Conversation, HistoryLine, Message, PersonRow
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
    """A page of messages in seq order, and whether there are older and newer ones.

    `lines` are those between its messages: each is in one page.
    """

    results: list[Message]
    lines: list[HistoryLine]
    has_before: bool
    has_after: bool


def history_of(
    conversation: Conversation, window: Window, *, lines_for: User | None = None
) -> History:
    """Return a page of a conversation; without bounds, the newest messages.

    With the lines that `lines_for` may read; without, none.
    """
    first, last = window.bounds(conversation.last_seq)
    page = _messages_of(conversation).filter(seq__range=(first, last)).order_by("seq")
    messages = with_files(page)
    lines: list[HistoryLine] = []
    if lines_for is not None:
        # Those before the first message belong to its page.
        places = (0 if first <= 1 else first, last)
        lines = list(lines_of(lines_for, conversation).filter(after_seq__range=places))
    has_after = last < conversation.last_seq
    return History(messages, lines, has_before=first > 1, has_after=has_after)


def lines_of(reader: User, conversation: Conversation) -> QuerySet[HistoryLine]:
    """Return the lines of a conversation's history that the person may read, in their order."""
    lines = HistoryLine.objects.filter(conversation=conversation)
    if not reader.is_company:
        lines = lines.filter(kind__in=SHOWN_TO_CLIENTS)
    return lines.select_related("by").order_by("version", "id")


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
    lines: list[HistoryLine]
    read: list[PersonRow]


def changes_of(reader: User, conversation: Conversation, since: int) -> Changes:
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
    newer_lines = lines_of(reader, conversation).filter(version__gt=since)
    lines = list(newer_lines[: CHANGES_LIMIT + 1])
    end = _end_of(messages, lines)
    return Changes(
        epoch=conversation.epoch or current_epoch(),
        start_anew=is_lost,
        version=max(since, conversation.version) if end is None else end,
        complete=end is None,
        conversation=conversation if conversation.version > since else None,
        messages=[each for each in messages if end is None or each.version <= end],
        lines=[each for each in lines if end is None or each.version <= end],
        read=[person for person in conversation.people if person["read_version"] > since],
    )


def _end_of(*found: Sequence[Message] | Sequence[HistoryLine]) -> int | None:
    """Return the last version that an answer can be whole up to; None if nothing is cut off.

    Before the first row beyond the limit: several lines may share its version.
    """
    cut = [rows[CHANGES_LIMIT].version - 1 for rows in found if len(rows) > CHANGES_LIMIT]
    return min(cut, default=None)


def _messages_of(conversation: Conversation) -> QuerySet[Message]:
    shown = Message.objects.select_related("author", "reply_to__author")
    return shown.filter(conversation=conversation)

"""Pages of a conversation's history."""

from dataclasses import dataclass

from django.db.models import QuerySet

from core.models import User
from messaging.models import SHOWN_TO_CLIENTS, Conversation, HistoryLine, Message
from messaging.queries.attachments import with_files

PAGE_LIMIT = 50
PAGE_LIMIT_MAX = 100


@dataclass(frozen=True)
class Window:
    """A page of history: since `seq` has no gap, a range of it."""

    before: int | None = None
    after: int | None = None
    around: int | None = None
    limit: int = PAGE_LIMIT

    @property
    def is_bound(self) -> bool:
        """Tell whether the page is the same one however many messages there are."""
        return (self.before, self.after, self.around) != (None, None, None)

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
    """A page of messages in seq order, and whether there are newer ones."""

    results: list[Message]
    has_after: bool


def history_of(conversation: Conversation, window: Window) -> History:
    """Return a page of a conversation as rows; without bounds, the newest messages.

    Screens get theirs from `queries.shown`.
    """
    first, last = window.bounds(conversation.last_seq)
    shown = Message.objects.select_related("author", "reply_to__author")
    page = shown.filter(conversation=conversation, seq__range=(first, last)).order_by("seq")
    return History(with_files(page), has_after=last < conversation.last_seq)


def lines_of(reader: User, conversation: Conversation) -> QuerySet[HistoryLine]:
    """Return the lines of a conversation's history that the person may read, in their order."""
    lines = HistoryLine.objects.filter(conversation=conversation)
    if not reader.is_company:
        lines = lines.filter(kind__in=SHOWN_TO_CLIENTS)
    return lines.select_related("by").order_by("version", "id")

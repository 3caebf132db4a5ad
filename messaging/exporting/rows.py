"""The messages of a conversation with what stands between them: notes, and lines of the history.

The printed page, the PDF and the pages of an export all show these rows.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from attachments.models import Attachment
from messaging.models import Conversation, HistoryLine, Message, Note
from messaging.queries.history import Window, history_of
from messaging.rendering.dates import clock, exact_label, full_day
from messaging.rendering.files import size_label
from messaging.rendering.lines import PLACE as PLACE_OF_ANOTHER
from messaging.rendering.lines import sentence_of
from messaging.serializers.history import LineSerializer

BATCH = 100


@dataclass
class Row:
    """A message, an internal note or a line; `day` is set on the first of its day."""

    at: datetime
    message: Message | None = None
    note: Note | None = None
    line: HistoryLine | None = None
    day: date | None = None

    @property
    def number(self) -> str:
        return _("no. %(n)s") % {"n": self.message.seq} if self.message else ""

    @property
    def heading(self) -> str:
        return full_day(timezone.localtime(self.at)) if self.day else ""

    @property
    def time(self) -> str:
        return clock(timezone.localtime(self.at))

    @property
    def sizes(self) -> list[tuple[Attachment, str]]:
        """Each file with its size in words."""
        shown = self.message or self.note
        return [(file, size_label(file.size)) for file in getattr(shown, "attachments", [])]

    @property
    def told(self) -> str:
        """What a line of the history says."""
        if self.line is None:
            return ""
        shown = LineSerializer.shown(self.line)
        other = shown["details"].get("into") or shown["details"].get("from") or {}
        sentence = sentence_of(shown, timezone.localtime())
        return sentence.replace(PLACE_OF_ANOTHER, _("“%(name)s”") % {"name": other.get("name", "")})

    @property
    def edited(self) -> str:
        at = self.message.edited_at if self.message else None
        return _("edited on %(moment)s") % {"moment": moment(at)} if at else ""

    @property
    def deleted(self) -> str:
        at = self.message.deleted_at if self.message else None
        return _("Message deleted on %(moment)s") % {"moment": moment(at)} if at else ""


# Returns the messages after a seq, at most so many; none at the end.
Read = Callable[[int, int], list[Message]]


def reader_of(conversation: Conversation) -> Read:
    return lambda after, limit: history_of(conversation, Window(after=after, limit=limit)).results


def rows_of(
    read: Read, notes: Iterable[Note], lines: Iterable[HistoryLine], *, after: int = 0
) -> Iterator[list[Row]]:
    """Yield the messages after a seq, with the notes and lines between them, in batches."""
    waiting = deque(Row(note.created_at, note=note) for note in notes), deque(lines)
    day: date | None = None
    while messages := read(after, BATCH):
        after = messages[-1].seq
        rows: list[Row] = []
        for message in messages:
            rows += _before(*waiting, message)
            rows.append(Row(message.created_at, message=message))
        day = _set_days(rows, day)
        yield rows
    rest = _before(*waiting, None)
    _set_days(rest, day)
    yield rest


def moment(at: datetime) -> str:
    return exact_label(timezone.localtime(at))


def _before(notes: deque[Row], lines: deque[HistoryLine], message: Message | None) -> list[Row]:
    """Take what stands before a message; None: all that is left.

    Notes that were written before it, and the lines after the message above.
    """
    rows = []
    while lines and (message is None or lines[0].after_seq < message.seq):
        line = lines.popleft()
        rows.append(Row(line.at, line=line))
    while notes and (message is None or notes[0].at < message.created_at):
        rows.append(notes.popleft())
    return sorted(rows, key=lambda row: row.at)


def _set_days(rows: list[Row], day: date | None) -> date | None:
    """Set the day of the first row of each, and return the last day."""
    for row in rows:
        if (own := timezone.localtime(row.at).date()) != day:
            row.day = day = own
    return day

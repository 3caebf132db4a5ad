"""A whole conversation on one page, for printing or a PDF: each message, with its files.

The page is written while its messages are read, a batch at a time, so that the longest conversation
takes no more memory than a short one. Its last line says that it is complete.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attachments.models import Attachment
from core.models import User
from core.web.page_access import person_page
from core.web.requests import person
from messaging.actions.exports import record_export
from messaging.models import SHOWN_TO_CLIENTS, Conversation, HistoryLine, Message, Note
from messaging.queries.conversations import detailed_conversation_for, notes_for
from messaging.queries.history import Window, history_of, lines_of
from messaging.rendering.dates import clock, exact_label, full_day
from messaging.rendering.files import size_label
from messaging.rendering.lines import PLACE as PLACE_OF_ANOTHER
from messaging.rendering.lines import sentence_of
from messaging.serializers.history import LineSerializer

BATCH = 100
# Where the messages stand in the page around them.
PLACE = "<!-- messages -->"


@dataclass
class Row:
    """A message or an internal note; `day` is set on the first of its day."""

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
        return _("edited on %(moment)s") % {"moment": _moment(at)} if at else ""

    @property
    def deleted(self) -> str:
        at = self.message.deleted_at if self.message else None
        return _("Message deleted on %(moment)s") % {"moment": _moment(at)} if at else ""


@person_page(of_company=False)
def client_print(request: HttpRequest, conversation_id: UUID) -> HttpResponseBase:
    return _printed(request, "client", conversation_id, with_notes=False)


@person_page(of_company=True)
def staff_print(request: HttpRequest, conversation_id: UUID) -> HttpResponseBase:
    """The company's page: as a client reads it, unless `?notes=1` asks for what is internal."""
    with_notes = request.GET.get("notes") == "1"
    return _printed(request, "staff", conversation_id, with_notes=with_notes)


def _printed(
    request: HttpRequest, side: str, conversation_id: UUID, *, with_notes: bool
) -> HttpResponseBase:
    reader = person(request)
    conversation = detailed_conversation_for(reader, conversation_id)
    context = {
        "conversation": conversation,
        "people": _people(conversation),
        "printed_at": timezone.now(),
        "opened": _moment(conversation.created_at),
        "printed": _("%(moment)s, by %(name)s")
        % {"moment": _moment(timezone.now()), "name": reader.name},
        "end": _end(conversation.last_seq),
        "back": f"/{side}/messages/{conversation_id}",
        "with_notes": with_notes,
        "offers_notes": reader.is_company,
        "place": PLACE,
    }
    # Rendered here: what follows runs after the middlewares, which need the nonce of the page.
    page = render_to_string("messaging/print.html", context, request)
    notes = list(notes_for(reader, conversation_id)) if with_notes else []
    lines = _lines(reader, conversation, with_notes=with_notes)
    record_export(by=reader, conversation=conversation)
    language = translation.get_language()
    return StreamingHttpResponse(_pieces(page, rows_of(conversation, notes, lines), language))


def _lines(reader: User, conversation: Conversation, *, with_notes: bool) -> list[HistoryLine]:
    """Return what was done with the conversation: without the notes, what a client reads of it."""
    lines = lines_of(reader, conversation)
    return list(lines if with_notes else lines.filter(kind__in=SHOWN_TO_CLIENTS))


def _pieces(page: str, batches: Iterator[list[Row]], language: str) -> Iterator[str]:
    before, _, after = page.partition(PLACE)
    yield before
    for rows in batches:
        with translation.override(language):
            yield render_to_string("messaging/print_rows.html", {"rows": rows})
    yield after


def rows_of(
    conversation: Conversation, notes: list[Note], lines: list[HistoryLine]
) -> Iterator[list[Row]]:
    """Yield the messages, with the notes and lines between them, in batches."""
    waiting = deque(Row(note.created_at, note=note) for note in notes), deque(lines)
    day: date | None = None
    for messages in _batches(conversation):
        rows: list[Row] = []
        for message in messages:
            rows += _before(*waiting, message)
            rows.append(Row(message.created_at, message=message))
        day = _set_days(rows, day)
        yield rows
    rest = _before(*waiting, None)
    _set_days(rest, day)
    yield rest


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


def _batches(conversation: Conversation) -> Iterator[list[Message]]:
    after = 0
    while messages := history_of(conversation, Window(after=after, limit=BATCH)).results:
        yield messages
        after = messages[-1].seq


def _set_days(rows: list[Row], day: date | None) -> date | None:
    """Set the day of the first row of each, and return the last day."""
    for row in rows:
        if (own := timezone.localtime(row.at).date()) != day:
            row.day = day = own
    return day


def _end(count: int) -> str:
    return ngettext(
        "End of the conversation: %(count)s message.",
        "End of the conversation: %(count)s messages.",
        count,
    ) % {"count": count}


def _moment(at: datetime) -> str:
    return exact_label(timezone.localtime(at))


def _people(conversation: Conversation) -> list[dict[str, Any]]:
    """Return who takes part: the client's people first."""
    people = [
        {"name": each["name"], "is_company": each["role"] != User.Role.CLIENT}
        for each in conversation.people
    ]
    return sorted(people, key=lambda each: each["is_company"])

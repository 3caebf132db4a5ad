"""A whole conversation on one page, for printing or a PDF: each message, with its files.

The page is written while its messages are read, a batch at a time, so that the longest conversation
takes no more memory than a short one. Its last line says that it is complete.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils import timezone, translation

from core.models import User
from core.web.page_access import person_page
from core.web.requests import person
from messaging.actions.exports import record_export
from messaging.exporting import heads, thread_pdf
from messaging.exporting.rows import Row, moment, reader_of, rows_of
from messaging.models import SHOWN_TO_CLIENTS, Conversation, HistoryLine
from messaging.queries.conversations import detailed_conversation_for, notes_for
from messaging.queries.history import lines_of

# Where the messages stand in the page around them.
PLACE = "<!-- messages -->"


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
        "opened": moment(conversation.created_at),
        "printed": heads.printed(timezone.now(), reader),
        "end": heads.end_of_conversation(conversation.last_seq),
        "back": f"/{side}/messages/{conversation_id}",
        "with_notes": with_notes,
        "offers_notes": reader.is_company,
        "pdfs": _pdfs(side, conversation, with_notes=with_notes),
        "place": PLACE,
    }
    # Rendered here: what follows runs after the middlewares, which need the nonce of the page.
    page = render_to_string("messaging/print.html", context, request)
    notes = list(notes_for(reader, conversation_id)) if with_notes else []
    lines = _lines(reader, conversation, with_notes=with_notes)
    record_export(by=reader, conversation=conversation)
    language = translation.get_language()
    return StreamingHttpResponse(
        _pieces(page, rows_of(reader_of(conversation), notes, lines), language)
    )


def _pdfs(side: str, conversation: Conversation, *, with_notes: bool) -> list[tuple[str, str]]:
    """Return the address of each part of the PDF, with its number if there are several."""
    count = len(thread_pdf.volumes(conversation))
    address = f"/{side}/messages/{conversation.pk}/pdf?{'notes=1&' * with_notes}part="
    return [(str(n) if count > 1 else "", f"{address}{n}") for n in range(1, count + 1)]


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


def _people(conversation: Conversation) -> list[dict[str, Any]]:
    """Return who takes part: the client's people first."""
    people = [
        {"name": each["name"], "is_company": each["role"] != User.Role.CLIENT}
        for each in conversation.people
    ]
    return sorted(people, key=lambda each: each["is_company"])

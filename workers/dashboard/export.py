"""Export attempts as a CSV or JSON file, written while it is read."""

from collections.abc import Callable, Iterable, Iterator

import orjson
from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.csv_files import BYTE_ORDER_MARK, CsvLines, Pieces, cell, in_language
from workers.dashboard.task_words import STATE_WORDS, Pair
from workers.engine.job_types import Text

AT_MOST = 10_000
# Of an attempt.
COLUMNS = (
    "id", "name", "queue", "worker", "subject", "attempt", "outcome", "ordered_at", "started_at",
    "ended_at", "wait_seconds", "run_seconds", "memory_bytes", "error_class", "error_place",
    "error_text",
)  # fmt: skip
# What its row shows.
WORDS = ("title", "words")
HEADINGS: dict[str, Text] = {
    "ended_at": _("Ended"),
    "outcome": _("State"),
    "title": _("Task"),
    "words": _("Object"),
    "queue": _("Queue"),
    "attempt": _("Attempt"),
    "wait_seconds": _("Wait (s)"),
    "run_seconds": _("Duration (s)"),
    "memory_bytes": _("Memory (bytes)"),
    "worker": _("Worker"),
    "error_class": _("Error"),
    "error_text": _("Message"),
    "error_place": _("Place"),
    "ordered_at": _("Due"),
    "started_at": _("Started"),
    "name": _("Name of the task"),
    "subject": _("Id of the row"),
    "id": _("Id of the attempt"),
}


def file_of(batches: Iterable[list[Pair]], file_format: str) -> StreamingHttpResponse:
    """Return the newest attempts, AT_MOST of them, as an attachment that is sent as it is made."""
    write, content_type = FORMATS[file_format]
    pieces = in_language(write(_at_most(batches)), translation.get_language())
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="tasks.{file_format}"'
    return response


def _at_most(batches: Iterable[list[Pair]]) -> Iterator[list[Pair]]:
    left = AT_MOST
    for batch in batches:
        yield batch[:left]
        left -= len(batch)
        if left <= 0:
            return


def _json(batches: Iterator[list[Pair]]) -> Pieces:
    yield b"["
    before = b""
    for batch in batches:
        # Each attempt on a line of its own.
        yield before + b",\n".join(map(_object, batch)) if batch else b""
        before = b",\n" if batch or before else b""
    yield b"]"


def _object(pair: Pair) -> bytes:
    run, row = pair
    values = {name: getattr(run, name) for name in COLUMNS}
    words = {name: str(getattr(row, name)) for name in WORDS}
    return orjson.dumps({**values, **words}, option=orjson.OPT_UTC_Z)


def _csv(batches: Iterator[list[Pair]]) -> Pieces:
    write = CsvLines()
    yield BYTE_ORDER_MARK + write.line([str(heading) for heading in HEADINGS.values()])
    for batch in batches:
        yield "".join(write.line(_cells(pair)) for pair in batch)


def _cells(pair: Pair) -> list[str]:
    run, row = pair
    shown = {
        "outcome": STATE_WORDS[run.outcome],
        "queue": row.queue_title,
        "title": row.title,
        "words": row.words,
        "error_text": row.error_text,
    }
    return [cell(shown.get(name, getattr(run, name, ""))) for name in HEADINGS]


FORMATS: dict[str, tuple[Callable[[Iterator[list[Pair]]], Pieces], str]] = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "json": (_json, "application/json"),
}

"""Export the audit as a CSV or JSON file, the oldest entry first, written while it is read.

The JSON has what the hashes are made of, so a program can check the chain of a whole export
(`core.audit.canonical`).
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import orjson
from django.http import StreamingHttpResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.audit import canonical, names, search, words
from core.audit.chain import chain_facts
from core.audit.record import Action, Thing, record
from core.audit.search import Filters
from core.audit_models import AuditEntry
from core.csv_files import BYTE_ORDER_MARK, CsvLines, Pieces, cell, in_language
from core.models import User

HEADINGS = (
    _("No."), _("Moment"), _("Action"), _("Who"), _("Id of the person"), _("Kind of object"),
    _("Object"), _("Id of the object"), _("Address"), _("Details"), _("Hash"),
)  # fmt: skip

Batches = Iterator[list[AuditEntry]]


def file_of(reader: User, filters: Filters, file_format: str) -> StreamingHttpResponse:
    """Return the entries that match as an attachment. The export itself is the last of the audit.

    `file_format` is `csv` or `json`.
    """
    given = {name: _written(value) for name, value in filters.given().items()}
    details = {"format": file_format, "filters": given}
    record(reader, Action.AUDIT_EXPORTED, Thing(AuditEntry._meta.label_lower), details)
    chain_facts()
    write, content_type = FORMATS[file_format]
    batches = search.in_order(search.entries(filters))
    pieces = in_language(write(batches), translation.get_language())
    response = StreamingHttpResponse(pieces, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="audit.{file_format}"'
    return response


def _written(value: Any) -> Any:
    return canonical.moment(value) if isinstance(value, datetime) else value


def _csv(batches: Batches) -> Pieces:
    lines = CsvLines()
    yield BYTE_ORDER_MARK + lines.line([str(heading) for heading in HEADINGS])
    for batch in batches:
        named = zip(batch, names.labels(batch), strict=True)
        yield "".join(lines.line(_cells(entry, label)) for entry, label in named)


def _cells(entry: AuditEntry, label: str) -> list[str]:
    details = " ; ".join(f"{each.label} : {each.text}" for each in words.details(entry))
    shown = (
        entry.position, entry.at, words.action_words(entry), words.actor_words(entry),
        entry.actor_id, words.kind_words(entry), label, entry.object_id,
        entry.address, details, bytes(entry.hash).hex(),
    )  # fmt: skip
    return [cell(value) for value in shown]


def _json(batches: Batches) -> Pieces:
    before = b"["
    for batch in batches:
        yield before + b",\n".join(map(_object, batch))
        before = b",\n"
    yield b"[]" if before == b"[" else b"]"


def _object(entry: AuditEntry) -> bytes:
    shape = {
        "position": entry.position,
        "content": canonical.content(entry),
        "content_hash": bytes(entry.content_hash).hex(),
        "hash": bytes(entry.hash).hex(),
    }
    return orjson.dumps(shape)


FORMATS: dict[str, tuple[Callable[[Batches], Pieces], str]] = {
    "csv": (_csv, "text/csv; charset=utf-8"),
    "json": (_json, "application/json"),
}

"""The rows of a page of `GET /search`: what each hit shows, a few queries for the whole page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.models import User
from core.queries import chantiers_for, clients_for
from messaging.models import (
    Conversation,
    Message,
    MessageAttachment,
    Note,
    NoteAttachment,
    SearchEntry,
)
from messaging.queries.search import CONVERSATION, FILE, MESSAGE, NOTE, NOTE_FILE
from messaging.queries.search_pages import Facet, Facets
from messaging.search.excerpts import excerpt_of
from messaging.search.terms import Term


@dataclass(frozen=True)
class Hit:
    """Something that was found, and its place. The `hits` are places in the `excerpt`."""

    kind: str
    id: UUID
    conversation: Conversation
    message: UUID | None
    seq: int | None
    note: UUID | None
    author: User | None
    created_at: datetime
    excerpt: str
    hits: list[tuple[int, int]]


def hits_of_page(entries: list[SearchEntry], wanted: list[Term]) -> list[Hit]:
    """Return what is shown of entries. One whose row was deleted a moment ago is left out."""
    ids = {kind: [each.row_id for each in entries if each.kind == kind] for kind in _READ}
    rows = {kind: read(ids[kind]) if ids[kind] else {} for kind, read in _READ.items()}
    about = _conversations(each.conversation_id for each in entries)
    shown = []
    for entry in entries:
        row = rows[entry.kind].get(entry.row_id)
        if row is not None:
            text, message, note = _shown(entry.kind, row)
            excerpt = excerpt_of(text, wanted)
            written = message or note
            shown.append(
                Hit(
                    FILE if entry.kind == NOTE_FILE else entry.kind,
                    entry.row_id,
                    about[entry.conversation_id],
                    message.pk if message else None,
                    message.seq if message else None,
                    note.pk if note else None,
                    written.author if written else None,
                    entry.at,
                    excerpt.text,
                    excerpt.hits,
                )
            )
    return shown


def facets_of(reader: User, facets: Facets) -> dict[str, list[dict[str, Any]]]:
    """Return facets with their names, of what the reader may choose from."""
    clients = {row.pk: row.name for row in clients_for(reader).filter(pk__in=_ids(facets.clients))}
    chantiers = {
        row.pk: " · ".join(filter(None, (row.reference, row.name)))
        for row in chantiers_for(reader).filter(pk__in=_ids(facets.chantiers))
    }
    authors = dict(User.objects.filter(pk__in=_ids(facets.authors)).values_list("pk", "name"))
    return {
        "clients": _named(facets.clients, clients),
        "chantiers": _named(facets.chantiers, chantiers),
        "authors": _named(facets.authors, authors),
    }


def _ids(facet: Facet) -> list[UUID]:
    return [UUID(each["id"]) for each in facet]


def _named(facet: Facet, names: dict[UUID, str]) -> list[dict[str, Any]]:
    known = [each for each in facet if UUID(each["id"]) in names]
    return [{**each, "name": names[UUID(each["id"])]} for each in known]


def _messages(ids: list[UUID]) -> dict[UUID, Any]:
    rows = Message.objects.select_related("author").filter(pk__in=ids, deleted_at=None)
    return {row.pk: row for row in rows}


def _files(ids: list[UUID]) -> dict[UUID, Any]:
    rows = MessageAttachment.objects.select_related("message__author")
    shown = rows.filter(attachment__in=ids, message__deleted_at=None)
    return {row.attachment_id: row for row in shown}


def _notes(ids: list[UUID]) -> dict[UUID, Any]:
    rows = Note.objects.select_related("author").filter(pk__in=ids, deleted_at=None)
    return {row.pk: row for row in rows}


def _note_files(ids: list[UUID]) -> dict[UUID, Any]:
    rows = NoteAttachment.objects.select_related("note__author")
    shown = rows.filter(attachment__in=ids, note__deleted_at=None)
    return {row.attachment_id: row for row in shown}


def _conversations(ids: Iterable[UUID]) -> dict[UUID, Conversation]:
    return Conversation.objects.select_related("client", "chantier").in_bulk(set(ids))


_READ = {
    MESSAGE: _messages,
    FILE: _files,
    NOTE: _notes,
    NOTE_FILE: _note_files,
    CONVERSATION: _conversations,
}


def _shown(kind: str, row: Any) -> tuple[str, Message | None, Note | None]:
    """Return the text of a row, and the message or the note where it is."""
    if kind == MESSAGE:
        return row.body, row, None
    if kind == FILE:
        return row.attachment.name, row.message, None
    if kind == NOTE:
        return row.body, None, row
    if kind == NOTE_FILE:
        return row.attachment.name, None, row.note
    return _about(row), None, None


def _about(conversation: Conversation) -> str:
    chantier = conversation.chantier
    named = (chantier.name, chantier.reference) if chantier else ()
    return " · ".join(filter(None, (conversation.subject, conversation.client.name, *named)))

"""Rebuild the contents of entries: texts from the rows, all else from the entries themselves."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from attachments.models import Attachment
from messaging.chain.contents import Kind
from messaging.chain.hashes import Content, written
from messaging.models import ChainEntry, Message, MessageAttachment, MessageRevision

OF_MESSAGES = {Kind.MESSAGE, Kind.MOVE, Kind.EDIT, Kind.DELETE}


@dataclass
class MessageRows:
    """Messages as the rows have them now, by id, with those that they were moved to."""

    messages: dict[UUID, Message] = field(default_factory=dict)
    # Their earlier texts, the oldest first; of a message that moved, those of the last copy.
    earlier: dict[UUID, list[MessageRevision]] = field(default_factory=dict)
    files: dict[UUID, list[Attachment]] = field(default_factory=dict)

    def last_copy(self, message_id: UUID) -> Message | None:
        """Return the row that has the texts and files of a message: itself if it never moved."""
        found = self.messages.get(message_id)
        seen = set[UUID]()
        while found is not None and found.moved_to_id and found.pk not in seen:
            seen.add(found.pk)
            found = self.messages.get(found.moved_to_id)
        return found

    def texts(self, message_id: UUID) -> list[str]:
        """Return all texts that a message ever had, the last one that of now."""
        last = self.last_copy(message_id)
        if last is None:
            return []
        return [each.body for each in self.earlier.get(last.pk, [])] + [last.body]

    def files_of(self, message_id: UUID) -> list[Attachment]:
        last = self.last_copy(message_id)
        return [] if last is None else self.files.get(last.pk, [])


def rows_of(ids: Iterable[UUID]) -> MessageRows:
    """Read messages, their earlier texts and files: a few queries however many there are."""
    rows, wanted = MessageRows(), set(ids)
    while wanted:
        found = Message.objects.in_bulk(wanted)
        rows.messages |= found
        targets = {each.moved_to_id for each in found.values() if each.moved_to_id}
        wanted = targets - rows.messages.keys()
    earlier, files = defaultdict(list), defaultdict(list)
    for revision in MessageRevision.objects.filter(message__in=rows.messages).order_by("id"):
        earlier[revision.message_id].append(revision)
    links = MessageAttachment.objects.filter(message__in=rows.messages)
    for link in links.order_by("message", "position"):
        files[link.message_id].append(link.placed)
    rows.earlier, rows.files = dict(earlier), dict(files)
    return rows


def message_ids(entries: Iterable[ChainEntry]) -> set[UUID]:
    """Return the ids of the messages that entries are about."""
    about = (each for each in entries if each.kind in OF_MESSAGES and each.number is not None)
    return {each.subject for each in about if each.subject}


def contents_of(entries: Sequence[ChainEntry], rows: MessageRows) -> list[Content | None]:
    """Return the content of each entry; None if a purge took it away.

    `rows` are those of `message_ids(entries)`. A text that no row has any more is None.
    """
    return [content_of(entry, rows) for entry in entries]


def content_of(entry: ChainEntry, rows: MessageRows) -> Content | None:
    if entry.salt is None:
        return None
    kept = kept_by(entry)
    content = {"kind": entry.kind, "at": written(entry.recorded_at), **_told(entry, kept), **kept}
    edits = kept.get("edits", 0)
    edits = edits if isinstance(edits, int) else 0
    if "text" in content:
        content["text"] = _text(entry, rows, edits)
    if "previous" in content:
        content["previous"] = _text(entry, rows, edits - 1)
    return content


def kept_by(entry: ChainEntry) -> Content:
    """Return what an entry stores. Text that is no JSON object any more is as good as nothing."""
    try:
        kept = json.loads(entry.content or "{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) else {}


def _text(entry: ChainEntry, rows: MessageRows, number: int) -> str | None:
    texts = rows.texts(entry.subject) if entry.subject else []
    return texts[number] if 0 <= number < len(texts) else None


def _told(entry: ChainEntry, kept: Content) -> Content:
    """Return what the columns of an entry and the defaults of its kind tell."""
    subject, person = str(entry.subject), str(entry.person)
    match entry.kind:
        case Kind.READ:
            return {"user": person, "up_to_seq": entry.number}
        case Kind.DELIVERY:
            return {"id": subject, "recipient": person, "seq": entry.number}
        case Kind.NOTE:
            return {"id": subject, "author": person}
        case Kind.EDIT:
            return {"id": subject, "by": person, "text": None, "previous": None}
        case Kind.DELETE:
            return {"id": subject, "by": person if entry.person else None}
        case Kind.MOVE if "to" in kept:
            return {"id": subject}
        case Kind.MESSAGE | Kind.MOVE:
            return {
                "id": subject,
                "seq": entry.number,
                "author": person,
                "text": None,
                "created_at": written(entry.recorded_at),
                "by_email": 0,
                "reply_to": None,
                "files": [],
            }
    return {}

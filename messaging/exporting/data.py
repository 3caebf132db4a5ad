"""The data of an export: one JSON object a line, in UTF-8, times in UTC with six digits.

What stands here is what the chain can be compared with (`verifier.py`).
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from attachments.models import Attachment
from core.models import User
from messaging.chain.hashes import written
from messaging.exporting.files import Copies
from messaging.exporting.paths import Place, owner_of
from messaging.exporting.snapshot import Snapshot, Volume
from messaging.models import Conversation, HistoryLine, Message, Note
from messaging.serializers.history import LineSerializer

Json = dict[str, Any]
BATCH = 200


def line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"


def person(user: User | None) -> Json | None:
    return None if user is None else {"id": str(user.pk), "name": user.name, "role": user.role}


def conversation(
    found: Conversation, snapshot: Snapshot, volumes: Iterable[Volume], *, starts_after: int
) -> Json:
    chantier = found.chantier
    return {
        "id": str(found.pk),
        "subject": found.subject,
        "client": {"id": str(found.client_id), "name": found.client.name},
        "chantier": {"id": str(chantier.pk), "name": chantier.name} if chantier else None,
        "created_at": written(found.created_at),
        "created_by": person(found.created_by),
        "last_seq": snapshot.last_seq,
        "exported_at": written(snapshot.at),
        "chain_length": snapshot.chain_length,
        "chain_head": snapshot.chain_head.hex(),
        # The messages up to this one are older than the chain.
        "chain_starts_after": starts_after,
        # Only the messages of one person: the others are missing on purpose.
        "only_author": str(snapshot.author_id) if snapshot.author_id else None,
        "volumes": [
            {"first": each.first, "last": each.last, "count": each.count} for each in volumes
        ],
    }


def messages(
    snapshot: Snapshot, volume: Volume, place: Place, copies: Copies, *, for_company: bool
) -> Iterator[str]:
    """Yield the messages of a volume."""
    after = volume.first - 1
    while batch := snapshot.messages(after, volume.last, BATCH):
        for message in batch:
            yield line(message_json(message, snapshot, place, copies, for_company=for_company))
        after = batch[-1].seq


def message_json(
    message: Message, snapshot: Snapshot, place: Place, copies: Copies, *, for_company: bool
) -> Json:
    is_gone = message.deleted_at is not None
    shown: Json = {
        "id": str(message.pk),
        "seq": message.seq,
        "author": person(message.author),
        "text": "" if is_gone else message.body,
        "created_at": written(message.created_at),
        "edited_at": written(message.edited_at) if message.edited_at else None,
        "deleted_at": written(message.deleted_at) if message.deleted_at else None,
        "by_email": message.by_email,
        "reply_to": str(message.reply_to_id) if message.reply_to_id else None,
        "moved_to": str(message.moved_to_id) if message.moved_to_id else None,
        "files": [
            file_json(file, place, owner_of(message.seq), copies) for file in message.attachments
        ],
    }
    if for_company and (message.edited_at or is_gone):
        # The earlier texts are for the company alone, as on the screen.
        shown["earlier"] = [
            {"text": each.body, "until": written(each.replaced_at)}
            for each in snapshot.revisions(message)
        ]
    return shown


def file_json(file: Attachment, place: Place, owner: str, copies: Copies) -> Json:
    path = copies.path_of(place, owner, file)
    return {
        "id": str(file.pk),
        "name": file.name,
        "size": file.size,
        # Of what was sent. A photo whose location was removed has other bytes here.
        "sha256": bytes(file.sha256).hex(),
        "content_type": file.content_type,
        "status": file.status,
        "path": path,
        "is_as_sent": bool(path) and not copies.is_shared(file),
    }


def note_json(note: Note, place: Place, number: int, copies: Copies) -> Json:
    return {
        "id": str(note.pk),
        "author": person(note.author),
        "text": note.body,
        "created_at": written(note.created_at),
        "edited_at": written(note.edited_at) if note.edited_at else None,
        "files": [
            file_json(file, place, f"note-{number:03d}", copies) for file in note.attachments
        ],
    }


def history_json(line: HistoryLine) -> Json:
    shown = LineSerializer.shown(line)
    return {
        "id": str(line.pk),
        "kind": line.kind,
        "by": person(line.by),
        "at": written(line.at),
        "after_seq": line.after_seq,
        "details": shown["details"],
    }

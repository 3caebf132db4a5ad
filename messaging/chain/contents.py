"""What is hashed of each thing that happens in a conversation.

A content is an object with "kind", "at" and what `said` holds. `kept` names what neither the
columns of the entry nor a default tell: it is stored in the entry. Texts alone are rebuilt from the
rows (`chain.rebuilding`), so that no text is stored twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attachments.models import Attachment
from messaging.chain.hashes import Content, written
from messaging.chain_models import ChainEntry
from messaging.models import Message, Note

Kind = ChainEntry.Kind
# Of a message. Absent from what an entry stores where there is none of it.
UNLESS_EMPTY = ("by_email", "reply_to", "files", "edits")


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Something to chain. `said` is its content without "kind" and "at"."""

    kind: ChainEntry.Kind
    said: Content
    subject: UUID | None = None
    person: UUID | None = None
    number: int | None = None
    kept: tuple[str, ...] = ()

    def content(self, at: datetime) -> Content:
        return {"kind": self.kind.value, "at": written(at), **self.said}

    @property
    def kept_content(self) -> Content | None:
        """What the entry stores of its content; None for nothing."""
        return {name: self.said[name] for name in self.kept if name in self.said} or None


def file_content(file: Attachment) -> Content:
    """Return a file of a message: its hash is the one that its sender announced."""
    sha256 = bytes(file.sha256).hex()
    return {"id": str(file.pk), "name": file.name, "size": file.size, "sha256": sha256}


def message_content(
    message: Message,
    *,
    text: str,
    author: UUID,
    author_name: str,
    files: Iterable[Attachment],
    edits: int = 0,
) -> Content:
    """Return what is said of a message. `edits`: how often it had been edited; absent for 0."""
    said = {
        "id": str(message.pk),
        "seq": message.seq,
        "author": str(author),
        "author_name": author_name,
        "text": text,
        "created_at": written(message.created_at),
        "by_email": int(message.by_email),
        "reply_to": str(message.reply_to_id) if message.reply_to_id else None,
        "files": [file_content(file) for file in files],
    }
    return {**said, "edits": edits} if edits else said


def new_message(
    message: Message, files: Iterable[Attachment], *, edits: int = 0, is_late: bool = False
) -> NewEntry:
    """Return the entry of a message. `is_late`: it is not chained at the moment of its sending."""
    author = message.author
    said = message_content(
        message,
        text=message.body,
        author=author.pk,
        author_name=author.name,
        files=files,
        edits=edits,
    )
    kept = ["author_name", *(name for name in UNLESS_EMPTY if said.get(name))]
    if is_late:
        kept.append("created_at")
    return NewEntry(Kind.MESSAGE, said, message.pk, author.pk, message.seq, tuple(kept))


def moved_here(
    copy: Message, files: Iterable[Attachment], *, source: Message, edits: int
) -> NewEntry:
    """A message that came from another conversation, under the id and seq that it has here."""
    base = new_message(copy, files, edits=edits, is_late=True)
    origin = {"conversation": str(source.conversation_id), "message": str(source.pk)}
    said = {**base.said, "from": origin}
    return NewEntry(Kind.MOVE, said, copy.pk, copy.author_id, copy.seq, (*base.kept, "from"))


def moved_away(message: Message, *, to: Message, edits: int) -> NewEntry:
    target = {"conversation": str(to.conversation_id), "message": str(to.pk)}
    said = {"id": str(message.pk), "edits": edits, "to": target}
    return NewEntry(Kind.MOVE, said, message.pk, None, message.seq, ("edits", "to"))


def edited(message: Message, editor: UUID, *, previous: str, edits: int) -> NewEntry:
    """A new text. `edits` counts this edit; `previous` is the text before it."""
    said: Content = {"id": str(message.pk), "text": message.body}
    said |= {"previous": previous, "edits": edits}
    return NewEntry(
        Kind.EDIT, {**said, "by": str(editor)}, message.pk, editor, message.seq, ("edits",)
    )


def deleted(message: Message, remover: UUID | None, *, edits: int) -> NewEntry:
    """A deletion. `remover` None: by a version that did not chain it (`actions.take_over`)."""
    by = str(remover) if remover else None
    said = {"id": str(message.pk), "edits": edits, "by": by}
    return NewEntry(Kind.DELETE, said, message.pk, remover, message.seq, ("edits",))


def note_written(note: Note) -> NewEntry:
    """That there is a note, by whom and since when; not what it says."""
    said = {
        "id": str(note.pk),
        "author": str(note.author_id),
        "created_at": written(note.created_at),
    }
    return NewEntry(Kind.NOTE, said, note.pk, note.author_id, None, ("created_at",))


def note_moved_away(note: Note, *, to: UUID) -> NewEntry:
    said = {"id": str(note.pk), "to": {"conversation": str(to)}}
    return NewEntry(Kind.MOVE, said, note.pk, None, None, ("to",))


def read(reader: UUID, up_to_seq: int) -> NewEntry:
    said = {"user": str(reader), "up_to_seq": up_to_seq}
    return NewEntry(Kind.READ, said, None, reader, up_to_seq)


def delivered(delivery: UUID, recipient: UUID, seq: int, *, channel: str, status: str) -> NewEntry:
    """How one person was told of the message `seq`."""
    said = {
        "id": str(delivery),
        "recipient": str(recipient),
        "seq": seq,
        "channel": channel,
        "status": status,
    }
    return NewEntry(Kind.DELIVERY, said, delivery, recipient, seq, ("channel", "status"))


def file_settled(file: Attachment, message: Message) -> NewEntry:
    """What became of a file whose bytes were not checked yet when its message was sent."""
    said = {
        "id": str(file.pk),
        "message": str(message.pk),
        "sha256": bytes(file.sha256).hex(),
        "size": file.size,
        "status": file.status,
    }
    return NewEntry(Kind.FILE, said, file.pk, None, message.seq, tuple(said))


def people_merged(
    gone: UUID, kept: UUID, *, seqs: Sequence[int], notes: Sequence[UUID]
) -> list[NewEntry]:
    """Two rows of one person were joined. `seqs` and `notes` are those that `gone` had written.

    Notes have an entry of their own, since a client's export may not tell of them.
    """
    first = _merged(gone, kept, list(seqs), [])
    return [first, _merged(gone, kept, [], [str(note) for note in notes])] if notes else [first]


def _merged(gone: UUID, kept: UUID, seqs: list[int], notes: list[str]) -> NewEntry:
    said = {"gone": str(gone), "kept": str(kept), "messages": seqs, "notes": notes}
    return NewEntry(Kind.MERGE, said, gone, kept, None, tuple(said))


def purged(what: str, *, count: int, why: str, positions: Sequence[int]) -> NewEntry:
    """What a purge took away. `positions`: the entries that lost their content."""
    said = {"what": what, "count": count, "why": why, "positions": sorted(positions)}
    return NewEntry(Kind.PURGE, said, None, None, None, tuple(said))


def started(up_to_seq: int, *, messages: int, notes: int, digest: bytes) -> NewEntry:
    """What is older than the chain: messages up to `up_to_seq`, and notes (`chain.beginnings`)."""
    said = {"up_to_seq": up_to_seq, "messages": messages, "notes": notes, "digest": digest.hex()}
    return NewEntry(Kind.START, said, None, None, up_to_seq, tuple(said))

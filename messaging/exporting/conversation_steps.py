"""The steps that write one conversation into the ZIP."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from attachments.models import Attachment
from attachments.storage.objects import Missing
from messaging.exporting import data, heads, pdf, proofs, sheets
from messaging.exporting.archive import Archive
from messaging.exporting.files import Copies, preview
from messaging.exporting.heads import Head
from messaging.exporting.paths import Place, owner_of
from messaging.exporting.rows import Row, rows_of
from messaging.exporting.scope import Scope
from messaging.exporting.snapshot import Snapshot, Volume
from messaging.exporting.state import Chosen, State
from messaging.models import Conversation, Export, HistoryLine, Message, Note

BATCH = 200


@dataclass(frozen=True)
class ConversationStep:
    conversation: int
    volume: int


@dataclass(frozen=True)
class Work:
    """What a step needs: what is exported, where it is written, and whom to tell of progress."""

    export: Export
    scope: Scope
    state: State
    archive: Archive
    tick: Callable[[str, int], None]
    is_over: Callable[[], bool]

    @property
    def for_company(self) -> bool:
        return self.export.by.is_company

    @property
    def copies(self) -> Copies:
        return Copies(self.export.by_id, self.export.with_files)

    @property
    def is_alone(self) -> bool:
        return len(self.state.chosen) == 1 and len(self.state.chosen[0].volumes) == 1

    def conversation(self, number: int) -> Conversation:
        found = Conversation.objects.select_related("client", "chantier", "created_by")
        return found.get(pk=self.state.chosen[number].snapshot.conversation_id)

    def place(self, number: int, conversation: Conversation) -> Place:
        return Place(number + 1, conversation.subject, self.is_alone)


class Part:
    """One volume of a conversation, with all that is needed to write it."""

    def __init__(self, work: Work, step: ConversationStep) -> None:
        self.work, self.step = work, step
        self.chosen: Chosen = work.state.chosen[step.conversation]
        self.snapshot: Snapshot = self.chosen.snapshot
        self.volume: Volume = self.chosen.volumes[step.volume]
        self.conversation = work.conversation(step.conversation)
        self.place = work.place(step.conversation, self.conversation)
        self.before = self.chosen.volumes[step.volume - 1] if step.volume else None

    @property
    def is_last(self) -> bool:
        return self.volume.until is None

    def head(self) -> Head:
        return heads.head_of(
            self.conversation,
            self.work.export.by,
            self.snapshot.at,
            with_notes=self.work.export.with_notes,
            part=self.step.volume + 1,
            parts=len(self.chosen.volumes),
            count=self.volume.count,
        )

    def batches(self, phase: str) -> Iterator[list[Row]]:
        """Yield the rows of the volume, and tell of each batch."""
        batches = rows_of(self._read, self.notes(), self.lines(), after=self.volume.first - 1)
        for rows in batches:
            yield rows
            self.work.tick(phase, sum(row.message is not None for row in rows))

    def _read(self, after: int, limit: int) -> list[Message]:
        return self.snapshot.messages(after, self.volume.last, limit)

    def notes(self) -> Iterator[Note]:
        if not self.work.export.with_notes:
            return
        since = self.before.until if self.before else None
        for note in self.snapshot.notes():
            is_later = since is None or note.created_at >= since
            if is_later and (self.volume.until is None or note.created_at < self.volume.until):
                yield note

    def lines(self) -> Iterator[HistoryLine]:
        first = self.before.last if self.before else 0
        for line in self.snapshot.lines(for_company=self.work.export.with_notes):
            if first <= line.after_seq and (self.is_last or line.after_seq < self.volume.last):
                yield line

    def files(self) -> Iterator[tuple[str, Attachment]]:
        """Yield the files of the messages, each with its owner's name in paths."""
        after = self.volume.first - 1
        while batch := self._read(after, BATCH):
            for message in batch:
                for file in message.attachments:
                    yield owner_of(message.seq), file
            after = batch[-1].seq

    def links(self) -> list[tuple[str, str]]:
        """Return the pages and PDFs of the conversation, relative to this page."""
        if self.work.is_alone:
            return [("PDF", "lire.pdf")]
        number = self.step.volume + 1
        around = [("←", number - 1), ("→", number + 1)]
        return [
            (f"{self.place.up}lire.html".rpartition("/")[2], f"{self.place.up}lire.html"),
            ("PDF", f"lire-{number:02d}.pdf"),
            *(
                (f"{sign} {other}", f"lire-{other:02d}.html")
                for sign, other in around
                if 1 <= other <= len(self.chosen.volumes)
            ),
        ]


def write_page(work: Work, step: ConversationStep) -> None:
    part = Part(work, step)
    numbers = _note_numbers(part) if work.export.with_notes else {}
    pieces = sheets.page_of(
        part.head(), part.batches("pages"), part.place, work.copies,
        links=part.links(), note_numbers=numbers,
    )  # fmt: skip
    work.archive.add(part.place.page(step.volume + 1, "html"), pieces)


def write_pdf(work: Work, step: ConversationStep) -> None:
    part = Part(work, step)
    shown = preview if work.export.with_files else _no_preview
    content = pdf.pdf_of(part.head(), part.batches("pdf"), shown)
    work.archive.add(part.place.page(step.volume + 1, "pdf"), content)


def write_messages(work: Work, step: ConversationStep) -> None:
    part = Part(work, step)
    lines = data.messages(
        part.snapshot, part.volume, part.place, work.copies, for_company=work.for_company
    )
    name = part.place.data(f"messages-{step.volume + 1:02d}.jsonl")
    with work.archive.entry(name) as inside:
        for number, line in enumerate(lines, 1):
            inside.write(line.encode())
            if number % BATCH == 0:
                work.tick("data", BATCH)
    work.tick("data", part.volume.count % BATCH)


def write_files(work: Work, step: ConversationStep) -> bool:
    """Copy the files of a volume, each with its preview; False if the slice is over before."""
    part = Part(work, step)
    if not work.export.with_files:
        return True
    return _copy(work, part.place, part.files())


def write_notes(work: Work, step: ConversationStep) -> bool:
    """Write the internal notes, and copy their files."""
    if not work.export.with_notes:
        return True
    part = Part(work, step)
    numbered = list(enumerate(part.snapshot.notes(), 1))
    name = part.place.data("notes-internes.jsonl")
    if work.state.files_done == 0 and not any(entry.name == name for entry in work.archive.entries):
        notes = (
            data.line(data.note_json(note, part.place, n, work.copies)) for n, note in numbered
        )
        work.archive.add(name, notes)
    files = ((f"note-{n:03d}", file) for n, note in numbered for file in note.attachments)
    return not work.export.with_files or _copy(work, part.place, files)


def write_record(work: Work, step: ConversationStep) -> None:
    """Write what is known of the conversation itself, its history and who has read what."""
    part = Part(work, step)
    start = proofs.start_of(part.snapshot)
    shown = data.conversation(
        part.conversation, part.snapshot, part.chosen.volumes,
        starts_after=start.number or 0 if start else 0,
    )  # fmt: skip
    work.archive.add(part.place.data("conversation.json"), data.line(shown))
    lines = part.snapshot.lines(for_company=work.export.with_notes)
    work.archive.add(
        part.place.data("historique.jsonl"), (data.line(data.history_json(each)) for each in lines)
    )
    reads = proofs.reads_of(part.snapshot, work.scope.author)
    work.archive.add(part.place.data("lectures.jsonl"), map(data.line, reads))
    work.tick("proofs", 1)


def write_chain(work: Work, step: ConversationStep) -> None:
    conversation = work.conversation(step.conversation)
    place = work.place(step.conversation, conversation)
    moment = work.state.chosen[step.conversation].snapshot
    told = proofs.Told(work.for_company, work.export.by.client_id, work.scope.author)
    entries = proofs.entries_of(moment, step.volume, told)
    if step.volume == 0 and work.for_company and not work.scope.author:
        # It holds earlier texts, and that there are notes.
        start = proofs.start_of(moment)
        if start is not None and start.salt is not None:
            lines = proofs.beginning_of(conversation, start)
            work.archive.add(place.chain("debut.jsonl"), lines)
    name = place.chain(f"entrees-{step.volume + 1:02d}.jsonl")
    with work.archive.entry(name) as inside:
        for number, entry in enumerate(entries):
            inside.write(data.line(entry).encode())
            if number % BATCH == 0:
                work.tick("proofs", 0)


# False: the slice was over before all files were copied.
STEPS: dict[str, Callable[[Work, ConversationStep], bool | None]] = {
    "page": write_page,
    "pdf": write_pdf,
    "messages": write_messages,
    "files": write_files,
    "notes": write_notes,
    "record": write_record,
    "chain": write_chain,
}


def _copy(work: Work, place: Place, files: Iterator[tuple[str, Attachment]]) -> bool:
    for number, (owner, file) in enumerate(files):
        if number < work.state.files_done:
            continue
        _copy_one(work, place, owner, file)
        work.state.files_done = number + 1
        work.tick("files", 1)
        if work.is_over():
            return False
    return True


def _copy_one(work: Work, place: Place, owner: str, file: Attachment) -> None:
    path = work.copies.path_of(place, owner, file)
    if path is None:
        return
    pieces = work.copies.content(file)
    try:
        # Before the entry begins: what is missing leaves none.
        first = next(pieces, b"")
    except Missing:
        work.state.missing.append(path)
        return
    with work.archive.entry(path) as inside:
        inside.write(first)
        for piece in pieces:
            inside.write(piece)
            work.tick("files", 0)
    small = preview(file)
    if small is not None:
        work.archive.add(place.preview(owner, file.position or 0), small)


def _note_numbers(part: Part) -> dict[object, int]:
    return {note.pk: number for number, note in enumerate(part.snapshot.notes(), 1)}


def _no_preview(_file: Attachment) -> None:
    return None

"""The proofs of an export: entries of the chain, daily roots, and paths from one to the other."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from core.models import User
from messaging.chain.beginnings import later_of, lines_of
from messaging.chain.hashes import Leaf, canonical, leaf_hash, tree_hash, written
from messaging.chain.rebuilding import contents_of, kept_by, message_ids, rows_of
from messaging.exporting.snapshot import Snapshot
from messaging.models import ChainEntry, ChainLeaf, ChainRoot, Conversation, Message, ReadTime

Json = dict[str, Any]
Kind = ChainEntry.Kind
# 10,000 take some 5 s.
ENTRIES_A_FILE = 10_000
BATCH = 500


@dataclass(frozen=True)
class People:
    """The people of the reader's client; the author with those who were merged into them."""

    client: set[UUID]
    author: set[UUID]
    # The messages of the author among those that some entries are about.
    written: set[UUID]

    def is_of_author(self, entry: ChainEntry) -> bool:
        """Tell whether an entry is theirs, or of a message of theirs: somebody else moved it."""
        message = about(entry)
        return entry.kind == Kind.PURGE or entry.person in self.author or message in self.written


def about(entry: ChainEntry) -> UUID | None:
    """Return the message that an entry is about, or that shows its file."""
    if entry.kind == Kind.FILE:
        message = kept_by(entry).get("message")
        return UUID(message) if message else None
    return entry.subject


@dataclass(frozen=True)
class Told:
    """Whom the contents are for. What they may not read keeps its hash, so the chain still fits."""

    is_company: bool
    client_id: UUID | None
    author: User | None

    def is_told(self, entry: ChainEntry, shown: set[UUID], people: People) -> bool:
        """`shown`: the messages that a client reads as they were sent."""
        if self.author and not people.is_of_author(entry):
            return False
        if self.is_company:
            return True
        match entry.kind:
            case Kind.NOTE | Kind.START:
                # How many notes there were is in the second.
                return False
            case Kind.DELIVERY:
                return entry.person in people.client
            case Kind.MERGE:
                return not kept_by(entry).get("notes")
            case Kind.FILE:
                return about(entry) in shown
            case Kind.MESSAGE | Kind.EDIT | Kind.MOVE:
                # A note that was moved is no message.
                return entry.subject in shown
        return True


def entries_of(snapshot: Snapshot, part: int, told: Told) -> Iterator[Json]:
    """Yield the entries of one file of the chain."""
    first = part * ENTRIES_A_FILE + 1
    last = min(first + ENTRIES_A_FILE - 1, snapshot.chain_length)
    for start in range(first, last + 1, BATCH):
        end = min(start + BATCH - 1, last)
        found = ChainEntry.objects.filter(
            conversation=snapshot.conversation_id, position__range=(start, end)
        )
        entries = list(found.order_by("position"))
        shown = _unchanged(entries, snapshot) if not told.is_company else set()
        people = _people_of(told, entries)
        contents = contents_of(entries, rows_of(message_ids(entries)))
        for entry, content in zip(entries, contents, strict=True):
            yield _entry(entry, content, is_told=told.is_told(entry, shown, people))


def _entry(entry: ChainEntry, content: Json | None, *, is_told: bool) -> Json:
    salt = bytes(entry.salt).hex() if entry.salt and is_told else None
    return {
        "position": entry.position,
        # Of what is not told, nothing but that it was there.
        "kind": entry.kind if is_told else "withheld",
        "content": canonical(content).decode() if content is not None and is_told else None,
        "salt": salt,
        "is_purged": entry.salt is None,
        "content_hash": bytes(entry.content_hash).hex(),
        "hash": bytes(entry.hash).hex(),
    }


def _unchanged(entries: list[ChainEntry], snapshot: Snapshot) -> set[UUID]:
    """Return the messages of these entries that a client reads as they were sent."""
    found = Message.objects.filter(
        pk__in=filter(None, map(about, entries)), conversation=snapshot.conversation_id
    )
    return set(found.filter(edited_at=None, deleted_at=None).values_list("pk", flat=True))


def _people_of(told: Told, entries: list[ChainEntry]) -> People:
    of_client = User.objects.filter(client=told.client_id).exclude(client=None)
    client = set(of_client.values_list("pk", flat=True))
    if told.author is None:
        return People(client, set(), set())
    same = User.objects.filter(Q(pk=told.author.pk) | Q(merged_into=told.author))
    written = Message.objects.filter(pk__in=filter(None, map(about, entries)), author=told.author)
    return People(
        client,
        set(same.values_list("pk", flat=True)),
        set(written.values_list("pk", flat=True)),
    )


def start_of(snapshot: Snapshot) -> ChainEntry | None:
    """Return the entry that stands for what is older than the chain; None for a newer one."""
    starts = ChainEntry.objects.filter(
        conversation=snapshot.conversation_id, kind=Kind.START,
        position__lte=snapshot.chain_length,
    )  # fmt: skip
    return starts.order_by("position").first()


def beginning_of(conversation: Conversation, start: ChainEntry) -> Iterator[bytes]:
    """Yield the lines that the digest of an old conversation is made of."""
    assert start.number is not None, "of a beginning"
    later = later_of(conversation.pk, start.position)
    for each in lines_of(conversation, start.number, later):
        yield canonical(each) + b"\n"


def reads_of(snapshot: Snapshot, author: User | None) -> Iterator[Json]:
    """Yield who had read up to where, and since when."""
    entries = ChainEntry.objects.filter(
        conversation=snapshot.conversation_id, kind=Kind.READ,
        position__lte=snapshot.chain_length,
    )  # fmt: skip
    chained = set(entries.values_list("person", "number"))
    times = ReadTime.objects.filter(
        participant__conversation=snapshot.conversation_id, at__lte=snapshot.at
    ).select_related("participant__user")
    if author:
        times = times.filter(participant__user=author)
    for each in times.order_by("at", "id").iterator(chunk_size=1000):
        reader = each.participant.user
        yield {
            "user": {"id": str(reader.pk), "name": reader.name, "role": reader.role},
            "up_to_seq": each.up_to_seq,
            "at": written(each.at),
            # Of before there was a chain.
            "is_chained": (reader.pk, each.up_to_seq) in chained,
        }


def root_json(root: ChainRoot) -> Json:
    return {
        "day": root.day.isoformat(),
        "tree_hash": bytes(root.tree_hash).hex(),
        "leaves": root.leaves,
        "previous_hash": bytes(root.previous_hash).hex(),
        "hash": bytes(root.hash).hex(),
        "stamped_at": written(root.stamped_at) if root.stamped_at else None,
        "stamp": stamp_path(root) if root.stamp else None,
    }


def stamp_path(root: ChainRoot) -> str:
    return f"chaine/horodatages/{root.day.isoformat()}.tsr"


def paths_of(root: ChainRoot, wanted: set[UUID], *, is_last: bool) -> Iterator[Json]:
    """Yield the way from each wanted conversation to a root, if it had changed by that day.

    In the last root, from all of them.
    """
    rows = (
        ChainLeaf.objects.filter(root__day__lte=root.day)
        .order_by("conversation_id", "-root__day")
        .distinct("conversation_id")
        .values_list("conversation_id", "length", "head", "root_id")
    )
    changed: set[UUID] = set()
    leaves = []
    for conversation_id, length, head, root_id in rows.iterator(chunk_size=5000):
        leaves.append(Leaf(conversation_id, length, bytes(head)))
        if root_id == root.pk:
            changed.add(conversation_id)
    leaves.sort(key=lambda leaf: leaf.conversation_id.bytes)
    if tree_hash(leaves) != bytes(root.tree_hash):
        # `manage.py verify_chain` says what is wrong: no path would fit.
        return
    levels = _levels([leaf_hash(leaf) for leaf in leaves])
    for index, leaf in enumerate(leaves):
        if leaf.conversation_id in wanted and (is_last or leaf.conversation_id in changed):
            yield {
                "day": root.day.isoformat(),
                "conversation": str(leaf.conversation_id),
                "length": leaf.length,
                "head": leaf.head.hex(),
                "path": _path(levels, index),
            }


def _levels(nodes: list[bytes]) -> list[list[bytes]]:
    levels = [nodes]
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=False)
        above = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        nodes = above + nodes[len(above) * 2 :]
        levels.append(nodes)
    return levels


def _path(levels: list[list[bytes]], index: int) -> list[list[str]]:
    """Return the nodes beside the way up, each with its side: `left` or `right`."""
    path = []
    for nodes in levels[:-1]:
        beside = index ^ 1
        if beside < len(nodes):
            path.append(["left" if beside < index else "right", nodes[beside].hex()])
        index //= 2
    return path

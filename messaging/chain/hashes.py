"""The hashes of the chain, byte by byte as "The chain" in the README of messaging says.

The verifier of an export computes the same with Python's standard library.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

Content = dict[str, Any]

# What stands before the first entry and the first root.
NOTHING = bytes(32)
SALT_BYTES = 16
_OF_ENTRY = b"liaison chain 1\n"
_OF_ROOT = b"liaison root 1\n"


class Leaf(NamedTuple):
    """A conversation as a daily root has it: how many entries, and the hash of the last one."""

    conversation_id: UUID
    length: int
    head: bytes


def canonical(content: Content) -> bytes:
    """Return the bytes that are hashed. Texts, integers, lists and objects only, no floats.

    Those of `json.dumps`, as the README says, and sooner: each message waits for it.
    """
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)


def written(moment: datetime) -> str:
    """Return a moment as contents have it: UTC, always six digits of a second."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def content_hash(salt: bytes, content: Content) -> bytes:
    return hashlib.sha256(salt + canonical(content)).digest()


def entry_hash(conversation_id: UUID, position: int, previous: bytes, content: bytes) -> bytes:
    """Return the hash of an entry from that of the one before it and that of its content."""
    place = conversation_id.bytes + position.to_bytes(8, "big")
    return hashlib.sha256(_OF_ENTRY + place + previous + content).digest()


def leaf_hash(leaf: Leaf) -> bytes:
    place = leaf.conversation_id.bytes + leaf.length.to_bytes(8, "big")
    return hashlib.sha256(b"\x00" + place + leaf.head).digest()


def tree_hash(leaves: Sequence[Leaf]) -> bytes:
    """Return the root of the tree of RFC 6962 over leaves, which are put in order of their ids.

    Without a leaf it is the hash of nothing, as there.
    """
    nodes = [
        leaf_hash(leaf) for leaf in sorted(leaves, key=lambda leaf: leaf.conversation_id.bytes)
    ]
    if not nodes:
        return hashlib.sha256().digest()
    # Pairs from the left, and a last one alone goes up as it is: this is the tree of the RFC, which
    # splits at the largest power of two.
    while len(nodes) > 1:
        pairs = zip(nodes[::2], nodes[1::2], strict=False)
        above = [hashlib.sha256(b"\x01" + left + right).digest() for left, right in pairs]
        nodes = above + nodes[len(above) * 2 :]
    return nodes[0]


def root_hash(day: date, tree: bytes, leaves: int, previous: bytes) -> bytes:
    head = _OF_ROOT + day.isoformat().encode("ascii")
    return hashlib.sha256(head + tree + leaves.to_bytes(8, "big") + previous).digest()

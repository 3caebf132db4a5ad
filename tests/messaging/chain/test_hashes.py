"""The hashes are what the README says, computed here by other code."""

import hashlib
import json
import struct
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from messaging.chain.hashes import (
    NOTHING,
    Leaf,
    canonical,
    content_hash,
    entry_hash,
    leaf_hash,
    root_hash,
    tree_hash,
    written,
)

CONVERSATION = UUID("018f0000-0000-7000-8000-000000000001")


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def test_content_is_written_in_one_way_alone() -> None:
    content = {"text": 'Élan «3/4"»\n\x00', "files": [{"size": 3, "id": "a"}], "at": None, "b": 1}

    assert canonical(content) == (
        b'{"at":null,"b":1,"files":[{"id":"a","size":3}],'
        b'"text":"\xc3\x89lan \xc2\xab3/4\\"\xc2\xbb\\n\\u0000"}'
    )
    assert json.loads(canonical(content)) == content


def test_content_is_what_the_standard_library_writes() -> None:
    letters = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000), *range(0x1F300, 0x1FB00)]))
    content = {"text": letters, "b": 2**62, "a": [None, {"z": -1, "y": ""}], "kept": []}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    assert canonical(content) == text.encode()


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-11-30T04:04:05.678901+01:00", "2026-11-30T03:04:05.678901Z"),
        ("2026-11-30T03:04:05+00:00", "2026-11-30T03:04:05.000000Z"),
    ],
)
def test_moments_are_utc_with_six_digits(moment: str, text: str) -> None:
    assert written(datetime.fromisoformat(moment)) == text


def test_entry_hashes_its_place_the_entry_before_and_its_content() -> None:
    content = {"kind": "read", "at": written(datetime(2026, 11, 30, tzinfo=UTC)), "user": "x"}
    salt = bytes(range(16))
    hashed = sha256(salt, canonical(content))
    expected = sha256(
        b"liaison chain 1\n", CONVERSATION.bytes, struct.pack(">Q", 258), NOTHING, hashed
    )

    assert content_hash(salt, content) == hashed
    assert entry_hash(CONVERSATION, 258, NOTHING, hashed) == expected


def tree_of_the_rfc(hashes: list[bytes]) -> bytes:
    """RFC 6962, 2.1: split at the largest power of two smaller than the number of leaves."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    left, right = tree_of_the_rfc(hashes[:split]), tree_of_the_rfc(hashes[split:])
    return sha256(b"\x01", left, right)


@pytest.mark.parametrize("count", range(1, 20))
def test_tree_is_that_of_the_rfc_over_leaves_in_order_of_their_ids(count: int) -> None:
    leaves = [Leaf(UUID(int=n * 7), n + 1, sha256(bytes([n]))) for n in range(count)]
    hashes = [
        sha256(b"\x00", each.conversation_id.bytes, struct.pack(">Q", each.length), each.head)
        for each in leaves
    ]

    assert leaf_hash(leaves[0]) == hashes[0]
    assert tree_hash(leaves[::-1]) == tree_of_the_rfc(hashes)


def test_root_hashes_its_day_its_tree_and_the_root_before() -> None:
    tree, previous = sha256(b"tree"), sha256(b"yesterday")
    expected = sha256(b"liaison root 1\n", b"2026-11-30", tree, struct.pack(">Q", 3), previous)

    assert root_hash(date(2026, 11, 30), tree, 3, previous) == expected

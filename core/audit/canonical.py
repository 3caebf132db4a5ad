"""Write an entry of the audit as bytes, and make its hashes. Python's standard library suffices.

    content_hash = SHA-256(canonical content)
    hash = SHA-256("liaison audit 1\\n" || position, 8 bytes big-endian
                   || hash of the entry before, 32 bytes || content_hash, 32 bytes)

The hash before position 1 is 32 zero bytes. The canonical content is the JSON object of `content`,
in UTF-8, with sorted keys and no spaces.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from core.audit_models import AuditContent

PREFIX = b"liaison audit 1\n"
START = bytes(32)


def moment(at: datetime) -> str:
    """Return a moment in UTC, always with six digits: 2026-11-30T03:04:05.678901Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def content(row: AuditContent) -> dict[str, Any]:
    """Return what an entry says, without its place in the chain."""
    return {
        "kind": row.action,
        "at": moment(row.at),
        "uid": str(row.uid),
        "actor": {"kind": row.actor_kind, "id": row.actor_id, "name": row.actor_name},
        "object": {"kind": row.object_kind, "id": row.object_id, "label": row.object_label},
        "address": row.address,
        "details": row.details,
    }


def content_hash(row: AuditContent) -> bytes:
    text = json.dumps(content(row), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).digest()


def chained(position: int, previous: bytes, content_hash: bytes) -> bytes:
    return sha256(PREFIX + position.to_bytes(8, "big") + previous + content_hash).digest()

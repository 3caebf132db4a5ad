"""What a slice of an export leaves for the next one, as the row keeps it: JSON, compressed."""

import json
import zlib
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from attachments.storage.multipart import Part
from messaging.exporting.archive import Entry, Progress
from messaging.exporting.snapshot import Snapshot, Volume


@dataclass
class Chosen:
    """A conversation of the export: the moment, and how its messages are divided."""

    snapshot: Snapshot
    volumes: list[Volume]


@dataclass
class State:
    chosen: list[Chosen]
    # Of the conversations and authors, as the paths and pages have them (`overtaken`).
    names: str = ""
    # The daily roots, and those of them with paths: `ChainRoot` by key.
    roots: list[int] = field(default_factory=list)
    proved: list[int] = field(default_factory=list)
    # The next step of `build`, and how many files of it are done.
    step: int = 0
    files_done: int = 0
    # Paths of files that the storage does not have.
    missing: list[str] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)


def packed(state: State) -> bytes:
    return zlib.compress(json.dumps(asdict(state), default=_plain).encode())


def unpacked(content: bytes) -> State:
    raw = json.loads(zlib.decompress(content))
    progress = raw["progress"]
    return State(
        chosen=[_chosen(each) for each in raw["chosen"]],
        names=raw["names"],
        roots=raw["roots"],
        proved=raw["proved"],
        step=raw["step"],
        files_done=raw["files_done"],
        missing=raw["missing"],
        progress=Progress(
            [Entry(**each) for each in progress["entries"]],
            [Part(**each) for each in progress["parts"]],
            progress["sent"],
            progress["rest"],
        ),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(type(value).__name__)


def _chosen(raw: dict[str, Any]) -> Chosen:
    moment = raw["snapshot"]
    author = moment["author_id"]
    snapshot = Snapshot(
        UUID(moment["conversation_id"]),
        datetime.fromisoformat(moment["at"]),
        moment["last_seq"],
        moment["version"],
        moment["chain_length"],
        bytes.fromhex(moment["chain_head"]),
        UUID(author) if author else None,
    )
    return Chosen(snapshot, [_volume(each) for each in raw["volumes"]])


def _volume(raw: dict[str, Any]) -> Volume:
    until = raw["until"]
    return Volume(
        raw["first"],
        raw["last"],
        datetime.fromisoformat(until) if until else None,
        raw["count"],
        raw["files"],
    )

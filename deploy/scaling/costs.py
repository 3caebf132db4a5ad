"""The measured costs, as `tests.bench.unit_costs` writes them (`make scaling`)."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEASURED = Path(__file__).with_name("measured.json")


@dataclass(frozen=True)
class Costs:
    """What one person, message, photo and stream costs; processor times are milliseconds."""

    measured_on: str
    commit: str
    processors: int
    share_of_other_work: float
    person_bytes: int
    conversation_bytes: int
    # By part of the product.
    message_ms: dict[str, float]
    message_bytes: int
    message_bytes_cleaned_later: int
    message_wal_bytes: int
    valkey_commands: float
    # Quantiles of what a pool process takes for one message, in seconds.
    fan_out_seconds: tuple[float, ...]
    photo_ms: dict[str, float]
    photo_objects: float
    photo_bytes: int
    list_ms: float
    page_ms: float
    stream_kib: float
    stream_idle_ms_per_second: float
    # Of one event to one stream.
    stream_event_ms: float


def measured(file: Path = MEASURED) -> Costs:
    said: dict[str, Any] = json.loads(file.read_text())
    costs = said["costs"]
    message, photo, stream = costs["message"], costs["photo"], costs["stream"]
    return Costs(
        measured_on=said["measured_on"],
        commit=said["commit"],
        processors=said["processors"],
        share_of_other_work=said["share_of_other_work"],
        person_bytes=costs["person"]["bytes"],
        conversation_bytes=costs["conversation"]["bytes"],
        message_ms=message["processor_ms"],
        message_bytes=message["bytes"],
        message_bytes_cleaned_later=message["bytes_cleaned_later"],
        message_wal_bytes=message["wal_bytes"],
        valkey_commands=message["valkey_commands"],
        fan_out_seconds=tuple(costs["fan_out_seconds"]),
        photo_ms=photo["processor_ms"],
        photo_objects=photo["objects"],
        photo_bytes=photo["object_bytes"],
        list_ms=costs["reading"]["list_ms"],
        page_ms=costs["reading"]["page_ms"],
        stream_kib=stream["kib"],
        stream_idle_ms_per_second=stream["idle_ms_per_second"],
        stream_event_ms=stream["event_ms"],
    )

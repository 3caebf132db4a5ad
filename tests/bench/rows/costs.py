"""What people, conversations, messages, photos and streams cost: processors, bytes, objects."""

import os
import time
from collections.abc import Callable, Sequence
from statistics import quantiles
from typing import Any

import boto3
import redis
from django.db import connection
from django.utils import timezone

from messaging.models import SearchOwed
from tests.attachments.samples import large_photo
from tests.bench import data
from tests.bench.attachments import Caller, seconds_to_preview
from tests.bench.bench import Bench
from tests.bench.rows import reading, streams
from tests.bench.rows.photo import QUALITY
from tests.bench.rows.send import wait_until_done
from tests.bench.servers import CREATED, CouldNotMeasure
from tests.bench.sustained import sending_without_pause
from workers.models import TaskRun

CALLERS, CONVERSATIONS = 8, 40
MESSAGE_SECONDS = 20
# So slow that each fan-out takes one message.
PACE, PACE_SECONDS = 10, 30
PEOPLE, OPENED = 1_000, 300
PHOTOS = 8
PARTS = ("web", "worker", "postgres", "valkey", "beat", "s3")
# Kept for a time and then cleaned: they do not grow with the years.
CLEANED = frozenset({"workers_taskrun", "workers_queuesample", "core_outgoingevent"})
QUANTILES = 20
SEARCH_SECONDS = 180


def measure(bench: Bench, names: Sequence[str]) -> dict[str, Any]:
    return {name: COSTS[name](bench) for name in names or COSTS}


def _person(_bench: Bench) -> dict[str, float]:
    return {"bytes": _bytes_of(PEOPLE, lambda: [data.client_user() for _ in range(PEOPLE)])[0]}


def _conversation(_bench: Bench) -> dict[str, float]:
    user = data.client_user()
    data.manager()
    opened = _bytes_of(OPENED, lambda: [data.conversation_of(user) for _ in range(OPENED)])
    return {"bytes": opened[0]}


def _message(bench: Bench) -> dict[str, Any]:
    callers = sending_without_pause(CALLERS, CONVERSATIONS)
    seconds = bench.size.seconds if bench.size.is_brief else MESSAGE_SECONDS
    valkey = redis.Redis.from_url(os.environ["REDIS_URL"])
    sent = 0

    def send() -> None:
        nonlocal sent
        said = bench.product.load(
            pattern="calls", seconds=seconds, callers=callers, expected=CREATED
        )
        sent = len(said["took_ms"])
        _wait_until_found()

    _wait_until_found()
    before, commands, wal = _sizes(), _commands(valkey), _wal_bytes()
    spent = bench.product.spent(send)
    sizes = _sizes()
    grown = {name: (size - before.get(name, 0)) / sent for name, size in sizes.items()}
    return {
        "processor_ms": {part: round(spent.of(part) * 1000 / sent, 3) for part in PARTS},
        "bytes": round(sum(grown[name] for name in grown if name not in CLEANED)),
        "bytes_cleaned_later": round(sum(grown[name] for name in grown if name in CLEANED)),
        "bytes_by_table": {
            name: round(size) for name, size in sorted(grown.items(), key=_largest) if size >= 1
        },
        "wal_bytes": round((_wal_bytes() - wal) / sent),
        "valkey_commands": round((_commands(valkey) - commands) / sent, 1),
    }


def _wait_until_found() -> None:
    """Wait until all messages are fanned out and can be searched."""
    wait_until_done()
    deadline = time.monotonic() + SEARCH_SECONDS
    while SearchOwed.objects.exists():
        if time.monotonic() > deadline:
            raise CouldNotMeasure("the messages are not indexed for the search")
        time.sleep(0.2)


def _fan_out_seconds(bench: Bench) -> list[float]:
    """Return quantiles of the time that a fan-out of one message takes in a pool process."""
    began_at = timezone.now()
    senders = [
        {"authorization": caller["authorization"], "paths": caller["path"]}
        for caller in sending_without_pause(CALLERS, CONVERSATIONS)
    ]
    seconds = bench.size.paced_seconds if bench.size.is_brief else PACE_SECONDS
    bench.product.load(pattern="paced", senders=senders, seconds=seconds, per_second=PACE)
    wait_until_done()
    # The last runs are recorded a moment later.
    time.sleep(2)
    runs = TaskRun.objects.filter(
        name="fan_out_message", outcome=TaskRun.Outcome.SUCCEEDED, started_at__gte=began_at
    )
    took = list(runs.values_list("run_seconds", flat=True))
    return [round(each, 5) for each in quantiles(took, n=QUANTILES, method="inclusive")]


def _photo(bench: Bench) -> dict[str, Any]:
    photo = large_photo(quality=QUALITY)
    client = data.client_user()
    conversation = str(data.conversation_of(client).pk)
    sender = Caller(bench.product.port, data.bearer(client))
    reader = Caller(bench.product.port, data.bearer(data.member_of_staff()))
    count = bench.size.photos if bench.size.is_brief else PHOTOS
    before = _objects()

    def send() -> None:
        for _ in range(count):
            seconds_to_preview(sender, reader, conversation, photo)

    spent = bench.product.spent(send)
    after = _objects()
    return {
        "processor_ms": {part: round(spent.of(part) * 1000 / count, 1) for part in PARTS},
        "uploaded_bytes": len(photo),
        "objects": round((len(after) - len(before)) / count, 2),
        "object_bytes": round((sum(after.values()) - sum(before.values())) / count),
    }


def _reading(bench: Bench) -> dict[str, float]:
    found = list(reading.measure(bench))
    lists = [figure.value for figure in found if figure.row == reading.LIST]
    pages = [figure.value for figure in found if figure.row == reading.HISTORY]
    return {"list_ms": round(lists[0], 2), "page_ms": round(max(pages), 2)}


def _stream(bench: Bench) -> dict[str, float]:
    found = streams.look(bench)
    return {
        "kib": round(found.kib_each, 1),
        "idle_ms_per_second": round(found.idle_seconds_per_second * 1000 / found.opened, 5),
        "event_ms": round(found.event_ms, 5),
    }


COSTS: dict[str, Callable[[Bench], Any]] = {
    "person": _person,
    "conversation": _conversation,
    "message": _message,
    "fan_out_seconds": _fan_out_seconds,
    "photo": _photo,
    "reading": _reading,
    "stream": _stream,
}


# --- What they are read from --------------------------------------------------------------------


def _bytes_of(count: int, write: Callable[[], object]) -> tuple[float, float]:
    before = _sizes()
    write()
    after = _sizes()
    grown = {name: after[name] - before.get(name, 0) for name in after}
    kept = sum(size for name, size in grown.items() if name not in CLEANED)
    return round(kept / count), round((sum(grown.values()) - kept) / count)


def _sizes() -> dict[str, int]:
    """Return the bytes of each table with its indexes, without rows that are dead already."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        return dict(cursor.fetchall())


def _wal_bytes() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


def _commands(valkey: "redis.Redis") -> int:
    said: Any = valkey.info("stats")
    return int(said["total_commands_processed"])


def _objects() -> dict[str, int]:
    s3 = boto3.client(
        "s3",
        endpoint_url=os.environ["S3_ENDPOINT_URL"],
        aws_access_key_id=os.environ["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["S3_SECRET_ACCESS_KEY"],
        region_name=os.environ.get("S3_REGION") or "us-east-1",
    )
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=os.environ["S3_BUCKET"])
    return {one["Key"]: one["Size"] for page in pages for one in page.get("Contents", [])}


def _largest(item: tuple[str, float]) -> float:
    return -item[1]

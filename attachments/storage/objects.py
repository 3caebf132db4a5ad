"""The bucket's objects: their keys, and reading, writing, listing and deleting them.

`quarantine/{id}` is what a browser sent; whoever holds its presigned request could send it.
`files/{id}/…` is written by the analysis alone, and nothing else is ever served.
"""

import base64
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import IO, TYPE_CHECKING
from uuid import UUID

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import storages

from core.web.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

QUARANTINE = "quarantine/"
FILES = "files/"
ORIGINAL = "original"
SHARED = "shared"

CHUNK_BYTES = 1024 * 1024
DELETED_AT_ONCE = 1000  # S3's limit of one DeleteObjects
_creating = threading.Lock()


class StorageAway(Unavailable):
    """The bucket does not answer, or not as it should."""

    default_code = "storage_unavailable"


class Missing(LookupError):
    """There is no such object, or no such multipart upload."""


@dataclass(frozen=True)
class Stored:
    """An object as the bucket knows it; the checksum when the bucket keeps one."""

    size: int
    sha256: bytes | None


@dataclass(frozen=True)
class Listed:
    key: str
    size: int
    modified_at: datetime


def quarantine_key(attachment_id: UUID) -> str:
    return f"{QUARANTINE}{attachment_id}"


def file_key(attachment_id: UUID, version: str) -> str:
    return f"{FILES}{attachment_id}/{version}"


def owner_of(key: str) -> UUID | None:
    """Return whose object a key is; None for one that is none of ours."""
    try:
        return UUID(key.split("/")[1])
    except (IndexError, ValueError):
        return None


def preview_version(max_px: int) -> str:
    return f"{max_px}.webp"


def stored(key: str) -> Stored:
    """Return what the bucket knows of an object; raises Missing."""
    with answering():
        answer = client().head_object(Bucket=settings.S3_BUCKET, Key=key, ChecksumMode="ENABLED")
    checksum = answer.get("ChecksumSHA256")
    # The checksum of a multipart object is one of checksums («…-3»), not of its bytes.
    whole = checksum and "-" not in checksum
    return Stored(answer["ContentLength"], base64.b64decode(checksum) if whole else None)


def chunks(key: str) -> Iterator[bytes]:
    """Read an object once, from its first byte to its last; raises Missing."""
    with answering():
        body = client().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"]
        with body:
            yield from body.iter_chunks(CHUNK_BYTES)


def write(key: str, content: IO[bytes], *, content_type: str) -> None:
    content.seek(0)
    with answering():
        client().put_object(
            Bucket=settings.S3_BUCKET, Key=key, Body=content, ContentType=content_type
        )


def delete(keys: Iterable[str]) -> None:
    """Delete objects; those that are already gone are fine."""
    waiting = list(keys)
    for start in range(0, len(waiting), DELETED_AT_ONCE):
        batch = waiting[start : start + DELETED_AT_ONCE]
        with answering():
            client().delete_objects(
                Bucket=settings.S3_BUCKET,
                Delete={"Objects": [{"Key": key} for key in batch], "Quiet": True},
            )


def listed(prefix: str) -> Iterator[Listed]:
    with answering():
        pages = client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=prefix):
            for item in page.get("Contents", []):
                yield Listed(item["Key"], item["Size"], item["LastModified"])


@cache
def client() -> "S3Client":
    """Return this process's client; safe between threads, unlike its creation."""
    return create_client("attachments")


def create_client(alias: str) -> "S3Client":
    with _creating:
        client: S3Client = storages[alias].connection.meta.client  # type: ignore[attr-defined]  # S3Storage
    return client


@contextmanager
def answering() -> Iterator[None]:
    """Tell «there is none» from «the bucket is away»."""
    try:
        yield
    except ClientError as error:
        if http_status(error) == 404:
            raise Missing(str(error)) from error
        raise StorageAway from error
    except BotoCoreError as error:
        raise StorageAway from error


def http_status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def base64_of(digest: bytes) -> str:
    return base64.b64encode(digest).decode()

"""The objects of the bucket: their keys, and reading, writing, listing and deleting them.

`quarantine/{id}` holds what was sent: anybody with the presigned request can send it.
`files/{id}/…` is written by the analysis alone, and only that is served. `sealed/…` and
`exports/{id}/…` belong to the other apps: see `sealed`, and `messaging.exporting`.
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

from core import installation
from core.web.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

QUARANTINE = "quarantine/"
FILES = "files/"
SEALED = "sealed/"
EXPORTS = "exports/"
ORIGINAL = "original"
SHARED = "shared"

CHUNK_BYTES = 1024 * 1024
DELETED_AT_ONCE = 1000  # S3's limit of one DeleteObjects
_creating = threading.Lock()


class StorageAway(Unavailable):
    """The bucket does not answer, or answers with an error other than 404."""

    default_code = "storage_unavailable"


class OfTheOriginal(StorageAway):
    """This is a copy whose bucket may be that of the original: nothing there may be deleted."""


class Missing(LookupError):
    """There is no such object, or no such multipart upload."""


@dataclass(frozen=True)
class Stored:
    """Size in bytes of an object, and its SHA-256 if the bucket has one of the whole object."""

    size: int
    sha256: bytes | None


@dataclass(frozen=True)
class Listed:
    key: str
    size: int
    modified_at: datetime
    # Another one after each change of its bytes.
    etag: str = ""


def quarantine_key(attachment_id: UUID) -> str:
    return f"{QUARANTINE}{attachment_id}"


def export_key(export_id: UUID, name: str) -> str:
    return f"{EXPORTS}{export_id}/{name}"


def file_key(attachment_id: UUID, version: str) -> str:
    return f"{FILES}{attachment_id}/{version}"


def owner_of(key: str) -> UUID | None:
    """Return the id of the attachment that a key belongs to, or None for another key."""
    try:
        return UUID(key.split("/")[1])
    except (IndexError, ValueError):
        return None


def belongs_to_a_row(key: str) -> bool:
    """Tell whether a row may know this object: not what a check has just written."""
    return key.startswith(SEALED) or owner_of(key) is not None


def place_of(key: str) -> str:
    """Return what all objects of one file have in common there: `files/ID`, `quarantine/ID`."""
    return "/".join(key.split("/")[:2])


def preview_version(max_px: int) -> str:
    return f"{max_px}.webp"


def stored(key: str) -> Stored:
    """Return the size and checksum of an object (HEAD). Raises Missing or StorageAway."""
    with answering():
        answer = client().head_object(Bucket=settings.S3_BUCKET, Key=key, ChecksumMode="ENABLED")
    checksum = answer.get("ChecksumSHA256")
    # The checksum of a multipart object is one of checksums (`…-3`), not of its bytes.
    whole = checksum and "-" not in checksum
    return Stored(answer["ContentLength"], base64.b64decode(checksum) if whole else None)


def chunks(key: str) -> Iterator[bytes]:
    """Read an object in chunks of 1 MiB. Raises Missing or StorageAway."""
    with answering():
        body = client().get_object(Bucket=settings.S3_BUCKET, Key=key)["Body"]
        with body:
            yield from body.iter_chunks(CHUNK_BYTES)


def type_and_chunks(key: str) -> tuple[str, Iterator[bytes]]:
    """Return the media type of an object, and its bytes in chunks of 1 MiB.

    Raises Missing or StorageAway, now or while they are read.
    """
    with answering():
        answer = client().get_object(Bucket=settings.S3_BUCKET, Key=key)
    body = answer["Body"]

    def read() -> Iterator[bytes]:
        with answering(), body:
            yield from body.iter_chunks(CHUNK_BYTES)

    return answer.get("ContentType", ""), read()


def write_checked(key: str, content: IO[bytes], *, content_type: str, sha256: bytes) -> None:
    """Write an object whose bytes the bucket compares with their SHA-256. Raises StorageAway."""
    content.seek(0)
    with answering():
        client().put_object(
            Bucket=settings.S3_BUCKET,
            Key=key,
            Body=content,
            ContentType=content_type,
            ChecksumSHA256=base64_of(sha256),
        )


def write(key: str, content: IO[bytes], *, content_type: str) -> None:
    content.seek(0)
    with answering():
        client().put_object(
            Bucket=settings.S3_BUCKET, Key=key, Body=content, ContentType=content_type
        )


def delete(keys: Iterable[str]) -> None:
    """Delete objects. Keys that do not exist are ignored. Raises StorageAway.

    Raises OfTheOriginal on a copy that has the bucket of the original, for what rows may know.
    """
    waiting = list(keys)
    if any(map(belongs_to_a_row, waiting)) and installation.shares_bucket():
        raise OfTheOriginal
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
                yield Listed(item["Key"], item["Size"], item["LastModified"], item["ETag"])


@cache
def client() -> "S3Client":
    """Return the S3 client of this process, which its threads share."""
    return create_client("attachments")


def create_client(alias: str) -> "S3Client":
    with _creating:
        client: S3Client = storages[alias].connection.meta.client  # type: ignore[attr-defined]  # S3Storage
    return client


@contextmanager
def answering() -> Iterator[None]:
    """Turn an answer 404 into Missing, and every other failure of the bucket into StorageAway."""
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

"""The bucket: two prefixes, presigned requests, and what the analysis writes.

`quarantine/{id}` is what a browser sent; whoever holds its presigned request could send it.
`files/{id}/…` is written by the analysis alone, and nothing else is ever served.
"""

import base64
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import IO, TYPE_CHECKING, Any
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


@dataclass(frozen=True)
class Part:
    number: int
    size: int
    etag: str


@dataclass(frozen=True)
class Unfinished:
    """A multipart upload that nobody completed."""

    key: str
    upload_id: str
    started_at: datetime


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


# --- Presigned requests (signed here, no request is made) -----------------------------------------


def presigned_put(
    key: str, *, size: int, content_type: str, sha256: bytes, lifetime: timedelta
) -> tuple[str, dict[str, str]]:
    """Return the address and the headers of a PUT of exactly these bytes, once."""
    checksum = base64_of(sha256)
    parameters = {
        "Key": key,
        "ContentLength": size,
        "ContentType": content_type,
        "ChecksumSHA256": checksum,
        # A second PUT gets 412.
        "IfNoneMatch": "*",
    }
    headers = {
        "Content-Type": content_type,
        "x-amz-checksum-sha256": checksum,
        "If-None-Match": "*",
    }
    return _presigned("put_object", parameters, lifetime), headers


def presigned_part(
    key: str, upload_id: str, number: int, *, size: int, sha256: bytes, lifetime: timedelta
) -> tuple[str, dict[str, str]]:
    """Return the address and the headers of a PUT of exactly this part."""
    parameters = {
        "Key": key,
        "UploadId": upload_id,
        "PartNumber": number,
        "ContentLength": size,
        "ChecksumSHA256": base64_of(sha256),
    }
    url = _presigned("upload_part", parameters, lifetime)
    return url, {"x-amz-checksum-sha256": base64_of(sha256)}


def presigned_get(
    key: str,
    *,
    content_type: str,
    disposition: str,
    cache_control: str,
    lifetime: timedelta,
) -> str:
    """Return an address from which a browser gets an object, under these headers."""
    parameters = {
        "Key": key,
        "ResponseContentType": content_type,
        "ResponseContentDisposition": disposition,
        "ResponseCacheControl": cache_control,
    }
    return _presigned("get_object", parameters, lifetime)


# --- Multipart uploads ----------------------------------------------------------------------------


def start_multipart(key: str, *, content_type: str) -> str:
    with answering():
        answer = client().create_multipart_upload(
            Bucket=settings.S3_BUCKET, Key=key, ContentType=content_type
        )
    return answer["UploadId"]


def received_parts(key: str, upload_id: str) -> list[Part]:
    """Return the parts that have arrived, by number; raises Missing for an unknown upload."""
    parts: dict[int, Part] = {}
    with answering():
        pages = client().get_paginator("list_parts")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Key=key, UploadId=upload_id):
            for part in page.get("Parts", []):
                # SeaweedFS lists a part that was sent twice as two; the last one counts.
                number = part["PartNumber"]
                parts[number] = Part(number, part["Size"], part["ETag"])
    return [parts[number] for number in sorted(parts)]


def complete_multipart(key: str, upload_id: str, parts: Sequence[Part]) -> None:
    """Make one object of the parts; raises Missing for an unknown upload."""
    chosen: Any = {"Parts": [{"PartNumber": p.number, "ETag": p.etag} for p in parts]}
    with answering():
        client().complete_multipart_upload(
            Bucket=settings.S3_BUCKET,
            Key=key,
            UploadId=upload_id,
            MultipartUpload=chosen,
            IfNoneMatch="*",
        )


def abort_multipart(key: str, upload_id: str) -> None:
    """Forget an upload and its parts; one that is already gone is fine."""
    try:
        with answering():
            client().abort_multipart_upload(Bucket=settings.S3_BUCKET, Key=key, UploadId=upload_id)
    except Missing:
        return


def unfinished_uploads() -> Iterator[Unfinished]:
    with answering():
        pages = client().get_paginator("list_multipart_uploads")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=QUARANTINE):
            for upload in page.get("Uploads", []):
                yield Unfinished(upload["Key"], upload["UploadId"], upload["Initiated"])


# --- Objects --------------------------------------------------------------------------------------


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
    for start in range(0, len(waiting), 1000):
        batch: Any = [{"Key": key} for key in waiting[start : start + 1000]]
        with answering():
            client().delete_objects(
                Bucket=settings.S3_BUCKET, Delete={"Objects": batch, "Quiet": True}
            )


def listed(prefix: str) -> Iterator[Listed]:
    with answering():
        pages = client().get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=prefix):
            for item in page.get("Contents", []):
                yield Listed(item["Key"], item["Size"], item["LastModified"])


def set_up_bucket() -> list[str]:
    """Create the bucket, its CORS rules and its lifecycle; return what it would not take."""
    with answering():
        _create_bucket()
    refused = []
    for name, apply in (("CORS", _apply_cors), ("lifecycle", _apply_lifecycle)):
        try:
            apply()
        except ClientError as error:
            refused.append(f"{name}: {error.response['Error'].get('Code', error)}")
    return refused


def _create_bucket() -> None:
    try:
        client().head_bucket(Bucket=settings.S3_BUCKET)
    except ClientError as error:
        if http_status(error) != 404:
            raise
        client().create_bucket(Bucket=settings.S3_BUCKET, **_place())


def _place() -> dict[str, Any]:
    """AWS wants the region by name, but for its first one, which it refuses to hear."""
    if settings.S3_REGION == "us-east-1":
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": settings.S3_REGION}}


def _apply_cors() -> None:
    rule: Any = {
        "AllowedOrigins": settings.S3_CORS_ORIGINS,
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }
    client().put_bucket_cors(Bucket=settings.S3_BUCKET, CORSConfiguration={"CORSRules": [rule]})


def _apply_lifecycle() -> None:
    rule: Any = {
        "ID": "quarantine",
        "Status": "Enabled",
        "Filter": {"Prefix": QUARANTINE},
        "Expiration": {"Days": 1},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
    }
    client().put_bucket_lifecycle_configuration(
        Bucket=settings.S3_BUCKET, LifecycleConfiguration={"Rules": [rule]}
    )


@cache
def client() -> "S3Client":
    """Return this process's client; safe between threads, unlike its creation."""
    return create_client("attachments")


@cache
def signer() -> "S3Client":
    return create_client("attachments-public")


def create_client(alias: str) -> "S3Client":
    with _creating:
        client: S3Client = storages[alias].connection.meta.client  # type: ignore[attr-defined]  # S3Storage
    return client


def _presigned(operation: str, parameters: dict[str, Any], lifetime: timedelta) -> str:
    return signer().generate_presigned_url(
        operation,
        Params={"Bucket": settings.S3_BUCKET, **parameters},
        ExpiresIn=int(lifetime.total_seconds()),
    )


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

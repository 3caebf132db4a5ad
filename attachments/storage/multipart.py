"""Multipart uploads of S3: start, list, complete and abort them."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.conf import settings

from attachments.storage.objects import QUARANTINE, Missing, OfTheOriginal, answering, client
from core import installation


@dataclass(frozen=True)
class Part:
    number: int
    size: int
    etag: str


@dataclass(frozen=True)
class Unfinished:
    """A multipart upload that was neither completed nor aborted."""

    key: str
    upload_id: str
    started_at: datetime


def start_multipart(key: str, *, content_type: str) -> str:
    with answering():
        answer = client().create_multipart_upload(
            Bucket=settings.S3_BUCKET, Key=key, ContentType=content_type
        )
    return answer["UploadId"]


def send_part(key: str, upload_id: str, number: int, content: IO[bytes]) -> Part:
    """Send a part from a file, which takes the place of one of the same number.

    Raises Missing for an unknown upload, or StorageAway.
    """
    size = content.seek(0, os.SEEK_END)
    content.seek(0)
    with answering():
        answer = client().upload_part(
            Bucket=settings.S3_BUCKET,
            Key=key,
            UploadId=upload_id,
            PartNumber=number,
            Body=content,
        )
    return Part(number, size, answer["ETag"])


def received_parts(key: str, upload_id: str) -> list[Part]:
    """Return the parts that have arrived, by number. Raises Missing for an unknown upload."""
    parts: dict[int, Part] = {}
    with answering():
        pages = client().get_paginator("list_parts")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Key=key, UploadId=upload_id):
            for part in page.get("Parts", []):
                # SeaweedFS lists a part that was sent twice two times. The last one counts.
                number = part["PartNumber"]
                parts[number] = Part(number, part["Size"], part["ETag"])
    return [parts[number] for number in sorted(parts)]


def complete_multipart(key: str, upload_id: str, parts: Sequence[Part]) -> None:
    """Join the parts to one object, once. Raises Missing for an unknown upload."""
    with answering():
        client().complete_multipart_upload(
            Bucket=settings.S3_BUCKET,
            Key=key,
            UploadId=upload_id,
            MultipartUpload={
                "Parts": [{"PartNumber": part.number, "ETag": part.etag} for part in parts]
            },
            IfNoneMatch="*",
        )


def abort_multipart(key: str, upload_id: str) -> None:
    """Delete an upload and its parts. An upload that is already gone is ignored.

    Raises StorageAway, and OfTheOriginal on a copy that has the bucket of the original.
    """
    if installation.shares_bucket():
        raise OfTheOriginal
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

"""A place in S3, by BACKUP_S3_…, or the keys of the files' own bucket."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cached_property
from typing import IO, TYPE_CHECKING, cast

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings

from attachments.storage.objects import DELETED_AT_ONCE, http_status
from workers.backups.errors import BackupError
from workers.backups.place import CHUNK_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

THREADS = 8
# S3 takes 10,000 parts: a dump of up to 320 GB.
PARTS = TransferConfig(
    multipart_threshold=32 << 20, multipart_chunksize=32 << 20, max_concurrency=2
)


class BucketPlace:
    """`s3://bucket/prefix`."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        is_same_server = settings.BACKUP_S3_ENDPOINT_URL == settings.S3_ENDPOINT_URL
        if bucket == settings.S3_BUCKET and is_same_server:
            raise BackupError(
                f"{bucket} is the bucket of the files themselves: what takes it away takes the "
                "backups too. Use another bucket, better at another provider."
            )

    @property
    def words(self) -> str:
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    @cached_property
    def _client(self) -> "S3Client":
        address = settings.BACKUP_S3_ENDPOINT_URL
        return boto3.client(
            "s3",
            endpoint_url=address or None,
            aws_access_key_id=settings.BACKUP_S3_ACCESS_KEY_ID or None,
            aws_secret_access_key=settings.BACKUP_S3_SECRET_ACCESS_KEY or None,
            region_name=settings.BACKUP_S3_REGION,
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if address else "virtual"},
                connect_timeout=5,
                read_timeout=60,
                retries={"total_max_attempts": 5, "mode": "standard"},
                max_pool_connections=THREADS * 2,
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                proxies={} if address else None,
            ),
        )

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        content = _Readable(chunks)
        with self._answering():
            self._client.upload_fileobj(
                cast(IO[bytes], content), self._bucket, self._key(name), Config=PARTS
            )
        return content.size

    def read(self, name: str) -> Iterator[bytes]:
        with self._answering():
            body = self._client.get_object(Bucket=self._bucket, Key=self._key(name))["Body"]
            with body:
                yield from body.iter_chunks(CHUNK_BYTES)

    def size(self, name: str) -> int | None:
        try:
            answer = self._client.head_object(Bucket=self._bucket, Key=self._key(name))
        except ClientError as error:
            if http_status(error) == 404:
                return None
            raise self._away(error) from error
        return answer["ContentLength"]

    def listed(self, prefix: str) -> Iterator[tuple[str, int]]:
        with self._answering():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._key(prefix)):
                for item in page.get("Contents", []):
                    yield item["Key"].removeprefix(self._prefix), item["Size"]

    def delete(self, names: Iterable[str]) -> None:
        waiting = [{"Key": self._key(name)} for name in names]
        for start in range(0, len(waiting), DELETED_AT_ONCE):
            batch = waiting[start : start + DELETED_AT_ONCE]
            with self._answering():
                self._client.delete_objects(
                    Bucket=self._bucket,
                    Delete={"Objects": batch, "Quiet": True},  # type: ignore[typeddict-item]
                )

    def settle(self) -> None:
        """S3 has what it has answered for."""

    def tidy(self) -> None:
        """A lifecycle rule of the bucket aborts what a killed backup began: see backup.md."""

    def alone(self) -> nullcontext[None]:
        """S3 has no locks. The database has one, and a place is for one installation."""
        return nullcontext()

    def _key(self, name: str) -> str:
        return self._prefix + name

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise self._away(error) from error

    def _away(self, error: Exception) -> BackupError:
        return BackupError(f"{self.words} does not take or give it: {error}")


class _Readable(io.RawIOBase):
    """Chunks as a file to read from."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._waiting = b""
        self.size = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        pieces, wanted = [self._waiting], size
        have = len(self._waiting)
        while (size < 0 or have < wanted) and (chunk := next(self._chunks, None)) is not None:
            pieces.append(chunk)
            have += len(chunk)
        joined = b"".join(pieces)
        cut = len(joined) if size < 0 else size
        given, self._waiting = joined[:cut], joined[cut:]
        self.size += len(given)
        return given

"""Delete objects with all their versions, and see that they are gone.

In a bucket with versions, deleting an object only hides it. A purge, and the end of an export,
delete each version and each mark of a deletion. A bucket without versions gives each object as its
one version.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from attachments.storage.objects import (
    DELETED_AT_ONCE,
    OfTheOriginal,
    StorageAway,
    answering,
    client,
    listed,
)
from core import installation

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef


@dataclass(frozen=True)
class Version:
    key: str
    id: str
    # In bytes; 0 for the mark of a deletion.
    size: int


class NotGone(StorageAway):
    """The bucket still has what it was told to delete: locked there, or not ours to delete."""

    default_code = "object_not_deleted"


def versions(prefix: str) -> Iterator[Version]:
    """Yield every version of every object whose key begins so. Raises StorageAway."""
    with answering():
        pages = client().get_paginator("list_object_versions")
        for page in pages.paginate(Bucket=settings.S3_BUCKET, Prefix=prefix):
            for found in page.get("Versions", []):
                yield Version(found["Key"], found["VersionId"], found["Size"])
            for mark in page.get("DeleteMarkers", []):
                yield Version(mark["Key"], mark["VersionId"], 0)


def delete_all_versions(prefix: str) -> tuple[int, int]:
    """Delete all that begins so; return how many versions, and their bytes.

    Raises StorageAway, NotGone when something is still there afterwards, and OfTheOriginal on a
    copy that has the bucket of the original.
    """
    if installation.shares_bucket():
        raise OfTheOriginal
    count = size = 0
    batch: list[Version] = []
    for version in versions(prefix):
        batch.append(version)
        if len(batch) == DELETED_AT_ONCE:
            _delete(batch)
            batch = []
        count, size = count + 1, size + version.size
    _delete(batch)
    if is_there(prefix):
        raise NotGone(f"{prefix} is still there")
    return count, size


def is_there(prefix: str) -> bool:
    """Tell whether any version of any object begins so, by asking the bucket in both ways."""
    return any(True for _ in versions(prefix)) or any(True for _ in listed(prefix))


def _delete(batch: Sequence[Version]) -> None:
    if not batch:
        return
    named: list[ObjectIdentifierTypeDef] = [
        {"Key": each.key, "VersionId": each.id} for each in batch
    ]
    with answering():
        answer = client().delete_objects(
            Bucket=settings.S3_BUCKET, Delete={"Objects": named, "Quiet": True}
        )
    for error in answer.get("Errors", []):
        raise NotGone(f"{error.get('Key')}: {error.get('Code')} {error.get('Message')}")

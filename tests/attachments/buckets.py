"""A bucket of a test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from pytest_django import Settings

from attachments.storage import objects
from attachments.storage.bucket_setup import set_up_bucket


@contextmanager
def own_bucket(settings: Settings, *, with_versions: bool) -> Iterator[str]:
    """Create a bucket and use it; take it away afterwards, since each takes room of the server."""
    name = settings.S3_BUCKET = f"own-{uuid4().hex[:8]}"
    set_up_bucket()
    s3 = objects.client()
    if with_versions:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    try:
        yield name
    finally:
        found = s3.list_object_versions(Bucket=name)
        for each in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
            s3.delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])
        s3.delete_bucket(Bucket=name)

"""A bucket of a test's own."""

from uuid import uuid4

from pytest_django import Settings

from attachments.storage import objects
from attachments.storage.bucket_setup import set_up_bucket


def own_bucket(settings: Settings, *, with_versions: bool) -> str:
    """Create a bucket and use it until the end of the test; return its name."""
    name = settings.S3_BUCKET = f"own-{uuid4().hex[:8]}"
    set_up_bucket()
    if with_versions:
        objects.client().put_bucket_versioning(
            Bucket=name, VersioningConfiguration={"Status": "Enabled"}
        )
    return name

"""Define the storage of the bucket, which `settings.STORAGES` names."""

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage


class Bucket(S3Storage):  # type: ignore[misc]  # django-storages has no types
    """The bucket at one address. Its client is configured here: the settings import no botocore."""

    def __init__(self, **options: Any) -> None:
        has_address = bool(options.get("endpoint_url"))
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path" if has_address else "virtual"},
            # Seconds. One attempt only: a job is run again, and a request must not wait.
            connect_timeout=2,
            read_timeout=10,
            retries={"total_max_attempts": 1},
            # Else the browser would have to send a checksum header beside the presigned ones.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            # Do not use the machine's HTTP proxy for a bucket that has an address of its own.
            proxies={} if has_address else None,
        )
        super().__init__(client_config=config, **options)

"""Presigned requests: signed here without asking the bucket, sent to it by a browser."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from django.conf import settings

from attachments.storage.objects import base64_of, create_client

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def presigned_put(
    key: str, *, size: int, content_type: str, sha256: bytes, lifetime: timedelta
) -> tuple[str, dict[str, str]]:
    """Return the address and headers of a PUT of exactly these bytes.

    The bucket answers 412 when the object is there already.
    """
    checksum = base64_of(sha256)
    parameters = {
        "Key": key,
        "ContentLength": size,
        "ContentType": content_type,
        "ChecksumSHA256": checksum,
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
    """Return the address and headers of a PUT of exactly this part."""
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
    """Return an address that answers with an object under these headers."""
    parameters = {
        "Key": key,
        "ResponseContentType": content_type,
        "ResponseContentDisposition": disposition,
        "ResponseCacheControl": cache_control,
    }
    return _presigned("get_object", parameters, lifetime)


@cache
def signer() -> "S3Client":
    return create_client("attachments-public")


def _presigned(operation: str, parameters: dict[str, Any], lifetime: timedelta) -> str:
    return signer().generate_presigned_url(
        operation,
        Params={"Bucket": settings.S3_BUCKET, **parameters},
        ExpiresIn=int(lifetime.total_seconds()),
    )

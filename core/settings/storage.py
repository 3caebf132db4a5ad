"""Where files are: the attachments' bucket, who checks what goes in it, and the static files."""

from urllib.parse import urlsplit

from botocore.config import Config

from core.settings.env import DEBUG, LIAISON_HOME, PUBLIC_URL, env
from core.settings.rest_api import CORS_ALLOWED_ORIGINS

S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", default="")
S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", default="")
S3_BUCKET = env.str("S3_BUCKET", default="liaison")
S3_REGION = env.str("S3_REGION", default="us-east-1")
# Where browsers find the bucket, when that is not where the servers find it.
S3_PUBLIC_URL = env.str("S3_PUBLIC_URL", default=S3_ENDPOINT_URL)
_S3_HOST = f"https://{S3_BUCKET}.s3.{S3_REGION}.amazonaws.com"
S3_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(S3_PUBLIC_URL or _S3_HOST))
# Whose pages may send files to the bucket; a presigned URL is the permission, not the origin.
S3_CORS_ORIGINS = env.list(
    "S3_CORS_ORIGINS", default=["*"] if DEBUG else [PUBLIC_URL.rstrip("/"), *CORS_ALLOWED_ORIGINS]
)


def _bucket(endpoint_url: str) -> dict[str, object]:
    """The bucket of the attachments, seen from one side."""
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "access_key": S3_ACCESS_KEY_ID or None,
            "secret_key": S3_SECRET_ACCESS_KEY or None,
            "endpoint_url": endpoint_url or None,
            "region_name": S3_REGION,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if endpoint_url else "virtual"},
                # One try each: the row is tried again, and a person must not be held.
                connect_timeout=2,
                read_timeout=10,
                retries={"total_max_attempts": 1},
                # The presigned headers are the whole of what a browser must send.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                # A proxy of the machine is not for the bucket beside it.
                proxies={} if endpoint_url else None,
            ),
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "attachments": _bucket(S3_ENDPOINT_URL),
    # For presigned requests only: the address is part of what is signed.
    "attachments-public": _bucket(S3_PUBLIC_URL),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# `tcp://127.0.0.1:3310` or `unix:///var/run/clamav/clamd.ctl`; empty: no antivirus, which the
# screen says.
CLAMD_URL = env.str("CLAMD_URL", default="")
# Nothing is shown before an antivirus has answered, even while none is configured.
ATTACHMENTS_REQUIRE_AV = env.bool("ATTACHMENTS_REQUIRE_AV", default=False)

STATIC_URL = "/static/"
STATIC_ROOT = LIAISON_HOME / "static"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG

"""Set the bucket of the attachments, the antivirus that checks them, and the static files."""

from urllib.parse import urlsplit

from whitenoise.compress import Compressor

from core.settings.env import BASE_DIR, DEBUG, LIAISON_HOME, PUBLIC_URL, env
from core.settings.rest_api import CORS_ALLOWED_ORIGINS

S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", default="")
S3_ACCESS_KEY_ID = env.str("S3_ACCESS_KEY_ID", default="")
S3_SECRET_ACCESS_KEY = env.str("S3_SECRET_ACCESS_KEY", default="")
S3_BUCKET = env.str("S3_BUCKET", default="liaison")
S3_REGION = env.str("S3_REGION", default="us-east-1")
# The address of the bucket for browsers, if it is not the one for the servers.
S3_PUBLIC_URL = env.str("S3_PUBLIC_URL", default=S3_ENDPOINT_URL)
_S3_HOST = f"https://{S3_BUCKET}.s3.{S3_REGION}.amazonaws.com"
S3_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(S3_PUBLIC_URL or _S3_HOST))
# Pages of these origins may send files to the bucket. The permission itself is the presigned URL.
S3_CORS_ORIGINS = env.list(
    "S3_CORS_ORIGINS", default=["*"] if DEBUG else [PUBLIC_URL.rstrip("/"), *CORS_ALLOWED_ORIGINS]
)


def _bucket(endpoint_url: str) -> dict[str, object]:
    """Return the storage of the attachments at one address: the servers' or the browsers'."""
    return {
        "BACKEND": "attachments.storage.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "access_key": S3_ACCESS_KEY_ID or None,
            "secret_key": S3_SECRET_ACCESS_KEY or None,
            "endpoint_url": endpoint_url or None,
            "region_name": S3_REGION,
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "attachments": _bucket(S3_ENDPOINT_URL),
    # For presigned requests only: the signature covers the address.
    "attachments-public": _bucket(S3_PUBLIC_URL),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "core.web.static_files.CollectedFiles"
    },
}

# `tcp://127.0.0.1:3310` or `unix:///var/run/clamav/clamd.ctl`. Empty: no antivirus, and the pages
# say so.
CLAMD_URL = env.str("CLAMD_URL", default="")
# If true, no file is shown before an antivirus has checked it, even if none is configured.
ATTACHMENTS_REQUIRE_AV = env.bool("ATTACHMENTS_REQUIRE_AV", default=False)

STATIC_URL = "/static/"
STATIC_ROOT = LIAISON_HOME / "static"
# What `make bundles` writes. The folder is always there, its files may not.
STATICFILES_DIRS = [("bundles", BASE_DIR / "core" / "bundles")]
# Also a file that was not collected is served, at its own name.
WHITENOISE_USE_FINDERS = True
# Developer tools ask for the source maps, and nobody else does.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
WHITENOISE_AUTOREFRESH = DEBUG

"""The checks of the antivirus (`check --deploy` and `/readyz`), and of the bucket (`/readyz`)."""

import time
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from attachments.scanning import clamd
from attachments.storage import objects

# Less than `/readyz` gives a check.
PING_SECONDS = 0.8
# In quarantine, whose objects the bucket removes by itself after a day.
CHECK_KEY = f"{objects.QUARANTINE}check"
# A few bytes find room in what a full SeaweedFS has set aside.
CHECK_BYTES = bytes(256 * 1024)
# A file that was stored is believed for so long: probes come every few seconds, and in a bucket
# with versions each file that is stored stays for a while.
STORED_SECONDS = 60.0
STORES_NOTHING = "refuses files: is its disk full?"

_stored_at: list[float] = []


def antivirus_is_configured(**_: Any) -> list[CheckMessage]:
    if settings.CLAMD_URL:
        return []
    if settings.ATTACHMENTS_REQUIRE_AV:
        return [
            Error(
                "ATTACHMENTS_REQUIRE_AV is set without CLAMD_URL: every file will wait for ever.",
                hint="Set CLAMD_URL, for instance unix:///var/run/clamav/clamd.ctl.",
                id="attachments.E001",
            )
        ]
    return [
        Warning(
            "No antivirus looks at the files: they are shown as checked by our own rules only.",
            hint="Install clamav-daemon and set CLAMD_URL.",
            id="attachments.W001",
        )
    ]


def storage_fault(*, by_writing: bool) -> str:
    """Return what the bucket said if it does not do its work; empty if it does.

    `by_writing`: write an object and delete it. A full disk and a lost permission show only
    then.
    """
    try:
        with objects.answering():
            objects.client().head_bucket(Bucket=settings.S3_BUCKET)
        if by_writing:
            objects.write(CHECK_KEY, BytesIO(CHECK_BYTES), content_type="text/plain")
            objects.delete([CHECK_KEY])
    except (objects.StorageAway, objects.Missing) as error:
        return f"{type(error.__cause__).__name__}: {error.__cause__}"
    return ""


def antivirus_answers() -> str:
    """Return "ok", or what `/readyz` says of an antivirus that is away; empty without one."""
    if not settings.CLAMD_URL:
        return ""
    is_there = clamd.answers(settings.CLAMD_URL, within=PING_SECONDS)
    return "ok" if is_there else "away: files wait until it answers"


def bucket_stores_files() -> str:
    """Return "ok", or what `/readyz` says of a bucket that answers and stores nothing."""
    if _stored_at and time.monotonic() - _stored_at[-1] < STORED_SECONDS:
        return "ok"
    if storage_fault(by_writing=True):
        return STORES_NOTHING
    _stored_at[:] = [time.monotonic()]
    return "ok"

"""The checks of the antivirus: it is configured (`check --deploy`), it answers (`/readyz`)."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

from attachments.scanning import clamd

# Less than `/readyz` gives a check.
PING_SECONDS = 0.8


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


def antivirus_answers() -> str:
    """Return "ok", or what `/readyz` says of an antivirus that is away; empty without one."""
    if not settings.CLAMD_URL:
        return ""
    is_there = clamd.answers(settings.CLAMD_URL, within=PING_SECONDS)
    return "ok" if is_there else "away: files wait until it answers"

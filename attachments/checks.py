"""The check of `manage.py check --deploy`: an antivirus is configured."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning


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

"""Give the findings of `check --deploy`: what is set, what is missing, what is still an example."""

from collections.abc import Iterator

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.utils.translation import gettext as _

from core.doctor.findings import Finding, Level, well


def examine() -> Iterator[Finding]:
    found = [
        message
        for message in run_checks(include_deployment_checks=not settings.DEBUG)
        if not message.is_silenced()
    ]
    for message in found:
        level = Level.ERROR if message.level >= ERROR else Level.WARNING
        yield Finding(level, f"{message.msg} ({message.id})", advice=str(message.hint or ""))
    if settings.DEBUG:
        yield Finding(
            Level.WARNING,
            _("DEBUG is set: this is a demonstration, not checked as a server."),
            advice=_("Set DEBUG=false where clients come."),
        )
    elif not found:
        yield well(_("`check --deploy` finds nothing."))

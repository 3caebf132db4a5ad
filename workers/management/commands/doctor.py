import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _

from attachments import doctor as attachments
from core.doctor import configuration, database, machine, public_address, valkey
from core.doctor.findings import Examination, Finding, Level, run
from notifications import doctor as notifications
from workers import doctor as workers

TITLES = {
    "settings": gettext_lazy("Settings"),
    "database": "PostgreSQL",
    "valkey": "Valkey",
    "bucket": gettext_lazy("Files"),
    "antivirus": gettext_lazy("Antivirus"),
    "address": gettext_lazy("Public address"),
    "email": gettext_lazy("Emails out"),
    "dns": "DNS",
    "inbound": gettext_lazy("Emails in"),
    "push": gettext_lazy("Notifications"),
    "workers": gettext_lazy("Background work"),
    "backups": gettext_lazy("Backups"),
    "machine": gettext_lazy("This machine"),
}
MARKS = {Level.OK: "✓", Level.WARNING: "!", Level.ERROR: "✗"}
STYLES = {Level.OK: "SUCCESS", Level.WARNING: "WARNING", Level.ERROR: "ERROR"}


class Command(BaseCommand):
    help = (
        "Examine this installation and say in words what is missing and what to do. Exit code 1"
        " when something does not work."
    )
    # They are findings.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON object")
        parser.add_argument(
            "--only", action="append", choices=TITLES, help="this part alone; may be repeated"
        )
        parser.add_argument("--dkim-selector", default="", help="the selector of our DKIM key")
        parser.add_argument(
            "--send-email",
            action="store_true",
            help="send an email to REPLY_DOMAIN and wait until it comes back, at most 100 s",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        examinations = {
            name: examination
            for name, examination in _examinations(options).items()
            if not options["only"] or name in options["only"]
        }
        found = _found(examinations)
        if options["json"]:
            self.stdout.write(json.dumps(_shape(found), ensure_ascii=False, indent=2))
        else:
            self._print(found)
        broken = _count(found.values(), Level.ERROR)
        if broken:
            raise CommandError(_("%(count)s points need mending.") % {"count": broken})

    def _print(self, found: Mapping[str, list[Finding]]) -> None:
        for name, findings in found.items():
            if findings:
                self.stdout.write(self.style.MIGRATE_HEADING(str(TITLES[name])))
            for finding in findings:
                style = getattr(self.style, STYLES[finding.level])
                self.stdout.write(f"  {style(MARKS[finding.level])} {finding.says}")
                if finding.advice:
                    self.stdout.write(f"      → {finding.advice}")
        doubts = _count(found.values(), Level.WARNING)
        if doubts:
            self.stdout.write(_("%(count)s points to look at.") % {"count": doubts})
        elif not _count(found.values(), Level.ERROR):
            self.stdout.write(_("All is well."))


def _examinations(options: Mapping[str, Any]) -> dict[str, Examination]:
    selector, sends = options["dkim_selector"], options["send_email"]
    return {
        "settings": configuration.examine,
        "database": database.examine,
        "valkey": valkey.examine,
        "bucket": attachments.examine_bucket,
        "antivirus": attachments.examine_antivirus,
        "address": public_address.examine,
        "email": notifications.examine_outgoing,
        "dns": partial(notifications.examine_names, selector),
        "inbound": partial(notifications.examine_incoming, by_the_way_of_all=sends),
        "push": notifications.examine_push,
        "workers": workers.examine,
        "backups": workers.examine_backups,
        "machine": machine.examine,
    }


def _found(examinations: Mapping[str, Examination]) -> dict[str, list[Finding]]:
    """Run all at once: several may wait for a server that does not answer."""
    language = get_language() or "en"

    def examined(examination: Examination) -> list[Finding]:
        with override(language):
            return run(examination)

    with ThreadPoolExecutor(len(examinations)) as pool:
        return dict(zip(examinations, pool.map(examined, examinations.values()), strict=True))


def _shape(found: Mapping[str, list[Finding]]) -> dict[str, Any]:
    return {
        "ok": not _count(found.values(), Level.ERROR),
        "findings": [
            {"part": name, "level": one.level, "says": one.says, "advice": one.advice}
            for name, findings in found.items()
            for one in findings
        ],
    }


def _count(found: Iterable[Iterable[Finding]], level: Level) -> int:
    return sum(finding.level == level for findings in found for finding in findings)

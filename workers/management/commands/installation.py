from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from core import environment, installation
from workers import held_back
from workers.registry import JOB_TYPES

HOURS = 24.0


class Command(BaseCommand):
    help = (
        "Say whether this database is the original or a copy, and what a copy holds back; or say "
        "which of both it is from now on."
    )
    # They ask whether it may be run as a server, which does not matter here.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        wanted = parser.add_mutually_exclusive_group()
        wanted.add_argument(
            "--copy", metavar="REASON", help="nothing leaves from now on; the reason is shown"
        )
        wanted.add_argument(
            "--original",
            action="store_true",
            help="this is the original now, also under this address and with this bucket",
        )
        parser.add_argument(
            "--send-within",
            type=float,
            metavar="HOURS",
            default=HOURS,
            help="with --original, send what was due within so many hours (%(default)g); what is"
            " older is not sent any more",
        )

    def handle(
        self,
        *args: Any,
        copy: str | None,
        original: bool,
        send_within: float,
        **options: Any,
    ) -> None:
        if copy is not None:
            installation.mark_as_copy(copy)
        if original:
            self._adopt(timedelta(hours=send_within))
        self._show()

    def _adopt(self, within: timedelta) -> None:
        for job_type, each in held_back.adopt(JOB_TYPES, within=within).items():
            words = _("%(title)s: %(leaving)d leave now, %(dropped)d were too old.")
            values = {"title": job_type.label, "leaving": each.leaving, "dropped": each.dropped}
            self.stdout.write(words % values)

    def _show(self) -> None:
        here = environment.current()
        found = installation.copy()
        if found is None:
            self.stdout.write(
                _("This is the original, at %(address)s.") % {"address": here.address}
            )
            return
        self.stdout.write(installation.words_of(found))
        values = {"address": here.address, "bucket": here.bucket}
        self.stdout.write(_("It runs at %(address)s with the bucket %(bucket)s.") % values)
        if found.because:
            self.stdout.write(_("Reason: %(reason)s") % {"reason": found.because})
        if found.shares_bucket:
            self.stdout.write(
                _("The bucket may be that of the original: no file is checked or deleted.")
            )
        now = timezone.now()
        for job_type, held in held_back.held(JOB_TYPES).items():
            hours = (now - held.oldest_at).total_seconds() / 3600 if held.oldest_at else 0
            words = _("%(title)s: %(count)d wait, the oldest for %(hours)d h.")
            self.stdout.write(
                words % {"title": job_type.label, "count": held.count, "hours": hours}
            )
        self.stdout.write(_("`manage.py installation --original` makes it the original."))

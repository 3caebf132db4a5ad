"""`manage.py poll_inbox`: receive the new emails of the IMAP mailbox, once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from core import installation
from notifications import actions
from notifications.inbound_email.imap import MailboxUnavailable


class Command(BaseCommand):
    help = "Receive the new emails of the mailbox of INBOUND_IMAP_URL, once."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.INBOUND_IMAP_URL:
            raise CommandError("INBOUND_IMAP_URL is not set")
        if installation.is_copy():
            raise CommandError("this is a copy: the emails belong to the original")
        try:
            received = actions.poll_inbox()
        except MailboxUnavailable as error:
            raise CommandError(f"the mailbox does not answer: {error}") from error
        self.stdout.write(f"{received} received")

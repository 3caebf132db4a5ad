"""`manage.py reseal`: encrypt what is stored by the SECRET_KEY of today."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from attachments.storage.objects import StorageAway
from core.auth import second_factors
from notifications.inbound_email import originals
from notifications.webhooks import endpoints


class Command(BaseCommand):
    help = (
        "Encrypt second factors, secrets of webhooks and originals of emails by the SECRET_KEY of "
        "today, after a change of it: SECRET_KEY_FALLBACKS is not needed for them any more. Safe "
        "to run again."
    )

    def handle(self, *args: Any, **options: Any) -> str:
        factors, webhooks = second_factors.reseal(), endpoints.reseal()
        try:
            emails = originals.reseal()
        except StorageAway as error:
            raise CommandError(f"The storage does not answer: {error.__cause__}") from error
        return (
            f"{factors} second factors, {webhooks} webhooks, {emails} emails: sealed by the "
            "SECRET_KEY of today."
        )

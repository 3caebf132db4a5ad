"""`manage.py vapid_keys`: make a key pair for Web Push, as lines for the environment."""

from typing import Any

from django.core.management.base import BaseCommand

from notifications.push import vapid


class Command(BaseCommand):
    help = (
        "Make a VAPID key pair. Keep the private key, later as one of VAPID_PRIVATE_KEY_FALLBACKS: "
        "without it, devices get nothing until their people open a page."
    )
    # It is for somebody who is writing the environment.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        private = vapid.generate_private_key()
        self.stdout.write(f"VAPID_PRIVATE_KEY={private}")
        self.stdout.write(f"# The public key, which pages fetch: {vapid.public_key(private)}")

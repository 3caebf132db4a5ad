from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from attachments.storage import bucket_setup, objects
from core import installation


class Command(BaseCommand):
    help = "Create the bucket of the files, its CORS rules and its lifecycle. Safe to run again."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        if installation.shares_bucket():
            # Its CORS rules name the address of the original.
            self.stdout.write("This is a copy: the bucket stays as the original set it up.")
            return
        try:
            refused = bucket_setup.set_up_bucket()
        except objects.StorageAway as error:
            raise CommandError(f"The storage does not answer: {error.__cause__}") from error
        for line in refused:
            self.stderr.write(f"The storage does not take {line}; set it by its own means.")
        if verbosity:
            self.stdout.write(f"The bucket {settings.S3_BUCKET} is ready.")

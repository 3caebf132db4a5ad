from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand

from core import background_sender
from core.models import Epoch
from core.queries import current_epoch
from core.realtime.publish import publish_epoch_changed


class Command(BaseCommand):
    help = (
        "Begin a new epoch of the database, after each restore from a backup. Open pages and "
        "other callers then drop what they hold and start anew."
    )

    def handle(self, *args: Any, **options: Any) -> str:
        Epoch.objects.update_or_create(defaults={"value": uuid4()})
        publish_epoch_changed()
        background_sender.flush()
        return current_epoch()

"""The Celery application of beat: celery -A workers.beat beat

It has no tasks and none of Django's apps, only the settings, so that beat stays small.
"""

import logging.config
import os
from typing import Any

from celery import Celery
from celery.signals import import_modules
from django.conf import settings

from core.jobs.broker_queue import broker_queues
from core.start import require_settings

# Both connect to Celery's signals.
from workers import celery_logs  # noqa: F401
from workers.recovery import beat_watchdog  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
require_settings()

# Without Celery's fix-up for Django, which loads the apps.
app = Celery("liaison-beat", fixups=[], set_as_current=False)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = broker_queues(settings.CELERY_BROKER_URL)


@import_modules.connect(sender=app)
def set_up_logging(**_: Any) -> None:
    """Write lines as the other processes do. There, Django's set-up does this at this moment."""
    logging.config.dictConfig(settings.LOGGING)

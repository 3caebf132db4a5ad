"""The Celery application of the workers and of beat.

celery -A workers.celery worker -Q realtime,notifications,attachments,webhooks,maintenance
celery -A workers.celery beat
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_init
from django.conf import settings
from kombu import Exchange
from kombu import Queue as KombuQueue

from core.jobs.enqueue import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
# A soft shutdown on TERM: running tasks get CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT to end.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
# A routing key for each: by default all share one, and each queue gets the tasks of the others.
app.conf.task_queues = [
    KombuQueue(queue.value, Exchange("liaison"), routing_key=queue.value) for queue in Queue
]
# Celery reads this name. The tasks of a process share one database connection instead of opening
# one each.
app.conf["CELERY_DB_REUSE_MAX"] = 1_000_000_000
app.autodiscover_tasks(["workers"])
# For beat. Loaded as tasks are, since it needs Django's apps.
app.autodiscover_tasks(["workers.recovery"], related_name="beat_watchdog")
# By name: the step needs Django's apps, which are not loaded yet.
app.steps["worker"].add("workers.recovery.agent:AgentStep")


@worker_init.connect
def give_way(**_: Any) -> None:
    """Give the web process precedence on a shared machine: a person waits for its answer."""
    os.nice(settings.WORKER_NICENESS)

"""The Celery application of the workers and of beat.

celery -A workers.celery worker -Q realtime,notifications,attachments,maintenance
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
# Each under a key of its own: by default all would share one, and each hear what is for another.
app.conf.task_queues = [
    KombuQueue(queue.value, Exchange("liaison"), routing_key=queue.value) for queue in Queue
]
# Read by Celery under this very name: tasks of a process share one database connection, where it
# would otherwise open one a task.
app.conf["CELERY_DB_REUSE_MAX"] = 1_000_000_000
app.autodiscover_tasks(["workers"])
# The same way, so that beat has it: it needs Django's apps as well.
app.autodiscover_tasks(["workers.recovery"], related_name="beat_watchdog")
# By name: the step needs Django's apps, which are loaded when the worker starts.
app.steps["worker"].add("workers.recovery.agent:AgentStep")


@worker_init.connect
def give_way(**_: Any) -> None:
    """Let the web go first where both share a machine: somebody waits for an answer."""
    os.nice(settings.WORKER_NICENESS)

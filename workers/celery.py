"""The Celery application of the workers. That of beat is `workers.beat`.

celery -A workers.celery worker -Q realtime,notifications,attachments,webhooks,maintenance
"""

import os
from typing import Any

from celery import Celery
from celery.signals import import_modules, worker_init
from celery.worker.consumer import Consumer
from django.conf import settings

from core import collector
from core.jobs.broker_queue import broker_queues
from core.start import require_settings

# Both connect to Celery's signals. A beat that is started by this application, as of old, is larger
# but watches as well.
from workers import celery_logs  # noqa: F401
from workers.recovery import beat_watchdog  # noqa: F401

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
# A soft shutdown on TERM: running tasks get CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT to end.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")
# Celery would run the checks of `manage.py check` at each start. They import all views, which no
# worker needs: a quarter of its start.
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")

# Before the application, whose own receiver loads Django.
import_modules.connect(collector.pause)
worker_init.connect(collector.resume)
require_settings()

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = broker_queues(settings.CELERY_BROKER_URL)
# With quorum queues it declares 28 more queues, for tasks with a later time, which we do not send.
Consumer.Blueprint.default_steps.remove("celery.worker.consumer.delayed_delivery:DelayedDelivery")
# Celery reads this name. The tasks of a process share one database connection instead of opening
# one each.
app.conf["CELERY_DB_REUSE_MAX"] = 1_000_000_000
app.autodiscover_tasks(["workers"])
# By name: the step needs Django's apps, which are not loaded yet.
app.steps["worker"].add("workers.recovery.agent:AgentStep")


@worker_init.connect
def give_way(**_: Any) -> None:
    """Give the web process precedence on a shared machine: a person waits for its answer."""
    os.nice(settings.WORKER_NICENESS)

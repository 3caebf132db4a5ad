"""Background work: Celery, the worker processes, and the record of what they did."""

from datetime import timedelta

from core.settings.database import REALTIME_PREFIX, REDIS_URL
from core.settings.env import env

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
CELERY_TASK_TIME_LIMIT = 55  # seconds: under half of the visibility timeout
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Of the ten seconds that are the default, a worker whose pool process died would take no task: the
# one that was lost keeps its place among the prefetched.
CELERY_WORKER_LOST_WAIT = 1.0
# Seconds, slept in full when a task runs; what is cut then is owed by its row.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 4.0
# How far a worker stands back for the web on the same machine (nice: 0 not at all, 19 always).
WORKER_NICENESS = env.int("WORKER_NICENESS", default=5)
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.int("WORKER_MAX_MEMORY_KILOBYTES", default=400_000)
# Without end: a worker without its broker still does what the rows owe.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A full Valkey answers and refuses: that too is no reason to end.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# kombu's defaults wait more than 20 s on a frozen broker; with these a publish gives up in 2 s.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "max_retries": 0,
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 5,
    # First what is first in the worker's list of queues, not one of each in turn: after a backlog
    # a push would otherwise hold up, for ten times as long as each takes, the messages on screens.
    "queue_order_strategy": "priority",
    "global_keyprefix": f"{REALTIME_PREFIX}:",
}
CELERY_BEAT_SCHEDULE = {
    # Only a sign of life: what is due, and when, is in the rows, and the workers sweep by
    # themselves. Expires: nobody wants a queue of them after a night without workers.
    "beat": {
        "task": "beat",
        "schedule": timedelta(seconds=15),
        "options": {"queue": "maintenance", "expires": 15},
    },
}

TASK_RUNS_KEPT = timedelta(days=env.int("TASK_RUNS_KEPT_DAYS", default=30))
TASK_HOURS_KEPT = timedelta(days=env.int("TASK_HOURS_KEPT_DAYS", default=365))
# Dead tasks that somebody retried or discarded; the others stay until somebody does.
DEAD_LETTERS_KEPT = timedelta(days=env.int("DEAD_LETTERS_KEPT_DAYS", default=90))
TASK_ALERT_OLDEST_SECONDS = env.int("TASK_ALERT_OLDEST_SECONDS", default=60)
TASK_ALERT_FAILURE_PERCENT = env.int("TASK_ALERT_FAILURE_PERCENT", default=5)
TASK_ALERT_BEAT_SECONDS = env.int("TASK_ALERT_BEAT_SECONDS", default=60)
# Who is told of a new alert; the dashboard shows them all the same.
TASK_ALERT_EMAILS = env.list("TASK_ALERT_EMAILS", default=[])
TASK_ALERT_WEBHOOK_URL = env.str("TASK_ALERT_WEBHOOK_URL", default="")
# What /metrics asks for as a bearer; without one it answers this machine only.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

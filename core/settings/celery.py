"""Set Celery, the worker processes, the records that they keep, and their alerts."""

import tempfile
from datetime import timedelta

from core.settings.database import REALTIME_PREFIX, REDIS_URL
from core.settings.env import LIAISON_HOME, env

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default=REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "maintenance"
# Seconds. Less than half of the visibility timeout (120 s), so that the broker does not hand a task
# out again while it runs.
CELERY_TASK_TIME_LIMIT = 55
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Seconds; Celery's default is 10. After a pool process dies, its lost task counts as prefetched for
# this long, and the worker takes no other.
CELERY_WORKER_LOST_WAIT = 1.0
# Seconds. A worker that stops while a task runs waits all of them. A task that is cut then is run
# again from its row.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 4.0
# The workers' niceness (nice, 0 to 19): above 0, the web process of the same machine goes first.
WORKER_NICENESS = env.int("WORKER_NICENESS", default=5)
CELERY_WORKER_MAX_MEMORY_PER_CHILD = env.int("WORKER_MAX_MEMORY_KILOBYTES", default=400_000)
# Seconds, of RabbitMQ alone; Celery's default is 120. After two of them the worker counts a silent
# broker as gone, and the broker gives the worker's wake-ups to another one.
CELERY_BROKER_HEARTBEAT = 10
# Reconnect for ever: a worker without its broker still runs what is pending in the rows.
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A Valkey without memory answers with an error. The worker must not end for that either.
CELERY_BROKER_CHANNEL_ERROR_RETRY = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Measured with a broker that accepts connections and never answers: a publish fails after 2.2 s.
# With kombu's defaults it was still waiting after 100 s.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "max_retries": 0,
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "health_check_interval": 5,
    # Take from the first queue of the worker's list that has a task. With kombu's default, one of
    # each queue in turn, every message of a backlog would wait for a push, which is slower.
    "queue_order_strategy": "priority",
    "global_keyprefix": f"{REALTIME_PREFIX}:",
}
# Four heartbeats (`workers.recovery.agent`).
WORKER_LOST_AFTER = timedelta(seconds=12)
CELERY_BEAT_SCHEDULE = {
    # Beat only shows that it lives: the rows say what is due, and the workers look for it by
    # themselves. It expires, so that a night without workers leaves no queue of them.
    "beat": {
        "task": "beat",
        "schedule": timedelta(seconds=15),
        "options": {"queue": "maintenance", "expires": 15},
    },
}

TASK_RUNS_KEPT = timedelta(days=env.int("TASK_RUNS_KEPT_DAYS", default=30))
TASK_HOURS_KEPT = timedelta(days=env.int("TASK_HOURS_KEPT_DAYS", default=365))
# Dead tasks that somebody retried or discarded. The others are kept until somebody does.
DEAD_LETTERS_KEPT = timedelta(days=env.int("DEAD_LETTERS_KEPT_DAYS", default=90))
TASK_ALERT_OLDEST_SECONDS = env.int("TASK_ALERT_OLDEST_SECONDS", default=60)
TASK_ALERT_FAILURE_PERCENT = env.int("TASK_ALERT_FAILURE_PERCENT", default=5)
TASK_ALERT_BEAT_SECONDS = env.int("TASK_ALERT_BEAT_SECONDS", default=60)
TASK_ALERT_DISK_PERCENT = env.int("TASK_ALERT_DISK_PERCENT", default=90)
TASK_ALERT_CONNECTIONS_PERCENT = env.int("TASK_ALERT_CONNECTIONS_PERCENT", default=85)
# Folders on the workers' machines whose disks are watched.
TASK_ALERT_DISKS = env.list(
    "TASK_ALERT_DISKS", default=["/", tempfile.gettempdir(), str(LIAISON_HOME)]
)
# An alert and its end are sent to these addresses, or to the managers if there are none. The
# dashboard shows it in any case.
TASK_ALERT_EMAILS = env.list("TASK_ALERT_EMAILS", default=[])
TASK_ALERT_WEBHOOK_URL = env.str("TASK_ALERT_WEBHOOK_URL", default="")
# The bearer token of /metrics. Empty: it answers requests from this machine only.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Taken too, until Prometheus has the one of today.
METRICS_TOKEN_FALLBACKS = env.list("METRICS_TOKEN_FALLBACKS", default=[])

"""The broker's queues: the workers take from them, and beat sends to one."""

from kombu import Exchange
from kombu import Queue as KombuQueue

from core.jobs.enqueue import Queue

# A routing key for each: by default all share one, and each queue gets the tasks of the others.
TASK_QUEUES = [
    KombuQueue(queue.value, Exchange("liaison"), routing_key=queue.value) for queue in Queue
]

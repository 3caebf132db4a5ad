"""Report the state of a worker in its row, and obey the commands found there.

Neither needs the broker.
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from celery.worker import state
from django.utils import timezone

from core.version import BUILD
from workers.engine.job_types import BusyTask
from workers.models import VERSION_LENGTH, QueuePause, WorkerCommand, WorkerProcess
from workers.monitoring import disks
from workers.recovery.fallback_runner import FallbackRunner

logger = structlog.get_logger(__name__)


class WorkerHeartbeat:
    """The row of one worker."""

    def __init__(self, worker: Any, runners: Iterable[FallbackRunner] = ()) -> None:
        self.worker = worker
        self.runners = list(runners)
        self.queues = sorted(worker.app.amqp.queues.consume_from)
        self.is_quiet = False
        self.row = WorkerProcess(
            host=socket.gethostname(),
            pid=os.getpid(),
            queues=self.queues,
            concurrency=worker.concurrency,
            version=BUILD[:VERSION_LENGTH],
        )

    def report(self, *, reaches_broker: bool, reaches_valkey: bool = True) -> None:
        """Write down that the worker lives and what it runs, then obey its command and pauses."""
        now = timezone.now()
        facts = {
            "busy": [*busy(), *(task for runner in self.runners if (task := runner.current))],
            "memory_bytes": memory_bytes([os.getpid(), *self.pool_pids()]),
            "is_quiet": self.is_quiet,
            "reaches_broker": reaches_broker,
            "reaches_valkey": reaches_valkey,
            "disks": disks.disks(),
            "seen_at": now,
            "stopped_at": None,
        }
        rows = WorkerProcess.objects.filter(pk=self.row.pk)
        if not rows.update(**facts):
            for name, value in facts.items():
                setattr(self.row, name, value)
            self.row.save(force_insert=True)
        command = rows.exclude(order=WorkerCommand.NONE).values_list("order", flat=True).first()
        if command:
            rows.filter(order=command).update(order=WorkerCommand.NONE)
            self.obey(WorkerCommand(command))
        self.follow_pauses()

    def record_stop(self) -> None:
        """Write down that the worker ended in order."""
        WorkerProcess.objects.filter(pk=self.row.pk).update(stopped_at=timezone.now(), busy=[])

    def obey(self, command: WorkerCommand) -> None:
        logger.info("worker_ordered", order=command.value)
        if command == WorkerCommand.STOP:
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            self.is_quiet = command == WorkerCommand.QUIET
            WorkerProcess.objects.filter(pk=self.row.pk).update(is_quiet=self.is_quiet)

    def follow_pauses(self) -> None:
        """Consume from the queues that are not paused, and from none when quiet."""
        consumer = self.worker.consumer
        if consumer is None or consumer.task_consumer is None:
            # The worker looks for its broker: try again at the next heartbeat.
            return
        paused = set(QueuePause.objects.values_list("queue", flat=True))
        for queue in self.queues:
            is_wanted = not self.is_quiet and queue not in paused
            is_taken = consumer.task_consumer.consuming_from(queue)
            # By `call_soon`: only the worker's own loop may use its consumer.
            if is_wanted and not is_taken:
                consumer.call_soon(consumer.add_task_queue, queue)
            elif is_taken and not is_wanted:
                consumer.call_soon(consumer.cancel_task_queue, queue)

    def pool_pids(self) -> list[int]:
        pool = getattr(self.worker.pool, "_pool", None)
        return [process.pid for process in list(getattr(pool, "_pool", []))]


def busy() -> list[BusyTask]:
    """Return what this worker's pool runs now."""
    return [
        {
            "name": request.name,
            "subject": str(next(iter((request.kwargs or {}).values()), "")),
            "started_at": _started_at(request),
        }
        for request in list(state.active_requests)
    ]


def _started_at(request: Any) -> str | None:
    # Celery keeps a monotonic time.
    if not request.time_start:
        return None
    seconds = time.time() - (time.monotonic() - request.time_start)
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def memory_bytes(pids: list[int]) -> int:
    """Return the resident memory of processes together; 0 on systems without /proc."""
    if sys.platform != "linux":
        return 0
    page = os.sysconf("SC_PAGE_SIZE")
    total = 0
    for pid in pids:
        try:
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
        except OSError:
            # The process has ended.
            continue
    return total

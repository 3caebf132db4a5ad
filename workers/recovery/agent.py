"""The thread beside the tasks in every worker: it sweeps, says that it lives, and obeys.

A thread and not a timer of Celery's event loop: that loop stands still while the worker looks for
its broker, which is exactly when the owed work must be done without one.
"""

import threading
import time
from typing import Any

import structlog
from celery import bootsteps
from django.db import close_old_connections

from workers.records import celery_signals, recorder
from workers.recovery import heartbeat
from workers.recovery.fallback_runner import FallbackRunner
from workers.recovery.sweeper import Sweeper
from workers.recovery.thread_connection import DATABASE_ERRORS, ThreadConnection
from workers.registry import JOB_TYPES, PERIODIC_TASKS

LOOK_SECONDS = 0.3
PRESENCE_SECONDS = 3.0
# The worker has ten seconds to end in all.
LEAVE_SECONDS = 2.0

logger = structlog.get_logger(__name__)


class WorkerAgent:
    """What the thread does, round after round, until it is told to end."""

    def __init__(self, worker: Any) -> None:
        self.ending = threading.Event()
        self.runners = {job_type: FallbackRunner(job_type, self.ending) for job_type in JOB_TYPES}
        self.heartbeat = heartbeat.WorkerHeartbeat(worker, self.runners.values())
        self.sweeper = Sweeper(JOB_TYPES)
        self.said_at = 0.0
        self.connection = ThreadConnection()
        self.thread = threading.Thread(target=self.run, name="worker-agent", daemon=True)

    def start(self) -> None:
        recorder.start()
        self.thread.start()

    def end(self) -> None:
        self.ending.set()
        deadline = time.monotonic() + LEAVE_SECONDS
        for runner in self.runners.values():
            runner.end(deadline)
        if self.thread.is_alive():
            self.thread.join(LEAVE_SECONDS)

    def run(self) -> None:
        with self.connection.open():
            while not self.ending.wait(LOOK_SECONDS):
                try:
                    close_old_connections()
                    self.round()
                except DATABASE_ERRORS as error:
                    logger.warning("keeper_without_database", error=str(error))
                    self.connection.close()
                except Exception:
                    # One broken kind of work must not end the sweeps of the others.
                    logger.exception("keeper_failed")
                    self.connection.close()
            self.leave()

    def round(self) -> None:
        now = time.monotonic()
        if now - self.said_at >= PRESENCE_SECONDS:
            if not self.said_at:
                PERIODIC_TASKS.ensure_rows()
            self.heartbeat.report(reaches_broker=self.sweeper.reaches_broker)
            self.said_at = now
        for job_type, keys in self.sweeper.look().items():
            self.runners[job_type].offer(keys)

    def leave(self) -> None:
        try:
            self.heartbeat.record_stop()
        except DATABASE_ERRORS as error:
            logger.warning("left_without_a_word", error=str(error))
        recorder.flush()


class AgentStep(bootsteps.StartStopStep):
    """Starts the keeper once the pool has forked, and ends it with the worker."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, worker: Any, **options: Any) -> None:
        self.agent: WorkerAgent | None = None
        super().__init__(worker, **options)

    def start(self, worker: Any) -> None:
        self.agent = WorkerAgent(worker)
        self.agent.start()

    def stop(self, worker: Any) -> None:
        if self.agent:
            self.agent.end()

    def terminate(self, worker: Any) -> None:
        self.stop(worker)


celery_signals.connect()

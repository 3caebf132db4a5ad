"""Run the agent, a thread in every worker that sweeps, sends heartbeats and obeys commands.

It is a thread and not a timer of Celery's event loop: that loop stands still while the worker
looks for its broker, and then the pending jobs must be run without one.
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
HEARTBEAT_SECONDS = 3.0
# Part of the ten seconds that a worker has to end.
LEAVE_SECONDS = 2.0

logger = structlog.get_logger(__name__)


class WorkerAgent:
    """The thread of one worker. It does a round every LOOK_SECONDS until `end`."""

    def __init__(self, worker: Any) -> None:
        self.ending = threading.Event()
        self.runners = {job_type: FallbackRunner(job_type, self.ending) for job_type in JOB_TYPES}
        self.heartbeat = heartbeat.WorkerHeartbeat(worker, self.runners.values())
        self.sweeper = Sweeper(JOB_TYPES)
        self.reported_at = 0.0
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
                    # A defect in one type of job must not end the sweeps of the others.
                    logger.exception("keeper_failed")
                    self.connection.close()
            self.leave()

    def round(self) -> None:
        now = time.monotonic()
        if now - self.reported_at >= HEARTBEAT_SECONDS:
            if not self.reported_at:
                PERIODIC_TASKS.ensure_rows()
            self.heartbeat.report(reaches_broker=self.sweeper.reaches_broker)
            self.reported_at = now
        for job_type, keys in self.sweeper.look().items():
            self.runners[job_type].offer(keys)

    def leave(self) -> None:
        try:
            self.heartbeat.record_stop()
        except DATABASE_ERRORS as error:
            logger.warning("left_without_a_word", error=str(error))
        recorder.flush()


class AgentStep(bootsteps.StartStopStep):
    """Start the agent once the pool has forked, and end it with the worker."""

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

"""Run the agent, a thread in every worker that sweeps, sends heartbeats and obeys commands.

It is a thread and not a timer of Celery's event loop: that loop stands still while the worker
looks for its broker, and then the pending jobs must be run without one.
"""

import threading
import time
from typing import Any

import structlog
from celery import bootsteps
from django.conf import settings
from django.db import close_old_connections

from core import installation
from workers.engine.periodic import hasten
from workers.records import celery_signals, recorder
from workers.recovery import heartbeat
from workers.recovery.fallback_runner import FallbackRunner
from workers.recovery.sweeper import Sweeper
from workers.recovery.thread_connection import DATABASE_ERRORS, ThreadConnection
from workers.recovery.valkey_probe import ValkeyProbe
from workers.registry import JOB_TYPES, PERIODIC_TASKS, WATCH

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
        self.valkey = ValkeyProbe()
        self.wants_watch = False
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
                    logger.warning("agent_without_database", error=str(error))
                    self.connection.close()
                except Exception:
                    # A defect in one type of job must not end the sweeps of the others.
                    logger.exception("agent_failed")
                    self.connection.close()
            self.leave()

    def round(self) -> None:
        now = time.monotonic()
        has_changed = self.valkey.look()
        self.wants_watch = self.wants_watch or has_changed
        if has_changed or now - self.reported_at >= HEARTBEAT_SECONDS:
            if not self.reported_at:
                installation.record()
                PERIODIC_TASKS.ensure_rows()
            self.heartbeat.report(
                reaches_broker=self.reaches_broker, reaches_valkey=not self.valkey.is_away
            )
            self.reported_at = now
        if self.wants_watch:
            # In a pool or a fallback runner: an email may take seconds.
            self.wants_watch = not hasten(WATCH)
        for job_type, keys in self.sweeper.look().items():
            self.runners[job_type].offer(keys)

    @property
    def reaches_broker(self) -> bool:
        if settings.CELERY_BROKER_URL == settings.REDIS_URL:
            return not self.valkey.is_away
        return not self.sweeper.has_lost_broker

    def leave(self) -> None:
        try:
            self.heartbeat.record_stop()
        except DATABASE_ERRORS as error:
            logger.warning("stop_not_recorded", error=str(error))
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

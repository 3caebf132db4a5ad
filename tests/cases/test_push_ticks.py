"""A tick says no more than what happened, whatever happens in which order.

Hypothesis makes sequences of events: messages, answers of push services, acknowledgements (late,
doubled), reading, pages, logouts, attempts. After each event every delivery and every state that
the author sees are compared with what really happened.
"""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import User
from messaging.models import Message
from notifications import actions
from notifications.models import Delivery, PushSubscription
from notifications.planning import presence
from notifications.push import webpush
from tests.cast import Say
from tests.notifications import conftest as notifications
from tests.notifications.conftest import Device
from tests.notifications.mail_server import MailServer
from tests.notifications.push_service import RESET, Pushed, PushService
from tests.notifications.steps import PassTime, read, state_of, text_of
from workers.monitoring.business_metrics import deliveries

alone, clock, device = notifications.alone, notifications.clock, notifications.device
mail_server, pass_time = notifications.mail_server, notifications.pass_time
push_service, work = notifications.push_service, notifications.work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]

ANSWERS = [201, 201, 201, 500, 503, 429, 403, 410, 400, RESET]
NAMES = ["phone", "tablet", "office"]
SECONDS = [0, 1, 6, 70, 700, 5_000]

EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("say")),
        st.tuples(st.just("answer"), st.sampled_from(NAMES), st.sampled_from(ANSWERS)),
        st.tuples(st.just("wait"), st.sampled_from(SECONDS)),
        st.tuples(st.just("show"), st.integers(0, 30)),
        st.tuples(st.just("read"), st.integers(0, 5)),
        st.tuples(st.just("page"), st.booleans()),
        st.tuples(st.just("register"), st.sampled_from(NAMES)),
        st.tuples(st.just("logout"), st.sampled_from(NAMES)),
        st.tuples(st.just("resend"), st.integers(0, 5)),
    ),
    min_size=3,
    max_size=14,
)


@dataclass
class World:
    """Odile's devices and what really happened, beside what the rows say."""

    camille: User
    odile: User
    say: Say
    device: Device
    pass_time: PassTime
    pushes: PushService
    mails: MailServer
    messages: list[Message] = field(default_factory=list)
    # Ids of messages that a device displayed, that a visible page listed, that she read.
    displayed: set[object] = field(default_factory=set)
    on_screen: set[object] = field(default_factory=set)
    read: set[object] = field(default_factory=set)
    is_visible: bool = False

    def do(self, name: str, *given: object) -> None:
        getattr(self, f"do_{name}")(*given)

    def do_say(self) -> None:
        message = self.say(self.camille, f"Message {len(self.messages)}.")
        self.messages.append(message)
        if self.is_visible:
            self.on_screen.add(message.pk)
        self.do_wait(0)

    def do_answer(self, name: str, status: int) -> None:
        self.pushes.answers[f"/push/{name}"] = [status] * 2

    def do_wait(self, seconds: int) -> None:
        notifications.do_what_is_due()
        self.pass_time(timedelta(seconds=seconds))

    def do_show(self, number: int) -> None:
        """A device displays a push that it has: one that was accepted, or had no answer."""
        there = [push for push in self.pushes.received if push.is_accepted or push.status == RESET]
        if not there:
            return
        push = there[number % len(there)]
        data = push.payload["notification"]["data"]
        is_still_hers = PushSubscription.objects.filter(endpoint__endswith=push.path).exists()
        actions.acknowledge(data["token"])
        if is_still_hers:
            self.displayed |= self.told_by(push)

    def do_read(self, number: int) -> None:
        if self.messages:
            last = self.messages[number % len(self.messages)]
            read(self.odile, last)
            self.read |= {each.pk for each in self.messages if each.seq <= last.seq}

    def do_page(self, is_visible: bool) -> None:
        actions.note_presence(self.odile, is_visible=is_visible)
        self.is_visible = is_visible
        if is_visible:
            self.on_screen |= {message.pk for message in self.messages}

    def do_register(self, name: str) -> None:
        if not PushSubscription.objects.filter(label=name).exists():
            self.device(self.odile, name)

    def do_logout(self, name: str) -> None:
        PushSubscription.objects.filter(label=name).delete()

    def do_resend(self, number: int) -> None:
        if self.messages:
            try:
                actions.resend(self.messages[number % len(self.messages)])
            except actions.NothingToResend:
                return

    def told_by(self, push: Pushed) -> set[object]:
        last = max(push.payload["notification"]["data"]["tells"].values())
        return {message.pk for message in self.messages if message.seq <= last}

    def accepted(self) -> set[object]:
        """Return the messages that a push service has accepted for a device."""
        pushes = [push for push in self.pushes.received if push.is_accepted]
        return set().union(*(self.told_by(push) for push in pushes))

    def emailed(self, message: Message) -> bool:
        return any(message.body in text_of(letter) for letter in self.mails.letters)

    def check(self) -> None:
        accepted = self.accepted()
        for message in self.messages:
            self.check_state(message)
            row = Delivery.objects.get(channel="push", message=message, recipient=self.odile)
            self.check_row(row, is_accepted=message.pk in accepted)
        self.check_share()

    def check_state(self, message: Message) -> None:
        state = state_of(message, self.odile)
        if state == "received":
            assert message.pk in self.displayed | self.on_screen
        assert (state == "read") is (message.pk in self.read)
        if state == "emailed":
            assert self.emailed(message)

    def check_row(self, row: Delivery, *, is_accepted: bool) -> None:
        was_displayed = row.message_id in self.displayed
        if row.displayed_at or row.status == "displayed":
            assert was_displayed
        if row.sent_at or row.status in ("sent", "displayed"):
            assert is_accepted or was_displayed
        if row.status in ("failed", "dead"):
            assert not is_accepted
        assert (row.due_at is not None) is (row.status in ("pending", "sending"))

    def check_share(self) -> None:
        """What the dashboard calls delivered was accepted or displayed; the rest was refused."""
        rows = list(Delivery.objects.filter(channel="push", recipient=self.odile))
        arrived = self.accepted() | self.displayed
        made = [row for row in rows if row.status in ("sent", "displayed")]
        lost = [row for row in rows if row.status in ("failed", "dead")]
        assert {row.message_id for row in made} <= arrived
        share = len(made) / (len(made) + len(lost)) if made or lost else 1.0
        (metric,) = (each for each in deliveries() if each["code"] == "push_delivered_percent")
        assert metric["value"] == pytest.approx(share * 100)


@settings(
    max_examples=25,
    # The same sequences at each run.
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=EVENTS)
def test_tick_says_no_more_than_what_happened(
    camille: User, odile: User, say: Say, device: Device, pass_time: PassTime,
    push_service: PushService, mail_server: MailServer, clock: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch, events: list[tuple[object, ...]],
) -> None:  # fmt: skip
    monkeypatch.setattr(webpush, "DEADLINE_SECONDS", 2.0)
    clock.move_to(notifications.START)
    presence.note(odile.pk, is_visible=False)
    push_service.received.clear()
    push_service.answers.clear()
    mail_server.letters.clear()
    with transaction.atomic():
        world = World(camille, odile, say, device, pass_time, push_service, mail_server)
        world.do_register("phone")
        world.do_register("tablet")
        for name, *given_ in events:
            world.do(str(name), *given_)
            world.check()
        transaction.set_rollback(True)

"""From a message to the notifications that people see, counted exactly."""

import pytest
from pytest_django import Settings

from core.models import User
from messaging.models import Conversation
from notifications.models import Delivery, Mute, Preference, PushSubscription
from notifications.planning import presence
from notifications.push import webpush
from notifications.queries import devices_refusing_our_key
from tests.cast import Say
from tests.notifications.conftest import Device, Work
from tests.notifications.mail_server import MailServer
from tests.notifications.push_service import PushService
from tests.notifications.steps import (
    HOUR,
    MINUTE,
    SECOND,
    PassTime,
    display_all,
    read,
    send_file,
    text_of,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock", "alone")]


ANSWERS = ("accepted", "gone", "too_many", "time_out", "no_device")
DEEDS = ("nothing", "displays", "reads")
MODES = ("unread", "always", "never")
# A device displays only what a push service accepted.
CASES = [
    (answer, deed, mode)
    for answer in ANSWERS
    for deed in DEEDS
    for mode in MODES
    if deed != "displays" or answer == "accepted"
]


def expected(answer: str, deed: str, mode: str) -> tuple[int, int]:
    """Return the numbers of pushes and emails of one message in half an hour."""
    pushes = 1 if answer == "accepted" else 0
    if mode == "never" or deed == "reads":
        return pushes, 0
    return pushes, 0 if deed == "displays" and mode == "unread" else 1


class TestTableOfRules:
    """What the person does × what the push service answers × the preference for emails."""

    @pytest.mark.parametrize(("answer", "deed", "mode"), CASES)
    def test_message_interrupts_as_often_as_the_table_says(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, mail_server: MailServer,
        monkeypatch: pytest.MonkeyPatch, answer: str, deed: str, mode: str,
    ) -> None:  # fmt: skip
        Preference.objects.create(user=odile, email=mode)
        if answer != "no_device":
            device(odile, "phone")
        self.answers(push_service, monkeypatch, answer)
        message = say(camille, "Le carreau est fendu")
        work()
        if deed == "displays":
            display_all(push_service)
        if deed == "reads":
            read(odile, message)

        pass_time(30 * MINUTE)

        pushes = len(push_service.received) if answer == "accepted" else 0
        assert (pushes, len(mail_server.letters)) == expected(answer, deed, mode)

    @staticmethod
    def answers(service: PushService, monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
        service.status = {"gone": 410, "too_many": 429}.get(answer, 201)
        service.headers = {"Retry-After": "3600"} if answer == "too_many" else {}
        if answer == "time_out":
            monkeypatch.setattr(webpush, "DEADLINE_SECONDS", 0.05)
            service.drips = True

    def test_push_service_that_times_out_is_asked_again(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        with monkeypatch.context() as patched:
            self.answers(push_service, patched, "time_out")
            say(camille, "Bonjour")
            work()
        late = Delivery.objects.get(channel="push", recipient=odile)
        assert late.status == "pending"
        assert "TimeoutError" in late.last_error

        push_service.drips = False
        pass_time(MINUTE)

        late.refresh_from_db()
        assert late.status == "sent"


class TestPatience:
    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize("asked", ["1200", "Wed, 18 Nov 2026 09:20:00 GMT"])
    def test_wait_that_a_push_service_asks_for_is_kept(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, status: int, asked: str,
    ) -> None:  # fmt: skip
        """Retry-After, in seconds or as a date: twenty minutes either way."""
        device(odile, "phone")
        push_service.answers = {"/push/phone": [status]}
        push_service.headers = {"Retry-After": asked}
        say(camille, "Bonjour")
        work()
        say(camille, "Êtes-vous là ?")
        pass_time(20 * MINUTE - SECOND)
        before = len(push_service.received)

        pass_time(2 * SECOND)

        assert before == 1
        _refused, *shown = [pushed.payload["notification"] for pushed in push_service.received]
        assert {each["title"] for each in shown} == {"Camille Morel\u00a0: 2 nouveaux messages"}
        # The refused push made no sound, so the one that tells of both does.
        assert [each["data"]["alerts"] for each in shown] == [True]


class TestPush:
    def test_push_says_who_about_what_and_the_first_words(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, conversation: Conversation,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        message = say(camille, "Le carreau " + "est fendu " * 30)
        work()

        shown = push_service.received[0].payload["notification"]

        assert push_service.received[0].payload["web_push"] == 8030
        assert shown["title"] == "Camille Morel"
        subject, _, text = shown["body"].partition("\n")
        assert subject == "Carrelage du séjour"
        assert len(text) <= 120
        assert shown["navigate"].endswith(f"/staff/messages/{conversation.pk}#m-{message.pk}")
        assert shown["app_badge"] == "1"
        assert push_service.received[0].headers["topic"] == conversation.pk.hex == shown["tag"]

    def test_push_is_discreet_for_a_person_who_chose_so(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        Preference.objects.create(user=odile, is_discreet=True)
        device(odile, "phone")
        say(camille, "Mon code est 1234")
        work()

        shown = push_service.received[0].payload["notification"]

        assert (shown["title"], shown["body"]) == ("Liaison", "Nouveau message")

    def test_push_of_a_file_without_text_says_its_name(
        self, camille: User, odile: User, conversation: Conversation, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        send_file(camille, conversation, "plan-cuisine.pdf")
        work()

        shown = push_service.received[0].payload["notification"]

        assert shown["body"] == "Carrelage du séjour\nplan-cuisine.pdf"

    def test_mention_reaches_a_colleague_who_muted(
        self, camille: User, odile: User, marc: User, say: Say, device: Device, work: Work,
        push_service: PushService, conversation: Conversation,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        Mute.objects.create(user=odile, conversation=conversation)
        say(camille, "Bonjour")
        work()
        before = len(push_service.received)

        say(marc, "@Odile tu peux passer ?")
        work()

        assert (before, len(push_service.received)) == (0, 1)

    def test_mention_by_a_colleague_reaches_a_person_who_takes_no_part(
        self, camille: User, odile: User, marc: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime, mail_server: MailServer,
    ) -> None:  # fmt: skip
        device(marc, "phone")
        say(camille, "@Marc êtes-vous là ?")
        work()
        before = len(push_service.received)

        say(odile, "@Marc Vidal tu peux chiffrer ?")
        pass_time(30 * MINUTE)

        assert (before, len(push_service.received)) == (0, 1)
        to_marc = [letter for letter in mail_server.letters if "marc@" in letter["To"]]
        assert len(to_marc) == 1
        assert "tu peux chiffrer" in text_of(to_marc[0])
        assert "êtes-vous là" not in text_of(to_marc[0])

    def test_push_can_be_shown_without_our_service_worker(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, settings: Settings,
    ) -> None:  # fmt: skip
        """Declarative Web Push, as the Push API has it and as Safari reads it."""
        device(odile, "phone")
        say(camille, "Bonjour")
        work()

        payload = push_service.received[0].payload
        shown = payload["notification"]

        assert payload.keys() == {"web_push", "notification", "app_badge", "mutable"}
        assert (payload["web_push"], payload["app_badge"], payload["mutable"]) == (8030, 1, True)
        assert (shown["app_badge"], shown["mutable"], shown["silent"]) == ("1", True, False)
        assert shown["title"]
        assert shown["navigate"].startswith(settings.PUBLIC_URL)

    def test_burst_is_heard_once_and_counts_up(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        for body in ("Bonjour", "Le carreau est fendu", "Celui du séjour"):
            say(camille, body)
            work()
            pass_time(SECOND)
        pass_time(10 * SECOND)

        titles = [pushed.payload["notification"]["title"] for pushed in push_service.received]
        heard = [
            pushed.payload["notification"]["data"]["alerts"] for pushed in push_service.received
        ]

        assert titles == ["Camille Morel", "Camille Morel\u00a0: 3 nouveaux messages"]
        assert heard == [True, False]

    def test_push_goes_to_every_device(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        device(odile, "tablet")
        say(camille, "Bonjour")
        work()

        assert sorted(p.path for p in push_service.received) == ["/push/phone", "/push/tablet"]

    def test_device_that_accepted_a_push_is_not_pushed_again_for_another_device(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        device(odile, "tablet")
        push_service.answers = {"/push/tablet": [503, 503]}
        say(camille, "Bonjour")
        work()
        pass_time(MINUTE)

        paths = [pushed.path for pushed in push_service.received]

        assert (paths.count("/push/phone"), paths.count("/push/tablet")) == (1, 3)
        assert Delivery.objects.get(channel="push", recipient=odile).status == "sent"

    def test_push_waits_five_seconds_for_a_person_who_looks(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        presence.note(odile.pk, is_visible=True)
        say(camille, "Bonjour")
        work()
        before = len(push_service.received)
        pass_time(5 * SECOND)

        assert (before, len(push_service.received)) == (0, 1)

    def test_push_is_not_sent_to_a_person_who_read_the_message(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        presence.note(odile.pk, is_visible=True)
        message = say(camille, "Bonjour")
        work()
        read(odile, message)
        pass_time(HOUR)

        assert push_service.received == []
        assert Delivery.objects.get(channel="push", recipient=odile).reason == "read"

    def test_device_that_is_gone_is_forgotten(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime, mail_server: MailServer,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        push_service.status = 410
        say(camille, "Bonjour")
        work()
        pass_time(MINUTE)

        assert not PushSubscription.objects.exists()
        # No device is left, so the email does not wait for ten minutes.
        assert len(mail_server.letters) == 1

    def test_refused_key_keeps_the_device_and_is_counted_until_a_push_is_accepted(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        push_service.status = 403
        say(camille, "Bonjour")
        work()

        assert PushSubscription.objects.count() == 1
        assert Delivery.objects.get(channel="push", recipient=odile).status == "pending"
        assert devices_refusing_our_key() == 1

        push_service.status = 201
        pass_time(MINUTE)

        assert devices_refusing_our_key() == 0

    def test_large_push_is_sent_again_without_its_text(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        push_service.answers = {"/push/phone": [413]}
        say(camille, "Bonjour")
        work()

        bodies = [pushed.payload["notification"]["body"] for pushed in push_service.received]

        assert [bool(body) for body in bodies] == [True, False]

    def test_device_is_silent_after_three_pushes_without_a_display(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime, mail_server: MailServer,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        for _ in range(3):
            read(odile, say(camille, "Bonjour"))
            say(camille, "Bonjour")
            work()
            pass_time(MINUTE)
        phone = PushSubscription.objects.get()
        assert phone.is_silent
        read(odile, say(camille, "Encore"))

        say(camille, "Êtes-vous là ?")
        work()
        pass_time(MINUTE)

        assert len(mail_server.letters) == 1

        display_all(push_service)
        phone.refresh_from_db()
        assert not phone.is_silent

    def test_display_of_a_push_counts_for_those_it_replaced(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime, mail_server: MailServer,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        say(camille, "Bonjour")
        work()
        pass_time(MINUTE)
        say(camille, "Êtes-vous là ?")
        work()
        push_service.received = push_service.received[-1:]
        display_all(push_service)
        pass_time(HOUR)

        assert mail_server.letters == []

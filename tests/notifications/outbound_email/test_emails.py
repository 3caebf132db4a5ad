"""Emails, counted exactly; what the author sees of them; repeats after a kill."""

import re
from datetime import datetime
from itertools import pairwise

import pytest
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from messaging.models import Conversation
from notifications import actions, signed_tokens
from notifications.delivery.status import State
from notifications.models import Delivery, Mute
from tests.cast import Say
from tests.notifications.conftest import Device, Work
from tests.notifications.mail_server import DEFERRED, REFUSED, MailServer
from tests.notifications.push_service import PushService
from tests.notifications.steps import (
    HOUR,
    MINUTE,
    SECOND,
    Killed,
    PassTime,
    kill,
    read,
    send_file,
    state_of,
    text_of,
)
from tests.sockets import closed_port, frozen_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock", "alone")]


class TestEmail:
    def test_thirty_messages_in_two_minutes_are_one_email(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer, device: Device,
    ) -> None:  # fmt: skip
        device(camille, "phone")
        for number in range(30):
            say(odile, f"Photo {number}")
            work()
            pass_time(4 * SECOND)
        pass_time(40 * MINUTE)

        (letter,) = mail_server.letters
        assert all(f"Photo {number}" in text_of(letter) for number in range(30))

    def test_email_names_the_files_and_holds_none(
        self, camille: User, odile: User, conversation: Conversation, work: Work,
        pass_time: PassTime, mail_server: MailServer,
    ) -> None:  # fmt: skip
        """The link to the message leads to the files."""
        message = send_file(odile, conversation, "plan <cuisine>.pdf")
        work()
        pass_time(2 * MINUTE)

        (letter,) = mail_server.letters
        rich = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
        link = f"/client/messages/{conversation.pk}#m-{message.pk}"
        assert "[plan <cuisine>.pdf]" in text_of(letter)
        assert re.search(f'href="[^"]*{link}"[^>]*>plan &lt;cuisine&gt;.pdf</a>', rich)
        assert list(letter.iter_attachments()) == []
        assert "<img" not in rich

    def test_email_has_headers_to_thread_recognise_and_unsubscribe(
        self, camille: User, odile: User, say: Say, conversation: Conversation, work: Work,
        pass_time: PassTime, mail_server: MailServer,
    ) -> None:  # fmt: skip
        read(camille, say(odile, "Bonjour"))
        for body in ("Le carreau", "Jeudi"):
            message = say(odile, body)
            work()
            pass_time(2 * MINUTE)
            read(camille, message)

        first, second = mail_server.letters
        assert first["References"] == second["References"] == first["In-Reply-To"]
        assert first["Subject"] == second["Subject"] == "Carrelage du séjour – Villa Lumière"
        assert first["Message-ID"] != second["Message-ID"]
        assert first["Auto-Submitted"] == "auto-generated"
        assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(
            r"<https?://[^>]+/unsubscribe/[^>]+>", first["List-Unsubscribe"].strip()
        )
        assert re.search(r"<reply\+[a-z2-7]{26}@reponse\.liaison\.example>", first["Reply-To"])

    def test_name_with_an_address_in_it_sends_nothing_elsewhere(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        camille.name = 'Camille" <other@evil.test>, "Morel'
        camille.save()
        odile.name = "Odile <b>&\r\nBcc: x@evil.test"
        odile.save()
        say(odile, "<script>alert(1)</script>")
        work()
        pass_time(2 * MINUTE)

        (letter,) = mail_server.letters
        addresses = [address.addr_spec for address in letter["To"].addresses]
        assert addresses == ["camille@demo.test"]
        assert letter["Bcc"] is None
        assert "<script>" not in letter.get_body(("html",)).get_content()  # type: ignore[union-attr]

    def test_email_is_in_the_language_of_the_person(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        camille.locale = "en"
        camille.save()
        pass_time(8 * HOUR)
        written_at = timezone.localtime(say(odile, "Hello").created_at)
        work()
        pass_time(2 * MINUTE)

        (letter,) = mail_server.letters
        rich = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
        assert written_at.hour > 12
        hour = written_at.hour - 12
        said = f"{written_at:%B} {written_at.day}, {written_at:%Y}, {hour}:{written_at:%M} PM"
        assert said in text_of(letter)
        assert said in rich
        assert "Read and answer" in text_of(letter)
        assert "You can also answer this email" in text_of(letter)

    def test_emails_back_off_while_nothing_is_read_and_start_again_after_reading(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        sent_at: list[datetime] = []
        for _ in range(30):
            message = say(odile, "Toujours là ?")
            work()
            pass_time(HOUR)
            while len(sent_at) < len(mail_server.letters):
                sent_at.append(timezone.now())
        gaps = [round((b - a) / HOUR) for a, b in pairwise(sent_at)]
        assert gaps == [1, 24]

        read(camille, message)
        say(odile, "Merci !")
        work()
        pass_time(HOUR)
        assert len(mail_server.letters) == 4

    def test_message_read_before_its_email_is_due_sends_none(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        message = say(odile, "Bonjour")
        work()
        read(camille, message)
        pass_time(HOUR)

        assert mail_server.letters == []

    def test_muted_conversation_sends_no_email(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer, conversation: Conversation,
    ) -> None:  # fmt: skip
        Mute.objects.create(user=camille, conversation=conversation)
        say(odile, "Bonjour")
        work()
        pass_time(HOUR)

        assert mail_server.letters == []
        assert not Delivery.objects.filter(recipient=camille).exists()

    def test_deferred_email_is_sent_later_and_once(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        mail_server.answer = DEFERRED
        say(odile, "Bonjour")
        work()
        pass_time(3 * MINUTE)
        mail_server.answer = "250 OK"
        pass_time(HOUR)

        assert len(mail_server.letters) == 1
        assert Delivery.objects.get(recipient=camille, channel="email").attempts > 1

    @pytest.mark.parametrize("is_frozen", [False, True], ids=["down", "frozen"])
    def test_mail_server_that_is_away_is_asked_again_when_it_is_back(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer, settings: Settings, is_frozen: bool,
    ) -> None:  # fmt: skip
        port, settings.EMAIL_TIMEOUT = settings.EMAIL_PORT, 0.2
        with frozen_port() as frozen:
            settings.EMAIL_PORT = frozen if is_frozen else closed_port()
            message = say(odile, "Bonjour")
            work()
            pass_time(2 * MINUTE)
        waiting = Delivery.objects.get(recipient=camille, channel="email")
        assert (waiting.status, state_of(message, camille)) == ("pending", State.SENT)
        assert waiting.attempts > 1
        settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = port, 10
        pass_time(HOUR)

        assert len(mail_server.letters) == 1
        assert state_of(message, camille) == State.EMAILED

    def test_refused_email_shows_on_the_message_and_can_be_sent_again(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        mail_server.answer = REFUSED
        message = say(odile, "Bonjour")
        work()
        pass_time(5 * MINUTE)
        assert state_of(message, camille) == State.UNDELIVERED
        assert "550" in Delivery.objects.get(recipient=camille, channel="email").last_error

        mail_server.answer = "250 OK"
        actions.resend(message)
        work()
        assert state_of(message, camille) == State.EMAILED
        assert len(mail_server.letters) == 1


class TestKilledBetweenSentAndMarked:
    """The second sending cannot be prevented. Devices and mail programs recognise it."""

    def test_repeated_push_has_the_same_tag_and_topic_and_is_silent(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, pass_time: PassTime, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        say(camille, "Bonjour")
        with monkeypatch.context() as patched:
            patched.setattr("notifications.push.devices._note", kill)
            with pytest.raises(Killed):
                work()
        say(camille, "Êtes-vous là ?")
        pass_time(2 * MINUTE)

        first, again = push_service.received[:2]
        ids = [p.payload["notification"]["data"]["id"] for p in (first, again)]
        assert first.headers["topic"] == again.headers["topic"]
        assert first.payload["notification"]["tag"] == again.payload["notification"]["tag"]
        assert ids[0] == ids[1]
        assert not again.payload["notification"]["data"]["alerts"]
        # The second message joins the repeat.
        assert len(push_service.received) == 2
        assert "2 nouveaux" in again.payload["notification"]["title"]

    def test_repeated_email_has_the_same_message_id(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        mail_server: MailServer, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        say(odile, "Bonjour")
        work()
        with monkeypatch.context() as patched:
            patched.setattr("notifications.dispatch.settle", kill)
            with pytest.raises(Killed):
                pass_time(2 * MINUTE)
        say(odile, "Encore un mot")
        pass_time(3 * MINUTE)

        first, again = mail_server.letters[:2]
        assert first["Message-ID"] == again["Message-ID"]
        assert "Encore un mot" not in text_of(again)
        print(f"emails repeated after a kill: {len(mail_server.letters) - 1}")


class TestPushToken:
    def test_push_token_marks_as_read_what_the_push_showed(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        message = say(camille, "Bonjour")
        work()
        token = push_service.received[0].payload["notification"]["data"]["read"]

        actions.read_from_push(token)

        assert message.conversation.participants.get(user=odile).last_read_seq == 1

    def test_token_of_another_purpose_marks_nothing(self, camille: User) -> None:
        with pytest.raises(actions.LinkTooOld):
            actions.read_from_push(signed_tokens.for_unsubscribing(camille.pk))

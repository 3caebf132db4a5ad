"""Line: a bounce by mail, a provider's webhook of bounces and complaints; long headers."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parseaddr

import pytest
from anymail.webhooks.postmark import PostmarkTrackingWebhookView
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from messaging.models import Message
from notifications import actions
from notifications.delivery.status import PersonState, states_of
from notifications.inbound_email import intake
from notifications.models import Delivery, InboundEmail, Preference, RefusedAddress, SentEmail
from tests.cases import bounces
from tests.cast import Call, Say
from tests.notifications.conftest import Device, Work
from tests.notifications.inbound_email.letters import letter
from tests.notifications.mail_server import ACCEPTED, REFUSED, MailServer
from tests.notifications.steps import MINUTE, PassTime, read, state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock", "alone")]

TO = "camille@demo.test"
Emailed = Callable[[], Message]


@pytest.fixture
def emailed(odile: User, say: Say, work: Work, pass_time: PassTime) -> Emailed:
    """`emailed()` is a message of Odile that has left for Camille by email."""

    def send() -> Message:
        message = say(odile, "Le carreau est fendu")
        work()
        pass_time(2 * MINUTE)
        return message

    return send


def state_for(message: Message, person: User) -> PersonState:
    return next(each for each in states_of([message])[message.pk] if each.user == person)


def id_of(server: MailServer) -> str:
    return str(server.letters[-1]["Message-ID"])


class TestBounceByMail:
    @pytest.mark.parametrize(
        ("status", "said", "cause", "is_marked"),
        [
            ("5.1.1", "smtp; 550 5.1.1 User unknown", "unknown_address", True),
            ("5.0.0", "smtp; 550 No such user here", "unknown_address", True),
            ("5.1.2", "smtp; 550 5.1.2 Host not found", "unknown_domain", True),
            ("5.4.1", "smtp; 550 5.4.1 Recipient address rejected", "unknown_address", True),
            ("5.2.1", "smtp; 550 5.2.1 Account disabled", "disabled", True),
            ("5.2.2", "smtp; 552 5.2.2 Over quota", "mailbox_full", False),
            ("5.7.1", "smtp; 550 5.7.1 Blocked by policy", "blocked", False),
            ("4.4.7", "smtp; 451 4.4.7 Message expired", "expired", False),
            ("4.2.2", "smtp; 452 4.2.2 Mailbox full", "mailbox_full", False),
        ],
    )
    def test_report_ends_on_the_message_and_marks_a_wrong_address_only(
        self, camille: User, emailed: Emailed, mail_server: MailServer, status: str, said: str,
        cause: str, is_marked: bool,
    ) -> None:  # fmt: skip
        message = emailed()
        before = state_of(message, camille)

        verdict = intake.receive(bounces.report(id_of(mail_server), TO, status=status, said=said))

        shown = state_for(message, camille)
        assert (before, shown.state, verdict) == ("emailed", "undelivered", "bounce")
        assert (shown.cause, shown.reason) == (cause, said.removeprefix("smtp; "))
        assert RefusedAddress.objects.filter(pk=TO).exists() is is_marked

    @pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers", ""])
    def test_report_is_found_by_what_it_returns_or_by_its_references(
        self, camille: User, emailed: Emailed, mail_server: MailServer, returned: str
    ) -> None:
        message = emailed()
        headers = {} if returned else {"References": id_of(mail_server)}

        intake.receive(bounces.report(id_of(mail_server), TO, returned=returned, **headers))

        assert state_of(message, camille) == "undelivered"

    @pytest.mark.parametrize("name", bounces.TEXTS)
    def test_bounce_that_is_a_text_ends_on_the_message(
        self, camille: User, emailed: Emailed, mail_server: MailServer, name: str
    ) -> None:
        message = emailed()
        body, subject, sender = bounces.TEXTS[name]

        verdict = intake.receive(
            bounces.text(body, id_of(mail_server), TO, subject=subject, sender=sender)
        )

        assert (verdict, state_of(message, camille)) == ("bounce", "undelivered")
        assert RefusedAddress.objects.filter(pk=TO).exists()

    @pytest.mark.parametrize("name", ["delayed", "relayed", "text", "french", "vacation", "reply"])
    def test_what_is_no_failure_changes_nothing(
        self, camille: User, emailed: Emailed, mail_server: MailServer, name: str
    ) -> None:
        message = emailed()
        ours = id_of(mail_server)
        daemon = "MAILER-DAEMON@mx.example"
        raw = {
            "delayed": bounces.report(ours, TO, action="delayed", status="4.4.1"),
            "relayed": bounces.report(ours, TO, action="relayed", status="2.0.0"),
            "text": bounces.text(bounces.DELAYED, ours, TO, subject="Warning", sender=daemon),
            "french": bounces.text(
                bounces.DELAYED_FR, ours, TO, subject="Remise différée", sender=daemon
            ),
            "vacation": letter(
                "messages@liaison.example", "Absent : écrivez à 550 5.1.1 user unknown",
                Auto_Submitted="auto-replied", In_Reply_To=ours,
            ).as_bytes(),
            "reply": letter(
                "messages@liaison.example", f"User unknown\nMessage-ID: {ours}", In_Reply_To=ours
            ).as_bytes(),
        }[name]  # fmt: skip

        intake.receive(raw)

        assert state_of(message, camille) == "emailed"
        assert not RefusedAddress.objects.exists()

    @pytest.mark.parametrize("name", ["guessed_id", "other_recipient"])
    def test_forged_bounce_marks_nobody(
        self, camille: User, yanis: User, emailed: Emailed, mail_server: MailServer, name: str
    ) -> None:
        message = emailed()
        message_id = f"<{'0' * 32}@liaison.example>" if name == "guessed_id" else None
        to = TO if name == "guessed_id" else yanis.email

        verdict = intake.receive(bounces.report(message_id or id_of(mail_server), to))

        assert (verdict, InboundEmail.objects.get().verdict) == 2 * ("unknown_bounce",)
        assert state_of(message, camille) == "emailed"
        assert not RefusedAddress.objects.exists()

    def test_bounce_by_the_webhook_at_the_address_of_the_batch_needs_no_returned_email(
        self, camille: User, emailed: Emailed, mail_server: MailServer, settings: Settings,
        client: Client,
    ) -> None:  # fmt: skip
        settings.BOUNCE_ADDRESS = "rebonds@reponse.liaison.example"
        settings.INBOUND_EMAIL_SECRET = "s3cret"
        message = emailed()
        (sender,) = mail_server.senders
        raw = bounces.report("", TO, returned="", Delivered_To=sender)

        answer = client.post(
            "/inbound/email", raw, content_type="message/rfc822",
            HTTP_AUTHORIZATION="Bearer s3cret",
        )  # fmt: skip

        assert re.fullmatch(r"rebonds\+[0-9a-f]{32}@reponse\.liaison\.example", sender)
        assert (
            mail_server.letters[0]["From"] == '"Odile Perrin (Liaison)" <messages@liaison.example>'
        )
        assert answer.json() == {"verdict": "bounce"}
        assert state_of(message, camille) == "undelivered"

    def test_complaint_by_mail_stops_the_emails(
        self, camille: User, emailed: Emailed, mail_server: MailServer
    ) -> None:
        message = emailed()
        raw = bounces.report(
            id_of(mail_server), TO, fields=f"Feedback-Type: abuse\r\nOriginal-Rcpt-To: {TO}"
        ).replace(b"message/delivery-status", b"message/feedback-report")

        intake.receive(raw)

        assert state_for(message, camille).cause == "complaint"
        assert Preference.objects.get(user=camille).email == "never"


class TestMarkedAddress:
    def test_no_email_goes_to_a_marked_address_and_the_author_is_told_why(
        self, camille: User, emailed: Emailed, mail_server: MailServer
    ) -> None:
        read(camille, emailed())
        intake.receive(bounces.report(id_of(mail_server), TO))

        later = emailed()

        assert len(mail_server.letters) == 1
        assert state_for(later, camille).cause == "unknown_address"

    def test_person_sees_it_and_sets_it_right(
        self, camille: User, emailed: Emailed, mail_server: MailServer, api: Call
    ) -> None:
        read(camille, emailed())
        intake.receive(bounces.report(id_of(mail_server), TO))
        shown = api(camille).get("/api/v1/preferences").json()["email_refused"]

        after = api(camille).post("/api/v1/preferences/emails-again").json()["email_refused"]
        message = emailed()

        assert (shown["address"], shown["cause"]) == (TO, "unknown_address")
        assert after is None
        assert state_of(message, camille) == "emailed"

    def test_author_who_sends_again_tries_the_address_again(
        self, camille: User, emailed: Emailed, mail_server: MailServer, work: Work
    ) -> None:
        message = emailed()
        intake.receive(bounces.report(id_of(mail_server), TO))

        actions.resend(message)
        work()

        assert len(mail_server.letters) == 2
        assert state_of(message, camille) == "emailed"

    def test_answer_from_the_address_clears_the_mark(
        self, camille: User, emailed: Emailed, mail_server: MailServer
    ) -> None:
        emailed()
        reply_to = mail_server.letters[0]["Reply-To"].addresses[0].addr_spec
        intake.receive(bounces.report(id_of(mail_server), TO))
        assert RefusedAddress.objects.exists()

        intake.receive(letter(reply_to).as_bytes())

        assert not RefusedAddress.objects.exists()

    def test_address_refused_while_it_is_sent_is_marked(
        self, camille: User, emailed: Emailed, mail_server: MailServer
    ) -> None:
        mail_server.answer = REFUSED
        first = emailed()
        mail_server.answer = ACCEPTED
        second = emailed()

        assert [state_for(each, camille).cause for each in (first, second)] == 2 * [
            "unknown_address"
        ]
        assert mail_server.letters == []

    def test_bounce_is_told_though_a_phone_has_not_shown_its_push(
        self, camille: User, emailed: Emailed, mail_server: MailServer, device: Device,
        pass_time: PassTime,
    ) -> None:  # fmt: skip
        device(camille, "phone")
        message = emailed()
        pass_time(10 * MINUTE)
        intake.receive(bounces.report(id_of(mail_server), TO))

        assert state_of(message, camille) == "undelivered"


class TestProviderWebhook:
    """Postmark's, whose id is in no header of the email."""

    @pytest.fixture
    def provider_id(self, emailed: Emailed) -> str:
        self.message = emailed()
        SentEmail.objects.update(provider_id="883953f4-6105-42a2-a16a-77a8eac79483")
        return SentEmail.objects.get().provider_id

    def post(self, settings: Settings, **event: object) -> int:
        settings.ANYMAIL = {**settings.ANYMAIL, "WEBHOOK_SECRET": "name:word"}
        request = RequestFactory().post(
            "/anymail/postmark/tracking/", json.dumps(event), content_type="application/json",
            HTTP_AUTHORIZATION="Basic " + b64encode(b"name:word").decode(),
        )  # fmt: skip
        try:
            return int(PostmarkTrackingWebhookView.as_view()(request).status_code)
        except Exception as error:
            return int(getattr(error, "status_code", 404))

    @pytest.mark.parametrize(
        ("kind", "details", "cause", "is_marked"),
        [
            ("HardBounce", "smtp;550 5.1.1 unknown", "unknown_address", True),
            ("HardBounce", "", "refused", True),
            ("SoftBounce", "smtp;452 4.2.2 full", "mailbox_full", False),
            ("SoftBounce", "", "refused", False),
            ("Blocked", "550 5.7.1 spam", "blocked", False),
        ],
    )
    def test_bounce_ends_on_the_message(
        self, camille: User, provider_id: str, settings: Settings, kind: str, details: str,
        cause: str, is_marked: bool,
    ) -> None:  # fmt: skip
        self.post(
            settings, RecordType="Bounce", Type=kind, MessageID=provider_id, Email=TO,
            Details=details, Description="",
        )  # fmt: skip

        shown = state_for(self.message, camille)
        assert (shown.state, shown.cause) == ("undelivered", cause)
        assert RefusedAddress.objects.exists() is is_marked

    def test_complaint_stops_the_emails(
        self, camille: User, provider_id: str, settings: Settings
    ) -> None:
        self.post(
            settings, RecordType="SpamComplaint", Type="SpamComplaint", MessageID=provider_id,
            Email=TO, Description="The subscriber marked this as spam.",
        )  # fmt: skip

        assert state_for(self.message, camille).cause == "complaint"
        assert Preference.objects.get(user=camille).email == "never"

    def test_delivery_and_delay_change_nothing(
        self, camille: User, provider_id: str, settings: Settings
    ) -> None:
        for event in ({"RecordType": "Delivery"}, {"RecordType": "Bounce", "Type": "Transient"}):
            self.post(settings, MessageID=provider_id, Email=TO, Recipient=TO, **event)

        assert state_of(self.message, camille) == "emailed"

    def test_event_of_another_person_changes_nothing(
        self, camille: User, provider_id: str, settings: Settings
    ) -> None:
        self.post(
            settings, RecordType="Bounce", Type="HardBounce", MessageID=provider_id,
            Email="yanis@demo.test", Details="", Description="",
        )  # fmt: skip

        assert state_of(self.message, camille) == "emailed"

    def test_event_that_overtakes_the_worker_is_asked_for_again(
        self, provider_id: str, settings: Settings
    ) -> None:
        statuses = [
            self.post(
                settings, RecordType="Bounce", Type="HardBounce", MessageID="unknown", Email=TO,
                BouncedAt=when, Details="", Description="",
            )
            for when in (timezone.now().isoformat(), "2020-01-01T00:00:00Z")
        ]  # fmt: skip

        assert statuses == [404, 200]


LONG = "Rénovation de la façade côté jardin, reprise d’étanchéité et peinture – " * 3


def name_in(raw: bytes, header: str) -> str:
    """Return the name beside an address. Python's newer parser adds spaces between its words."""
    value = " ".join(message_from_bytes(raw)[header].split())
    return parseaddr(str(make_header(decode_header(value))))[0]


class TestHeaders:
    @pytest.mark.parametrize(
        ("subject", "name"),
        [
            (LONG, "Camille Morel"),
            ("é" * 200, "Zoé " + "Lefèvre-" * 15),
            ("x" * 200, "Anne-" * 30),
            ("Travaux 👷🏽‍♀️ " * 12, "Équipe 🏗️ Dupont"),
            ("Short", 'Morel, "la Villa" \\ SCI'),
            ("A plain subject of many words that is longer than a line " * 3, "M. O'Neil (Paris)"),
        ],
        ids=["accents", "no-space-accents", "no-space", "emoji", "quotes", "words"],
    )
    def test_no_header_has_an_empty_first_line(
        self, camille: User, odile: User, emailed: Emailed, mail_server: MailServer,
        settings: Settings, subject: str, name: str,
    ) -> None:  # fmt: skip
        name = name[:100].strip()
        settings.PUBLIC_URL = f"https://{'messagerie.' * 8}entreprise-de-construction.example"
        settings.DEFAULT_FROM_EMAIL = f"messages@{'tres-long.' * 8}liaison.example"
        User.objects.filter(pk__in=(camille.pk, odile.pk)).update(name=name)
        conversation = camille.participations.get().conversation
        subject = conversation.subject = subject[:150].strip()
        conversation.save()

        emailed()

        (raw,), (sent,) = mail_server.raw, mail_server.letters
        head = raw.partition(b"\r\n\r\n")[0]
        assert [line for line in head.split(b"\r\n") if not line.partition(b":")[2].strip()
                and not line.startswith((b" ", b"\t"))] == []  # fmt: skip
        assert [line for line in head.split(b"\r\n") if b"=?" in line and len(line) > 76] == []
        assert max(map(len, head.split(b"\r\n"))) < 998
        assert sent["Subject"].startswith(subject)
        assert name_in(raw, "To") == name
        assert sent["To"].addresses[0].addr_spec == TO
        assert name_in(raw, "From") == f"{name} (Liaison)"
        assert " " not in sent["List-Unsubscribe"]
        batch = Delivery.objects.get(recipient=camille, channel="email").envelope
        assert batch is not None
        assert id_of(mail_server).startswith(f"<{batch.hex}@")

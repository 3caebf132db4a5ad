"""Answers by email join the conversation once, in the name of the holder of the address."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from pytest_django import Settings

from attachments.models import Attachment
from core.models import User
from messaging.models import Conversation, Message
from notifications.inbound_email import intake
from notifications.inbound_email.bounce import InboundStatus
from notifications.models import InboundEmail, ReplyAddress
from tests.at_once import at_once
from tests.notifications.inbound_email.letters import letter
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

QUOTED = """

Le mar. 3 nov. 2026 à 14:02, Odile Perrin <{address}> a écrit :

> Bonjour Camille
> Répondez à {address}
"""


class TestAnswer:
    def test_answer_joins_the_conversation_as_written_by_email(
        self, address: str, camille: User, conversation: Conversation
    ) -> None:
        status = intake.receive(
            letter(address, "Oui, jeudi." + QUOTED.format(address=address)).as_bytes()
        )

        message = Message.objects.get()
        assert status == InboundStatus.ACCEPTED
        assert (message.author, message.conversation) == (camille, conversation)
        assert message.body == "Oui, jeudi."
        assert message.by_email

    def test_answer_received_twice_is_written_once(self, address: str) -> None:
        raw = letter(address).as_bytes()

        statuses = [intake.receive(raw), intake.receive(raw)]

        assert statuses == [InboundStatus.ACCEPTED, InboundStatus.DUPLICATE]
        assert Message.objects.count() == 1

    def test_answer_received_four_times_at_once_is_written_once(self, address: str) -> None:
        message = letter(address)
        message.add_attachment(b"%PDF-1.4 plan", maintype="application", subtype="pdf",
                               filename="plan.pdf")  # fmt: skip

        statuses = at_once(*[partial(intake.receive, message.as_bytes())] * 4)

        assert sorted(statuses) == [InboundStatus.ACCEPTED] + 3 * [InboundStatus.DUPLICATE]
        (file,) = Message.objects.get().attachments
        assert file.status == Attachment.Status.SCANNING

    def test_answer_cut_before_it_was_recorded_is_written_once(self, address: str) -> None:
        raw = letter(address).as_bytes()
        intake.receive(raw)
        InboundEmail.objects.all().delete()

        intake.receive(raw)

        assert Message.objects.count() == 1

    def test_files_of_an_answer_go_through_the_quarantine(self, address: str) -> None:
        message = letter(address, "Voici la photo")
        message.add_attachment(b"%PDF-1.4 plan", maintype="application", subtype="pdf",
                               filename="plan.pdf")  # fmt: skip
        message.add_attachment(b"MZ", maintype="application", subtype="x-msdownload",
                               filename="virus.exe")  # fmt: skip

        assert intake.receive(message.as_bytes()) == InboundStatus.ACCEPTED

        (file,) = Message.objects.get().attachments
        assert (file.name, file.status) == ("plan.pdf", Attachment.Status.SCANNING)
        assert "virus.exe" in Message.objects.get().body

    def test_answer_in_html_alone_becomes_text(self, address: str) -> None:
        message = letter(address)
        message.set_content(
            "<html><head><title>x</title><style>p{}</style></head><body><p>Oui &amp; non</p>"
            "<script>alert(1)</script><div>jeudi</div><blockquote>Bonjour</blockquote></body>",
            subtype="html",
        )

        intake.receive(message.as_bytes())

        body = Message.objects.get().body
        # Nobody introduces the quote: its author may have quoted a rule.
        assert body.split() == ["Oui", "&", "non", "jeudi", ">", "Bonjour"]


class TestRefusedEmail:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-generated"},
            {"X_Autoreply": "yes"},
            {"Precedence": "auto_reply"},
        ],
        ids=["auto-replied", "auto-generated", "x-autoreply", "precedence"],
    )
    def test_automatic_email_is_no_message_and_gets_no_letter(
        self, address: str, mail_server: MailServer, headers: dict[str, str]
    ) -> None:
        status = intake.receive(letter(address, **headers).as_bytes())

        assert status == InboundStatus.AUTOMATIC
        assert mail_server.letters == []
        assert not Message.objects.exists()

    def test_unknown_address_is_answered_five_times_an_hour_at_most(
        self, address: str, mail_server: MailServer, clock: time_machine.Traveller
    ) -> None:
        wrong = f"reply+{'a' * 26}@reponse.liaison.example"

        statuses = [intake.receive(letter(wrong).as_bytes()) for _ in range(7)]

        assert statuses == [InboundStatus.UNKNOWN_ADDRESS] * 7
        assert len(mail_server.letters) == 5
        assert mail_server.letters[0]["Auto-Submitted"] == "auto-replied"
        assert "Répondez plutôt" in mail_server.letters[0].get_content()

        clock.shift(timedelta(hours=1))
        intake.receive(letter(wrong).as_bytes())
        assert len(mail_server.letters) == 6

    def test_expired_address_is_refused(self, address: str, mail_server: MailServer) -> None:
        ReplyAddress.objects.update(expires_at="2020-01-01T00:00:00Z")
        assert intake.receive(letter(address).as_bytes()) == InboundStatus.UNKNOWN_ADDRESS

    def test_address_of_a_person_who_left_the_client_is_refused(
        self, address: str, camille: User, yanis: User, mail_server: MailServer
    ) -> None:
        User.objects.filter(pk=camille.pk).update(client=yanis.client)
        assert intake.receive(letter(address).as_bytes()) == InboundStatus.UNKNOWN_ADDRESS

    def test_email_to_an_archived_conversation_is_answered_with_the_reason(
        self, address: str, archived: Conversation, mail_server: MailServer
    ) -> None:
        assert intake.receive(letter(address).as_bytes()) == InboundStatus.CLOSED
        assert "on ne peut plus y écrire" in mail_server.letters[0].get_content()

    def test_large_email_is_answered_with_the_reason(
        self, address: str, settings: Settings, mail_server: MailServer
    ) -> None:
        settings.INBOUND_EMAIL_MAX_BYTES = 1024 * 1024
        raw = letter(address, "x\n" * 600_000).as_bytes()

        assert intake.receive(raw) == InboundStatus.TOO_LARGE
        assert "1 Mo" in mail_server.letters[0].get_content()

    def test_email_without_own_text_is_refused(self, address: str, mail_server: MailServer) -> None:
        text = QUOTED.format(address=address)
        assert intake.receive(letter(address, text).as_bytes()) == InboundStatus.EMPTY

"""Answers by email: into the conversation once, in the name of whom the address was given to."""

import imaplib
import re
import socketserver
import threading
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import make_msgid
from functools import partial
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from attachments.models import Attachment
from core.models import User
from messaging.models import Conversation, Message
from notifications import actions
from notifications.inbound_email import imap, intake, parser
from notifications.inbound_email.bounce import InboundStatus
from notifications.models import InboundEmail, ReplyAddress
from notifications.outbound_email import reply_address
from tests.at_once import at_once
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

QUOTED = """

Le mar. 3 nov. 2026 à 14:02, Odile Perrin <{address}> a écrit :

> Bonjour Camille
> Répondez à {address}
"""


@pytest.fixture
def address(settings: Settings, camille: User, conversation: Conversation) -> str:
    settings.REPLY_DOMAIN = "reponse.liaison.example"
    return reply_address.address_for(camille, conversation)


def letter(to: str, text: str = "Oui, jeudi", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Camille Morel <camille@demo.test>"
    message["To"] = to
    message["Subject"] = "Re: Carrelage du séjour"
    message["Message-ID"] = make_msgid()
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


class TestAnAnswer:
    def test_joins_the_conversation_as_written_by_email(
        self, address: str, camille: User, conversation: Conversation
    ) -> None:
        verdict = intake.receive(
            letter(address, "Oui, jeudi." + QUOTED.format(address=address)).as_bytes()
        )

        message = Message.objects.get()
        assert verdict == InboundStatus.ACCEPTED
        assert (message.author, message.conversation) == (camille, conversation)
        assert message.body == "Oui, jeudi."
        assert message.by_email

    def test_received_twice_is_written_once(self, address: str) -> None:
        raw = letter(address).as_bytes()

        verdicts = [intake.receive(raw), intake.receive(raw)]

        assert verdicts == [InboundStatus.ACCEPTED, InboundStatus.DUPLICATE]
        assert Message.objects.count() == 1

    def test_received_four_times_at_the_same_moment_is_written_once(self, address: str) -> None:
        message = letter(address)
        message.add_attachment(b"%PDF-1.4 plan", maintype="application", subtype="pdf",
                               filename="plan.pdf")  # fmt: skip

        verdicts = at_once(*[partial(intake.receive, message.as_bytes())] * 4)

        assert sorted(verdicts) == [InboundStatus.ACCEPTED] + 3 * [InboundStatus.DUPLICATE]
        (file,) = Message.objects.get().attachments
        assert file.status == Attachment.Status.SCANNING

    def test_cut_before_it_was_noted_is_still_written_once(self, address: str) -> None:
        raw = letter(address).as_bytes()
        intake.receive(raw)
        InboundEmail.objects.all().delete()

        intake.receive(raw)

        assert Message.objects.count() == 1

    def test_brings_its_files_through_the_quarantine(self, address: str) -> None:
        message = letter(address, "Voici la photo")
        message.add_attachment(b"%PDF-1.4 plan", maintype="application", subtype="pdf",
                               filename="plan.pdf")  # fmt: skip
        message.add_attachment(b"MZ", maintype="application", subtype="x-msdownload",
                               filename="virus.exe")  # fmt: skip

        assert intake.receive(message.as_bytes()) == InboundStatus.ACCEPTED

        (file,) = Message.objects.get().attachments
        assert (file.name, file.status) == ("plan.pdf", Attachment.Status.SCANNING)
        assert "virus.exe" in Message.objects.get().body

    def test_in_html_alone_becomes_text(self, address: str) -> None:
        message = letter(address)
        message.set_content(
            "<html><head><title>x</title><style>p{}</style></head><body><p>Oui &amp; non</p>"
            "<script>alert(1)</script><div>jeudi</div><blockquote>Bonjour</blockquote></body>",
            subtype="html",
        )

        intake.receive(message.as_bytes())

        body = Message.objects.get().body
        assert body.split() == ["Oui", "&", "non", "jeudi"]


class TestReplyTokens:
    @pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"])
    def test_are_found_in_each_header_that_names_a_recipient(self, header: str) -> None:
        token = "a" * 26
        raw = f"{header}: reply+{token}@reponse.liaison.example\n\nOui".encode()

        assert parser.read(raw).tokens == [token]


class TestOwnWords:
    @pytest.mark.parametrize(
        "text",
        [
            "Oui.\n\nEnvoyé de mon iPhone",
            "Oui.\n\nEnvoyé depuis mon appareil Galaxy",
            "Oui.\n\nSent from my iPhone",
            "Oui.\n\nTélécharger Outlook pour Android",
            "Oui.\n\n-- \nCamille Morel\n06 00 00 00 00",
            "Oui.\n\nOn Tue, Nov 3, 2026 at 2:02 PM Odile <o@x.fr> wrote:\n> Bonjour",
            "Oui.\n\nLe 3 nov. 2026 à 14:02, Odile <o@x.fr> a écrit :\n> Bonjour",
            "Oui.\n\nDe : Odile <o@x.fr>\nEnvoyé : mardi 3 novembre 2026 14:02\n"
            "À : Camille\nObjet : Carrelage\n\nBonjour",
            "Oui.\n\nLe mar. 3 nov. 2026 à 14:02, Odile Perrin (Liaison) <o@x.fr> a écrit :\n"
            "\n> Bonjour\n> À jeudi",
            "Oui.\n\nFrom: Odile <o@x.fr>\nSent: Tuesday, November 3, 2026 2:02 PM\n"
            "To: Camille\nSubject: Tiles\n\nHello",
            "Oui.\n\nEnvoyé de mon iPhone\n\nLe 3 nov. 2026 à 14:02, Odile <o@x.fr> a écrit :"
            "\n\n> Bonjour",
        ],
    )
    def test_are_what_is_left_without_quotes_and_signatures(self, text: str) -> None:
        assert parser.read(letter("x@x.fr", text).as_bytes()).text == "Oui."

    def test_teach_nobody_a_reply_address(self) -> None:
        token = "a" * 26
        text = f"Écrivez à reply+{token}@reponse.liaison.example"

        read = parser.read(letter("x@x.fr", text).as_bytes())

        assert token not in read.text

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\xff\xfe\x00",
            b"From: =?utf-8?q?=ff?= <\n\nx",
            b"Content-Type: text/plain; charset=nothing\n\nOui",
            b"Content-Type: multipart/mixed; boundary=\n\n--\n",
            b"To: @@@,,,<<>>\nFrom:\nDate: never\n\nOui",
        ],
    )
    def test_whatever_comes_is_read_without_a_fall(self, raw: bytes) -> None:
        parser.read(raw)


class TestWhatIsNotTaken:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Auto_Submitted": "auto-replied"},
            {"Precedence": "bulk"},
            {"X_Autoreply": "yes"},
            {"List_Id": "<x.example>"},
            {"Return_Path": "<>"},
        ],
    )
    def test_a_machines_answer_is_dropped_in_silence(
        self, address: str, mail_server: MailServer, headers: dict[str, str]
    ) -> None:
        verdict = intake.receive(letter(address, **headers).as_bytes())

        assert verdict == InboundStatus.AUTOMATIC
        assert mail_server.letters == []
        assert not Message.objects.exists()

    def test_an_unknown_address_is_answered_once(
        self, address: str, mail_server: MailServer
    ) -> None:
        wrong = f"reply+{'a' * 26}@reponse.liaison.example"

        verdicts = [intake.receive(letter(wrong).as_bytes()) for _ in range(3)]

        assert verdicts == [InboundStatus.UNKNOWN_ADDRESS] * 3
        (answer,) = mail_server.letters
        assert answer["Auto-Submitted"] == "auto-replied"
        assert "Répondez plutôt" in answer.get_content()

    def test_an_expired_one_too(self, address: str, mail_server: MailServer) -> None:
        ReplyAddress.objects.update(expires_at="2020-01-01T00:00:00Z")
        assert intake.receive(letter(address).as_bytes()) == InboundStatus.UNKNOWN_ADDRESS

    def test_a_person_who_left_the_client_writes_no_more(
        self, address: str, camille: User, yanis: User, mail_server: MailServer
    ) -> None:
        User.objects.filter(pk=camille.pk).update(client=yanis.client)
        assert intake.receive(letter(address).as_bytes()) == InboundStatus.UNKNOWN_ADDRESS

    def test_an_archived_conversation_says_so(
        self, address: str, archived: Conversation, mail_server: MailServer
    ) -> None:
        assert intake.receive(letter(address).as_bytes()) == InboundStatus.CLOSED
        assert "on ne peut plus y écrire" in mail_server.letters[0].get_content()

    def test_too_large_is_refused_with_its_reason(
        self, address: str, settings: Settings, mail_server: MailServer
    ) -> None:
        settings.INBOUND_EMAIL_MAX_BYTES = 1024 * 1024
        raw = letter(address, "x\n" * 600_000).as_bytes()

        assert intake.receive(raw) == InboundStatus.TOO_LARGE
        assert "1 Mo" in mail_server.letters[0].get_content()

    def test_nothing_above_the_quote(self, address: str, mail_server: MailServer) -> None:
        text = QUOTED.format(address=address)
        assert intake.receive(letter(address, text).as_bytes()) == InboundStatus.EMPTY


class TestTheWebhook:
    url = "/inbound/email"

    def test_takes_raw_mime_with_the_secret(
        self, address: str, settings: Settings, client: Client
    ) -> None:
        settings.INBOUND_EMAIL_SECRET = "s3cret"
        raw = letter(address).as_bytes()

        answer = client.post(
            self.url, raw, content_type="message/rfc822", HTTP_AUTHORIZATION="Bearer s3cret"
        )

        assert answer.json() == {"verdict": "accepted"}

    @pytest.mark.parametrize("secret", ["", "s3cret"])
    def test_refuses_whoever_does_not_know_it(
        self, address: str, settings: Settings, client: Client, secret: str
    ) -> None:
        settings.INBOUND_EMAIL_SECRET = secret
        raw = letter(address).as_bytes()

        answer = client.post(
            self.url, raw, content_type="message/rfc822", HTTP_AUTHORIZATION="Bearer "
        )

        assert answer.status_code == 401
        assert not Message.objects.exists()

    def test_anymail_tells_us_by_its_signal(self, address: str) -> None:
        from anymail.inbound import AnymailInboundMessage
        from anymail.signals import AnymailInboundEvent
        from anymail.signals import inbound as signal

        message = AnymailInboundMessage.parse_raw_mime_bytes(letter("x@x.fr").as_bytes())
        message.envelope_recipient = address
        event = AnymailInboundEvent(event_type="inbound", message=message)

        signal.send(sender=object, event=event, esp_name="Test")

        assert Message.objects.get().by_email


class MailboxServer(socketserver.StreamRequestHandler):
    """As much of IMAP as a poller needs, over a real socket."""

    letters: dict[int, bytes]
    seen: set[int]
    sent_bytes = 0

    def handle(self) -> None:
        self.say("* OK ready")
        for line in iter(self.rfile.readline, b""):
            tag, _, command = line.decode().strip().partition(" ")
            self.obey(command)
            self.say(f"{tag} OK done")

    def obey(self, command: str) -> None:
        if command == "CAPABILITY":
            self.say("* CAPABILITY IMAP4rev1")
        elif command.startswith("SELECT"):
            self.say(f"* {len(self.letters)} EXISTS")
        elif command.startswith("UID SEARCH"):
            new = sorted(self.letters.keys() - self.seen)
            self.say("* SEARCH " + " ".join(map(str, new)))
        elif command.startswith("UID FETCH"):
            uid = int(command.split()[2])
            wanted = re.search(r"<0\.(\d+)>", command)
            raw = self.letters[uid][: int(wanted[1]) if wanted else None]
            type(self).sent_bytes += len(raw)
            self.wfile.write(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(raw)}}}\r\n".encode())
            self.wfile.write(raw + b")\r\n")
        elif command.startswith("UID STORE"):
            self.seen.add(int(command.split()[2]))

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[type[MailboxServer]]:
    class Handler(MailboxServer):
        letters: dict[int, bytes] = {}  # noqa: RUF012  (of this very class)
        seen: set[int] = set()  # noqa: RUF012

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        settings.INBOUND_IMAP_URL = f"imap://liaison:s%40cret@127.0.0.1:{server.server_address[1]}"
        yield Handler
        server.shutdown()


class TestTheMailbox:
    def test_is_emptied_once(self, address: str, mailbox: type[MailboxServer]) -> None:
        mailbox.letters |= {7: letter(address).as_bytes(), 9: letter(address, "Non").as_bytes()}

        taken = [actions.poll_inbox(), actions.poll_inbox()]

        assert taken == [2, 0]
        assert Message.objects.count() == 2

    def test_what_could_not_be_taken_comes_again(
        self, address: str, mailbox: type[MailboxServer], settings: Settings
    ) -> None:
        mailbox.letters[7] = letter(address).as_bytes()
        box = imap.Mailbox.from_url("imap://x:y@127.0.0.1:1/In%20box")
        assert box.folder == "In box"

        def fall(_raw: bytes) -> Any:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            fetch_new(settings.INBOUND_IMAP_URL, fall)

        assert mailbox.seen == set()

    def test_one_that_nobody_can_take_does_not_hold_back_the_others(
        self, address: str, mailbox: type[MailboxServer], settings: Settings
    ) -> None:
        mailbox.letters |= {7: b"Subject: bad\r\n\r\n", 9: letter(address).as_bytes()}

        def take(raw: bytes) -> None:
            if b"bad" in raw:
                raise ConnectionError
            intake.receive(raw)

        with pytest.raises(ConnectionError):
            fetch_new(settings.INBOUND_IMAP_URL, take)

        assert mailbox.seen == {9}
        assert Message.objects.count() == 1

    def test_of_one_that_is_too_large_no_more_is_read_than_tells_so(
        self, address: str, mailbox: type[MailboxServer], settings: Settings,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        settings.INBOUND_EMAIL_MAX_BYTES = 1024 * 1024
        mailbox.letters[7] = letter(address, "x\n" * 1_000_000).as_bytes()

        assert actions.poll_inbox() == 1

        assert mailbox.sent_bytes == 1024 * 1024 + 1
        assert InboundEmail.objects.get().verdict == InboundStatus.TOO_LARGE
        assert "1 Mo" in mail_server.letters[0].get_content()

    def test_that_does_not_answer_says_so(self) -> None:
        with pytest.raises((OSError, imaplib.IMAP4.error)):
            fetch_new("imap://x:y@127.0.0.1:9", lambda raw: None)


def fetch_new(url: str, receive: Callable[[bytes], object]) -> int:
    return imap.fetch_new(imap.Mailbox.from_url(url), receive, max_bytes=1024)

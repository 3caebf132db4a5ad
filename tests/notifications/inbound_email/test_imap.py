"""Emails fetched from a plain mailbox, on a real IMAP server."""

import time
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from messaging.models import Message
from notifications import actions
from notifications.inbound_email import imap, intake
from notifications.inbound_email.bounce import InboundStatus
from notifications.models import InboundEmail
from tests.notifications.imap_server import NAME_2, PASSWORD_2, ImapServer
from tests.notifications.inbound_email.letters import letter
from tests.notifications.mail_server import MailServer
from tests.sockets import closed_port, frozen_port

pytestmark = pytest.mark.django_db(transaction=True)


def fetch_new(url: str, receive: Callable[[bytes], object]) -> int:
    return imap.fetch_new(imap.Mailbox.from_url(url), receive, max_bytes=1024)


class TestFetching:
    def test_new_email_is_received_once(self, address: str, mailbox: ImapServer) -> None:
        mailbox.put(letter(address).as_bytes(), letter(address, "Non").as_bytes())

        received = [actions.poll_inbox(), actions.poll_inbox()]

        assert received == [2, 0]
        assert sorted(Message.objects.values_list("body", flat=True)) == ["Non", "Oui, jeudi"]

    def test_email_is_marked_as_seen_only_once_it_is_received(self, mailbox: ImapServer) -> None:
        mailbox.put(b"Subject: one\r\n\r\n")
        seen: list[list[bool]] = []

        fetch_new(mailbox.url(), lambda raw: seen.append(mailbox.seen()))

        assert [*seen, mailbox.seen()] == [[False], [True]]

    def test_email_that_cannot_be_received_comes_again_and_holds_back_no_other(
        self, mailbox: ImapServer
    ) -> None:
        mailbox.put(b"Subject: bad\r\n\r\n", b"Subject: good\r\n\r\n")
        received = []

        def receive(raw: bytes) -> None:
            received.append(raw.split()[1])
            if b"bad" in raw:
                raise ConnectionError("no storage")

        for _ in range(2):
            with pytest.raises(ConnectionError, match="no storage"):
                fetch_new(mailbox.url(), receive)

        assert received == [b"bad", b"good", b"bad"]
        assert mailbox.seen() == [False, True]

    def test_email_received_before_the_connection_broke_comes_again_as_a_duplicate(
        self, address: str, mailbox: ImapServer
    ) -> None:
        mailbox.put(letter(address).as_bytes())

        def receive_and_break(raw: bytes) -> None:
            intake.receive(raw)
            mailbox.disconnect()

        with pytest.raises(imap.MailboxUnavailable):
            imap.fetch_new(
                imap.Mailbox.from_url(mailbox.url()), receive_and_break, max_bytes=10_000
            )
        before = mailbox.seen()
        again = actions.poll_inbox()

        assert (before, again, mailbox.seen("Traités")) == ([False], 1, [True])
        assert Message.objects.count() == 1

    def test_large_email_is_read_to_the_limit_and_one_byte(
        self, address: str, mailbox: ImapServer, settings: Settings, mail_server: MailServer
    ) -> None:
        settings.INBOUND_EMAIL_MAX_BYTES = 1024 * 1024
        mailbox.put(letter(address).as_bytes() + b"x\n" * 1_000_000)
        before = mailbox.body_bytes_read()

        assert actions.poll_inbox() == 1

        assert mailbox.body_bytes_read() - before == 1024 * 1024 + 1
        assert InboundEmail.objects.get().verdict == InboundStatus.TOO_LARGE
        assert "1 Mo" in mail_server.letters[0].get_content()

    def test_email_is_received_byte_for_byte(self, mailbox: ImapServer) -> None:
        raw = b"From: =?utf-8?q?=ff?= <\r\nX: " + b"y" * 90 + b"\r\n\r\n\xff\xfe Caf\xe9\r\n"
        mailbox.put(raw)
        received: list[bytes] = []

        fetch_new(mailbox.url(), received.append)

        assert received == [raw]

    def test_email_that_people_marked_as_deleted_is_kept(self, mailbox: ImapServer) -> None:
        mailbox.put(b"Subject: old\r\n\r\n", b"Subject: new\r\n\r\n")
        with mailbox.opened() as box:
            first, _second = box.uids()
            box.client.uid("STORE", first, "+FLAGS", r"(\Deleted \Seen)")

        fetch_new(mailbox.url(), lambda raw: None)

        assert mailbox.seen() == [True, True]

    def test_fifty_emails_are_fetched_at_a_time(self, mailbox: ImapServer) -> None:
        mailbox.put(*[b"Subject: %d\r\n\r\n" % number for number in range(52)])
        received: list[bytes] = []

        counts = [fetch_new(mailbox.url(), received.append) for _ in range(2)]

        assert counts == [50, 2]
        assert len(set(received)) == 52

    @pytest.mark.parametrize("folder", ["Réponses", "R&D", 'a "b" \\ c', "INBOX.Chantiers été"])
    def test_folder_of_any_name_is_opened(self, mailbox: ImapServer, folder: str) -> None:
        mailbox.put(b"Subject: one\r\n\r\n", folder=folder)

        assert fetch_new(mailbox.url(folder=folder), lambda raw: None) == 1
        assert mailbox.seen(folder) == [True]

    def test_password_with_accents_is_accepted(self, mailbox: ImapServer) -> None:
        mailbox.put(b"Subject: one\r\n\r\n")

        assert fetch_new(mailbox.url(name=NAME_2, password=PASSWORD_2), lambda raw: None) == 1


class TestTls:
    def test_trusted_certificate_is_accepted(
        self, mailbox: ImapServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.certificate))
        mailbox.put(b"Subject: one\r\n\r\n")

        assert fetch_new(mailbox.url(is_secure=True), lambda raw: None) == 1

    def test_untrusted_certificate_is_refused(self, mailbox: ImapServer) -> None:
        with pytest.raises(imap.MailboxUnavailable, match="CERTIFICATE_VERIFY_FAILED"):
            fetch_new(mailbox.url(is_secure=True), lambda raw: None)


class TestPollInbox:
    def test_poll_inbox_says_how_many_emails_it_received(
        self, address: str, mailbox: ImapServer, capsys: pytest.CaptureFixture[str]
    ) -> None:
        mailbox.put(letter(address).as_bytes())

        call_command("poll_inbox")

        assert capsys.readouterr().out == "1 received\n"

    def test_poll_inbox_without_a_mailbox_names_the_setting(self, settings: Settings) -> None:
        settings.INBOUND_IMAP_URL = ""

        with pytest.raises(CommandError, match="INBOUND_IMAP_URL is not set"):
            call_command("poll_inbox")

    @pytest.mark.parametrize("password", ["wrong", "fäux"])
    def test_wrong_password_is_reported_as_the_server_says_it(
        self, mailbox: ImapServer, settings: Settings, password: str
    ) -> None:
        settings.INBOUND_IMAP_URL = mailbox.url(password=password)

        with pytest.raises(CommandError, match="AUTHENTICATIONFAILED") as caught:
            call_command("poll_inbox")

        assert password not in str(caught.value)

    def test_unknown_folder_is_reported(self, mailbox: ImapServer, settings: Settings) -> None:
        settings.INBOUND_IMAP_URL = mailbox.url(folder="Nowhere")

        with pytest.raises(CommandError, match="doesn't exist"):
            call_command("poll_inbox")

    def test_server_that_is_down_is_reported(self, settings: Settings) -> None:
        settings.INBOUND_IMAP_URL = f"imap://x:y@127.0.0.1:{closed_port()}"

        with pytest.raises(CommandError, match="ConnectionRefusedError"):
            call_command("poll_inbox")

    def test_server_that_hangs_is_reported_after_the_time_out(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(imap, "TIMEOUT_SECONDS", 0.2)
        started = time.monotonic()
        with frozen_port() as port:
            settings.INBOUND_IMAP_URL = f"imap://x:y@127.0.0.1:{port}"

            with pytest.raises(CommandError, match="timed out"):
                call_command("poll_inbox")

        assert time.monotonic() - started < 10


class TestMailboxAddress:
    @pytest.mark.parametrize(
        ("url", "expected"),
        [
            ("imaps://a%40b:p%2Fq@mail.test", ("mail.test", 993, True, "a@b", "p/q", "INBOX")),
            ("imap://x:y@127.0.0.1:1/In%20box", ("127.0.0.1", 1, False, "x", "y", "In box")),
            ("imap://x:y@localhost/R%C3%A9p", ("localhost", 143, False, "x", "y", "Rép")),
        ],
    )
    def test_mailbox_has_each_part_of_its_url(self, url: str, expected: tuple[object, ...]) -> None:
        assert imap.Mailbox.from_url(url) == imap.Mailbox(*expected)  # type: ignore[arg-type]

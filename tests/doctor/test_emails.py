"""Emails out and in, the names in DNS, and the key of the notifications."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import pytest
from pytest_django import Settings

from core.doctor.findings import Examination, Finding, Level
from deploy.launcher.ports import free_port
from notifications import doctor
from notifications.inbound_email import intake, probe
from notifications.inbound_email.bounce import InboundStatus
from notifications.models import InboundEmail
from notifications.push import vapid
from tests.doctor.dns_server import dns_server, resolver_at
from tests.notifications.imap_server import ImapServer, dovecot, mailbox
from tests.notifications.mail_server import MailServer, controller
from tests.site import Site

__all__ = ["dovecot", "mailbox"]


def doubts(examination: Examination) -> list[Finding]:
    return [one for one in examination() if one.level != Level.OK]


class Closed(MailServer):
    """Refuses at the first word."""

    async def handle_EHLO(self, *_: object) -> str:  # noqa: N802  (the name that aiosmtpd calls)
        return "554 5.7.1 Your address is not welcome here"

    handle_HELO = handle_EHLO  # noqa: N815


@pytest.fixture
def smtp(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


@pytest.mark.usefixtures("smtp")
class TestEmailsOut:
    def test_server_that_lets_us_in_is_well(self, settings: Settings) -> None:
        running = controller(MailServer(), settings.EMAIL_PORT)
        running.start()
        try:
            assert doubts(doctor.examine_outgoing) == []
        finally:
            running.stop()

    def test_server_that_is_away_is_named(self, settings: Settings) -> None:
        [found] = doubts(doctor.examine_outgoing)

        assert f"127.0.0.1:{settings.EMAIL_PORT}" in found.says
        assert "EMAIL_URL" in found.advice

    def test_server_without_the_login_that_we_use_is_found(self, settings: Settings) -> None:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "liaison", "secret"
        running = controller(MailServer(), settings.EMAIL_PORT)
        running.start()
        try:
            [found] = doubts(doctor.examine_outgoing)
        finally:
            running.stop()

        assert found.level == Level.ERROR


class TestNames:
    @pytest.fixture(autouse=True)
    def company(self, settings: Settings) -> None:
        settings.DEBUG, settings.EMAIL_IS_CONFIGURED = False, True
        settings.DEFAULT_FROM_EMAIL = "Bâti <messages@bati.example>"
        settings.REPLY_DOMAIN = "reply.bati.example"

    def test_complete_ones_have_no_doubts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        records = {
            ("bati.example", "TXT"): '"v=spf1 mx -all"',
            ("_dmarc.bati.example", "TXT"): '"v=DMARC1; p=none"',
            ("k1._domainkey.bati.example", "TXT"): '"v=DKIM1; p=MIIB"',
            ("reply.bati.example", "MX"): "10 mail.bati.example.",
        }
        with dns_server(records) as resolver:
            monkeypatch.setattr(doctor, "resolver", lambda: resolver)

            found = list(doctor.examine_names("k1"))

        assert [one.level for one in found] == [Level.OK] * 4

    def test_what_is_missing_is_named_with_its_record(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with dns_server({("bati.example", "TXT"): '"hello"'}) as resolver:
            monkeypatch.setattr(doctor, "resolver", lambda: resolver)

            found = list(doctor.examine_names("k1"))

        words = ("v=spf1", "v=DMARC1", "TXT", "MX")
        assert [word in one.advice for one, word in zip(found, words, strict=True)] == [True] * 4
        assert found[-1].level == Level.ERROR

    def test_dns_that_does_not_answer_is_no_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(doctor, "resolver", lambda: resolver_at(free_port()))

        [found] = doctor.examine_names()

        assert found.level == Level.WARNING


class TestMailbox:
    def test_mailbox_that_opens_is_well(self, mailbox: ImapServer) -> None:
        assert doubts(doctor.examine_incoming) == []

    def test_wrong_password_is_found(self, mailbox: ImapServer, settings: Settings) -> None:
        parts = urlsplit(settings.INBOUND_IMAP_URL)
        host = parts.netloc.rpartition("@")[2]
        settings.INBOUND_IMAP_URL = urlunsplit(parts._replace(netloc=f"somebody:wrong@{host}"))

        [found] = doubts(doctor.examine_incoming)

        assert "somebody" in found.says
        assert "INBOUND_IMAP_URL" in found.advice


class TestHandedOver:
    @pytest.fixture
    def receiving(self, site: Site, settings: Settings) -> Iterator[Site]:
        settings.PUBLIC_URL, settings.REPLY_DOMAIN = site.url, "reply.bati.example"
        settings.INBOUND_EMAIL_SECRET = "of-the-mail-server"
        _restart_with(site, INBOUND_EMAIL_SECRET="of-the-mail-server")
        yield site
        del site.environment["INBOUND_EMAIL_SECRET"]
        site.stop_web()

    def test_email_arrives_and_leaves_nothing(self, receiving: Site) -> None:
        assert doubts(doctor.examine_incoming) == []
        assert not InboundEmail.objects.exists()

    def test_other_secret_is_found(self, receiving: Site, settings: Settings) -> None:
        settings.INBOUND_EMAIL_SECRET = "another"

        [found] = doubts(doctor.examine_incoming)

        assert "INBOUND_EMAIL_SECRET" in found.advice

    def test_email_comes_back_by_the_way_of_all(
        self, receiving: Site, smtp: None, settings: Settings
    ) -> None:
        class Forwarding(MailServer):
            async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802
                answer = await super().handle_DATA(server, session, envelope)
                intake.receive(self.raw[-1])
                return answer

        running = controller(Forwarding(), settings.EMAIL_PORT)
        running.start()
        try:
            found = list(doctor.examine_incoming(by_the_way_of_all=True))
        finally:
            running.stop()

        assert [one.level for one in found] == [Level.OK, Level.OK]
        assert "reply.bati.example" in found[-1].says


def _restart_with(site: Site, **environment: str) -> None:
    site.stop_web()
    site.environment |= environment
    site.start_web()


@pytest.mark.django_db
def test_email_that_only_looks_like_a_probe_waits_for_a_person(settings: Settings) -> None:
    settings.REPLY_DOMAIN = "reply.bati.example"
    email = probe.email_to("a" * 26)

    assert intake.receive(bytes(email)) != InboundStatus.PROBE


class TestPush:
    def test_key_of_the_tests_is_well(self, settings: Settings) -> None:
        settings.VAPID_PRIVATE_KEY = vapid.generate_private_key()

        assert doubts(doctor.examine_push) == []

    @pytest.mark.parametrize("key", ["change-me", "€", "AAAA"])
    def test_text_that_is_no_key_is_found(self, key: str, settings: Settings) -> None:
        settings.VAPID_PRIVATE_KEY = key

        assert "vapid_keys" in doubts(doctor.examine_push)[0].advice

    def test_subject_that_apple_refuses_is_found(self, settings: Settings) -> None:
        settings.VAPID_PRIVATE_KEY = vapid.generate_private_key()
        settings.VAPID_SUBJECT = "contact@bati.example"

        assert "Apple" in doubts(doctor.examine_push)[0].says

"""Emails that a mail server hands over: by our own address, or by anymail's signal."""

import pytest
from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent
from anymail.signals import inbound as signal
from django.test import Client
from pytest_django import Settings

from messaging.models import Message
from tests.notifications.inbound_email.letters import letter

pytestmark = pytest.mark.django_db(transaction=True)


class TestWebhook:
    url = "/inbound/email"

    def test_webhook_takes_raw_mime_with_the_secret(
        self, address: str, settings: Settings, client: Client
    ) -> None:
        settings.INBOUND_EMAIL_SECRET = "s3cret"
        raw = letter(address).as_bytes()

        answer = client.post(
            self.url, raw, content_type="message/rfc822", HTTP_AUTHORIZATION="Bearer s3cret"
        )

        assert answer.json() == {"verdict": "accepted"}

    @pytest.mark.parametrize(
        ("token", "status"), [("new", 200), ("old", 200), ("older", 200), ("", 401), ("new,", 401)]
    )
    def test_former_secrets_are_taken_while_the_mail_server_changes(
        self, address: str, settings: Settings, client: Client, token: str, status: int
    ) -> None:
        settings.INBOUND_EMAIL_SECRET = "new"
        settings.INBOUND_EMAIL_SECRET_FALLBACKS = ["old", "older", ""]

        answer = client.post(
            self.url, letter(address).as_bytes(), content_type="message/rfc822",
            HTTP_AUTHORIZATION=f"Bearer {token}",
        )  # fmt: skip

        assert answer.status_code == status

    def test_former_secret_alone_lets_nobody_in(self, settings: Settings, client: Client) -> None:
        settings.INBOUND_EMAIL_SECRET = ""
        settings.INBOUND_EMAIL_SECRET_FALLBACKS = ["old"]

        answer = client.post(
            self.url, b"x", content_type="message/rfc822", HTTP_AUTHORIZATION="Bearer old"
        )

        assert answer.status_code == 401

    @pytest.mark.parametrize(
        ("secret", "token"), [("", ""), ("s3cret", ""), ("s3cret", "wrong"), ("s3cret", "é")]
    )
    def test_webhook_refuses_a_request_without_the_secret(
        self, address: str, settings: Settings, client: Client, secret: str, token: str
    ) -> None:
        settings.INBOUND_EMAIL_SECRET = secret
        raw = letter(address).as_bytes()

        answer = client.post(
            self.url, raw, content_type="message/rfc822", HTTP_AUTHORIZATION=f"Bearer {token}"
        )

        assert (answer.status_code, answer.json()) == (401, {"verdict": "refused"})
        assert not Message.objects.exists()

    def test_email_of_a_provider_arrives_by_the_signal_of_anymail(self, address: str) -> None:
        message = AnymailInboundMessage.parse_raw_mime_bytes(letter("x@x.fr").as_bytes())
        message.envelope_recipient = address
        event = AnymailInboundEvent(event_type="inbound", message=message)

        signal.send(sender=object, event=event, esp_name="Test")

        assert Message.objects.get().by_email

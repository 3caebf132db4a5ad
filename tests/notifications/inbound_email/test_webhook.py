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
        message = AnymailInboundMessage.parse_raw_mime_bytes(letter("x@x.fr").as_bytes())
        message.envelope_recipient = address
        event = AnymailInboundEvent(event_type="inbound", message=message)

        signal.send(sender=object, event=event, esp_name="Test")

        assert Message.objects.get().by_email

"""Emails through a provider's API (anymail) instead of SMTP."""

import re
from base64 import b64encode
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from core.models import User
from notifications.delivery.status import State
from notifications.models import Delivery
from tests.cast import Say
from tests.notifications.conftest import Work
from tests.notifications.provider import NO_ANSWER, Provider, running
from tests.notifications.steps import HOUR, MINUTE, PassTime, state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock", "alone")]


@pytest.fixture
def provider(settings: Settings, alone: None) -> Iterator[Provider]:
    with running() as started:
        settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
        settings.ANYMAIL = {
            **settings.ANYMAIL, "MAILGUN_API_KEY": "secret", "MAILGUN_API_URL": started.url,
        }  # fmt: skip
        yield started


class TestProvider:
    def test_provider_gets_the_whole_email_once(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        provider: Provider,
    ) -> None:  # fmt: skip
        message = say(odile, "Le carreau est fendu")
        work()
        pass_time(5 * MINUTE)

        (handed,) = provider.taken
        assert handed.path == "/v3/liaison.example/messages"
        assert handed.authorization == "Basic " + b64encode(b"api:secret").decode()
        fields = handed.fields
        assert fields["to"] == "Camille Morel <camille@demo.test>"
        assert fields["from"] == '"Odile Perrin (Liaison)" <messages@liaison.example>'
        assert fields["subject"] == "Carrelage du séjour – Villa Lumière"
        assert "Le carreau est fendu" in fields["text"]
        assert "Le carreau est fendu" in fields["html"]
        delivery = Delivery.objects.get(recipient=camille, channel="email")
        assert delivery.envelope is not None
        assert fields["h:Message-Id"] == f"<{delivery.envelope.hex}@liaison.example>"
        assert fields["h:References"] == fields["h:In-Reply-To"]
        assert fields["h:Auto-Submitted"] == "auto-generated"
        assert fields["h:List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert re.fullmatch(
            r"Liaison <reply\+[a-z2-7]{26}@reponse\.liaison\.example>", fields["h:Reply-To"]
        )
        assert state_of(message, camille) == State.EMAILED

    def test_provider_that_is_unavailable_is_asked_again(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        provider: Provider,
    ) -> None:  # fmt: skip
        provider.answers = [NO_ANSWER, 401, 429, 500, 503]
        message = say(odile, "Bonjour")
        work()
        pass_time(HOUR)

        assert [each.fields["h:Message-Id"] for each in provider.asked] == 6 * [
            provider.taken[0].fields["h:Message-Id"]
        ]
        assert len(provider.taken) == 1
        assert state_of(message, camille) == State.EMAILED

    @pytest.mark.parametrize("status", [400, 422])
    def test_provider_that_refuses_is_asked_once_and_the_message_says_so(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        provider: Provider, status: int,
    ) -> None:  # fmt: skip
        provider.answers = [status]
        message = say(odile, "Bonjour")
        work()
        pass_time(5 * MINUTE)

        assert len(provider.asked) == 1
        assert state_of(message, camille) == State.UNDELIVERED
        assert str(status) in Delivery.objects.get(recipient=camille, channel="email").last_error

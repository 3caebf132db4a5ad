"""After `manage.py reseal` the former SECRET_KEY opens nothing, and nothing is lost."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.core.management import call_command
from pytest_django import Settings

from core.auth.factor_adapter import UnreadableSecret
from core.models import User
from notifications.inbound_email import intake, originals
from notifications.models import InboundEmail, WebhookEndpoint
from notifications.webhooks import endpoints, signing
from tests.notifications.inbound_email.letters import letter

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FORMER, NEW = "the former key " * 4, "the new key " * 5


@pytest.fixture(autouse=True)
def former_key(settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = FORMER, []


@pytest.fixture
def stored(odile: User) -> tuple[WebhookEndpoint, str, InboundEmail, bytes, list[str]]:
    """What is encrypted: a webhook, an email in the bucket, an app, recovery codes."""
    made = endpoints.create(
        url="https://fcm.googleapis.com/hook", description="", kinds=[], by=None
    )
    raw = letter("reply+nobody@reponse.demo.test", "Le code est 4512").as_bytes()
    intake.receive(raw)
    TOTP.activate(odile, SECRET)
    codes = RecoveryCodes.activate(odile).get_unused_codes()
    return made.endpoint, made.secret, InboundEmail.objects.get(), raw, codes


def test_resealed_secrets_are_read_without_the_former_key(
    stored: tuple[WebhookEndpoint, str, InboundEmail, bytes, list[str]],
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    webhook, secret, email, raw, codes = stored
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [FORMER]

    call_command("reseal")

    settings.SECRET_KEY_FALLBACKS = []
    assert "2 second factors, 1 webhooks, 1 emails" in capsys.readouterr().out
    webhook.refresh_from_db()
    assert signing.opened(webhook.pk, webhook.secret) == secret
    assert originals.raw_of(email) == raw
    app, recovery = Authenticator.objects.order_by("pk")
    assert decrypt(app.data["secret"]) == SECRET
    assert RecoveryCodes(recovery).get_unused_codes() == codes


def test_what_no_key_opens_stays_and_is_not_counted(
    stored: tuple[WebhookEndpoint, str, InboundEmail, bytes, list[str]],
    settings: Settings,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings.SECRET_KEY = NEW

    call_command("reseal")

    assert "0 second factors, 0 webhooks, 0 emails" in capsys.readouterr().out
    with pytest.raises(UnreadableSecret):
        decrypt(Authenticator.objects.earliest("pk").data["secret"])
    settings.SECRET_KEY = FORMER
    assert originals.raw_of(stored[2]) == stored[3]

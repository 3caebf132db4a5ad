"""Define the fixtures of the cases."""

from collections.abc import Iterator

import pytest
from django.test import Client as Browser

from core.models import User
from core.valkey import key, valkey
from tests.notifications.conftest import (
    alone,
    clock,
    device,
    mail_server,
    pass_time,
    push_service,
    work,
)
from tests.notifications.imap_server import dovecot, mailbox
from tests.notifications.inbound_email.conftest import address

__all__ = [
    "address", "alone", "clock", "device", "dovecot", "mail_server", "mailbox", "pass_time",
    "push_service", "work",
]  # fmt: skip


@pytest.fixture
def no_attempts() -> Iterator[None]:
    """Forget the attempts to log in of other tests: no transaction undoes what is in Valkey."""
    _forget_attempts()
    yield
    _forget_attempts()


@pytest.fixture
def ada(client: Browser, no_attempts: None) -> User:
    """A manager who may enter the admin, at her browser."""
    ada = User.objects.create_superuser("ada@exemple.fr", "chantier-demo", name="Ada", locale="fr")
    client.force_login(ada)
    return ada


def _forget_attempts() -> None:
    for name in valkey().scan_iter(match=key("count", "login-*")):
        valkey().delete(name)

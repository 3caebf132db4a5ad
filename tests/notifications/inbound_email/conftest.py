"""Where Camille answers the conversation by email."""

import pytest
from pytest_django import Settings

from core.models import User
from messaging.models import Conversation
from notifications.outbound_email import reply_address
from tests.notifications.imap_server import dovecot, mailbox

__all__ = ["dovecot", "mailbox"]


@pytest.fixture
def address(settings: Settings, camille: User, conversation: Conversation) -> str:
    settings.REPLY_DOMAIN = "reponse.liaison.example"
    return reply_address.address_for(camille, conversation)

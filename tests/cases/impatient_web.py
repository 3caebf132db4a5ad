"""A web process that waits for slow callers less long than in production."""

import json
import os
from collections.abc import Iterator
from uuid import uuid4

import pytest

from core.auth.jwt_tokens import issue_development_token
from core.models import User
from deploy.launcher.ports import free_port
from messaging.models import Conversation
from tests.site import Site, address_of_test_database

STALLED_SECONDS = 2
MAIL_BYTES = 3 * 1024 * 1024


@pytest.fixture(scope="module")
def web(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A web process that waits for bodies less long than in production."""
    site = Site(
        port=free_port(),
        logs=tmp_path_factory.mktemp("web"),
        environment={
            **os.environ,
            "DATABASE_URL": address_of_test_database(),
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "BODY_STALLED_SECONDS": str(STALLED_SECONDS),
            "REQUEST_HEAD_SECONDS": str(STALLED_SECONDS),
            "INBOUND_EMAIL_MAX_BYTES": str(MAIL_BYTES),
            "INBOUND_EMAIL_SECRET": "secret",
            "ANYMAIL_WEBHOOK_SECRET": "name:secret",
        },
    )
    site.start_web()
    yield site
    site.stop_web()


def bearer(person: User) -> dict[str, str]:
    token = issue_development_token(person)
    return {"Authorization": f"Bearer {token}", "Content_Type": "application/json"}


def messages(conversation: Conversation) -> str:
    return f"/api/v1/conversations/{conversation.pk}/messages"


def draft(body: str = "Le code du portail est 4512.") -> bytes:
    return json.dumps({"id": str(uuid4()), "body": body}).encode()

"""The people of the tests, and where they meet.

Camille and Bruno are of the Morel family; Odile and Marc of the company; Yanis is another client
and must see nothing of the Morels'.
"""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from core.models import Chantier, Client, User
from messaging.actions.conversations import open_conversation
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Message

PASSWORD = "chantier-demo"


@pytest.fixture
def morel(db: None) -> Client:
    return Client.objects.create(name="Famille Morel")


@pytest.fixture
def camille(morel: Client) -> User:
    return _person("camille@demo.test", "Camille Morel", User.Role.CLIENT, morel)


@pytest.fixture
def bruno(morel: Client) -> User:
    return _person("bruno@demo.test", "Bruno Morel", User.Role.CLIENT, morel)


@pytest.fixture
def haddad(db: None) -> Client:
    return Client.objects.create(name="SCI Haddad")


@pytest.fixture
def yanis(haddad: Client) -> User:
    return _person("yanis@demo.test", "Yanis Haddad", User.Role.CLIENT, haddad)


@pytest.fixture
def odile(db: None) -> User:
    return _person("odile@demo.test", "Odile Perrin", User.Role.STAFF)


@pytest.fixture
def marc(db: None) -> User:
    return _person("marc@demo.test", "Marc Vidal", User.Role.MANAGER)


@pytest.fixture
def villa(morel: Client, odile: User) -> Chantier:
    """The Morels' chantier, which Odile answers for."""
    return Chantier.objects.create(
        client=morel, name="Villa Lumière", reference="CH-2041", responsible=odile
    )


@pytest.fixture
def conversation(
    camille: User, bruno: User, odile: User, marc: User, villa: Chantier
) -> Conversation:
    """Opened by Camille about the villa, still empty."""
    opening = Opening(subject="Carrelage du séjour", client=villa.client_id, chantier=villa.pk)
    return open_conversation(opener=camille, opening=opening).conversation


@pytest.fixture
def archived(conversation: Conversation, villa: Chantier) -> Conversation:
    """The same, once the chantier is archived."""
    villa.status = Chantier.Status.ARCHIVED
    villa.save()
    return conversation


Say = Callable[[User, str], Message]


@pytest.fixture
def say(conversation: Conversation) -> Say:
    """`say(camille, "Bonjour")` sends a message in the conversation."""

    def send(author: User, body: str) -> Message:
        draft = Draft(body=body)
        return send_message(author=author, conversation_id=conversation.pk, draft=draft).message

    return send


Call = Callable[[User], APIClient]


@pytest.fixture
def api() -> Call:
    """`api(camille).get("/api/v1/me")` calls as that person, without a token to check."""

    def client(person: User) -> APIClient:
        caller = APIClient()
        caller.force_authenticate(person)
        return caller

    return client


def _person(email: str, name: str, role: User.Role, client: Client | None = None) -> User:
    # A fast hash: argon2 takes 50 ms a person, and only the login tests need a password.
    user = User(email=email, name=name, role=role, client=client, external_id=f"crm-{email}")
    user.set_unusable_password()
    user.save()
    return user

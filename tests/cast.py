"""Define the people of the tests, a chantier and a conversation.

Camille and Bruno are users of the client Morel. Odile (staff) and Marc (manager) are of the
company. Yanis is a user of another client and must see nothing of the Morels'.
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
    """The chantier of the Morels; Odile is its responsible person."""
    return Chantier.objects.create(
        client=morel, name="Villa Lumière", reference="CH-2041", responsible=odile
    )


@pytest.fixture
def conversation(
    camille: User, bruno: User, odile: User, marc: User, villa: Chantier
) -> Conversation:
    """A conversation that Camille opened about the villa, without a message."""
    opening = Opening(subject="Carrelage du séjour", client=villa.client_id, chantier=villa.pk)
    return open_conversation(opener=camille, opening=opening).conversation


@pytest.fixture
def archived(conversation: Conversation, villa: Chantier) -> Conversation:
    """The same conversation after its chantier was archived."""
    villa.status = Chantier.Status.ARCHIVED
    villa.save()
    return conversation


Say = Callable[[User, str], Message]


@pytest.fixture
def say(conversation: Conversation) -> Say:
    """Give a function: `say(camille, "Bonjour")` sends a message in the conversation."""

    def send(author: User, body: str) -> Message:
        draft = Draft(body=body)
        return send_message(author=author, conversation_id=conversation.pk, draft=draft).message

    return send


Call = Callable[[User], APIClient]


@pytest.fixture
def api() -> Call:
    """Give a function: `api(camille).get("/api/v1/me")` calls as her, without a token."""

    def client(person: User) -> APIClient:
        caller = APIClient()
        caller.force_authenticate(person)
        return caller

    return client


def _person(email: str, name: str, role: User.Role, client: Client | None = None) -> User:
    # No password: argon2 is slow, and only the tests of the login need one.
    user = User(email=email, name=name, role=role, client=client, external_id=f"crm-{email}")
    user.set_unusable_password()
    user.save()
    return user


def in_another_conversation(author: User, body: str = "Bonjour") -> Message:
    """Return a first message of a new conversation of a client's user."""
    draft = Draft(body=body)
    opening = Opening(subject="Portail", client=author.own_client_id, message=draft)
    open_conversation(opener=author, opening=opening)
    return Message.objects.get(pk=draft.id)

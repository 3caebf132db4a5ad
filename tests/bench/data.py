"""Rows for the measurements: a few by the product's actions, many in bulk."""

from datetime import datetime, timedelta

from django.db import connection
from django.test import Client as Browser
from django.utils import timezone
from rest_framework.authtoken.models import Token

from core.auth.jwt_tokens import issue_development_token
from core.ids import new_id
from core.models import Client, User
from messaging.actions.conversations import open_conversation
from messaging.actions.fan_out import fan_out_message
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Message, Participant

BATCH = 5_000
BODY = "Le plâtrier passe jeudi, la livraison du carrelage suit le lendemain."


def manager() -> User:
    """Return a manager, who is a participant of each conversation without a responsible person."""
    return _person("manager", User.Role.MANAGER)


def member_of_staff() -> User:
    return _person("staff", User.Role.STAFF)


def client_user() -> User:
    """Return the only user of a new client."""
    return _person("client", User.Role.CLIENT, Client.objects.create(name="Client mesuré"))


def bearer(user: User) -> str:
    return f"Bearer {issue_development_token(user)}"


def cookie(user: User) -> str:
    """Return the header of a new session of a person."""
    browser = Browser()
    browser.force_login(user)
    return f"Cookie: sessionid={browser.cookies['sessionid'].value}"


def drf_token(user: User) -> str:
    return f"Token {Token.objects.get_or_create(user=user)[0].key}"


def conversation_of(user: User) -> Conversation:
    """Open a conversation with a first message by the product's actions, and return it."""
    draft = Draft(body=BODY)
    opening = Opening(subject="Mesure", client=user.own_client_id, message=draft)
    conversation = open_conversation(opener=user, opening=opening).conversation
    fan_out_message(draft.id)
    conversation.refresh_from_db()
    return conversation


def add_conversations(user: User, staff: User, count: int) -> None:
    """Add conversations of one message each, a minute apart, to a client's user."""
    now = timezone.now()
    conversations = [_conversation(user, now - timedelta(minutes=n)) for n in range(count)]
    Conversation.objects.bulk_create(conversations, BATCH)
    messages = [_message(c, user, 1, c.last_activity_at) for c in conversations]
    Message.objects.bulk_create(messages, BATCH)
    for conversation, message in zip(conversations, messages, strict=True):
        conversation.last_message = message
    Conversation.objects.bulk_update(conversations, ["last_message"], 500)
    Participant.objects.bulk_create(
        [
            Participant(conversation=c, user=person, has_written=person is user)
            for c in conversations
            for person in (user, staff)
        ],
        BATCH,
    )


def add_messages(conversation: Conversation, author: User, count: int) -> None:
    """Add messages to a conversation until it has `count`."""
    now = timezone.now()
    for first in range(conversation.last_seq + 1, count + 1, BATCH):
        seqs = range(first, min(first + BATCH, count + 1))
        Message.objects.bulk_create(_message(conversation, author, seq, now) for seq in seqs)
    Conversation.objects.filter(pk=conversation.pk).update(last_seq=count, version=count + 10)


def finish_fan_outs() -> None:
    """Mark all messages as fanned out, so that no measurement does the work of the last one."""
    Message.objects.filter(fanned_out_at=None).update(fanned_out_at=timezone.now(), due_at=None)


def analyze() -> None:
    """Do what autovacuum would do later, in the middle of a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _person(name: str, role: User.Role, client: Client | None = None) -> User:
    email = f"{name}-{new_id()}@bench.test"
    return User.objects.create(email=email, name="Personne Mesurée", role=role, client=client)


def _conversation(user: User, at: datetime) -> Conversation:
    return Conversation(
        client_id=user.own_client_id,
        subject="Suivi du chantier",
        created_by=user,
        created_at=at,
        draft_digest=bytes(32),
        version=2,
        last_seq=1,
        last_activity_at=at,
        changed_at=at,
    )


def _message(conversation: Conversation, author: User, seq: int, at: datetime) -> Message:
    return Message(
        conversation=conversation,
        author=author,
        seq=seq,
        version=seq + 1,
        body=f"{BODY} ({seq})",
        draft_digest=bytes(32),
        created_at=at,
        fanned_out_at=at,
        due_at=None,
    )

"""What people and devices do in these tests, and what the tests look at."""

from collections.abc import Callable
from datetime import timedelta

from attachments.models import Attachment
from core.models import Chantier, User
from messaging.actions.conversations import open_conversation
from messaging.actions.messages import send_message
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Message
from notifications import actions
from notifications.delivery.status import states_of
from tests.notifications.push_service import PushService

PassTime = Callable[[timedelta], None]
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def read(reader: User, message: Message) -> None:
    read_up_to(reader=reader, conversation=message.conversation, seq=message.seq)


def display_all(push_service: PushService) -> None:
    """Acknowledge every push, as the service worker of each device does."""
    for pushed in push_service.received:
        actions.acknowledge(pushed.payload["notification"]["data"]["token"])


class Killed(BaseException):
    """Like SIGKILL: no code of ours catches it."""


def kill(*_args: object) -> None:
    raise Killed


def state_of(message: Message, person: User) -> str:
    states = states_of([message])[message.pk]
    return next(each.state for each in states if each.user == person)


def text_of(letter: object) -> str:
    return letter.get_body(("plain",)).get_content()  # type: ignore[attr-defined,no-any-return]


def conversation_about(subject: str, opener: User, villa: Chantier) -> Conversation:
    opening = Opening(subject=subject, client=villa.client_id, chantier=villa.pk)
    return open_conversation(opener=opener, opening=opening).conversation


def send_file(author: User, conversation: Conversation, name: str, body: str = "") -> Message:
    """Send a message with a file that is not uploaded yet."""
    file = Attachment.objects.create(
        uploader=author, name=name, size=9, sha256=bytes(32), content_type="application/pdf",
        kind=Attachment.Kind.PDF,
    )  # fmt: skip
    draft = Draft(body=body, attachment_ids=(file.pk,))
    return send_message(author=author, conversation_id=conversation.pk, draft=draft).message


def write(author: User, conversation: Conversation, body: str) -> Message:
    draft = Draft(body=body)
    return send_message(author=author, conversation_id=conversation.pk, draft=draft).message

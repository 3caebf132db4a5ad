"""The payload of a push: JSON that the service worker shows, and that Safari shows by itself.

The shape is that of Declarative Web Push (`web_push: 8030`). Only our service worker reads `data`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import User
from core.text import shortened
from messaging.models import Message
from messaging.queries.unread import unread_for
from notifications import signed_tokens
from notifications.models import Delivery
from notifications.push import still_unread
from notifications.push.still_unread import LISTED_MAX, SeqByTag, StillUnread
from notifications.push.webpush import MAX_PLAINTEXT_BYTES
from notifications.signed_tokens import ReadGrant

TEXT_LENGTH = 120
SUBJECT_LENGTH = 80
DIGEST_TOPIC = "digest"
TEST_TOPIC = "test"


@dataclass(frozen=True)
class Sound:
    """The sound of a push on one device."""

    is_heard: bool = True
    # The first message of its burst. A device that shows a notification of this id was heard
    # already. Empty: the id of the batch.
    id: str = ""


LOUD = Sound()


@dataclass(frozen=True)
class Notice:
    """One notification in the language of its recipient, the same for all their devices."""

    batch_id: UUID
    lang: str
    title: str
    body: str
    path: str
    # Also the topic at the push service. A later notification of the same tag replaces this one.
    tag: str
    alerts: bool = True
    badge: int = 0
    conversation: UUID | None = None
    read_token: str = ""
    # What it tells of. Empty if it is never closed by what is read.
    tells: SeqByTag = field(default_factory=dict)
    still: StillUnread = field(default_factory=still_unread.unknown)

    def payload(
        self, device_push_id: UUID, *, sound: Sound = LOUD, is_short: bool = False
    ) -> bytes:
        """Return the bytes to encrypt for one device: JSON, without the text if `is_short`."""
        whole = self._payload(device_push_id, sound, is_short=is_short, lists_unread=True)
        if len(whole) <= MAX_PLAINTEXT_BYTES:
            return whole
        return self._payload(device_push_id, sound, is_short=is_short, lists_unread=False)

    def _payload(
        self, device_push_id: UUID, sound: Sound, *, is_short: bool, lists_unread: bool
    ) -> bytes:
        notification: dict[str, Any] = {
            "title": self.title,
            "body": "" if is_short else self.body,
            "lang": self.lang,
            "dir": "auto",
            "tag": self.tag,
            "navigate": settings.PUBLIC_URL + self.path,
            "silent": False,
            "app_badge": str(self.badge),
            "mutable": True,
            "data": {
                "id": sound.id or self.batch_id.hex,
                "path": self.path,
                "token": signed_tokens.for_display(device_push_id),
                # True makes a sound: for the first push of a burst.
                "alerts": self.alerts and sound.is_heard,
                "badge": self.badge,
                "conversation": str(self.conversation or ""),
                "read": self.read_token,
                "at": self.still.at,
                "tells": self.tells,
                "unread": self.still.unread if lists_unread else None,
            },
        }
        # The Push API has these two beside the notification. The first Safari had them inside.
        beside = {"app_badge": self.badge, "mutable": True}
        shape = {"web_push": 8030, "notification": notification, **beside}
        return json.dumps(shape, ensure_ascii=False, separators=(",", ":")).encode()


def notice_of(
    batch_id: UUID,
    recipient: User,
    deliveries: list[Delivery],
    *,
    is_discreet: bool,
    alerts: bool = True,
) -> Notice:
    """Return the notification of a batch: of one conversation, or a digest of several."""
    still = still_unread.of(recipient)
    unread = unread_for(recipient)
    with override(recipient.locale):
        title, body = _title_and_body(deliveries, unread, is_discreet=is_discreet)
    conversations = _unique(delivery.conversation for delivery in deliveries)
    is_digest = len(conversations) > 1
    conversation = conversations[0]
    return Notice(
        batch_id=batch_id,
        lang=recipient.locale,
        title=title,
        body=body,
        path=home_of(recipient) if is_digest else path_to(recipient, deliveries[0].message),
        tag=DIGEST_TOPIC if is_digest else conversation.pk.hex,
        alerts=alerts,
        badge=sum(unread.values()),
        conversation=None if is_digest else conversation.pk,
        read_token="" if is_digest else _read_token(recipient, deliveries),
        tells=_with_read_mark(last_seqs(deliveries), unread),
        still=still,
    )


def test_notice(batch_id: UUID, recipient: User) -> Notice:
    with override(recipient.locale):
        return Notice(
            batch_id=batch_id,
            lang=recipient.locale,
            title="Liaison",
            body=_("This device shows your notifications."),
            path=f"/{side_of(recipient)}/notifications",
            tag=TEST_TOPIC,
            badge=sum(unread_for(recipient).values()),
            still=still_unread.of(recipient),
        )


def badge_of(person: User) -> int:
    return sum(unread_for(person).values())


def last_seqs(deliveries: Iterable[Delivery]) -> SeqByTag:
    """Return the last seq in each conversation."""
    last: SeqByTag = {}
    for delivery in deliveries:
        tag = delivery.conversation_id.hex
        last[tag] = max(last.get(tag, 0), delivery.seq)
    return last


def _with_read_mark(tells: SeqByTag, unread: dict[UUID, int]) -> SeqByTag:
    """Leave out a mention where the person takes no part: without a read mark it stays shown."""
    if len(tells) > LISTED_MAX:
        return {}
    known = {conversation.hex for conversation in unread}
    return tells if known.issuperset(tells) else {}


def side_of(person: User) -> str:
    return "staff" if person.is_company else "client"


def home_of(person: User) -> str:
    return f"/{side_of(person)}/messages"


def path_to(person: User, message: Message) -> str:
    """Return the path of a message on this person's side."""
    return f"{home_of(person)}/{message.conversation_id}#m-{message.pk}"


def _title_and_body(
    deliveries: list[Delivery], unread: dict[UUID, int], *, is_discreet: bool
) -> tuple[str, str]:
    conversations = _unique(delivery.conversation for delivery in deliveries)
    count = max(sum(unread.get(each.pk, 0) for each in conversations), len(deliveries))
    several = _("%(count)d new messages") % {"count": count}
    if is_discreet:
        return "Liaison", several if count > 1 else _("New message")
    if len(conversations) > 1:
        subjects = ", ".join(each.subject for each in conversations)
        return several, shortened(subjects, TEXT_LENGTH)
    last = deliveries[-1].message
    subject = shortened(conversations[0].subject, SUBJECT_LENGTH)
    text = f"{subject}\n{shortened(_text_of(last), TEXT_LENGTH)}".strip()
    if count == 1:
        return last.author.name, text
    authors = _unique(delivery.message.author.name for delivery in deliveries)
    if len(authors) > 1:
        return several, text
    return _("%(name)s: %(count)d new messages") % {"name": authors[0], "count": count}, text


def _text_of(message: Message) -> str:
    """Return the text of a message; without text, the names of its files."""
    return message.body or ", ".join(file.name for file in message.attachments)


def _read_token(recipient: User, deliveries: list[Delivery]) -> str:
    last = deliveries[-1]
    return signed_tokens.for_reading(ReadGrant(recipient.pk, last.conversation_id, last.seq))


def _unique(values: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(values))

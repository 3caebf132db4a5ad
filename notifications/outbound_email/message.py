"""The email that says what a person has not read in a conversation."""

from email.utils import formataddr, parseaddr
from typing import Any
from uuid import UUID

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import User
from core.text import one_line
from messaging.models import Conversation
from notifications import signed_tokens
from notifications.delivery.batch import Batch
from notifications.models import Delivery
from notifications.outbound_email import reply_address
from notifications.push.payload import path_to, side_of

# Remote sheets and images would tell others when an email is opened; there are none.
INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


def message_of(batch: Batch) -> EmailMultiAlternatives:
    """Return the email of an batch, in the recipient's language.

    The same at every attempt: its Message-ID is the envelope's, by which mail programs know a
    repeat.
    """
    with override(batch.recipient.locale):
        return _message(batch)


def domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]


def _message(batch: Batch) -> EmailMultiAlternatives:
    recipient, deliveries = batch.recipient, batch.deliveries
    conversation = deliveries[0].conversation
    can_answer = conversation.accepts_messages
    reply_to = reply_address.address_for(recipient, conversation) if can_answer else ""
    context = _context(recipient, conversation, deliveries, can_answer=bool(reply_to))
    message = EmailMultiAlternatives(
        subject=_subject(conversation),
        body=render_to_string("notifications/email/unread.txt", context),
        from_email=_from(deliveries),
        # A header takes one line: a line break in a name would stop each email to that person.
        to=[formataddr((one_line(recipient.name), recipient.email))],
        reply_to=[formataddr(("Liaison", reply_to))] if reply_to else None,
        headers=_headers(batch.id, conversation, context["unsubscribe_url"]),
    )
    html = INLINER.inline(render_to_string("notifications/email/unread.html", context))
    message.attach_alternative(html, "text/html")
    return message


def _subject(conversation: Conversation) -> str:
    # The same for every email of a conversation: mail programs thread by it, too.
    chantier = conversation.chantier
    return one_line(
        f"{conversation.subject} – {chantier.name}" if chantier else conversation.subject
    )


def _from(deliveries: list[Delivery]) -> str:
    authors = list(dict.fromkeys(delivery.message.author.name for delivery in deliveries))
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = authors[0] if len(authors) == 1 else _("%(name)s and others") % {"name": authors[0]}
    return formataddr((one_line(f"{name} (Liaison)"), address))


def _headers(batch: UUID, conversation: Conversation, unsubscribe_url: str) -> dict[str, str]:
    root = f"<conversation-{conversation.pk.hex}@{domain()}>"
    return {
        "Message-ID": f"<{batch.hex}@{domain()}>",
        "In-Reply-To": root,
        "References": root,
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _context(
    recipient: User, conversation: Conversation, deliveries: list[Delivery], *, can_answer: bool
) -> dict[str, Any]:
    messages = [delivery.message for delivery in deliveries]
    return {
        "recipient": recipient,
        "conversation": conversation,
        "messages": [
            {"message": each, "url": _here(path_to(recipient, each))} for each in messages
        ],
        **_words(recipient, conversation, len(deliveries)),
        "url": _here(path_to(recipient, deliveries[0].message)),
        "can_answer": can_answer,
        "lang": recipient.locale,
        "preferences_url": _here(f"/{side_of(recipient)}/notifications"),
        "unsubscribe_url": _here(f"/unsubscribe/{signed_tokens.for_unsubscribing(recipient.pk)}"),
    }


def _here(path: str) -> str:
    url: str = settings.PUBLIC_URL
    return url + path


def _words(recipient: User, conversation: Conversation, count: int) -> dict[str, str]:
    values = {"name": recipient.name, "subject": conversation.subject, "count": count}
    if count == 1:
        summary = _("A new message in “%(subject)s”.")
        greeting = _("Hello %(name)s, you have a new message.")
    else:
        summary = _("%(count)d new messages in “%(subject)s”.")
        greeting = _("Hello %(name)s, you have %(count)d new messages.")
    return {
        "summary": summary % values,
        "greeting": greeting % values,
    }

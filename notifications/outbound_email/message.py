"""Compose the email that says what a person has not read in a conversation."""

from collections.abc import Iterator, Mapping
from email.utils import formataddr, parseaddr
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict
from uuid import UUID

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.encoding import punycode
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import User
from core.text import one_line
from messaging.models import Conversation, Message
from notifications import signed_tokens
from notifications.delivery.batch import Batch
from notifications.models import Delivery
from notifications.outbound_email import marker, reply_address
from notifications.outbound_email.headers import FoldedEmail
from notifications.push.payload import path_to, side_of

if TYPE_CHECKING:
    import css_inline


class MessageContext(TypedDict):
    message: Message
    url: str


class EmailContext(TypedDict):
    """What the templates in `templates/notifications/email/` show."""

    recipient: User
    conversation: Conversation
    messages: list[MessageContext]
    summary: str
    greeting: str
    url: str
    can_answer: bool
    lang: str
    preferences_url: str
    unsubscribe_url: str
    start_marker: str
    end_marker: str


def html_of(template: str, context: Mapping[str, Any]) -> str:
    """Return the HTML of an email, with the style in each element: mail programs drop the rest."""
    return _inliner().inline(render_to_string(template, dict(context)))


@cache
def _inliner() -> "css_inline.CSSInliner":
    # Not with the module: 2 MB that no web process needs.
    import css_inline

    # No remote style sheets: loading one would tell others when an email is opened.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


def email_of(batch: Batch) -> FoldedEmail:
    """Return the email of a batch, in the recipient's language.

    Every attempt has the same Message-ID, made from the id of the batch, by which a mail program
    recognises a repeat.
    """
    with override(batch.recipient.locale):
        return _email(batch)


def texts_of(recipient: User, deliveries: list[Delivery]) -> Iterator[tuple[str, str]]:
    """Yield the email of these deliveries as text and as HTML, in every language.

    By it an answer's quote is recognised, also once the person has changed language.
    """
    conversation = deliveries[0].conversation
    for language, _name in settings.LANGUAGES:
        with override(language):
            context = _context(recipient, conversation, deliveries, can_answer=True)
            yield (
                render_to_string("notifications/email/unread.txt", context),
                render_to_string("notifications/email/unread.html", context),
            )


def domain() -> str:
    spelled: str = punycode(parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2])
    return spelled


def _email(batch: Batch) -> FoldedEmail:
    recipient, deliveries = batch.recipient, batch.deliveries
    conversation = deliveries[0].conversation
    can_answer = conversation.accepts_messages
    reply_to = reply_address.address_for(recipient, conversation) if can_answer else ""
    context = _context(recipient, conversation, deliveries, can_answer=bool(reply_to))
    sender, envelope_sender = _from(deliveries), _envelope_sender(batch.id)
    email = FoldedEmail(
        subject=_subject(conversation),
        body=render_to_string("notifications/email/unread.txt", context),
        from_email=envelope_sender or sender,
        # A header takes one line: a line break in a name would stop each email to that person.
        to=[formataddr((one_line(recipient.name), recipient.email))],
        reply_to=[formataddr(("Liaison", reply_to))] if reply_to else None,
        headers={
            # An API takes this header for a wish about the envelope, which some refuse.
            **({"From": sender} if envelope_sender else {}),
            **_headers(batch.id, conversation, context["unsubscribe_url"]),
        },
    )
    html = html_of("notifications/email/unread.html", context)
    email.attach_alternative(html, "text/html")
    return email


def _subject(conversation: Conversation) -> str:
    # The same for every email of a conversation: mail programs thread by the subject, too.
    chantier = conversation.chantier
    return one_line(
        f"{conversation.subject} – {chantier.name}" if chantier else conversation.subject
    )


def _from(deliveries: list[Delivery]) -> str:
    authors = list(dict.fromkeys(delivery.message.author.name for delivery in deliveries))
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    name = authors[0] if len(authors) == 1 else _("%(name)s and others") % {"name": authors[0]}
    return formataddr((one_line(f"{name} (Liaison)"), address))


def _envelope_sender(batch_id: UUID) -> str:
    """Return the address at which a bounce names its email by itself; empty without one.

    Only by SMTP: a provider has an address of its own, and tells by its webhook.
    """
    name, _at, bounce_domain = settings.BOUNCE_ADDRESS.partition("@")
    is_smtp = settings.EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend"
    return f"{name}+{batch_id.hex}@{bounce_domain}" if bounce_domain and is_smtp else ""


def _headers(batch_id: UUID, conversation: Conversation, unsubscribe_url: str) -> dict[str, str]:
    root = f"<conversation-{conversation.pk.hex}@{domain()}>"
    return {
        "Message-ID": f"<{batch_id.hex}@{domain()}>",
        "In-Reply-To": root,
        "References": root,
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _context(
    recipient: User, conversation: Conversation, deliveries: list[Delivery], *, can_answer: bool
) -> EmailContext:
    messages = [delivery.message for delivery in deliveries]
    return {
        "recipient": recipient,
        "conversation": conversation,
        "messages": [
            {"message": each, "url": _absolute(path_to(recipient, each))} for each in messages
        ],
        "summary": _summary(conversation, len(deliveries)),
        "greeting": _greeting(recipient, len(deliveries)),
        "url": _absolute(path_to(recipient, deliveries[0].message)),
        "can_answer": can_answer,
        "lang": recipient.locale,
        "start_marker": marker.start(),
        "end_marker": marker.end(),
        "preferences_url": _absolute(f"/{side_of(recipient)}/notifications"),
        "unsubscribe_url": _absolute(
            f"/unsubscribe/{signed_tokens.for_unsubscribing(recipient.pk)}"
        ),
    }


def _absolute(path: str) -> str:
    url: str = settings.PUBLIC_URL
    return url + path


def _summary(conversation: Conversation, count: int) -> str:
    if count == 1:
        summary = _("A new message in “%(subject)s”.")
    else:
        summary = _("%(count)d new messages in “%(subject)s”.")
    return summary % {"subject": conversation.subject, "count": count}


def _greeting(recipient: User, count: int) -> str:
    if count == 1:
        greeting = _("Hello %(name)s, you have a new message.")
    else:
        greeting = _("Hello %(name)s, you have %(count)d new messages.")
    return greeting % {"name": recipient.name, "count": count}

"""Put an email that waits into a conversation, or set it aside: each under the lock of its row."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email.message import Message as Mail

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from rest_framework import status

from attachments.storage.objects import Missing
from core.models import User
from core.text import is_blank, one_line
from core.web.errors import Refusal
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message
from notifications.inbound_email import absence, automatic, originals, to_sort
from notifications.inbound_email import draft as drafts
from notifications.inbound_email.intake import said_in
from notifications.inbound_email.parser import Incoming
from notifications.inbound_email.quotes import tokens
from notifications.models import InboundEmail, ReplyAddress

State = InboundEmail.State


class AlreadyPlaced(Refusal):
    default_code = "email_already_placed"
    default_detail = gettext_lazy("This email is already in another conversation.")


class OriginalGone(Refusal):
    status_code = status.HTTP_410_GONE
    default_code = "email_gone"
    default_detail = gettext_lazy("This email is no longer kept.")


class NothingInEmail(Refusal):
    default_code = "email_empty"
    default_detail = gettext_lazy("There is nothing in this email to show. Set it aside.")


def place(email: InboundEmail, conversation: Conversation, placer: User) -> Message:
    """Make an email a message of a conversation; again returns the same message.

    In the name of its author, if that is the placer or a person of the client; else in the name of
    the placer, who says whose email it is. Raises AlreadyPlaced, OriginalGone, NothingInEmail or
    ConversationClosed.
    """
    if email.state == State.PLACED:
        return _earlier(email, conversation)
    # Before the lock: files may take seconds.
    author, draft = _draft(email, conversation, placer)
    with _locked(email) as row:
        if row.state == State.PLACED:
            return _earlier(row, conversation)
        sent = send_message(author=author, conversation_id=conversation.pk, draft=draft)
        _move(row, State.PLACED, placer, message=sent.message)
    return sent.message


def set_aside(email: InboundEmail, by: User) -> InboundEmail:
    """Take an email off the list; again is harmless. Raises AlreadyPlaced."""
    return _moved(email, State.SET_ASIDE, by)


def bring_back(email: InboundEmail, by: User) -> InboundEmail:
    """Put an email that was set aside back on the list. Raises AlreadyPlaced."""
    return _moved(email, State.WAITING, by)


def _moved(email: InboundEmail, state: InboundEmail.State, by: User) -> InboundEmail:
    with _locked(email) as row:
        if row.state == State.PLACED:
            raise AlreadyPlaced
        if row.state != state:
            _move(row, state, by)
    return row


@contextmanager
def _locked(email: InboundEmail) -> Iterator[InboundEmail]:
    with transaction.atomic():
        # Alone: PostgreSQL reads a row again that it waited for, but not the rows joined to it.
        yield InboundEmail.objects.select_for_update(no_key=True).get(pk=email.pk)


def _move(row: InboundEmail, state: InboundEmail.State, by: User, **more: Message) -> None:
    row.state, row.handled_by, row.handled_at = state, by, timezone.now()
    for name, value in more.items():
        setattr(row, name, value)
    row.save(update_fields=["state", "handled_by", "handled_at", *more])
    to_sort.publish_counts()


def _earlier(row: InboundEmail, conversation: Conversation) -> Message:
    if row.message is None or row.message.conversation_id != conversation.pk:
        raise AlreadyPlaced
    return row.message


def _draft(email: InboundEmail, conversation: Conversation, placer: User) -> tuple[User, Draft]:
    try:
        raw = originals.raw_of(email)
    except Missing as error:
        raise OriginalGone from error
    incoming = originals.read(raw, is_cut=email.is_cut)
    author = to_sort.writer_in(email, conversation, placer)
    said = _said(incoming, conversation)
    if drafts.is_empty(incoming, said):
        raise NothingInEmail
    holder = ReplyAddress(user=author or placer, conversation=conversation)
    with override(holder.user.locale):
        if author is None:
            said = _quoted(said, automatic.parsed(raw))
        if email.is_cut:
            said += "\n\n" + _("Its files are not here: the email was too large.")
        draft = drafts.of(_of_conversation(incoming, conversation, holder.user), said, holder)
    return holder.user, draft


def _said(incoming: Incoming, conversation: Conversation) -> str:
    """Return what the author wrote; the whole email if that is nothing. A new subject comes first.

    A subject of ours, or of an earlier email, says nothing new.
    """
    subject, text = one_line(incoming.subject), said_in(incoming)
    if is_blank(text):
        text = incoming.text
    is_new = not absence.is_answer(subject) and conversation.subject not in subject
    parts = [subject if is_new and subject != text else "", text.strip()]
    return tokens.masked("\n\n".join(part for part in parts if not is_blank(part)))


def _quoted(said: str, mail: Mail) -> str:
    sender = tokens.masked(originals.words_of(mail, "From"))
    return _("Email from %(sender)s:") % {"sender": sender} + f"\n\n{said}"


def _of_conversation(incoming: Incoming, conversation: Conversation, author: User) -> Incoming:
    """Give an email other ids in each conversation and for each author: two may try at once."""
    name = incoming.digest + conversation.pk.bytes + author.pk.bytes
    return replace(incoming, digest=hashlib.sha256(name).digest())

"""List the emails that wait for the company's people, why they do, and where they may belong."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from core.models import User
from core.realtime.publish import Audience, Event, publish
from messaging.models import Conversation, Message
from messaging.queries.conversations import message_for
from notifications.inbound_email.automatic import Nature
from notifications.inbound_email.bounce import InboundStatus
from notifications.models import InboundEmail

State = InboundEmail.State
WAITING = frozenset(
    {
        InboundStatus.UNKNOWN_ADDRESS,
        InboundStatus.TOO_LARGE,
        InboundStatus.EMPTY,
        InboundStatus.CLOSED,
        InboundStatus.FAILED,
        InboundStatus.AUTOMATIC,
    }
)
# Of a program. Receipts wait for nobody.
AUTOMATIC = (Nature.AUTO_REPLY, Nature.MACHINE)
SUGGESTIONS = 3
NONE = InboundEmail.objects.none()


@dataclass(frozen=True)
class Suggestion:
    """A conversation where an email may belong."""

    conversation: Conversation
    # Its reply address names it; else its client is the sender's.
    is_named: bool
    # Who would be the author of the message. None: the person who places it, with a quote.
    author: User | None


@dataclass(frozen=True)
class Counts:
    """The number of emails that wait: those of people, and those of programs."""

    waiting: int
    automatic: int


def state_of(status: InboundStatus, nature: Nature) -> InboundEmail.State:
    is_waiting = status in WAITING and nature != Nature.RECEIPT
    return State.WAITING if is_waiting else State.DONE


def emails_for(reader: User) -> QuerySet[InboundEmail]:
    """Return the emails that wait or waited, for the company; none for a client's user."""
    rows = InboundEmail.objects.exclude(state=State.DONE) if reader.is_company else NONE
    related = ("author__client", "conversation__client", "conversation__chantier", "message")
    return rows.select_related(*related, "handled_by").order_by("-received_at", "-key")


def sent_by_programs(emails: QuerySet[InboundEmail], is_automatic: bool) -> QuerySet[InboundEmail]:
    by_programs = Q(nature__in=AUTOMATIC)
    return emails.filter(by_programs) if is_automatic else emails.exclude(by_programs)


def email_for(reader: User, key: UUID) -> InboundEmail:
    """Return one email that waits or waited, for the company. Raises Http404."""
    return get_object_or_404(emails_for(reader), key=key)


def email_of_message(reader: User, conversation_id: UUID, message_id: UUID) -> InboundEmail:
    """Return the email that a message was made of, for its author and the company.

    Raises Http404 for anybody else, and once its original is removed. A deleted message shows it to
    the company alone, as its earlier texts.
    """
    message = message_for(reader, conversation_id, message_id)
    is_own = message.author_id == reader.pk and message.deleted_at is None
    if not (reader.is_company or is_own):
        raise Http404
    kept = InboundEmail.objects.filter(original_bytes__isnull=False)
    return get_object_or_404(kept, message=_as_it_came(message))


def _as_it_came(message: Message) -> Message:
    """Return the message before it was moved to other conversations."""
    while earlier := Message.objects.filter(moved_to=message).first():
        message = earlier
    return message


def waiting_emails() -> QuerySet[InboundEmail]:
    """Return the emails of people that wait to be put in a conversation."""
    waiting = InboundEmail.objects.filter(state=State.WAITING)
    return waiting.exclude(nature__in=AUTOMATIC)


def counts() -> Counts:
    rows = InboundEmail.objects.filter(state=State.WAITING)
    by_programs = Q(nature__in=AUTOMATIC)
    found = rows.aggregate(
        waiting=Count("pk", filter=~by_programs), automatic=Count("pk", filter=by_programs)
    )
    return Counts(**found)


def publish_counts() -> None:
    """Tell the open screens of the company, after the commit, that the list changed."""
    now = counts()
    data = {"waiting": now.waiting, "automatic": now.automatic}
    publish(Event("emails.updated", data), to=Audience(company=True))


def writer_in(email: InboundEmail, conversation: Conversation, placer: User) -> User | None:
    """Return in whose name an email would be in a conversation; None: the placer's, quoted.

    Its author must see the conversation as a client. A colleague's address alone proves nothing:
    anybody can write it into an email.
    """
    author = email.author
    if author is None or not author.is_active:
        return None
    if author.pk == placer.pk:
        return placer
    is_of_client = not author.is_company and author.client_id == conversation.client_id
    return author if is_of_client else None


def suggestions_of(emails: Iterable[InboundEmail], reader: User) -> dict[UUID, list[Suggestion]]:
    """Return where each email may belong, the likeliest first, in one query for all."""
    emails = list(emails)
    client_ids = {email.author.client_id for email in emails if email.author is not None}
    by_client = defaultdict(list)
    for conversation in _newest_of(client_ids - {None}):
        by_client[conversation.client_id].append(conversation)
    return {
        email.key: _suggestions(email, by_client, reader)
        for email in emails
        if email.key is not None
    }


def _suggestions(
    email: InboundEmail, by_client: dict[UUID, list[Conversation]], reader: User
) -> list[Suggestion]:
    client_id = email.author.client_id if email.author is not None else None
    of_client = by_client.get(client_id, []) if client_id else []
    named = [each for each in [email.conversation] if each is not None and each.accepts_messages]
    others = [each for each in of_client if each not in named]
    return [
        Suggestion(each, is_named=each in named, author=writer_in(email, each, reader))
        for each in [*named, *others][:SUGGESTIONS]
    ]


def _newest_of(client_ids: set[UUID | None]) -> Iterable[Conversation]:
    place = Window(
        RowNumber(), partition_by=F("client_id"), order_by=(F("last_activity_at").desc(),)
    )
    open_ones = Conversation.objects.filter(client__in=client_ids, archived_at=None).exclude(
        chantier__status="archived"
    )
    newest = open_ones.annotate(place=place).filter(place__lte=SUGGESTIONS)
    return newest.select_related("client", "chantier").order_by("-last_activity_at")


def reason_of(email: InboundEmail) -> str:
    """Return in words why an email is no message."""
    by_nature = {
        Nature.AUTO_REPLY: _("An automatic answer, for example of someone who is absent."),
        Nature.MACHINE: _("Sent by a program: a newsletter, a notice or a confirmation."),
    }
    by_status = {
        InboundStatus.UNKNOWN_ADDRESS: _("It answers to none of our emails, or to one too old."),
        InboundStatus.TOO_LARGE: _("It is too large: only its beginning was received."),
        InboundStatus.EMPTY: _("We found no new text above the quoted one."),
        InboundStatus.CLOSED: _("Its conversation can no longer be written in."),
        InboundStatus.FAILED: _("It could not be read, in spite of several attempts."),
    }
    words = {**by_status, InboundStatus.AUTOMATIC: by_nature.get(Nature(email.nature), "")}
    return words.get(InboundStatus(email.verdict), "")

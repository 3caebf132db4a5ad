"""Put an answer by email into its conversation, once, even if it comes several times.

An email that is no message waits for the company's people with its original (`to_sort`). Nothing
that a person wrote is dropped.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from email.message import Message as Mail
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from core.models import User
from core.text import cleaned, email_spelling, one_line, shortened
from messaging.actions.messages import ConversationClosed, send_message
from messaging.models import Message
from messaging.queries.conversations import visible_to
from notifications.inbound_email import (
    automatic,
    failure_report,
    originals,
    parser,
    probe,
    to_sort,
)
from notifications.inbound_email import draft as drafts
from notifications.inbound_email.automatic import Nature
from notifications.inbound_email.bounce import ANSWERED, InboundStatus, send_bounce
from notifications.inbound_email.failure_report import Report
from notifications.inbound_email.originals import Kept
from notifications.inbound_email.parser import Incoming
from notifications.inbound_email.quotes import sent_letter, tokens
from notifications.inbound_email.quotes.find import author_text
from notifications.models import InboundEmail, ReplyAddress
from notifications.outbound_email import addresses, failures, reply_address

# A letter that was not sent by now is sent by the repeat: the first call was killed before it.
LETTER_IS_LATE_AFTER = timedelta(seconds=30)

NOT_KEPT = Kept(0)
LOOKED_AT = 20_000

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Arrived:
    """An email that was read: its words, who seems to have written it, and what sent it."""

    incoming: Incoming
    mail: Mail
    # What its author wrote, without quotes.
    said: str
    # Whose reply address it came to, if that is valid.
    holder: ReplyAddress | None
    # The row of a reply address that is too old.
    old_address: ReplyAddress | None
    # The person whose address sent it. Anybody can write any sender into an email.
    sender: User | None
    nature: Nature
    is_cut: bool
    original: Kept = NOT_KEPT

    @property
    def key(self) -> UUID:
        return key_of(self.incoming.digest)

    @property
    def author(self) -> User | None:
        named = self.holder or self.old_address
        return named.user if named else self.sender


def key_of(digest: bytes) -> UUID:
    """Return the id of an email: a repeat has the same one, and so has its message."""
    return uuid5(drafts.EMAILS, digest.hex())


def receive(raw: bytes) -> InboundStatus:
    """Receive one raw email (MIME), and return what became of it.

    Call it again after an error or a kill: nothing is written twice. An email that is refused is
    answered with the reason, one from a machine is not. Raises StorageAway, before any row is
    written, if its files cannot be kept.
    """
    is_cut = len(raw) > settings.INBOUND_EMAIL_MAX_BYTES
    raw = raw[: originals.KEPT_OF_TOO_LARGE] if is_cut else raw
    incoming = originals.read(raw, is_cut=is_cut)
    if probe.arrived(raw):
        return InboundStatus.PROBE
    if known := _known(incoming):
        _answer_late(known, incoming, raw)
        return InboundStatus.DUPLICATE
    arrived = _arrived(raw, incoming, is_cut=is_cut)
    status = _reported(raw, arrived) or _put(_kept(arrived, raw))
    logger.info("email_received", verdict=status)
    _answer(arrived, status)
    return status


def give_up(raw: bytes) -> None:
    """Let an email that failed at each attempt wait for a person, and tell its sender."""
    raw = raw[: settings.INBOUND_EMAIL_MAX_BYTES]
    # Only its headers: to read the rest may be what fails.
    incoming = parser.read_headers(raw)
    logger.error("email_not_received", digest=incoming.digest.hex())
    arrived = _kept(_arrived(raw, incoming, is_cut=False), raw)
    _answer(arrived, _recorded(arrived, InboundStatus.FAILED))


def _known(incoming: Incoming) -> InboundEmail | None:
    """Return the row of an email that came before.

    One that we gave up on is read again when somebody puts it back into the mailbox.
    """
    rows = InboundEmail.objects.filter(digest=incoming.digest)
    rows.filter(verdict=InboundStatus.FAILED).exclude(state=InboundEmail.State.PLACED).delete()
    return rows.first()


def _arrived(raw: bytes, incoming: Incoming, *, is_cut: bool) -> Arrived:
    mail = automatic.parsed(raw)
    # Of one that is too large, it is only looked at here.
    said = said_in(replace(incoming, text=incoming.text[:LOOKED_AT]) if is_cut else incoming)
    holder = next(filter(None, map(reply_address.holder_of, incoming.tokens)), None)
    old = None if holder else next(filter(None, map(reply_address.named_by, incoming.tokens)), None)
    sender = User.objects.filter(email=email_spelling(incoming.sender), is_active=True).first()
    nature = automatic.nature_of(
        mail,
        sender=incoming.sender,
        text=said,
        is_known=bool(holder or sender),
        is_of_a_user=sender is not None,
    )
    return Arrived(incoming, mail, said, holder, old, sender, nature, is_cut=is_cut)


def said_in(incoming: Incoming) -> str:
    """Return what the author of an email wrote, without the letter that it answers."""
    sent = sent_letter.of(incoming.references)
    return author_text(incoming.text, sent, subject=incoming.subject).text


def _kept(arrived: Arrived, raw: bytes) -> Arrived:
    return replace(arrived, original=originals.keep(arrived.key, raw))


def _reported(raw: bytes, arrived: Arrived) -> InboundStatus | None:
    """Note what a mail server says of an email of ours. Return None if this is no such report."""
    incoming = arrived.incoming
    report = failure_report.read(raw, incoming)
    if report is None:
        return None
    is_of_a_person = (arrived.holder or arrived.sender) and arrived.nature == Nature.PERSON
    return _note(report, incoming, is_of_a_person=bool(is_of_a_person))


@transaction.atomic
def _note(report: Report, incoming: Incoming, *, is_of_a_person: bool) -> InboundStatus | None:
    """Write on its messages that an email of ours did not arrive. One that is late may still.

    A person whose server leaves out the return path may write "n'a pas pu" as a server does.
    """
    if report.failure is not None and failures.note(report.failure):
        return _recorded_report(incoming, InboundStatus.BOUNCE)
    if is_of_a_person:
        return None
    if report.failure is None:
        return _recorded_report(incoming, InboundStatus.DELAYED)
    logger.warning(
        "bounce_of_unknown_email",
        message_ids=report.failure.message_ids[:5],
        detail=report.failure.detail,
    )
    return _recorded_report(incoming, InboundStatus.UNKNOWN_BOUNCE)


def _put(arrived: Arrived) -> InboundStatus:
    holder = arrived.holder
    if arrived.nature != Nature.PERSON:
        return _recorded(arrived, InboundStatus.AUTOMATIC)
    if holder is None or not visible_to(holder.user).filter(pk=holder.conversation_id).exists():
        return _recorded(arrived, InboundStatus.UNKNOWN_ADDRESS)
    if arrived.is_cut:
        return _recorded(arrived, InboundStatus.TOO_LARGE)
    if emoji := automatic.reaction_of(arrived.mail, arrived.incoming.text):
        reaction = replace(arrived.incoming, files=[], left_out=[], events=[], forwarded=[])
        arrived = replace(arrived, incoming=reaction, said=emoji)
    if drafts.is_empty(arrived.incoming, arrived.said):
        return _recorded(arrived, InboundStatus.EMPTY)
    return _send(arrived, holder)


def _send(arrived: Arrived, holder: ReplyAddress) -> InboundStatus:
    with override(holder.user.locale):
        draft = drafts.of(arrived.incoming, arrived.said, holder)
    try:
        with transaction.atomic():
            sent = send_message(
                author=holder.user, conversation_id=holder.conversation.pk, draft=draft
            )
            if arrived.incoming.sender == holder.user.email:
                # Its mailbox works: the person answers from it.
                addresses.clear([arrived.incoming.sender])
            return _recorded(arrived, InboundStatus.ACCEPTED, sent.message)
    except ConversationClosed:
        return _recorded(arrived, InboundStatus.CLOSED)


@transaction.atomic
def _recorded(
    arrived: Arrived, status: InboundStatus, message: Message | None = None
) -> InboundStatus:
    """Record what became of the email. Return DUPLICATE if it came twice at the same moment."""
    incoming = arrived.incoming
    named = arrived.holder or arrived.old_address
    state = to_sort.state_of(status, arrived.nature)
    _row, is_new = InboundEmail.objects.get_or_create(
        digest=incoming.digest,
        defaults={
            "key": arrived.key,
            "sender": incoming.sender,
            "sender_name": originals.name_of_sender(arrived.mail)[:150],
            "subject": tokens.masked(one_line(cleaned(incoming.subject)))[:300],
            "excerpt": shortened(tokens.masked(cleaned(arrived.said or incoming.text)), 300),
            "file_names": [one_line(file.name)[:200] for file in incoming.files],
            "verdict": status,
            "state": state,
            "nature": arrived.nature,
            "author": arrived.author,
            "conversation": named.conversation if named else None,
            "message": message,
            "original_bytes": arrived.original.size,
            "sealed": arrived.original.sealed,
            "is_cut": arrived.is_cut,
        },
    )
    if is_new and state == InboundEmail.State.WAITING:
        to_sort.publish_counts()
    return status if is_new else InboundStatus.DUPLICATE


def _recorded_report(incoming: Incoming, status: InboundStatus) -> InboundStatus:
    _row, is_new = InboundEmail.objects.get_or_create(
        digest=incoming.digest, defaults={"sender": incoming.sender, "verdict": status}
    )
    return status if is_new else InboundStatus.DUPLICATE


def _answer(arrived: Arrived, status: InboundStatus) -> None:
    sender = arrived.incoming.sender
    is_of_a_person = arrived.nature == Nature.PERSON
    if status in ANSWERED and is_of_a_person and automatic.may_be_answered(arrived.mail, sender):
        send_bounce(arrived.incoming, status)


def _answer_late(known: InboundEmail, incoming: Incoming, raw: bytes) -> None:
    """Send the letter that a kill has left unsent."""
    is_late = timezone.now() - known.received_at > LETTER_IS_LATE_AFTER
    is_waited_for = known.verdict in ANSWERED and known.answered_at is None and is_late
    if is_waited_for and automatic.may_be_answered(automatic.parsed(raw), incoming.sender):
        send_bounce(incoming, InboundStatus(known.verdict))

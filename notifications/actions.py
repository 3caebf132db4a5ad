"""The writes of notifications, each one transaction or one call to the outside."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from core import installation
from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import reset_attempts
from core.jobs.outcome import WorkFailed
from core.models import PasswordReset, User
from core.web.errors import Refusal
from messaging.actions.conversations import open_conversation
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Opening
from messaging.models import Conversation, Message, Notice
from messaging.queries.conversations import conversation_for
from notifications import dispatch, notices, queries, signed_tokens
from notifications.delivery import acknowledgements, events
from notifications.delivery.batch import acquire
from notifications.delivery.result import SendStatus
from notifications.inbound_email import imap, intake, originals, placing
from notifications.inbound_email.bounce import ANSWERED
from notifications.models import (
    Channel,
    Delivery,
    ForwardedEmail,
    InboundEmail,
    Mute,
    Preference,
    PushSubscription,
)
from notifications.outbound_email import addresses, failures, forwarding, password_email
from notifications.outbound_email.forwarding import Forwarded
from notifications.planning import last_visits, presence
from notifications.push import devices, registration, still_unread
from notifications.push.endpoint_guard import ForbiddenAddress
from notifications.push.registration import SubscriptionGone
from notifications.push.still_unread import StillUnread
from notifications.push.webpush import BadSubscription, Subscription


class UnknownPushService(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "unknown_push_service"
    default_detail = _("This browser's notifications are not supported. Try another browser.")


class PushSubscriptionGone(Refusal):
    """Also for another person's device: a person who guesses endpoints learns nothing."""

    status_code = status.HTTP_410_GONE
    default_code = "gone"
    default_detail = _(
        "The notifications of this browser have ended. Switch them on again in this browser."
    )


class PushNotSent(Refusal):
    default_code = "push_not_sent"
    default_detail = _(
        "This device could not be reached. Remove it here, then allow notifications on it again."
    )


class HeldOnCopy(Refusal):
    default_code = "copy"
    default_detail = _("This is a copy of the installation: nothing leaves it.")


class NothingToResend(Refusal):
    default_code = "nothing_to_resend"
    default_detail = _("Nothing of this message is waiting to be sent again.")


class LinkTooOld(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "link_too_old"
    default_detail = _("This link is no longer valid.")


# --- Telling people -----------------------------------------------------------------------------


def deliver(delivery_id: UUID) -> bool | WorkFailed | None:
    """Deliver what is due to the recipient of this delivery in its conversation, as one batch.

    Return None if nothing was to be sent, or if another worker is sending it; WorkFailed if a
    device or the mailbox did not take it.
    """
    row = queries.pending_deliveries().filter(pk=delivery_id).first()
    if row is None:
        return None
    batch = acquire(row.recipient_id, row.conversation_id, Channel(row.channel))
    if batch is None:
        return None
    result = dispatch.send(batch)
    dispatch.settle(batch, result)
    return dispatch.work_done(batch, result)


@transaction.atomic
def resend(message: Message) -> None:
    """Deliver a message again to the people whom it could not reach, from the first attempt on.

    Raises NothingToResend.
    """
    rows = queries.locked(
        Delivery.objects.filter(
            message=message, status__in=(Delivery.Status.FAILED, Delivery.Status.DEAD)
        )
    )
    ids = list(rows.values_list("pk", flat=True))
    if not ids:
        raise NothingToResend
    # Asked for by a person: the address gets another try. A refusal marks it again.
    emails = rows.filter(channel=Channel.EMAIL)
    addresses.clear(emails.values_list("recipient__email", flat=True))
    rows.update(
        **reset_attempts(),
        status=Delivery.Status.PENDING,
        envelope=None,
        is_resent=True,
        sent_at=None,
        bounced_at=None,
        reason="",
    )
    for delivery_id in ids:
        enqueue(Job.DELIVER, delivery_id=delivery_id)
    events.publish_deliveries([message])


def send_notice(notice_id: UUID) -> WorkFailed | None:
    """Tell one person of the company of something in a conversation. Raises NoticeNotSent."""
    rows = Notice.objects.select_related("recipient__preference", "by")
    rows = rows.select_related("conversation__client", "conversation__chantier")
    if notice := rows.filter(pk=notice_id, sent_at=None).first():
        return notices.send_notice(notice)
    return None


def forward(
    email_id: UUID,
    conversation: Conversation,
    *,
    by: User,
    address: str,
    message_ids: list[UUID],
    comment: str = "",
) -> Forwarded:
    """Order messages of a conversation to be sent to an address, with a line in the thread.

    The same id again returns the first order. Raises NotAllowed for a client's user,
    UnknownMessages, and DraftConflict if the id was used for something else.
    """
    return forwarding.order(
        email_id,
        conversation,
        by=by,
        address=address,
        message_ids=message_ids,
        comment=comment,
    )


def send_forwarded(email_id: UUID) -> WorkFailed | None:
    """Send messages on by email. Raises EmailNotSent."""
    rows = ForwardedEmail.objects.select_related("by", "conversation__chantier")
    if email := rows.filter(pk=email_id, ended_at=None).first():
        return forwarding.send_on(email)
    return None


def send_password_reset(reset_id: UUID) -> WorkFailed | None:
    """Send the email that a person who forgot the password asked for. Raises EmailNotSent."""
    return password_email.send_for(PasswordReset.objects.get(pk=reset_id))


# --- Devices ------------------------------------------------------------------------------------


def register_device(
    user: User,
    subscription: Subscription,
    *,
    label: str,
    session_key: str,
    application_server_key: str = "",
) -> PushSubscription:
    """Push to this browser from now on. Raises UnknownPushService or PushSubscriptionGone."""
    try:
        return registration.register(
            user,
            subscription,
            label=label,
            session_key=session_key,
            application_server_key=application_server_key,
        )
    except (ForbiddenAddress, BadSubscription) as error:
        raise UnknownPushService from error
    except SubscriptionGone as error:
        raise PushSubscriptionGone from error


@transaction.atomic
def renew_device(old: Subscription, subscription: Subscription) -> None:
    """Replace the subscription of a browser that changed it by itself.

    The keys of the old one prove that it is the same browser, since nobody else knows them but us.
    Raises Http404 if they are not those of the old endpoint, UnknownPushService or
    PushSubscriptionGone.
    """
    known = PushSubscription.objects.filter(endpoint=old.endpoint).first()
    if known is None or not registration.has_keys_of(old, known):
        raise Http404
    register_device(known.user, subscription, label=known.label, session_key=known.session_key)
    if subscription.endpoint != old.endpoint:
        known.delete()


def forget_device(device: PushSubscription) -> None:
    device.delete()


def forget_devices_of_session(session_key: str) -> None:
    """Stop pushing to the browser of a session that ends."""
    if session_key:
        PushSubscription.objects.filter(session_key=session_key).delete()


def forget_devices_with_session(user: User) -> None:
    """Stop pushing to the browsers of a person. Those that registered by bearer token stay."""
    PushSubscription.objects.filter(user=user).exclude(session_key="").delete()


def forget_devices_of_ended_access(user_ids: Collection[UUID]) -> None:
    """Stop pushing to what people registered before their access ended, if it has."""
    ended = Q(user__is_active=False) | Q(user__access_ended_at__gt=F("registered_at"))
    PushSubscription.objects.filter(ended, user__in=user_ids).delete()


def test_device(device: PushSubscription) -> None:
    """Push a test notification to one device. Raises PushNotSent, or HeldOnCopy."""
    if installation.is_copy():
        raise HeldOnCopy
    if devices.push_test(device).status != SendStatus.ACCEPTED:
        raise PushNotSent


def acknowledge(token: str) -> None:
    """Note that a push was displayed. Raises LinkTooOld."""
    try:
        acknowledgements.note_displayed(signed_tokens.displayed(token))
    except signed_tokens.BadToken as error:
        raise LinkTooOld from error


def unread_by_push(token: str) -> StillUnread:
    """Return what is still unread for the person of a device, by the token of one of its pushes.

    Nothing once the device was removed or logged out: what it shows may be closed. Raises
    LinkTooOld.
    """
    try:
        device_push_id = signed_tokens.displayed(token)
    except signed_tokens.BadToken as error:
        raise LinkTooOld from error
    owner = User.objects.filter(push_subscriptions__pushes=device_push_id, is_active=True).first()
    return still_unread.nothing() if owner is None else still_unread.of(owner)


def read_from_push(token: str) -> None:
    """Mark a conversation as read from its notification. Raises LinkTooOld or Http404."""
    try:
        grant = signed_tokens.reading(token)
    except signed_tokens.BadToken as error:
        raise LinkTooOld from error
    reader = User.objects.filter(pk=grant.user_id, is_active=True).first()
    if reader is None:
        raise Http404
    conversation = conversation_for(reader, grant.conversation_id)
    read_up_to(reader=reader, conversation=conversation, seq=grant.seq)


def note_presence(user: User, *, is_visible: bool) -> None:
    last_visits.note(user.pk)
    if presence.note(user.pk, is_visible=is_visible):
        acknowledgements.note_on_screen(user)


# --- Preferences --------------------------------------------------------------------------------


@transaction.atomic
def change_preferences(user: User, changes: dict[str, Any], *, locale: str = "") -> Preference:
    """Change fields of `Preference`, and the language of the person if one is given."""
    if locale:
        user.locale = locale
        user.save(update_fields=["locale"])
    preference, _created = Preference.objects.update_or_create(user=user, defaults=changes)
    return preference


def mute(user: User, conversation: Conversation, *, is_muted: bool) -> None:
    """Stop telling a person of a conversation, or tell them again."""
    if is_muted:
        Mute.objects.get_or_create(user=user, conversation=conversation)
    else:
        Mute.objects.filter(user=user, conversation=conversation).delete()


def unsubscribe(token: str) -> None:
    """Stop sending emails to a person. Raises LinkTooOld."""
    try:
        user_id = signed_tokens.unsubscribing(token)
    except signed_tokens.BadToken as error:
        raise LinkTooOld from error
    failures.stop_emails(user_id)


def send_emails_again(user: User) -> None:
    """Send emails to a person whose address refused them, after they have checked it."""
    addresses.clear([user.email])


# --- Email coming in ----------------------------------------------------------------------------


def poll_inbox() -> int:
    """Receive the new emails of INBOUND_IMAP_URL. Return how many. Raises MailboxUnavailable.

    A copy receives none: they belong to the original.
    """
    if not settings.INBOUND_IMAP_URL or installation.is_copy():
        return 0
    mailbox = imap.Mailbox.from_url(settings.INBOUND_IMAP_URL)
    return imap.fetch_new(
        mailbox,
        _received,
        give_up=_given_up,
        max_bytes=settings.INBOUND_EMAIL_MAX_BYTES,
    )


def place_email(email: InboundEmail, conversation: Conversation, placer: User) -> Message:
    """Make an email that waits a message of a conversation (`placing.place`)."""
    return placing.place(email, conversation, placer)


@transaction.atomic
def open_for_email(email: InboundEmail, opening: Opening, placer: User) -> Message:
    """Open a conversation for an email, and put it there. Raises the errors of `placing.place`."""
    opened = open_conversation(opener=placer, opening=opening)
    return placing.place(email, opened.conversation, placer)


def set_aside_email(email: InboundEmail, by: User) -> InboundEmail:
    """Take an email off the list of those that wait. Raises AlreadyPlaced."""
    return placing.set_aside(email, by)


def bring_back_email(email: InboundEmail, by: User) -> InboundEmail:
    """Put an email that was set aside back on the list. Raises AlreadyPlaced."""
    return placing.bring_back(email, by)


def clean_originals() -> int:
    """Remove the originals of emails after INBOUND_EMAIL_KEEP_DAYS. Return how many."""
    return originals.clean()


def _received(raw: bytes) -> str:
    """Receive an email of the mailbox. Return the folder it belongs in now."""
    is_refused = intake.receive(raw) in ANSWERED
    return str(
        settings.INBOUND_IMAP_REFUSED_FOLDER if is_refused else settings.INBOUND_IMAP_DONE_FOLDER
    )


def _given_up(raw: bytes) -> str:
    intake.give_up(raw)
    return str(settings.INBOUND_IMAP_REFUSED_FOLDER)

"""Note what a provider says of an email that it sent for us: bounces, complaints, refusals."""

from datetime import timedelta

import structlog
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.http import Http404
from django.utils import timezone

from notifications.outbound_email import failures
from notifications.outbound_email.failures import Failure
from notifications.outbound_email.refusal import BASIC, ENHANCED, Cause, Refusal, judge

NOT_MADE = (EventType.BOUNCED, EventType.REJECTED, EventType.FAILED)
COMPLAINTS = (RejectReason.SPAM, RejectReason.UNSUBSCRIBED)
# Reasons that are of the address itself, if the provider gives no status code.
OF_ADDRESS = (RejectReason.BOUNCED, RejectReason.INVALID)
# What providers call a bounce that may pass at another time; anymail gives the same type to both.
SOFT = ("soft", "transient", "temporary", "undetermined", "blocked")
TYPE_FIELDS = ("event", "Type", "type", "bounceType", "severity", "sub_type", "hard_bounce")
# An event may overtake the worker that writes the provider's id. The provider sends it again.
OVERTAKES_FOR = timedelta(minutes=5)

logger = structlog.get_logger(__name__)


class UnknownEmail(Http404):
    """The email is not known yet. The provider's webhook gets an error, and asks again."""


def note(event: AnymailTrackingEvent) -> None:
    """Write a bounce, a refusal or a complaint on its messages. Other events change nothing.

    Raises UnknownEmail for an event of the last minutes whose email is unknown.
    """
    if event.event_type == EventType.UNSUBSCRIBED:
        is_known = _unsubscribed(event)
    elif event.event_type == EventType.COMPLAINED:
        is_known = failures.note(_failure(event, Refusal(Cause.COMPLAINT)))
    elif event.event_type in NOT_MADE:
        is_known = failures.note(_failure(event, _refusal(event)))
    else:
        return
    if not is_known:
        _say_unknown(event)


def _unsubscribed(event: AnymailTrackingEvent) -> bool:
    user_id = failures.find_unsubscribed(event.message_id or "", event.recipient)
    if user_id is not None:
        failures.stop_emails(user_id)
    return user_id is not None


def _failure(event: AnymailTrackingEvent, refusal: Refusal) -> Failure:
    return Failure(
        message_ids=(event.message_id or "",),
        recipients=frozenset({event.recipient}) if event.recipient else None,
        refusal=refusal,
        detail=_words(event),
    )


def _words(event: AnymailTrackingEvent) -> str:
    words = dict.fromkeys(filter(None, (event.mta_response, event.description)))
    return " ".join(words) or str(event.reject_reason or event.event_type)


def _refusal(event: AnymailTrackingEvent) -> Refusal:
    if event.reject_reason in COMPLAINTS:
        return Refusal(Cause.COMPLAINT)
    words = _words(event)
    judged = judge(words)
    has_code = bool(ENHANCED.search(words) or BASIC.search(words))
    if event.event_type == EventType.FAILED or (not has_code and _is_soft(event)):
        return Refusal(judged.cause)
    if event.reject_reason == RejectReason.BLOCKED and not judged.is_of_address:
        return Refusal(Cause.BLOCKED)
    if event.reject_reason == RejectReason.TIMED_OUT:
        return Refusal(Cause.EXPIRED)
    if has_code:
        return judged
    return Refusal(judged.cause, is_of_address=event.reject_reason in OF_ADDRESS)


def _is_soft(event: AnymailTrackingEvent) -> bool:
    fields = event.esp_event if hasattr(event.esp_event, "get") else {}
    said = " ".join(str(fields.get(name, "")) for name in TYPE_FIELDS).lower()
    return any(word in said for word in SOFT)


def _say_unknown(event: AnymailTrackingEvent) -> None:
    logger.warning(
        "bounce_of_unknown_email", message_ids=[event.message_id], detail=_words(event)[:500]
    )
    if event.timestamp and timezone.now() - event.timestamp < OVERTAKES_FOR:
        raise UnknownEmail

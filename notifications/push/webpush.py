"""Web Push (RFC 8030), encrypted for the device (RFC 8291), signed by us (RFC 8292).

pywebpush encrypts and py_vapid signs. `pinned_http` sends, since pywebpush's own sending follows
redirects with our Authorization header, has no time-out, and reads answers of any length.
"""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02

from core.telemetry import tracing
from notifications.delivery.result import SendResult, SendStatus
from notifications.push import endpoint_guard, pinned_http, vapid
from notifications.push_failures import text_of

# What one record of 4,096 bytes holds. Above it pywebpush makes two, which no browser reads.
MAX_PLAINTEXT_BYTES = 3_993
DEADLINE_SECONDS = 8.0
TTL = timedelta(hours=24)
# At most 24 h are allowed (RFC 8292, 2). The rest is room for a clock that is wrong.
TOKEN_LIFETIME = timedelta(hours=12)
LONGEST_RETRY_AFTER = timedelta(hours=24)
AUTH_BYTES = 16
REFUSES_KEY = frozenset({401, 403})

logger = structlog.get_logger(__name__)


class Urgency(StrEnum):
    """How urgent a push is (RFC 8030, 5.3). A phone on a low battery takes only HIGH at once."""

    NORMAL = "normal"
    HIGH = "high"


class BadSubscription(Exception):
    """The keys of a subscription are not such as a browser makes."""


@dataclass(frozen=True)
class Subscription:
    """The endpoint of a browser, and the keys to encrypt for it."""

    endpoint: str
    p256dh: str
    auth: str

    def check(self) -> None:
        """Raise ForbiddenAddress or BadSubscription unless a browser could have made this."""
        endpoint_guard.check(self.endpoint)
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), vapid.decoded(self.p256dh))
            secret = vapid.decoded(self.auth)
        except ValueError as error:
            raise BadSubscription(str(error)) from error
        if len(secret) != AUTH_BYTES:
            raise BadSubscription(f"auth has {len(secret)} bytes, not {AUTH_BYTES}")


@dataclass(frozen=True)
class Push:
    """A payload, and how to send it. A push service keeps only the last push of a topic."""

    payload: bytes
    topic: str
    urgency: Urgency = Urgency.HIGH
    ttl: timedelta = TTL


def send(subscription: Subscription, push: Push) -> SendResult:
    """Send a push to the push service of a device. Refusals and time-outs are results.

    A device that was subscribed with a former key refuses that of today; then the former ones are
    tried.
    """
    if not settings.VAPID_PRIVATE_KEY:
        return SendResult(SendStatus.REFUSED, text_of("NoKey"))
    if len(push.payload) > MAX_PLAINTEXT_BYTES:
        return SendResult(SendStatus.TOO_LARGE, text_of("TooLong", f"{len(push.payload)} bytes"))
    ends_at = time.monotonic() + DEADLINE_SECONDS
    try:
        target = endpoint_guard.resolve(subscription.endpoint, deadline_seconds=DEADLINE_SECONDS)
        body = _encrypted(push, subscription)
        for private_key in (settings.VAPID_PRIVATE_KEY, *settings.VAPID_PRIVATE_KEY_FALLBACKS):
            headers = _headers(target.origin, push, private_key)
            left = max(0.1, ends_at - time.monotonic())
            with tracing.http_call("POST", target.host, target.port) as call:
                answer = pinned_http.post(target, body, headers, deadline_seconds=left)
                call.note(http__response__status_code=answer.status)
                if not answer.is_success:
                    call.fail(str(answer.status))
            if answer.status not in REFUSES_KEY:
                break
    except endpoint_guard.ForbiddenAddress as error:
        return SendResult(SendStatus.REFUSED, text_of("ForbiddenAddress", str(error)))
    except (OSError, http.client.HTTPException) as error:
        return SendResult(SendStatus.LATER, text_of(type(error).__name__, str(error)))
    return _result_of(answer, subscription)


def _encrypted(push: Push, subscription: Subscription) -> bytes:
    # Not imported with the module: it brings aiohttp, 10 MB and half a second in every process, and
    # only workers that push need it.
    from pywebpush import WebPusher

    body: bytes = WebPusher(_info(subscription)).encode(push.payload)["body"]
    return body


def _info(subscription: Subscription) -> dict[str, object]:
    keys = {"p256dh": subscription.p256dh, "auth": subscription.auth}
    return {"endpoint": subscription.endpoint, "keys": keys}


def _headers(origin: str, push: Push, private_key: str) -> dict[str, str]:
    claims = {
        "aud": origin,
        "exp": int(time.time() + TOKEN_LIFETIME.total_seconds()),
        "sub": settings.VAPID_SUBJECT,
    }
    signed = Vapid02.from_raw(private_key.encode()).sign(claims)
    return {
        "Authorization": signed["Authorization"],
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(push.ttl.total_seconds())),
        "Topic": push.topic,
        "Urgency": push.urgency.value,
    }


def _result_of(answer: pinned_http.HttpAnswer, subscription: Subscription) -> SendResult:
    detail = text_of(answer.status, answer.body)
    match answer.status:
        case 200 | 201 | 202 | 204:
            return SendResult(SendStatus.ACCEPTED)
        case 404 | 410:
            return SendResult(SendStatus.GONE, detail)
        case status if status in REFUSES_KEY:
            # Our key is wrong or was changed, so every device answers this. The devices stay.
            logger.error("push_key_refused", status=answer.status, detail=detail)
            return SendResult(SendStatus.LATER, detail, is_certain=True, refuses_key=True)
        case 413:
            return SendResult(SendStatus.TOO_LARGE, detail)
        case 408 | 425 | 429:
            return SendResult(
                SendStatus.LATER, detail, retry_after(answer.headers), is_certain=True
            )
        case status if status >= 500:
            return SendResult(
                SendStatus.LATER, detail, retry_after(answer.headers), is_certain=True
            )
    logger.warning("push_refused", status=answer.status, endpoint=subscription.endpoint[:60])
    return SendResult(SendStatus.REFUSED, detail)


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return the wait that Retry-After asks for, in seconds or until a date; at most a day."""
    text = {name.lower(): value for name, value in headers.items()}.get("retry-after", "").strip()
    if not text:
        return None
    if text.isdecimal():
        wait = timedelta(seconds=min(int(text), LONGEST_RETRY_AFTER.total_seconds()))
    else:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)
    return max(timedelta(), min(wait, LONGEST_RETRY_AFTER))

"""Send one event to one address, and return what it answered.

The address is chosen by a manager or a program, so the guard of pushes against internal addresses
holds here too (`push.endpoint_guard`). A redirect is an answer like any other that is no success.
"""

import http.client
import time
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder

from core import installation
from core.version import VERSION
from notifications.push import endpoint_guard, pinned_http
from notifications.push.webpush import retry_after
from notifications.webhook_models import ANSWER_LENGTH, WebhookEndpoint
from notifications.webhooks import signing

DEADLINE_SECONDS = 10.0
MAX_BODY_BYTES = 256 * 1024

_json = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Answer:
    """`status` is None if there was no answer. `text` is its beginning, or why there was none."""

    status: int | None
    text: str = ""
    # The pause that it asks for; it may be None.
    retry_after: timedelta | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        return self.status == HTTPStatus.GONE

    @property
    def words(self) -> str:
        return " ".join(filter(None, ["" if self.status is None else str(self.status), self.text]))


def body_of(event: dict[str, Any]) -> bytes:
    """Return an event, as the feed shows it, with the `timestamp` of the standard."""
    body = _json({**event, "timestamp": event["at"]}).encode()
    if len(body) <= MAX_BODY_BYTES:
        return body
    # A message of the longest text with the most files has 120 kB. What is larger is asked for.
    left = {name: event["data"][name] for name in ("conversation",) if name in event["data"]}
    short = {**event, "timestamp": event["at"], "data": {**left, "is_too_large": True}}
    return _json(short).encode()


def send(endpoint: WebhookEndpoint, event: dict[str, Any]) -> Answer:
    """Send an event. Refusals, time-outs and forbidden addresses are answers, not exceptions.

    A copy answers for the other side: HeldBack is one of the errors.
    """
    ends_at = time.monotonic() + DEADLINE_SECONDS
    try:
        installation.require_original()
        body = body_of(event)
        target = endpoint_guard.resolve(
            endpoint.url,
            deadline_seconds=DEADLINE_SECONDS,
            check_endpoint=endpoint_guard.check_any_host,
        )
        headers = _headers(endpoint, str(event["id"]), body)
        left = max(0.1, ends_at - time.monotonic())
        answer = pinned_http.post(target, body, headers, deadline_seconds=left)
    except (
        OSError,
        http.client.HTTPException,
        endpoint_guard.ForbiddenAddress,
        signing.SecretLost,
    ) as error:
        return Answer(None, _line(f"{type(error).__name__}: {error}"))
    return Answer(answer.status, _line(answer.body), retry_after(answer.headers))


def _headers(endpoint: WebhookEndpoint, message_id: str, body: bytes) -> dict[str, str]:
    timestamp = int(timezone.now().timestamp())
    secrets = [signing.opened(endpoint.pk, endpoint.secret)]
    until = endpoint.previous_until
    if endpoint.previous_secret is not None and until is not None and until > timezone.now():
        secrets.append(signing.opened(endpoint.pk, endpoint.previous_secret))
    signatures = [signing.signature(each, message_id, timestamp, body) for each in secrets]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Liaison/{VERSION}",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:ANSWER_LENGTH]

"""Examine the public address as a browser would: name, certificate, proxies, limits."""

import http.client
import json
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from core.auth import stream_tickets
from core.doctor.caller import new_token
from core.doctor.findings import Finding, error, warning, well, words_of
from core.models import User
from core.realtime.publish import user_channel
from core.valkey import valkey
from core.web.errors import Unavailable
from core.web.proxies import is_trusted, parsed

PATIENCE_SECONDS = 5
# Reserved for documents (RFC 5737): nobody calls from it.
INVENTED = "203.0.113.9"
CERTIFICATE_LEFT = timedelta(days=14)
COMMENT = b": doctor"
MANY_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    certificate_ends: datetime | None = field(default=None)


def examine() -> Iterator[Finding]:
    address = urlsplit(settings.PUBLIC_URL)
    if settings.HTTPS and address.scheme != "https":
        yield error(
            _("PUBLIC_URL is %(url)s, and cookies need HTTPS: nobody can log in there.")
            % {"url": settings.PUBLIC_URL},
            advice=_("Set PUBLIC_URL=https://…, or HTTPS=false for a trial without TLS."),
        )
    try:
        token = new_token()
    except RedisError:
        yield warning(
            _("The public address was not examined."),
            advice=_("Mend Valkey first."),
        )
        return
    try:
        answer = fetch(f"/doctor/{token}", headers={"X-Forwarded-For": INVENTED})
    except ssl.SSLCertVerificationError as failure:
        yield error(
            _("The certificate of %(url)s is not valid: %(reason)s")
            % {"url": settings.PUBLIC_URL, "reason": failure.verify_message},
            advice=_("Renew it at the proxy, with its whole chain."),
        )
        return
    except (OSError, http.client.HTTPException) as failure:
        yield error(
            _("%(url)s does not answer: %(reason)s")
            % {"url": settings.PUBLIC_URL, "reason": words_of(failure)},
            advice=_("Start the web and the proxy, or correct PUBLIC_URL and its name in DNS."),
        )
        return
    yield from _certificate(answer)
    if answer.status == 200:
        yield from _seen(json.loads(answer.body))
        yield from _stream()
        yield from _bodies()
    else:
        yield _misled(answer)


def fetch(
    path: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] = {}
) -> Answer:
    """Call the public address, without following redirects. Raises OSError or HTTPException."""
    connection = _connection()
    try:
        connection.connect()
        ends = _end_of_certificate(connection.sock)
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read(1_000_000), ends)
    finally:
        connection.close()


def _connection() -> http.client.HTTPConnection:
    address = urlsplit(settings.PUBLIC_URL)
    host = address.hostname or ""
    if address.scheme == "https":
        return http.client.HTTPSConnection(host, address.port, timeout=PATIENCE_SECONDS)
    return http.client.HTTPConnection(host, address.port, timeout=PATIENCE_SECONDS)


def _end_of_certificate(sock: Any) -> datetime | None:
    if not isinstance(sock, ssl.SSLSocket):
        return None
    ends = ssl.cert_time_to_seconds(str((sock.getpeercert() or {})["notAfter"]))
    return datetime.fromtimestamp(ends, UTC)


def _certificate(answer: Answer) -> Iterator[Finding]:
    if answer.certificate_ends is None:
        return
    says = _("The certificate is valid until %(date)s.") % {
        "date": f"{answer.certificate_ends:%Y-%m-%d}"
    }
    if answer.certificate_ends - datetime.now(UTC) < CERTIFICATE_LEFT:
        yield warning(says, advice=_("Renew it, and look why it was not renewed by itself."))
    else:
        yield well(says)


def _misled(answer: Answer) -> Finding:
    """Say why the answer is not the one of `caller`."""
    if answer.status in (301, 302, 307, 308):
        return error(
            _("%(url)s redirects to %(place)s.")
            % {"url": settings.PUBLIC_URL, "place": answer.headers.get("Location", "")},
            advice=_(
                "Name the proxy in TRUSTED_PROXIES, and let it set X-Forwarded-Proto; or correct"
                " PUBLIC_URL."
            ),
        )
    if answer.status == 400:
        return error(
            _("The web does not know the name of %(url)s.") % {"url": settings.PUBLIC_URL},
            advice=_("Add it to ALLOWED_HOSTS, and let the proxy pass Host on."),
        )
    if answer.status in (502, 503, 504):
        return error(
            _("A proxy answers %(status)s: it does not reach the web.") % {"status": answer.status},
            advice=_("Start the web, or correct its address in the proxy."),
        )
    return error(
        _("%(url)s answers %(status)s: another server, or another installation.")
        % {"url": settings.PUBLIC_URL, "status": answer.status},
        advice=_("Correct PUBLIC_URL, or where the proxy passes requests on to."),
    )


def _seen(seen: Mapping[str, Any]) -> Iterator[Finding]:
    written = [hop.strip() for hop in seen["forwarded_for"].split(",")]
    address = seen["address"]
    if address == INVENTED and _is_beside_its_proxy(written):
        yield _sees(written[1])
    elif address == INVENTED:
        yield error(
            _("Every caller can choose the address that we see (X-Forwarded-For is believed)."),
            advice=_("Set TRUSTED_PROXIES to the addresses of your proxies, and nothing wider."),
        )
    elif address == seen["peer"] and any(hop != INVENTED for hop in written):
        yield error(
            _("The proxy at %(peer)s is not trusted: all people behind it count as one.")
            % {"peer": address},
            advice=_("Add %(peer)s to TRUSTED_PROXIES.") % {"peer": address},
        )
    else:
        yield _sees(address)
    if settings.PUBLIC_URL.startswith("https:") and not seen["is_secure"]:
        yield error(
            _("The web does not know that the browser came by HTTPS."),
            advice=_("Let the proxy set X-Forwarded-Proto, and name it in TRUSTED_PROXIES."),
        )


def _sees(address: str) -> Finding:
    return well(_("The web sees this machine as %(address)s.") % {"address": address})


def _is_beside_its_proxy(written: list[str]) -> bool:
    """Tell if what was invented is believed only since this machine is a trusted proxy itself."""
    return len(written) > 1 and is_trusted(parsed(written[1])) and not is_trusted(parsed(INVENTED))


def _stream() -> Iterator[Finding]:
    """Open the stream of a person of the company, and see if what is published comes at once.

    A proxy that buffers keeps it until its buffer is full: pages then show nothing by themselves.
    """
    person = User.objects.exclude(role=User.Role.CLIENT).filter(is_active=True).first()
    if person is None:
        return
    try:
        status = _status_of_stream(person)
    except TimeoutError:
        yield error(
            _("A proxy holds back the events that open pages wait for."),
            advice=_(
                "Switch buffering off for /api/v1/stream (`proxy_buffering off`), as"
                " deploy/nginx/locations.conf does."
            ),
        )
    except (OSError, http.client.HTTPException, RedisError, Unavailable) as failure:
        yield warning(
            _("The stream of events was not examined: %(reason)s") % {"reason": words_of(failure)},
            advice=_("Ask again."),
        )
    else:
        yield _passed(status)


def _status_of_stream(person: User) -> int:
    """Return the status, once a comment that is published has come. Raises TimeoutError if not.

    The greeting says nothing: nginx lets pass what comes with the headers. Pages ignore a comment.
    """
    connection = _connection()
    try:
        connection.request("GET", f"/api/v1/stream?ticket={stream_tickets.issue(person)}")
        response = connection.getresponse()
        if response.status == 200:
            _publish_comments(person)
            while not (line := response.readline()).startswith(COMMENT):
                if not line:
                    raise http.client.IncompleteRead(b"")
        return response.status
    finally:
        connection.close()


def _publish_comments(person: User) -> None:
    """Publish it more than once: the web may subscribe a moment after its greeting."""
    for _number in range(3):
        valkey(PATIENCE_SECONDS).publish(user_channel(person.pk), COMMENT + b"\n\n")
        time.sleep(0.3)


def _passed(status: int) -> Finding:
    if status == 200:
        return well(_("Events reach open pages at once."))
    return error(
        _("The stream of events answers %(status)s.") % {"status": status},
        advice=_("Let the proxy pass /api/v1/stream on as it came, with its query."),
    )


def _bodies() -> Iterator[Finding]:
    """Try whether the proxy lets an email of some megabytes pass, where emails come in."""
    # Without the secret: refused by us, after all of it came.
    if settings.INBOUND_EMAIL_SECRET:
        yield _body("/inbound/email", "/inbound/email", refused=401)
    if "WEBHOOK_SECRET" in settings.ANYMAIL:
        yield _body("/anymail/", "/anymail/postmark/inbound/", refused=400)


def _body(place: str, path: str, *, refused: int) -> Finding:
    try:
        status = fetch(path, method="POST", body=bytes(MANY_BYTES)).status
    except (OSError, http.client.HTTPException):
        # A proxy that refuses may close before it has read all.
        status = 413
    if status == refused:
        return well(_("The proxy lets an email of 4 MB pass at %(place)s.") % {"place": place})
    return error(
        _("The proxy refuses an email of 4 MB at %(place)s.") % {"place": place},
        advice=_("Allow INBOUND_EMAIL_MAX_BYTES for %(place)s (`client_max_body_size`).")
        % {"place": place},
    )

"""Know when our mail server takes nothing: count the emails in a row that it did not take.

A mailbox that is full or unknown is no fault of the server. One email that it takes ends the fault.
"""

import re
import smtplib
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import connection
from django.utils import timezone

from core import installation
from core.text import email_spelling
from notifications.delivery.result import SendResult, SendStatus
from notifications.email_failures import status_of
from notifications.models import EmailFault
from notifications.outbound_email.refusal import OF_ADDRESS, Cause, judge

# Of one address only, so they say nothing about the server.
OF_MAILBOX = OF_ADDRESS | {Cause.MAILBOX_FULL, Cause.TOO_LARGE}
KEPT_ADDRESSES = 3
# A refused email may not be tried again: after this time without one, the server is asked.
QUIET = timedelta(minutes=15)
LASTS_FOR = timedelta(seconds=30)
# Errors in a row. Without any answer, few are enough.
UNREACHED, OF_SEVERAL, OF_FEW = 3, 5, 20

COUNT = """
    INSERT INTO notifications_emailfault AS kept (id, since, last_at, count, addresses, detail)
    VALUES (1, %(now)s, %(now)s, 1, ARRAY[%(address)s]::varchar[], %(detail)s)
    ON CONFLICT (id) DO UPDATE SET
        count = kept.count + 1,
        last_at = %(now)s,
        detail = %(detail)s,
        addresses = CASE
            WHEN %(address)s = ANY(kept.addresses) OR cardinality(kept.addresses) >= %(kept)s
            THEN kept.addresses
            ELSE kept.addresses || ARRAY[%(address)s]::varchar[]
        END
"""


def note(result: SendResult, address: str) -> None:
    """Count an email that the server did not take, or end the fault with one that it took."""
    if result.status == SendStatus.ACCEPTED:
        EmailFault.objects.all().delete()
    elif result.status != SendStatus.GONE and judge(result.detail).cause not in OF_MAILBOX:
        count(result.detail, address)


def count(detail: str, address: str) -> None:
    values: dict[str, datetime | str | int] = {
        "now": timezone.now(),
        "address": email_spelling(address)[:320],
        "detail": detail.replace("\0", ""),
        "kept": KEPT_ADDRESSES,
    }
    with connection.cursor() as cursor:
        cursor.execute(COUNT, values)


def lasting() -> EmailFault | None:
    """Return the fault of the server; None while it may be one of a moment or of one mailbox."""
    fault = EmailFault.objects.filter(since__lte=timezone.now() - LASTS_FOR).first()
    if fault is None:
        return None
    needed = OF_SEVERAL if len(fault.addresses) == KEPT_ADDRESSES else OF_FEW
    if status_of(fault.detail) is None:
        needed = UNREACHED
    return fault if fault.count >= needed else None


def ask_again() -> None:
    """Ask a server that took nothing whether it is well, and end the fault if it is.

    One that refuses emails is asked after QUIET, up to the recipient: no email leaves. A provider's
    API cannot be asked: its fault ends after QUIET. A copy asks nobody.
    """
    fault = EmailFault.objects.first()
    if fault is None or installation.is_copy():
        return
    backend = get_connection()
    server = backend if isinstance(backend, EmailBackend) else None
    is_answering = status_of(fault.detail) is not None
    if (is_answering or server is None) and timezone.now() - fault.last_at < QUIET:
        return
    said = _asked(server, fault.addresses[0] if is_answering else "") if server else ""
    if said:
        EmailFault.objects.update(detail=said)
    else:
        EmailFault.objects.filter(last_at=fault.last_at).delete()


def _asked(backend: EmailBackend, recipient: str) -> str:
    """Return what the server said to a connection, login, sender and recipient; empty if well."""
    try:
        backend.open()
        if recipient and backend.connection:
            return _refusal_of(backend.connection, recipient)
    except smtplib.SMTPResponseException as error:
        return _text(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError) as error:
        return f"{type(error).__name__}: {error}"[:300]
    finally:
        backend.close()
    return ""


def _refusal_of(server: smtplib.SMTP, recipient: str) -> str:
    server.ehlo_or_helo_if_needed()
    sender = re.sub(r".*<|>.*", "", str(settings.DEFAULT_FROM_EMAIL))
    for code, answer in (server.mail(sender), server.rcpt(recipient)):
        text = _text(code, answer)
        if code >= 400 and judge(text).cause not in OF_MAILBOX:
            return text
    server.rset()
    return ""


def _text(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"[:300]

"""Send an email by the `EMAIL_BACKEND`: SMTP, a provider through anymail, or files."""

import smtplib
from dataclasses import replace

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage

from core import installation
from notifications.delivery.result import SendResult, SendStatus
from notifications.outbound_email import server_fault
from notifications.outbound_email.refusal import Cause, judge

PERMANENT = range(500, 600)
PROVIDER_ID_LENGTH = 200
# Answers of a provider's API that say that the request itself is wrong.
PERMANENT_HTTP = frozenset({400, 404, 406, 413, 422})


def send(message: EmailMessage) -> SendResult:
    """Send one email, on the original. Refusals and time-outs are results, not exceptions."""
    if installation.is_copy():
        return SendResult(SendStatus.LATER, str(installation.HeldBack()), is_called=False)
    result = _sent(message)
    server_fault.note(result, next(iter(message.recipients()), ""))
    return result


def _sent(message: EmailMessage) -> SendResult:
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        return _of_recipient(_result_of_smtp(*next(iter(error.recipients.values()))))
    except smtplib.SMTPResponseException as error:
        return _result_of_smtp(error.smtp_code, error.smtp_error)
    except AnymailRecipientsRefused as error:
        return SendResult(SendStatus.GONE, str(error)[:300], cause=Cause.REFUSED)
    except AnymailAPIError as error:
        is_final = error.status_code in PERMANENT_HTTP
        return SendResult(SendStatus.REFUSED if is_final else SendStatus.LATER, str(error)[:300])
    except (AnymailError, smtplib.SMTPException, OSError) as error:
        return SendResult(SendStatus.LATER, f"{type(error).__name__}: {error}"[:300])
    return SendResult(SendStatus.ACCEPTED, provider_id=_provider_id(message))


def _provider_id(message: EmailMessage) -> str:
    """Return the id that a provider's API gave the email; empty by SMTP."""
    status = getattr(message, "anymail_status", None)
    given = getattr(status, "message_id", None)
    return given[:PROVIDER_ID_LENGTH] if isinstance(given, str) else ""


def _of_recipient(result: SendResult) -> SendResult:
    """Tell apart an address that does not exist from an email that its server refuses."""
    if result.status != SendStatus.REFUSED:
        return result
    refusal = judge(result.detail)
    status = SendStatus.GONE if refusal.is_of_address else SendStatus.REFUSED
    return replace(result, status=status, cause=refusal.cause)


def _result_of_smtp(code: int, answer: bytes | str) -> SendResult:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    # Errors of our own login, which say nothing about the recipient's address.
    is_ours = code in (530, 534, 535, 538)
    is_final = code in PERMANENT and not is_ours
    detail = f"{code} {text}"[:300]
    if not is_final:
        return SendResult(SendStatus.LATER, detail)
    return SendResult(SendStatus.REFUSED, detail, cause=judge(detail).cause)

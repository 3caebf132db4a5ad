"""Send an email by the `EMAIL_BACKEND`: SMTP, a provider through anymail, or files."""

import smtplib

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage

from notifications.delivery.result import SendResult, SendStatus

PERMANENT = range(500, 600)
# Answers of a provider's API that say that the request itself is wrong.
PERMANENT_HTTP = frozenset({400, 404, 406, 413, 422})


def send(message: EmailMessage) -> SendResult:
    """Send one email. Refusals and time-outs are results, not exceptions."""
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        return _result_of_smtp(*next(iter(error.recipients.values())))
    except smtplib.SMTPResponseException as error:
        return _result_of_smtp(error.smtp_code, error.smtp_error)
    except AnymailRecipientsRefused as error:
        return SendResult(SendStatus.GONE, str(error)[:300])
    except AnymailAPIError as error:
        is_final = error.status_code in PERMANENT_HTTP
        return SendResult(SendStatus.REFUSED if is_final else SendStatus.LATER, str(error)[:300])
    except (AnymailError, smtplib.SMTPException, OSError) as error:
        return SendResult(SendStatus.LATER, f"{type(error).__name__}: {error}"[:300])
    return SendResult(SendStatus.ACCEPTED)


def _result_of_smtp(code: int, answer: bytes | str) -> SendResult:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    # Errors of our own login, which say nothing about the recipient's address.
    is_ours = code in (530, 534, 535, 538)
    is_final = code in PERMANENT and not is_ours
    return SendResult(SendStatus.REFUSED if is_final else SendStatus.LATER, f"{code} {text}"[:300])

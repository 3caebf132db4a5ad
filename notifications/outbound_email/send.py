"""Handing an email to whatever `EMAIL_BACKEND` is: SMTP, a provider by anymail, files."""

import smtplib

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage

from notifications.delivery.result import SendResult, SendStatus

PERMANENT = range(500, 600)
# A provider's API: what is wrong with the request stays wrong.
PERMANENT_HTTP = frozenset({400, 404, 406, 413, 422})


def send(message: EmailMessage) -> SendResult:
    """Send one email; refusals and silences are answers."""
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        return _smtp(*next(iter(error.recipients.values())))
    except smtplib.SMTPResponseException as error:
        return _smtp(error.smtp_code, error.smtp_error)
    except AnymailRecipientsRefused as error:
        return SendResult(SendStatus.GONE, str(error)[:300])
    except AnymailAPIError as error:
        is_final = error.status_code in PERMANENT_HTTP
        return SendResult(SendStatus.REFUSED if is_final else SendStatus.LATER, str(error)[:300])
    except (AnymailError, smtplib.SMTPException, OSError) as error:
        return SendResult(SendStatus.LATER, f"{type(error).__name__}: {error}"[:300])
    return SendResult(SendStatus.ACCEPTED)


def _smtp(code: int, words: bytes | str) -> SendResult:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    # Of our own account (530, 534, 535, 538): the address is not to blame.
    is_ours = code in (530, 534, 535, 538)
    is_final = code in PERMANENT and not is_ours
    return SendResult(SendStatus.REFUSED if is_final else SendStatus.LATER, f"{code} {text}"[:300])

"""Handing an email to whatever `EMAIL_BACKEND` is: SMTP, a provider by anymail, files."""

import smtplib

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage

from notifications.transports import Answer, Verdict

PERMANENT = range(500, 600)
# A provider's API: what is wrong with the request stays wrong.
PERMANENT_HTTP = frozenset({400, 404, 406, 413, 422})


def send(message: EmailMessage) -> Answer:
    """Send one email; refusals and silences are answers."""
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        return _smtp(*next(iter(error.recipients.values())))
    except smtplib.SMTPResponseException as error:
        return _smtp(error.smtp_code, error.smtp_error)
    except AnymailRecipientsRefused as error:
        return Answer(Verdict.GONE, str(error)[:300])
    except AnymailAPIError as error:
        is_final = error.status_code in PERMANENT_HTTP
        return Answer(Verdict.REFUSED if is_final else Verdict.LATER, str(error)[:300])
    except (AnymailError, smtplib.SMTPException, OSError) as error:
        return Answer(Verdict.LATER, f"{type(error).__name__}: {error}"[:300])
    return Answer(Verdict.ACCEPTED)


def _smtp(code: int, words: bytes | str) -> Answer:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    # Of our own account (530, 534, 535, 538): the address is not to blame.
    is_ours = code in (530, 534, 535, 538)
    is_final = code in PERMANENT and not is_ours
    return Answer(Verdict.REFUSED if is_final else Verdict.LATER, f"{code} {text}"[:300])

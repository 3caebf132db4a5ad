"""Say in words how an attempt failed at the other side: push, email, webhook, IMAP, S3, clamd."""

import re

from django.utils.translation import gettext_lazy as _

from core.jobs.enqueue import Job
from notifications import email_failures, push_failures
from workers.engine.job_types import Text
from workers.records.recorder import class_in

STATUS = re.compile(r"(\d{3})(?: (.*))?$", re.DOTALL)

# By the class of the error. What was said follows.
SERVICES: dict[str, Text] = {
    "MailboxUnavailable": _("The mailbox (IMAP) did not answer, or refused us."),
    "StorageAway": _("The file storage (S3) did not answer, or refused us."),
    "AntivirusAway": _("The antivirus (clamd) did not answer."),
}
# Their texts are those of pushes and emails.
OF_DELIVERIES = {"EmailNotSent", "NoticeNotSent"}
WEBHOOK = "WebhookFailed"
NO_ANSWER = _("The webhook’s address did not answer.")
ANSWERED = _("The webhook’s address answered %(status)s.")


def in_words(error: str, name: str = "", error_class: str = "") -> Text:
    """Return a failure in words, then what the other side said; an unknown one as it is."""
    is_row = not error_class
    error_class = error_class or class_in(error)
    said = error.removeprefix(f"{error_class}:").strip()
    if error_class in SERVICES:
        return f"{SERVICES[error_class]} {said}".strip()
    if error_class == WEBHOOK:
        return _of_webhook(said)
    if error_class in OF_DELIVERIES:
        return _of_delivery(said)
    # The row of an email holds what was said, as its author reads it.
    if name == Job.DELIVER and is_row and error and not push_failures.name_of(error):
        return email_failures.in_words(email_failures.text_of(error))
    return _of_delivery(error)


def _of_delivery(error: str) -> Text:
    words = push_failures.in_words(error, with_what_was_said=True)
    return email_failures.in_words(error) if words == error else words


def _of_webhook(said: str) -> Text:
    found = STATUS.match(said)
    if not found:
        return f"{NO_ANSWER} {said}".strip()
    words = str(ANSWERED) % {"status": found[1]}
    return f"{words} {found[2] or ''}".strip()

"""Failures of emails in words.

Rows keep what the mail server said, `451 4.3.0 Try again later`, or `TimeoutError: …` if it said
nothing. The record of an attempt puts `Email 451: …` before it.
"""

import re

from django.utils.translation import gettext as _

from core.jobs.outcome import WorkFailed
from notifications.delivery.result import SendResult, SendStatus

STATUS = re.compile(r"([245]\d\d)(?=[\s\-]|$)")
KEPT = re.compile(r"Email (\w+): ?(.*)", re.DOTALL)
NAMED = re.compile(r"(\w+): ?(.*)", re.DOTALL)
# What a provider's API said.
OTHER = "error"
# It refused our own login.
LOGIN = {530, 534, 535, 538}


def status_of(said: str) -> int | None:
    """Return the code of SMTP that an answer begins with; None without an answer."""
    found = STATUS.match(said)
    return int(found[1]) if found else None


def text_of(said: str) -> str:
    """Return a failure as the record of an attempt keeps it."""
    status = status_of(said)
    if status is not None:
        return f"Email {status}: {said[3:].lstrip(' -')}"
    named = NAMED.match(said)
    return f"Email {named[1]}: {named[2]}" if named else f"Email {OTHER}: {said}"


def in_words(failure: str) -> str:
    """Return the words of a failure, then what was said. Other texts stay as they are."""
    found = KEPT.match(failure)
    if not found:
        return failure
    name, said = found.groups()
    return f"{words_of(name)} {said}".strip()


def words_of(name: str) -> str:
    """Return the words for a code of SMTP or the name of an error."""
    if name == OTHER:
        return _("The mail provider did not take the email.")
    if not name.isdecimal():
        return _("The mail server did not answer (%(name)s).") % {"name": name}
    status = int(name)
    values = {"status": status}
    if status in LOGIN:
        return _("The mail server refused our login (%(status)d).") % values
    if status < 500:
        return _("The mail server asked us to wait (%(status)d).") % values
    return _("The mail server refused the email (%(status)d).") % values


def failed_for_good(result: SendResult) -> WorkFailed | None:
    """Return the outcome of an email that nobody tries again; None if it was taken."""
    return None if result.status == SendStatus.ACCEPTED else WorkFailed(text_of(result.detail))

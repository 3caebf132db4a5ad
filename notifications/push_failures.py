"""Failures of pushes: the text that rows keep, and its words for people.

The text is `Push 403: what the push service said`, or `Push TimeoutError: …` if it said nothing.
"""

import re

from django.utils.translation import gettext as _

from notifications.models import FAILURE_LENGTH

KEPT = re.compile(r"Push (\w+): ?(.*)", re.DOTALL)
# The device itself must act: a new subscription has the key of today.
KEY_REFUSED = {401, 403}
GONE = {404, 410}


def text_of(status: int | str, said: str = "") -> str:
    """Return a failure as rows keep it. `status`: of HTTP, or the name of an error."""
    line = " ".join(f"Push {status}: {said}".replace("\0", "").split())
    return line[:FAILURE_LENGTH]


def name_of(failure: str) -> str:
    """Return the status or the name of the error: `403`, `TimeoutError`; empty if it is no push."""
    found = KEPT.match(failure)
    return found[1] if found else ""


def status_of(failure: str) -> int | None:
    """Return the HTTP status of a failure; None if the push service did not answer."""
    name = name_of(failure)
    return int(name) if name.isdecimal() else None


def in_words(failures: str, *, with_what_was_said: bool = False) -> str:
    """Return failures in the reader's language, one a line. Other texts stay as they are."""
    if not name_of(failures):
        return failures
    return "\n".join(
        _line_in_words(line, with_what_was_said=with_what_was_said)
        for line in failures.splitlines()
    )


def advice_of(failure: str) -> str:
    """Return the words of a failure for the owner of the device, with what they can do."""
    words = in_words(failure)
    if status_of(failure) in KEY_REFUSED:
        advice = _("Switch notifications off and on again on this device.")
        return f"{words} {advice}"
    return words


def words_of(name: str) -> str:
    """Return the words for an HTTP status or the name of an error."""
    if not name.isdecimal():
        return _words_of_error(name)
    status = int(name)
    values = {"status": status}
    if status in KEY_REFUSED:
        return _("The push service refused our key (%(status)d).") % values
    if status in GONE:
        return _("The push service no longer knows this device (%(status)d).") % values
    if status in (408, 425, 429):
        return _("The push service asked us to wait (%(status)d).") % values
    if status == 413:
        return _("The push service found the notification too long (%(status)d).") % values
    if status >= 500:
        return _("The push service is out of order (%(status)d).") % values
    return _("The push service refused the notification (%(status)d).") % values


def _words_of_error(name: str) -> str:
    if name == "ForbiddenAddress":
        return _("The device's address is not that of a push service we know.")
    if name == "NoKey":
        return _("No push can be sent: VAPID_PRIVATE_KEY is not set.")
    if name == "TooLong":
        return _("The notification is too long for a push.")
    return _("The push service did not answer (%(name)s).") % {"name": name}


def _line_in_words(line: str, *, with_what_was_said: bool) -> str:
    found = KEPT.match(line)
    if not found:
        return line
    said = f" {found[2]}" if found[2] and with_what_was_said else ""
    return words_of(found[1]) + said

"""Fetch new emails from a plain mailbox by IMAP (RFC 3501), where no mail server calls us."""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from imap_tools.errors import ImapToolsError, MailboxFetchError, MailboxFlagError
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.utils import check_command_status

# Of each step: connecting, and each answer of the server.
TIMEOUT_SECONDS = 20
# Emails of one call. The rest waits for the next one, a minute later.
MAX_EMAILS = 50
ERRORS = (OSError, imaplib.IMAP4.error, ImapToolsError)


class MailboxUnavailable(Exception):
    """The mail server does not answer, refuses the login, or has no such folder."""


@dataclass(frozen=True)
class Mailbox:
    """`imaps://name:password@host:993/INBOX`; `imap://` without TLS, for this machine only."""

    host: str
    port: int
    is_secure: bool
    name: str
    password: str
    folder: str

    @classmethod
    def from_url(cls, url: str) -> "Mailbox":
        parts = urlsplit(url)
        is_secure = parts.scheme == "imaps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (993 if is_secure else 143),
            is_secure=is_secure,
            name=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )


def fetch_new(mailbox: Mailbox, receive: Callable[[bytes], object], *, max_bytes: int) -> int:
    """Call `receive` with each unseen email, and mark the email as seen once that has returned.

    An email that `receive` raises for stays unseen, so the next call fetches it again. The others
    are received all the same, and the first such error is raised at the end. Of a longer email,
    `max_bytes` and one more are read. Return the number of emails; raise MailboxUnavailable.
    """
    failures: list[Exception] = []
    with _opened(mailbox) as box:
        # Some servers refuse a search that names a charset.
        uids = box.uids("UNSEEN", charset=None)[:MAX_EMAILS]
        for uid in uids:
            raw = _fetched(box, uid, max_bytes + 1)
            try:
                if raw is not None:
                    receive(raw)
            # Raised below, once the others are in.
            except Exception as error:
                failures.append(error)
            else:
                _mark_as_seen(box, uid)
    if failures:
        raise failures[0]
    return len(uids)


@contextmanager
def _opened(mailbox: Mailbox) -> Iterator[BaseMailBox]:
    try:
        box = _connected(mailbox)
        # Not `with box`: its logout from a broken connection would hide what broke it.
        try:
            _log_in(box, mailbox)
            yield box
        finally:
            with suppress(*ERRORS):
                box.logout()
    except ERRORS as error:
        raise MailboxUnavailable(f"{type(error).__name__}: {error}") from error


def _connected(mailbox: Mailbox) -> BaseMailBox:
    if not mailbox.is_secure:
        return MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS)
    # Without a context of ours, imaplib trusts any certificate.
    trust = ssl.create_default_context()
    return MailBox(mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS, ssl_context=trust)


def _log_in(box: BaseMailBox, mailbox: Mailbox) -> None:
    # LOGIN takes ASCII alone (RFC 3501, 9); AUTHENTICATE PLAIN takes UTF-8, but not every server
    # has it.
    is_ascii = (mailbox.name + mailbox.password).isascii()
    log_in = box.login if is_ascii else box.login_utf8
    log_in(mailbox.name, mailbox.password, initial_folder=mailbox.folder)


def _fetched(box: BaseMailBox, uid: str, at_most: int) -> bytes | None:
    """Return the first bytes of an email; None if it was deleted since the search.

    `box.fetch` would read all of it, however large, and parse it.
    """
    # PEEK: the server must not mark as seen what is not received yet.
    result = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{at_most}>)")
    check_command_status(result, MailboxFetchError)
    return next((part[1] for part in result[1] if isinstance(part, tuple)), None)


def _mark_as_seen(box: BaseMailBox, uid: str) -> None:
    # `box.flag` would also expunge, that is delete for good what people marked as deleted.
    result = box.client.uid("STORE", uid, "+FLAGS", r"(\Seen)")
    check_command_status(result, MailboxFlagError)

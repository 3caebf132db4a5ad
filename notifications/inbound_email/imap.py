"""Fetch new emails from a plain mailbox by IMAP (RFC 3501), where no mail server calls us."""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import structlog
from imap_tools.errors import (
    ImapToolsError,
    MailboxCopyError,
    MailboxFetchError,
    MailboxFlagError,
    MailboxMoveError,
)
from imap_tools.mailbox import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.utils import check_command_status, encode_folder

from core import installation
from notifications.inbound_email import arrivals
from notifications.inbound_email.arrivals import Arrival, Window

# Of each step: connecting, and each answer of the server.
TIMEOUT_SECONDS = 20
# Emails of one call. The rest waits for the next one, a minute later.
MAX_EMAILS = 50
ERRORS = (OSError, imaplib.IMAP4.error, ImapToolsError)

logger = structlog.get_logger(__name__)


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

    @property
    def key(self) -> str:
        """Return the name of this folder in our rows."""
        return f"{self.name}@{self.host}:{self.port}/{self.folder}"

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


# What became of an email: the folder it belongs in, or None to leave it where it is.
Receive = Callable[[bytes], object]


def fetch_new(
    mailbox: Mailbox, receive: Receive, *, max_bytes: int, give_up: Receive | None = None
) -> int:
    """Call `receive` with each new email, and move it to the folder whose name that returns.

    Which emails are new is kept in rows (`arrivals`): a person may open them before us. One that
    `receive` raises for comes again, after the others, and the first such error is raised at the
    end. After the last attempt it goes to `give_up` instead, which returns a folder as well. Of a
    longer email, `max_bytes` and one more are read. Return the number of emails; raise
    MailboxUnavailable, or HeldBack on a copy: the emails are those of the original.
    """
    installation.require_original()
    failures: list[Exception] = []
    with _opened(mailbox) as box:
        arrivals.note(mailbox.key, _window(box))
        leases = arrivals.acquired(mailbox.key, at_most=MAX_EMAILS)
        count = 0
        for arrival in leases:
            count += 1
            with _released_if_cut(arrival):
                failure = _receive_one(box, arrival, receive, give_up, max_bytes + 1)
            if failure is not None:
                failures.append(failure)
    if failures:
        raise failures[0]
    return count


def count_emails(mailbox: Mailbox) -> int:
    """Log in and return how many emails the folder holds; raise MailboxUnavailable."""
    with _opened(mailbox) as box:
        return len(box.uids("ALL", charset=None))


def _receive_one(
    box: BaseMailBox, arrival: Arrival, receive: Receive, give_up: Receive | None, at_most: int
) -> Exception | None:
    """Receive one email. Return the error if it is to come again."""
    is_last = arrival.is_worn_out and give_up is not None
    try:
        raw = _fetched(box, arrival.uid, at_most)
    except MailboxFetchError as error:
        # Of this email alone: the connection goes on.
        if is_last:
            logger.exception("email_unreadable_in_mailbox", uid=arrival.uid)
            arrival.done()
        else:
            arrival.failed(error)
        return error
    if raw is None:
        logger.info("email_gone_from_mailbox", uid=arrival.uid)
        arrival.done()
        return None
    try:
        folder = give_up(raw) if give_up is not None and is_last else receive(raw)
    # Raised by `fetch_new`, once the others are in.
    except Exception as error:
        arrival.failed(error)
        return error
    _file(box, arrival.uid, folder if isinstance(folder, str) else "")
    arrival.done()
    return None


@contextmanager
def _released_if_cut(arrival: Arrival) -> Iterator[None]:
    """Let go of an email whose connection breaks: the next call asks for it again."""
    try:
        yield
    except ERRORS as error:
        arrival.failed(error)
        raise


def _window(box: BaseMailBox) -> Window:
    """Return what the server says of the folder: its UIDs, and how to search it."""

    def search(criteria: str) -> list[int]:
        # Some servers refuse a search that names a charset.
        return [int(uid) for uid in box.uids(criteria, charset=None)]

    validity, upcoming = _number(box, "UIDVALIDITY"), _number(box, "UIDNEXT")
    last_uid = upcoming - 1 if upcoming else max(search("ALL"), default=0)
    return Window(uid_validity=validity, last_uid=last_uid, search=search)


def _number(box: BaseMailBox, name: str) -> int:
    """Return a number of the answer to SELECT; 0 if the server did not give it."""
    _, values = box.client.response(name)
    return int(values[-1]) if values and values[-1] else 0


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


def _fetched(box: BaseMailBox, uid: int, at_most: int) -> bytes | None:
    """Return the first bytes of an email; None if it was deleted since the search.

    `box.fetch` would read all of it, however large, and parse it.
    """
    # PEEK: the server must not mark as seen what is not received yet.
    result = box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{at_most}>)")
    check_command_status(result, MailboxFetchError)
    return next((part[1] for part in result[1] if isinstance(part, tuple)), None)


def _file(box: BaseMailBox, uid: int, folder: str) -> None:
    """Mark a received email as seen, and move it to its folder.

    A folder that refuses it is no reason to receive the email again.
    """
    try:
        _store(box, uid, r"(\Seen)")
        if folder:
            _move(box, uid, _folder_named(box, folder))
    except (ImapToolsError, imaplib.IMAP4.error) as error:
        if isinstance(error, imaplib.IMAP4.abort):
            raise
        logger.warning("email_not_moved", folder=folder, error=str(error))


def _move(box: BaseMailBox, uid: int, folder: str) -> None:
    """Move an email (RFC 6851), or copy it and delete it alone (RFC 4315).

    Without both, an EXPUNGE would delete for good what people marked as deleted: it stays.
    """
    name = encode_folder(folder).decode()
    # Asked now: what imaplib has read before the login may be less.
    _, answers = box.client.capability()
    capabilities = b" ".join(filter(None, answers)).upper().split()
    if b"MOVE" in capabilities:
        check_command_status(box.client.uid("MOVE", str(uid), name), MailboxMoveError)
    elif b"UIDPLUS" in capabilities:
        copied = box.client.uid("COPY", str(uid), name)
        check_command_status(copied, MailboxCopyError)
        _store(box, uid, r"(\Deleted)")
        box.client.uid("EXPUNGE", str(uid))


def _folder_named(box: BaseMailBox, name: str) -> str:
    """Return a folder, made if it is missing: below INBOX where the server wants them there."""
    if box.folder.exists(name):
        return name
    try:
        return _created(box, name)
    except ImapToolsError:
        separator = next((each.delim for each in box.folder.list("", "INBOX")), "/") or "/"
        below = f"INBOX{separator}{name}"
        return below if box.folder.exists(below) else _created(box, below)


def _created(box: BaseMailBox, name: str) -> str:
    box.folder.create(name)
    # Mail programs show the folders that are subscribed to.
    with suppress(ImapToolsError):
        box.folder.subscribe(name, True)
    return name


def _store(box: BaseMailBox, uid: int, flags: str) -> None:
    # `box.flag` would also expunge, that is delete for good what people marked as deleted.
    result = box.client.uid("STORE", str(uid), "+FLAGS", flags)
    check_command_status(result, MailboxFlagError)

"""Fetching what has come into a plain mailbox (IMAP, RFC 3501), for companies without a webhook."""

import imaplib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20
BATCH = 50


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
    """Hand each unseen message to `receive`, and mark it as seen once that has returned.

    Of a message that is longer, `max_bytes` and one more are read. One that `receive` raises for
    stays unseen and comes again, after the others: the first such error is raised at the end.
    Returns how many were received; raises OSError or imaplib.IMAP4.error as well.
    """
    failures: list[Exception] = []
    with _open(mailbox) as connection:
        connection.login(mailbox.name, mailbox.password)
        connection.select(_quoted(mailbox.folder))
        _status, found = connection.uid("SEARCH", "UNSEEN")
        uids = [uid.decode() for uid in (found[0] or b"").split()[:BATCH]]
        for uid in uids:
            raw = _fetched(connection, uid, max_bytes + 1)
            try:
                if raw is not None:
                    receive(raw)
            # Raised below, once the others are in.
            except Exception as error:
                failures.append(error)
            else:
                connection.uid("STORE", uid, "+FLAGS", r"(\Seen)")
    if failures:
        raise failures[0]
    return len(uids)


def _fetched(connection: imaplib.IMAP4, uid: str, at_most: int) -> bytes | None:
    # PEEK: the mail server must not mark as seen what we have not received yet.
    _status, parts = connection.uid("FETCH", uid, f"(BODY.PEEK[]<0.{at_most}>)")
    return next((part[1] for part in parts if isinstance(part, tuple)), None)


def _open(mailbox: Mailbox) -> imaplib.IMAP4:
    if mailbox.is_secure:
        return imaplib.IMAP4_SSL(mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS)
    return imaplib.IMAP4(mailbox.host, mailbox.port, timeout=TIMEOUT_SECONDS)


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

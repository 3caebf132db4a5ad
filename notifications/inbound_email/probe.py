"""An email by which `manage.py doctor` sees whether emails arrive: it leaves no row.

It goes to `reply+TOKEN@REPLY_DOMAIN`, as an answer does, with a token that Valkey knows for ten
minutes.
"""

import secrets
from datetime import timedelta
from email.message import EmailMessage
from email.utils import make_msgid

import structlog
from django.conf import settings
from redis.exceptions import RedisError

from core.valkey import key, valkey
from notifications.outbound_email.reply_address import ALPHABET, TOKEN_LENGTH, tokens_in

VALID = timedelta(minutes=10)
WAIT_SECONDS = 2.0
HEADER = "X-Liaison-Probe"
LOOKED_AT = 64 * 1024
SENT, ARRIVED = b"sent", b"arrived"

logger = structlog.get_logger(__name__)


def new_token() -> str:
    """Return a token that is waited for. Raises RedisError."""
    token = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    valkey(WAIT_SECONDS).set(_key(token), SENT, ex=VALID)
    return token


def email_to(token: str) -> EmailMessage:
    email = EmailMessage()
    email["From"] = settings.DEFAULT_FROM_EMAIL
    email["To"] = f"reply+{token}@{settings.REPLY_DOMAIN}"
    email["Subject"] = "Liaison: does this arrive?"
    email["Message-ID"] = make_msgid(domain=settings.REPLY_DOMAIN)
    email["Auto-Submitted"] = "auto-generated"
    email[HEADER] = "1"
    email.set_content("Sent by `manage.py doctor` of Liaison. Nobody needs to read it.")
    return email


def arrived(raw: bytes) -> bool:
    """Tell whether an email is a probe that is waited for, and note that it arrived."""
    head = raw[:LOOKED_AT]
    if HEADER.encode().lower() not in head.lower():
        return False
    try:
        client = valkey(WAIT_SECONDS)
        for token in tokens_in(head.decode("latin-1")):
            if client.set(_key(token), ARRIVED, ex=VALID, xx=True):
                return True
    except RedisError as error:
        logger.warning("probe_not_noted", error=str(error))
    return False


def has_arrived(token: str) -> bool:
    return valkey(WAIT_SECONDS).get(_key(token)) == ARRIVED


def _key(token: str) -> str:
    return key("probe", token)

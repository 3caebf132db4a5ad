"""The addresses that a person answers a conversation at: `reply+TOKEN@domain`.

The token, not the sender, says who writes: anybody can write any sender into an email.
"""

import re
import secrets
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from core.models import User
from messaging.models import Conversation
from notifications.models import ReplyAddress

LIFETIME = timedelta(days=90)
# An address is given again while it has at least this much to live.
RENEWED_BEFORE = timedelta(days=30)
# Of base32: 130 random bits, and in lower case, since mail programs may change the case.
TOKEN_LENGTH = 26
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
TOKEN = re.compile(rf"reply\+([a-z2-7]{{{TOKEN_LENGTH}}})@", re.IGNORECASE)


def address_for(user: User, conversation: Conversation) -> str:
    """Return where this person answers this conversation; empty when no domain receives."""
    if not settings.REPLY_DOMAIN:
        return ""
    return f"reply+{_token_for(user, conversation)}@{settings.REPLY_DOMAIN}"


def tokens_in(text: str) -> list[str]:
    """Return the tokens of our own reply addresses in a text."""
    return [token.lower() for token in TOKEN.findall(text)]


def without_tokens(text: str) -> str:
    """Return a text from which nobody learns an address that writes in another's name."""
    return TOKEN.sub("reply@", text)


def holder_of(token: str) -> ReplyAddress | None:
    """Return who answers what by a token; None when it is unknown or has expired."""
    rows = ReplyAddress.objects.select_related("user", "conversation")
    return rows.filter(token=token, expires_at__gt=timezone.now(), user__is_active=True).first()


def _token_for(user: User, conversation: Conversation) -> str:
    now = timezone.now()
    mine = ReplyAddress.objects.filter(user=user, conversation=conversation)
    known = mine.filter(expires_at__gt=now + RENEWED_BEFORE).order_by("-expires_at").first()
    if known is not None:
        return known.token
    token = "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))
    ReplyAddress.objects.create(
        token=token, user=user, conversation=conversation, expires_at=now + LIFETIME
    )
    return token

"""What stays of what was purged: the stub in the chain, and the entry of the audit."""

from collections.abc import Sequence
from typing import Any

from messaging.conversation.lock import LockedConversation
from messaging.models import PurgeOrder


def forget_rows(locked: LockedConversation, name: str, keys: Sequence[Any]) -> None:
    """Take from the chain by what the content of rows could be guessed, before they go."""


def forget_files(locked: LockedConversation, kind: str, keys: Sequence[str]) -> None:
    """Do the same of files, and of the messages that show them."""


def purged(locked: LockedConversation, order: PurgeOrder) -> None:
    """Record that a conversation was purged, in its chain and in the audit."""

"""Tell whether something happened that the moment of an export cannot take back.

Edits and deletions are taken back from the earlier texts (`snapshot`). Messages that are moved,
people who are joined and names that change are not: half of the ZIP would contradict the other, so
the export begins again.
"""

import hashlib
import json
from collections.abc import Sequence

from core.models import User
from messaging.exporting.snapshot import Snapshot
from messaging.exporting.state import State
from messaging.models import ChainEntry, Conversation, Message

KINDS = (ChainEntry.Kind.MOVE, ChainEntry.Kind.MERGE)


def is_overtaken(state: State) -> bool:
    moments = [chosen.snapshot for chosen in state.chosen]
    return bool(moments) and (_is_rearranged(moments) or names_in(moments) != state.names)


def names_in(moments: Sequence[Snapshot]) -> str:
    """Return a hash of the names that paths and pages repeat: subjects and authors."""
    ids = [each.conversation_id for each in moments]
    subjects = Conversation.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "subject")
    wrote = Message.objects.filter(conversation__in=ids).values("author")
    people = User.objects.filter(pk__in=wrote).order_by("pk").values_list("pk", "name")
    names = [[str(key), name] for key, name in (*subjects, *people)]
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def _is_rearranged(moments: Sequence[Snapshot]) -> bool:
    lengths = {each.conversation_id: each.chain_length for each in moments}
    later = ChainEntry.objects.filter(
        conversation__in=lengths, kind__in=KINDS, recorded_at__gte=min(each.at for each in moments)
    )
    places = later.values_list("conversation_id", "position")
    return any(position > lengths[key] for key, position in places)

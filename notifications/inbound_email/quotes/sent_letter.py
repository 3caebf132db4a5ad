"""Find the letter of ours that an email answers, by the ids that it refers to."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from messaging.models import Message
from notifications.inbound_email.quotes.lines import key_of
from notifications.models import Channel, Delivery, SentEmail
from notifications.outbound_email.message import texts_of

BATCH = re.compile(r"<?([0-9a-f]{32})@", re.IGNORECASE)
# A mail program names the letters of a whole thread; the nearest ones tell enough.
MOST_REFERENCES = 30
# A quote may hold the letters before, too.
MOST_MESSAGES = 100
# A shorter part of a line ("jeudi matin") is also what a person answers.
SHORTEST_PART = 20


@dataclass(frozen=True)
class SentLetter:
    """What a letter of ours said: the texts of its conversation, and what the letter adds."""

    # As written, of several lines each.
    texts: tuple[str, ...]
    # Of these, what is ours alone: greeting, hint, links.
    frame: tuple[str, ...] = ()

    @cached_property
    def lines(self) -> frozenset[str]:
        return frozenset(_keys((*self.texts, *self.frame)))

    @cached_property
    def frame_lines(self) -> frozenset[str]:
        return frozenset(_keys(self.frame) - _keys(self.texts))

    @cached_property
    def _all(self) -> str:
        return "\n".join(key_of(text) for text in (*self.texts, *self.frame))

    def is_line(self, key: str) -> bool:
        """Tell whether a line with these letters is in the letter, or a long part of one."""
        return key in self.lines or (len(key) >= SHORTEST_PART and key in self._all)

    def goes_on(self, before: str, key: str) -> bool:
        """Tell whether a line is the rest of the one before, which a program wrapped."""
        return before + key in self._all


def of(references: Sequence[str]) -> SentLetter | None:
    """Return the letter that one of these Message-IDs names, the nearest first; None without."""
    batches = _batches(references)
    deliveries = list(
        Delivery.objects.filter(envelope__in=batches, channel=Channel.EMAIL)
        .select_related("message__author", "conversation__chantier", "recipient")
        .order_by("seq")
    )
    if not deliveries:
        return None
    conversation, recipient = deliveries[-1].conversation, deliveries[-1].recipient
    last = Message.objects.filter(conversation=conversation, seq__lte=deliveries[-1].seq)
    earlier = last.order_by("-seq").values_list("body", flat=True)[:MOST_MESSAGES]
    mine = [row for row in deliveries if row.recipient_id == recipient.pk]
    return SentLetter(texts=tuple(earlier), frame=tuple(texts_of(recipient, mine)))


def _batches(references: Sequence[str]) -> set[UUID]:
    ids = [each.strip(" \t<>") for each in references[:MOST_REFERENCES]]
    found = {UUID(match[1]) for match in map(BATCH.match, ids) if match}
    if found or not ids:
        return found
    # A provider may send under an id of its own.
    names = {*ids, *(f"<{each}>" for each in ids), *(each.partition("@")[0] for each in ids)}
    return set(SentEmail.objects.filter(provider_id__in=names).values_list("envelope", flat=True))


def _keys(texts: Iterable[str]) -> set[str]:
    return {key for text in texts for line in text.split("\n") if (key := key_of(line))}

"""Find the letter of ours that an email answers, by the ids that it refers to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from core.models import User
from messaging.models import Message
from notifications.inbound_email.quotes.lines import key_of
from notifications.inbound_email.reading.html_text import text_of
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
    # What the letter adds to them: greeting, hint, links.
    frame: tuple[str, ...] = ()
    # Whom a quote of it names.
    names: tuple[str, ...] = ()

    @cached_property
    def lines(self) -> frozenset[str]:
        return frozenset(_keys((*self.texts, *self.frame)))

    @cached_property
    def frame_lines(self) -> frozenset[str]:
        return frozenset(_keys(self.frame) - _keys(self.texts))

    def is_by(self, sender: str) -> bool:
        """Tell whether the line above a quote names an author of the conversation."""
        return any(key in key_of(sender) for key in map(key_of, self.names) if key)

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
    messages = Message.objects.filter(conversation=conversation, seq__lte=deliveries[-1].seq)
    earlier = list(messages.select_related("author").order_by("-seq")[:MOST_MESSAGES])
    mine = [row for row in deliveries if row.recipient_id == recipient.pk]
    return SentLetter(
        texts=tuple(message.body for message in earlier),
        frame=tuple(_frame(recipient, mine)),
        names=tuple({recipient.name, *(message.author.name for message in earlier)}),
    )


def _frame(recipient: User, deliveries: list[Delivery]) -> Iterator[str]:
    for plain, rich in texts_of(recipient, deliveries):
        yield plain
        yield text_of(rich).text


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

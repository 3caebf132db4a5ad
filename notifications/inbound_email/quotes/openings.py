"""Recognise where a quote begins: our marker, an attribution, a header block."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from notifications.inbound_email.quotes import tokens
from notifications.inbound_email.quotes.attribution import attribution_at, unknown_attribution_at
from notifications.inbound_email.quotes.blocks import (
    FORWARD,
    ORIGINAL,
    Block,
    block_at,
    title_end,
)
from notifications.inbound_email.quotes.headers import FORWARDED_SUBJECT, NAME_ALONE, VERBS
from notifications.inbound_email.quotes.lines import Line, key_of, next_with_text
from notifications.inbound_email.quotes.sent_letter import SentLetter
from notifications.outbound_email import marker

# Lines of ours in a row, from which a letter without a header is recognised.
KNOWN_IN_A_ROW = 3
SHORTEST_KNOWN = 12


class Kind(StrEnum):
    OURS = "ours"
    HEADER = "header"
    # A letter that the author passes on.
    FORWARD = "forward"
    # A letter of somebody else that the author cites in an answer to us.
    CITED = "cited"


@dataclass(frozen=True)
class Opening:
    """The lines `start` to `end` (exclusive) that stand above a quote."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True)
class Openings:
    """What finds the beginning of a quote in an email."""

    lines: list[Line]
    sent: SentLetter | None
    subject: str

    def at(self, start: int) -> Opening | None:
        """Return the beginning of a quote that a quote follows, if there is one at this line."""
        if self.lines[start].is_blank:
            return None
        return self._ours(start) or self._headed(start) or self._attributed(start)

    def _ours(self, start: int) -> Opening | None:
        """Recognise our letter by its first line, or by its texts."""
        end = marked_end(self.lines, start, start_keys())
        if end:
            return Opening(start, end, Kind.OURS)
        if self.sent and self._is_known_run(self.sent, start):
            return Opening(start, start, Kind.OURS)
        return None

    def _is_known_run(self, sent: SentLetter, start: int) -> bool:
        """Tell whether lines in a row are of our letter, one of them of its frame."""
        known: list[str] = []
        position = start
        while len(known) < KNOWN_IN_A_ROW:
            position = next_with_text(self.lines, position)
            if position == len(self.lines) or not sent.is_line(self.lines[position].key):
                return False
            known.append(self.lines[position].key)
            position += 1
        has_frame = any(key in sent.frame_lines for key in known)
        return has_frame and sum(map(len, known)) >= SHORTEST_KNOWN * KNOWN_IN_A_ROW

    def _headed(self, start: int) -> Opening | None:
        line = self.lines[start]
        if FORWARD.fullmatch(line.folded):
            return self._forwarded(start)
        above = title_end(self.lines, start)
        block = block_at(self.lines, above) if above < len(self.lines) else None
        if block is not None:
            kind = self._kind_of(block, above)
            return Opening(start if above == start or not line.is_blank else above, block.end, kind)
        if ORIGINAL.fullmatch(line.folded) and self._has_text(start + 1):
            below = attribution_at(self.lines, next_with_text(self.lines, start + 1))
            return Opening(start, below.end if below else start + 1, Kind.HEADER)
        return None

    def _forwarded(self, start: int) -> Opening:
        """Tell whether a letter that is passed on is one of ours, which needs no repeating."""
        top = next_with_text(self.lines, start + 1)
        block = block_at(self.lines, top) if top < len(self.lines) else None
        end = block.end if block else start + 1
        is_ours = self._is_from_us(block.sender if block else "") or self._begins_ours(end)
        return Opening(start, end, Kind.OURS if is_ours else Kind.FORWARD)

    def _kind_of(self, block: Block, start: int) -> Kind:
        if self._is_from_us(block.sender) or self._begins_ours(block.end):
            return Kind.OURS
        is_passed_on = FORWARDED_SUBJECT.match(self.subject.strip()) is not None
        if is_passed_on and not tokens.is_from_us(block.text):
            return Kind.FORWARD
        return Kind.HEADER

    def _is_from_us(self, sender: str) -> bool:
        return tokens.is_from_us(sender)

    def _begins_ours(self, start: int) -> bool:
        first = next_with_text(self.lines, start)
        if first == len(self.lines):
            return False
        return self._ours(first) is not None

    def _attributed(self, start: int) -> Opening | None:
        found = attribution_at(self.lines, start)
        if found is None:
            return self._unknown_program(start)
        first = next_with_text(self.lines, found.end)
        if self._is_of_others(found.text, first):
            return Opening(start, found.end, Kind.CITED)
        is_quote_marked = self.lines[start].depth > 0 or (
            first < len(self.lines) and self.lines[first].depth > 0
        )
        is_ours = self._begins_ours(first)
        if (
            found.is_above_anything
            or (is_quote_marked and found.is_above_marks)
            or (is_ours and found.has_digits)
        ):
            kind = Kind.OURS if is_ours or tokens.is_from_us(found.text) else Kind.HEADER
            return Opening(start, found.end, kind)
        return None

    def _is_of_others(self, attribution: str, first: int) -> bool:
        """Tell whether an answer to a letter of ours cites one that nobody in it wrote."""
        sent = self.sent
        if sent is None or sent.is_by(attribution) or tokens.is_from_us(attribution):
            return False
        if first == len(self.lines) or not self.lines[first].depth:
            return False
        last = first
        while last < len(self.lines) and self.lines[last].depth:
            last += 1
        quote = self.lines[first:last]
        return not any(sent.is_line(line.key) or tokens.is_ours(line.text) for line in quote)

    def _unknown_program(self, start: int) -> Opening | None:
        """Recognise a line in any language above marked lines, or directly above our letter."""
        line = self.lines[start]
        if not (VERBS.search(line.folded) or line.folded.endswith((":", "："))):
            return None
        found = unknown_attribution_at(self.lines, start)
        end = found.end if found else start + 1
        first = next_with_text(self.lines, end)
        if first == len(self.lines):
            return None
        is_marked = self.lines[first].depth > self.lines[start].depth
        if is_marked and (found or self._is_name_alone(line)):
            return Opening(start, end, Kind.HEADER)
        if not marked_end(self.lines, first, start_keys()):
            return None
        has_sign = any(sign.isdigit() for sign in line.text) or tokens.is_from_us(line.text)
        return Opening(start, first, Kind.HEADER) if has_sign else None

    def _is_name_alone(self, line: Line) -> bool:
        """Recognise "Odile Perrin a écrit :", if that person writes in the conversation."""
        found = NAME_ALONE.fullmatch(line.folded)
        return found is not None and self.sent is not None and self.sent.is_by(found[1])

    def _has_text(self, start: int) -> bool:
        return next_with_text(self.lines, start) < len(self.lines)


def marked_end(lines: list[Line], start: int, keys: frozenset[str]) -> int:
    """Return where a marker ends that begins at this line, wrapped or not; 0 if none does."""
    if not _may_begin(lines[start].key, keys):
        return 0
    together = ""
    for position in range(start, min(start + 4, len(lines))):
        together += lines[position].key
        if together in keys:
            return position + 1
    return 0


def _may_begin(beginning: str, keys: frozenset[str]) -> bool:
    return bool(beginning) and any(key.startswith(beginning) for key in keys)


@cache
def start_keys() -> frozenset[str]:
    return frozenset(map(key_of, marker.all_starts()))


@cache
def fixed_keys() -> frozenset[str]:
    return frozenset(map(key_of, marker.fixed_lines()))


@cache
def end_keys() -> frozenset[str]:
    return frozenset(map(key_of, marker.all_ends()))

"""Keep the author's lines: above the quote, below it, and between its lines."""

import re
from dataclasses import dataclass, field

from notifications.inbound_email.quotes import tokens
from notifications.inbound_email.quotes.lines import Line, joined, next_with_text
from notifications.inbound_email.quotes.openings import (
    Kind,
    Openings,
    end_keys,
    fixed_keys,
    marked_end,
)
from notifications.inbound_email.quotes.sent_letter import SentLetter

# A line that its program wrapped goes on below: it is at least this long, and ends in no full stop.
WRAPPED_FROM = 55
FULL_STOPS = tuple(".?!:;")
# A shorter line of ours ("Oui") is also what a person answers.
SHORTEST_KNOWN = 8
ONLY_LINK = re.compile(r"[<(\[]?https?://\S+")
# Of a quote without marks, so much must be known before its other lines count as answers.
LEAST_KNOWN = 0.6


@dataclass
class Answers:
    """The author's lines in parts, between which something was cut, and what was cut."""

    parts: list[list[Line]] = field(default_factory=lambda: [[]])
    quotes: list[str] = field(default_factory=list)
    # What follows the last line belongs to a quote, too.
    ends_in_quote: bool = False

    @classmethod
    def of(cls, lines: list[Line], sent: SentLetter | None, subject: str) -> "Answers":
        reader = _Reader(lines, sent, Openings(lines, sent, subject))
        reader.read()
        return reader.answers()


class _Reader:
    """Read an email from its first line to its last, and sort each into own and quoted."""

    def __init__(self, lines: list[Line], sent: SentLetter | None, openings: Openings) -> None:
        self.lines, self.sent, self.openings = lines, sent, openings
        # Each run of own or quoted lines, in the order of the email.
        self.runs: list[tuple[bool, list[Line]]] = []
        self.is_in_quote = False
        self.is_passed_on = False

    def read(self) -> None:
        position = 0
        while position < len(self.lines):
            position = self._read_from(position)

    def _read_from(self, position: int) -> int:
        """Sort the lines that begin here, and return where the next ones do."""
        line = self.lines[position]
        if self.is_in_quote and line.depth > 0:
            return self._cut(position, position + 1)
        if self.is_in_quote and self._is_wrapped_quote(position):
            return self._cut(position, position + 1)
        if end := marked_end(self.lines, position, end_keys()):
            self._trim_frame()
            return self._cut(position, end)
        opening = self.openings.at(position)
        if opening is not None and self._is_to_cut(opening.kind):
            self._trim_rules()
            return self._cut_quote(opening.start, opening.end)
        if opening is not None and opening.kind == Kind.FORWARD:
            self.is_passed_on = True
            return self._keep(position, max(opening.end, position + 1))
        if opening is not None and opening.kind == Kind.CITED:
            return self._keep(
                position, self._end_of_marked(next_with_text(self.lines, opening.end))
            )
        if line.depth > 0:
            return self._marked(position)
        return self._keep(position, position + 1)

    def _is_wrapped_quote(self, position: int) -> bool:
        """Tell whether a program wrapped a quoted line and marked only its beginning."""
        before, line = self.lines[position - 1], self.lines[position]
        if not position or not line.key or not before.depth or not before.key:
            return False
        if self.sent is not None and self.sent.goes_on(before.key, line.key):
            return True
        below = self.lines[position + 1] if position + 1 < len(self.lines) else line
        is_long = len(before.text) >= WRAPPED_FROM and not before.text.rstrip().endswith(FULL_STOPS)
        return is_long and below.depth > 0 and line.text[:1].islower()

    def _is_to_cut(self, kind: Kind) -> bool:
        return kind == Kind.OURS or (kind == Kind.HEADER and not self.is_passed_on)

    def _cut_quote(self, start: int, end: int) -> int:
        """Cut the lines above a quote, and the quote; `_read_from` cuts one that is marked."""
        first = next_with_text(self.lines, end)
        is_marked = first < len(self.lines) and self.lines[first].depth > 0
        if self.lines[start].depth > 0 or is_marked:
            self.is_in_quote, self.is_passed_on = True, False
            return self._cut(start, max(end, start + 1))
        self._cut(start, end)
        return self._cut_unmarked(end)

    def _cut_unmarked(self, start: int) -> int:
        """Cut a quote without marks: to the end of our letter if that is known, or all."""
        stop = self._end_of_ours(start)
        if self.sent and self._is_ours(self.sent, start, stop):
            self._keep_unknown(self.sent, start, stop)
        else:
            self._cut(start, stop)
        return stop

    def _end_of_ours(self, start: int) -> int:
        """Return where our letter ends: its last line, the last line that is known, or the end."""
        last_known = 0
        for position in range(start, len(self.lines)):
            if self.lines[position].is_blank:
                continue
            if end := marked_end(self.lines, position, end_keys()):
                return end
            if self.sent and self.lines[position].key in self.sent.frame_lines:
                last_known = position + 1
        return last_known or len(self.lines)

    def _is_ours(self, sent: SentLetter, start: int, stop: int) -> bool:
        keys = [line.key for line in self.lines[start:stop] if line.key]
        known = sum(len(key) for key in keys if sent.is_line(key))
        return known >= LEAST_KNOWN * sum(map(len, keys)) and known > 0

    def _keep_unknown(self, sent: SentLetter, start: int, stop: int) -> None:
        """Keep what the author wrote between the lines of our letter, which no mark tells apart."""
        before = ""
        position = start
        while position < stop:
            end = self._end_of_others(sent, position, before)
            line = self.lines[position]
            if end is None:
                before = ""
                position = self._keep(position, position + 1)
            else:
                before = line.key or before
                position = self._cut(position, end)

    def _end_of_others(self, sent: SentLetter, position: int, before: str) -> int | None:
        """Return where lines end that the author did not write between those of our letter."""
        line = self.lines[position]
        if end := marked_end(self.lines, position, end_keys()):
            return end
        is_known = sent.is_line(line.key) or (bool(before) and sent.goes_on(before, line.key))
        if not line.key or line.depth or is_known or tokens.is_ours(line.text):
            return position + 1
        opening = self.openings.at(position)
        return max(opening.end, position + 1) if opening else None

    def _marked(self, position: int) -> int:
        """Keep a marked quote without a header, since the author cites it, unless it is ours."""
        stop, end = position + 1, self._end_of_marked(position)
        while stop < end and self.openings.at(stop) is None:
            stop += 1
        block = self.lines[position:stop]
        if self._is_our_block(block):
            return self._cut(position, stop)
        return self._keep(position, stop)

    def _end_of_marked(self, position: int) -> int:
        while position < len(self.lines) and self.lines[position].depth > 0:
            position += 1
        return position

    def _is_our_block(self, block: list[Line]) -> bool:
        if any(tokens.is_ours(line.text) for line in block):
            return True
        if self.sent is None:
            return False
        sent = self.sent
        keys = [line.key for line in block if line.key]
        return bool(keys) and all(map(sent.is_line, keys))

    def _trim_rules(self) -> None:
        """Cut the rules and blank lines that stand directly above a quote."""
        if not self.runs or not self.runs[-1][0]:
            return
        own = self.runs[-1][1]
        while own and (own[-1].is_blank or own[-1].is_rule):
            own.pop()

    def _trim_frame(self) -> None:
        """Cut what is left of our letter above its last line, where its beginning was deleted."""
        if not self.runs or not self.runs[-1][0]:
            return
        own = self.runs[-1][1]
        kept = len(own)
        while kept and self._is_left_of_ours(own[kept - 1]):
            kept -= 1
        if kept < len(own):
            self.runs.append((False, own[kept:]))
            del own[kept:]

    def _is_left_of_ours(self, line: Line) -> bool:
        if line.is_blank or line.is_rule or line.key in fixed_keys() or tokens.is_ours(line.text):
            return True
        is_mark_or_link = not line.key or ONLY_LINK.fullmatch(line.text.strip()) is not None
        is_known = self.sent is not None and len(line.key) >= SHORTEST_KNOWN
        return is_mark_or_link or (
            is_known and self.sent is not None and self.sent.is_line(line.key)
        )

    def _keep(self, start: int, stop: int) -> int:
        return self._sort(start, stop, is_own=True)

    def _cut(self, start: int, stop: int) -> int:
        return self._sort(start, stop, is_own=False)

    def _sort(self, start: int, stop: int, *, is_own: bool) -> int:
        for line in self.lines[start:stop]:
            if self.runs and (line.is_blank or self.runs[-1][0] == is_own):
                self.runs[-1][1].append(line)
            else:
                self.runs.append((is_own, [line]))
        return stop

    def answers(self) -> Answers:
        own = [run for is_own, run in self.runs if is_own and _has_text(run)]
        between = self._answers_between()
        quotes = [joined(run) for is_own, run in self.runs if not is_own]
        ends_in_quote = bool(self.runs) and not self.runs[-1][0]
        found = Answers(parts=[], quotes=quotes, ends_in_quote=ends_in_quote)
        for number, (is_own, run) in enumerate(self.runs):
            if is_own and _has_text(run):
                asked = self._asked(number) if between and len(own) > 1 else []
                found.parts.append([*asked, *run])
        return found

    def _answers_between(self) -> bool:
        """Tell whether several answers stand below lines of a marked quote."""
        below = [
            number
            for number, (is_own, run) in enumerate(self.runs)
            if is_own and _has_text(run) and number and _is_marked(self.runs[number - 1][1])
        ]
        return len(below) > 1

    def _asked(self, number: int) -> list[Line]:
        """Return the quoted line that a part answers, with what a program wrapped of it."""
        if not number:
            return []
        quote = [line for line in self.runs[number - 1][1] if not line.is_blank and line.depth > 0]
        if not quote or self._is_frame(quote[-1]):
            return []
        asked = [quote[-1]]
        for line in reversed(quote[:-1]):
            if len(line.text) < WRAPPED_FROM or line.text.rstrip().endswith(FULL_STOPS):
                break
            asked.insert(0, line)
        return asked

    def _is_frame(self, line: Line) -> bool:
        return tokens.is_ours(line.text) or bool(self.sent and line.key in self.sent.frame_lines)


def _has_text(run: list[Line]) -> bool:
    return any(not line.is_blank for line in run)


def _is_marked(run: list[Line]) -> bool:
    return any(line.depth > 0 for line in run)

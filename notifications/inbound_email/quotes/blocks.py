"""Recognise the header block above a quote: "De : … Envoyé : … À : … Objet : …"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notifications.inbound_email.quotes.headers import (
    BLOCK_TITLE,
    FIELDS,
    FORWARDS,
    ORIGINALS,
    Field,
)
from notifications.inbound_email.quotes.lines import Line, next_with_text

FIELD_OF = {
    label: field
    for labels in FIELDS.values()
    for field, spellings in labels.items()
    for label in spellings
}
_LABELS = "|".join(sorted(map(re.escape, FIELD_OF), key=len, reverse=True))
LABEL = re.compile(rf"[|_ \-·•]*({_LABELS}) ?[|·]? ?:[_ ]*(.*)")
BARE_LABEL = re.compile(rf"({_LABELS}) (.+)")
LABEL_INSIDE = re.compile(rf"(?:^|[ ·|_])({_LABELS}) ?:")
_RULED = r"[-_=~+. ]{2,}"
ORIGINAL = re.compile(
    rf"{_RULED} ?(?:{'|'.join(word for words in ORIGINALS.values() for word in words)})"
    r"(?: ?:)?[-_=~+. ]*"
    # GroupWise.
    r"|>>> .+ \d.{4,40} >>>"
)
# Without dashes it counts only above a header block.
BARE_ORIGINAL = re.compile(ORIGINAL.pattern.rpartition("|>>>")[0].replace(_RULED, r"[-_=~+. ]*", 1))
FORWARD_WORDS = "|".join(word for words in FORWARDS.values() for word in words)
FORWARD = re.compile(
    rf"{_RULED} ?(?:{FORWARD_WORDS})(?: by .{{0,200}}| ?:)?[-_=~+. ]*|(?:{FORWARD_WORDS}) ?:"
)
MOST_LINES = 40
# Long lists of recipients wrap over several lines.
MOST_CONTINUATIONS = 8
CLOCK = re.compile(r"(?<![\d.])\d{1,2} ?[:h.] ?\d\d\b(?![.]?\d)|\b\d{1,2} ?[ap]\.?m\b")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\b\d{1,2}[./-]\d{1,2}[./-]\d\d\b")
DATED = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d\d\b|\b\d{1,2} ?[:h] ?\d\d\b")


@dataclass(frozen=True)
class Block:
    """A header block: where it ends, and its text, from which its sender can be told."""

    end: int
    sender: str
    text: str


def block_at(lines: list[Line], start: int) -> Block | None:
    """Return the header block that begins at a line, if one does."""
    return (
        _block_in_one_line(lines, start)
        or _block_by_lines(lines, start)
        or _block_without_colons(lines, start)
    )


def title_end(lines: list[Line], start: int) -> int:
    """Return where the rules and titles end that may stand above a header block."""
    position = start
    while position < len(lines) and position < start + 6 and _is_title(lines[position]):
        position += 1
    return position


def _is_title(line: Line) -> bool:
    if line.is_blank or line.is_rule:
        return True
    text = line.folded
    return bool(BARE_ORIGINAL.fullmatch(text) or BLOCK_TITLE.fullmatch(text.strip("-_= ")))


def _block_by_lines(lines: list[Line], start: int) -> Block | None:
    values: dict[Field, str] = {}
    end = start
    sender_at = start
    for position, field, value in _fields(lines, start):
        if field in values and field != Field.OTHER:
            if sender_at > start and _block_by_lines(lines, sender_at):
                # A person's own list stands directly above the block.
                return None
            break
        sender_at = position if field == Field.FROM else sender_at
        values[field] = value
        end = position + 1
    if not _is_block(values):
        return None
    text = "\n".join(line.text for line in lines[start:end])
    return Block(end, values[Field.FROM], text)


def _fields(lines: list[Line], start: int) -> Iterator[tuple[int, Field, str]]:
    """Yield each field from `start` on: its last line, and its value."""
    for position, label in _labels(lines, start):
        field, value = FIELD_OF[label[1]], label[2]
        below = next_with_text(lines, position + 1)
        is_below = not value and below < len(lines) and not LABEL.fullmatch(lines[below].folded)
        yield (below, field, lines[below].folded) if is_below else (position, field, value)


def _labels(lines: list[Line], start: int) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield the lines with a label, as long as they stand together: between them, wrapped values.

    A blank line may part two of them, where each was a paragraph of its own.
    """
    gap: list[Line] = []
    for position in range(start, min(start + MOST_LINES, len(lines))):
        line = lines[position]
        found = None if line.is_blank else LABEL.fullmatch(line.folded)
        if found and (line.depth == lines[start].depth):
            yield position, found
            gap = []
        else:
            gap.append(line)
        if (position == start and not found) or _is_over(gap):
            return


def _is_over(gap: list[Line]) -> bool:
    """Tell whether the lines after a label are more than its value: a paragraph, or too many."""
    if len(gap) > MOST_CONTINUATIONS:
        return True
    first_blank = next((number for number, line in enumerate(gap) if line.is_blank), len(gap))
    below = [line for line in gap[first_blank:] if not line.is_blank]
    return len(below) > 1 or (bool(below) and first_blank > 0)


def _is_block(values: dict[Field, str]) -> bool:
    named = values.keys() - {Field.OTHER, Field.COPY}
    if Field.FROM not in values or not values[Field.FROM]:
        return False
    has_address = any("@" in value for value in values.values())
    if len(named) >= 3:
        date = values.get(Field.DATE, "")
        # Without an address, "De : Lyon, À : Paris, Date : 3 décembre 2026 à 14 h" is a person's.
        is_dated = YEAR.search(date) is not None and CLOCK.search(date) is not None
        is_named = " " in values[Field.FROM]
        return has_address or (is_dated and is_named and not values[Field.FROM][:1].isdigit())
    return len(named) == 2 and has_address and bool(DATED.search(values.get(Field.DATE, "")))


def _block_without_colons(lines: list[Line], start: int) -> Block | None:
    """Recognise the block of eM Client, a table without colons: each line a label and a value."""
    values: dict[Field, str] = {}
    position = start
    while position < len(lines) and (found := BARE_LABEL.fullmatch(lines[position].folded)):
        field = FIELD_OF[found[1]]
        if field in values or (position == start and (field != Field.FROM or "@" not in found[2])):
            break
        values[field] = found[2]
        position += 1
    if not {Field.FROM, Field.TO, Field.DATE, Field.SUBJECT} <= values.keys():
        return None
    text = "\n".join(line.text for line in lines[start:position])
    return Block(position, values[Field.FROM], text) if _is_block(values) else None


def _block_in_one_line(lines: list[Line], start: int) -> Block | None:
    """Recognise a block whose lines a program joined: "De : … Envoyé : … À : … Objet : …"."""
    text = lines[start].folded
    if text.count(":") < 3:
        return None
    labels = list(LABEL_INSIDE.finditer(text))
    if len(labels) < 3 or labels[0].start() != 0:
        return None
    values: dict[Field, str] = {}
    for label, after in zip(labels, [*labels[1:], None], strict=True):
        stop = after.start() if after else len(text)
        values.setdefault(FIELD_OF[label[1]], text[label.end() : stop].strip())
    is_one = len(values.keys() - {Field.OTHER, Field.COPY}) >= 3 and _is_block(values)
    return Block(start + 1, values[Field.FROM], lines[start].text) if is_one else None

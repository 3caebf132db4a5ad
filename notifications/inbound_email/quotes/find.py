"""Return what the author of an email wrote, without the quote, signatures and tokens of ours.

In this sequence: our own letter, by its marker and its texts; the headers of mail programs
(`openings`); what stands below and between (`answers`); signatures; tokens. A line that nothing
recognises is kept.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from notifications.inbound_email.quotes import signatures, tokens
from notifications.inbound_email.quotes.answers import Answers
from notifications.inbound_email.quotes.lines import key_of, lines_of
from notifications.inbound_email.quotes.sent_letter import SentLetter
from notifications.outbound_email import marker

# A message has 10,000 signs. So much of an email is read line by line, in at most 4 s for the
# slowest of the texts of `test_find`.
MOST_SIGNS_READ = 1_000_000
MOST_LINES_READ = 20_000
# Quote marks and bold marks may stand on the line of a marker.
LONGEST_PREFIX = 100
JOINED_ATTRIBUTION = re.compile(
    r"^([ \t]*(?:Le|On|Am|El|Il|Em|Op)\b[^\n]{0,80}\d[^\n]{0,200}"
    r"@[^\s<>]{1,200}>?,?[^\n<>@:]{0,40}:)[ \t\xa0]{2,}(?=\S)",
    re.MULTILINE,
)
MORE_BLANK_LINES = re.compile(r"\n{3,}")


class Reason(StrEnum):
    QUOTE = "quote"
    SIGNATURE = "signature"


@dataclass(frozen=True)
class LeftOut:
    """What did not become part of the message, and is in the original."""

    reason: Reason
    text: str


@dataclass(frozen=True)
class AuthorText:
    text: str
    left_out: tuple[LeftOut, ...] = ()


def author_text(text: str, sent: SentLetter | None = None, *, subject: str = "") -> AuthorText:
    """Return what the author of an email wrote.

    `text` is the whole email, its quotes marked with ">" as far as its program marks them. `sent`
    is the letter that it answers. `subject` tells whether the author passes a letter on, which is
    then kept.
    """
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    read, beyond = _divided(_with_markers_alone(whole[:MOST_SIGNS_READ]))
    beyond += whole[MOST_SIGNS_READ:]
    answers = Answers.of(lines_of(read), sent, subject)
    parts, cut = signatures.without(answers.parts, is_at_end=not beyond)
    written = "\n\n".join("\n".join(line.raw.rstrip() for line in part) for part in parts)
    if beyond and answers.ends_in_quote:
        answers.quotes.append(beyond)
        beyond = ""
    left_out = [LeftOut(Reason.QUOTE, quote) for quote in answers.quotes]
    left_out += [LeftOut(Reason.SIGNATURE, signature) for signature in cut]
    own = MORE_BLANK_LINES.sub("\n\n", tokens.masked(written + beyond)).strip("\n")
    return AuthorText("" if not own.strip() else own, tuple(left_out))


def _divided(text: str) -> tuple[str, str]:
    """Return the lines that are read, and the rest."""
    end = 0
    for _line in range(MOST_LINES_READ):
        end = text.find("\n", end) + 1
        if not end:
            return text, ""
    return text[: end - 1], text[end - 1 :]


def _with_markers_alone(text: str) -> str:
    """Put each marker on a line of its own: some programs join the lines of a letter.

    Yahoo for Android begins the quote on the line of its attribution, behind three spaces.
    """
    return JOINED_ATTRIBUTION.sub(r"\1\n", marker.between_dashes().sub(_alone, text))


def _alone(found: re.Match[str]) -> str:
    text = found.string
    before = text[max(0, found.start() - LONGEST_PREFIX) : found.start()].rpartition("\n")[2]
    after = text[found.end() : found.end() + LONGEST_PREFIX].partition("\n")[0]
    return found[0] if not key_of(before + after) else f"\n{found[0]}\n"

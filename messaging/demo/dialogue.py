"""The French texts of the demo: scripts of threads, with blanks to fill in.

    # Subject of the thread
    client: who opened it            autre: the other person of the same client
    equipe: who answers for it       collegue: someone else of the company
    note: an internal note of `equipe`

    (an empty line: some days pass)
    client> answers to the message before it
    client~ a text => the text it was changed into
    client- a message that its author deleted
    client: … a text that comes a day or two later

An indented line goes on with the one above; `[one|another]` is a choice; `{jour}` is a blank that
`messaging.demo.phrases` fills in, the same all along a thread.
"""

import re
from random import Random
from typing import NamedTuple

from messaging.demo.dialogues_office import FREE, OFFICE
from messaging.demo.dialogues_site import WORKS
from messaging.demo.dialogues_small_talk import INTERLUDES

SPEAKERS = ("client", "autre", "equipe", "collegue", "note")
LINE = re.compile(rf"({'|'.join(SPEAKERS)})([:>~-])\s+(.*)")
LATER = "… "
CHOICE = re.compile(r"\[([^\]]*)\]")


class Line(NamedTuple):
    """What one person says; `mark` is `:`, `>`, `~` or `-` (see above)."""

    speaker: str
    mark: str
    text: str
    comes_later: bool = False


Exchange = tuple[Line, ...]


class Theme(NamedTuple):
    """A subject and the exchanges it consists of, in order."""

    subject: str
    exchanges: tuple[Exchange, ...]


def themes(script: str) -> list[Theme]:
    return [_theme(part) for part in _unfolded(script).split("# ") if part.strip()]


def exchanges(script: str) -> list[Exchange]:
    parts = (part.splitlines() for part in _unfolded(script).split("\n\n"))
    return [tuple(map(_line, part)) for part in ([x for x in p if x] for p in parts) if part]


def say(text: str, words: dict[str, str], chance: Random) -> str:
    """Return a text with its blanks filled and one of each choice."""
    chosen = CHOICE.sub(lambda found: chance.choice(found[1].split("|")), text)
    said = chosen.format_map(words)
    return said[:1].upper() + said[1:]


def _theme(part: str) -> Theme:
    subject, _, rest = part.partition("\n")
    return Theme(subject.strip(), tuple(exchanges(rest)))


def _unfolded(script: str) -> str:
    return re.sub(r"\n +", " ", script)


def _line(text: str) -> Line:
    found = LINE.fullmatch(text)
    if found is None:
        raise ValueError(f"not a line of a thread: {text}")
    speaker, mark, said = found.groups()
    return Line(speaker, mark, said.removeprefix(LATER), comes_later=said.startswith(LATER))


ABOUT_A_CHANTIER = themes(WORKS) + themes(OFFICE)
ABOUT_ANYTHING = themes(FREE)
IN_BETWEEN = exchanges(INTERLUDES)

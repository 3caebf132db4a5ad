"""A mail, and the message that it should become."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.mails.letter import Letter

Build = Callable[[Letter], bytes]
# A program's answer: the letter, what the person wrote, the language of the program.
Reply = Callable[[Letter, str, str], bytes]


@dataclass(frozen=True)
class Case:
    """What is checked: the lines of the text, without blank lines and repeated spaces.

    `text` None: only `contains` and `absent` are checked, where the words are the program's choice.
    `files` None: not checked. A name that ends in "*" gives only its beginning, one that begins
    with "*" only its end.
    """

    id: str
    program: str
    language: str
    build: Build
    text: str | None = None
    files: tuple[str, ...] | None = ()
    contains: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    # Quoted lines (`> `) may stay: answers between the lines of the letter.
    quotes_may_stay: bool = False
    # The letter's own sentences may stay: only its secrets must go.
    letter_may_stay: bool = False
    letter: str = "fr"


@dataclass(frozen=True)
class Program:
    """A mail program: how it answers, and in which languages."""

    name: str
    reply: Reply
    languages: tuple[str, ...] = ("fr",)
    headers: dict[str, str] = field(default_factory=dict)

"""Choose between the texts of a multipart/alternative: the plain one, unless the HTML says more."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

from notifications.inbound_email.reading.links import unwrapped

WORD = re.compile(r"\w+")
# What programs write for pictures and links: "[cid:…]", "[image: …]", "<https://…>", "(https://…)".
PROGRAM = re.compile(r"\[(?:cid|image|Image)\b[^\]\n]*\]|<?(?:https?://|mailto:|tel:)[^\s>)]*[>)]?")
LENGTH_COMPARED = 200_000


class Read(Protocol):
    """What was read of an alternative."""

    @property
    def text(self) -> str: ...
    @property
    def addresses(self) -> list[str]: ...
    @property
    def has_html(self) -> bool: ...


Alternative = TypeVar("Alternative", bound=Read)


def chosen(walks: Sequence[Alternative]) -> Alternative | None:
    """Return the alternative whose text is read; None if none has any."""
    with_text = [walk for walk in walks if walk.text.strip()]
    plain = next((walk for walk in with_text if not walk.has_html), None)
    # The last is the best one that its program could write (RFC 2046, 5.1.4).
    rich = next((walk for walk in reversed(with_text) if walk.has_html), None)
    if plain is None or rich is None:
        return plain or rich
    return rich if _says_more(rich, plain) else plain


def _says_more(rich: Read, plain: Read) -> bool:
    """Tell whether the HTML has words or addresses that the plain text has not."""
    shown, written = _words(rich.text), _words(plain.text)
    missing, added = (shown - written).total(), (written - shown).total()
    if missing > added or missing >= max(10, shown.total() // 4):
        return True
    text = plain.text.lower()
    return any(
        address.lower() not in text and address.lower() not in _unwrapped(text)
        for address in rich.addresses
    )


def _words(text: str) -> Counter[str]:
    return Counter(WORD.findall(PROGRAM.sub(" ", text[:LENGTH_COMPARED]).lower()))


def _unwrapped(text: str) -> str:
    return re.sub(r"https?://[^\s<>()]+", lambda found: unwrapped(found[0]), text)

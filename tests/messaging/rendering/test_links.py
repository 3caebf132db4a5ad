"""The server links what the elements link: tests/js/messaging/linkify.test.js has the examples."""

import json
import re
from time import perf_counter

import pytest

from messaging.rendering.links import LinkedTexts, linkify
from tests.bundles import ROOT
from tests.in_node import in_node

LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')
MORE = [
    "<script>alert(1)</script> https://a.fr/<b>", "javascript:alert(1) data:text/html,x",
    "\u202ehttps://a.fr\u202c odile@exemple.fr", "06 12 34 56 78\n07 98 76 54 32 👍 www.a.fr",
    "vbscript:x file:///etc/passwd HTTPS://A.FR", "a" * 10_000, "https://a.fr/?q=%22&b='x'",
    "1er étage, lot 3 : 12 m² à 45 €, réf. 0612345678", "Tel 0612345678 / +33612345678, www.x.fr.",
    'https://a.fr/"onclick="alert(1)', "mailto:a&b@c.fr?subject=x", "٠٦١٢٣٤٥٦٧٨ 06 12 34 56 7٨",
]  # fmt: skip
# A search that would take long is given up, and the text shown without links.
SLOW = {
    "signs": "=a" * 5_000,
    "brackets": f"https://a{')' * 10_000}",
    "apostrophes": "a'" * 5_000,
    "numbers": "+1 " * 3_300,
    "pairs": "01 " * 3_300,
    "names": f"a@{'a.' * 4_900}1",
}


def examples() -> list[str]:
    """Return every text between quotes in the tests of the module."""
    source = (ROOT / "tests/js/messaging/linkify.test.js").read_text()
    return [*map(json.loads, LITERAL.findall(source.replace(r"\u{", "\\\\u{"))), *MORE]


def test_links_are_those_of_the_elements() -> None:
    texts = examples()
    theirs = in_node(
        """const { linkify } = await import("#messaging/components/linkify.js");
        return given.map((text) => linkify(text).map(({ text, href }) => [text, href]));""",
        texts,
    )

    ours = [[list(piece) for piece in linkify(text)] for text in texts]

    assert len(texts) > 100
    assert dict(zip(texts, ours, strict=True)) == dict(zip(texts, theirs, strict=True))


def test_linked_text_is_escaped() -> None:
    html = LinkedTexts()("<script>alert(1)</script> & https://a.fr/?a=1&b=2 javascript:alert(1)")

    assert html == (
        "&lt;script&gt;alert(1)&lt;/script&gt; &amp; "
        '<a href="https://a.fr/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">'
        "https://a.fr/?a=1&amp;b=2</a> javascript:alert(1)"
    )


@pytest.mark.parametrize("kind", SLOW)
def test_long_message_of_odd_signs_is_read_at_once(kind: str) -> None:
    started = perf_counter()

    pieces = linkify(SLOW[kind])

    assert "".join(text for text, _ in pieces) == SLOW[kind]
    assert perf_counter() - started < 1


def test_page_of_slow_messages_stops_to_look_for_links() -> None:
    linked = LinkedTexts(seconds=0.02)
    texts = [f"{number} {SLOW['signs']}" for number in range(50)]
    started = perf_counter()

    shown = [linked(text) for text in texts]

    assert perf_counter() - started < 1
    assert linked("https://a.fr") == "https://a.fr"
    assert shown == texts

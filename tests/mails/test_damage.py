"""Damaged and hostile mails: no exception, no lost text, and time in proportion to their size."""

import email
import email.policy
import re
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.inbound_email import parser
from tests.mails.case import Case
from tests.mails.checking import read
from tests.mails.corpus import CASES
from tests.mails.letter import Letter

pytestmark = pytest.mark.django_db
NO_CHECKS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
MIB = 2**20
HEADERS = (
    b"From: Camille <camille@exemple.fr>\r\nTo: reply+"
    + b"a" * 26
    + b"@reponse.liaison.example\r\n"
    b"Subject: Re: x\r\nMIME-Version: 1.0\r\n"
)


def mutated(raw: bytes, cuts: list[tuple[float, float, bytes]]) -> bytes:
    """Replace pieces of a mail. A cut is where it starts, how long it is, what stands instead."""
    for start, length, instead in cuts:
        at = int(start * len(raw))
        raw = raw[:at] + instead + raw[at + int(length * 200) :]
    return raw


shares = st.floats(0, 1)
pieces = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"\r\n\r\n", b"--", b"=", b"\x00", b"\xff\xfe", b"<blockquote>", b"> " * 50, b"<div>" * 40,
         b"=?utf-8?q?=ff?=", b"Content-Type: multipart/mixed; boundary=x\r\n", b"charset=utf-7"]
    ),
)  # fmt: skip
cuts = st.lists(st.tuples(shares, shares, pieces), min_size=1, max_size=6)


@settings(max_examples=40, suppress_health_check=NO_CHECKS, deadline=None)
@given(case=st.sampled_from(CASES), cuts=cuts, kept=shares)
def test_damaged_mail_raises_nothing(
    letters: dict[str, Letter], case: Case, cuts: list[tuple[float, float, bytes]], kept: float
) -> None:
    raw = mutated(case.build(letters[case.letter]), cuts)

    for damaged in (raw, raw[: int(kept * len(raw))]):
        got = read(damaged)

        assert isinstance(got.text, str)


@settings(max_examples=40, deadline=None)
@given(garbage=st.binary(max_size=400))
def test_garbage_raises_nothing(garbage: bytes) -> None:
    for raw in (garbage, HEADERS + garbage, HEADERS + b"\r\n" + garbage):
        assert isinstance(read(raw).text, str)


WELL_FORMED = [
    case for case in CASES if case.text is not None and not case.id.startswith(("charset", "encod"))
]


def words_of_text_parts(raw: bytes) -> set[str]:
    """Return the long words of the text parts, as the standard library reads them."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    texts = [
        part.get_content()
        for part in message.walk()
        if part.get_content_type() == "text/plain" and not part.get_filename()
    ]
    return {word for text in texts for word in re.findall(r"[^\W\d_]{7,}", text)}


@pytest.mark.parametrize("case", WELL_FORMED[::12], ids=lambda case: case.id)
def test_every_word_of_a_text_part_is_read(case: Case, letters: dict[str, Letter]) -> None:
    """Before the quote is taken away, the whole text is there."""
    raw = case.build(letters[case.letter])

    whole = parser.read(raw).text

    missing = {word for word in words_of_text_parts(raw) if word not in whole}
    assert missing == set()


# --- Time ---------------------------------------------------------------------------------------


def _text(body: bytes, kind: bytes = b"plain") -> bytes:
    return HEADERS + b"Content-Type: text/" + kind + b"; charset=utf-8\r\n\r\n" + body


def many_parts(size: int) -> bytes:
    one = b"--x\r\nContent-Type: text/plain\r\n\r\nOui\r\n"
    return HEADERS + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + one * (size // len(one))


def deep_parts(size: int) -> bytes:
    """A multipart in a multipart in a multipart …, and a long text inside."""
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
        for number in range(400)
    )
    return HEADERS + opened + b"Content-Type: text/plain\r\n\r\n" + b"Oui jeudi\r\n" * (size // 11)


def repeated(unit: bytes, kind: bytes = b"plain") -> Callable[[int], bytes]:
    return lambda size: _text(unit * (size // len(unit)), kind)


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "parts": many_parts,
    "nesting": deep_parts,
    "one-line": repeated(b"a"),
    "spaces": repeated(b" "),
    "no-break-spaces": repeated("\u00a0".encode()),
    "blank-lines": repeated(b"\r\n"),
    "quote-signs": repeated(b">"),
    "quoted-lines": repeated(b"> oui\r\n"),
    "deep-quotes": repeated(b"> " * 200 + b"\r\n"),
    "attributions": repeated("Le 3 nov. 2026 à 14:02, Odile <o@x.fr> a écrit :\r\n".encode()),
    "attribution-starts": repeated(b"Le 3 nov. 2026 "),
    "header-blocks": repeated("De : a\r\nEnvoyé : b\r\nÀ : c\r\nObjet : d\r\n".encode()),
    "labels": repeated(b"De : "),
    "underscores": repeated(b"_"),
    "dashes": repeated(b"-- \r\n"),
    "angles": repeated(b"<"),
    "tags": repeated(b"<div>", b"html"),
    "blockquotes": repeated(b"<blockquote>", b"html"),
    "broken-tags": repeated(b"<a href=", b"html"),
    "comments": repeated(b"<!--", b"html"),
    "entities": repeated(b"&amp", b"html"),
    "tables": repeated(b"<table><tr><td>", b"html"),
    "links": repeated(b"<a href='http://x.fr'>x</a> ", b"html"),
    "addresses": repeated(b"reply+a@"),
}


def seconds_of(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def least_seconds_of(raw: bytes) -> float:
    return min(seconds_of(lambda: read(raw)) for _ in range(2))


# Seconds that are long enough to be measured.
MEASURABLE = 0.2


@pytest.mark.parametrize("name", HOSTILE)
def test_time_grows_with_the_size_only(name: str) -> None:
    """Four times the size takes at most eight times as long, and a little: no square.

    What takes long at a small size is compared from there.
    """
    make = HOSTILE[name]
    read(make(MIB // 256))
    for size in (MIB // 64, MIB // 16):
        first = least_seconds_of(make(size))
        if first >= MEASURABLE:
            break

    large = make(4 * size)
    second = seconds_of(lambda: read(large))

    assert second <= 8 * first + 0.2


@pytest.mark.parametrize("name", ["parts", "quoted-lines"])
def test_25_mib_take_no_more_than_their_share(name: str) -> None:
    """The standard library takes 12 s for the parts of 1 MiB, so it is no measure."""
    make = HOSTILE[name]
    small, large = make(MIB), make(25 * MIB)

    first = seconds_of(lambda: parser.read(small))
    second = seconds_of(lambda: parser.read(large))

    assert second <= 2 * 25 * first + 2

"""No token of a letter of ours is left in a text, however a program wrote it."""

import base64
import textwrap
from collections.abc import Callable
from urllib.parse import quote
from uuid import UUID

import pytest
from pytest_django import Settings

from notifications import signed_tokens
from notifications.inbound_email.quotes import tokens
from notifications.inbound_email.quotes.find import author_text

REPLY = "reply+abcdefghijklmnopqrstuvwx23@reponse.liaison.example"
TOKEN = "abcdefghijklmnopqrstuvwx23"


@pytest.fixture
def link(settings: Settings) -> str:
    settings.PUBLIC_URL = "https://liaison.example"
    token = signed_tokens.for_unsubscribing(UUID("018f0000-0000-7000-8000-000000000000"))
    return f"https://liaison.example/unsubscribe/{token}"


def _proofpoint(link: str) -> str:
    coded = link.replace("-", "-2D").replace("_", "-5F").replace(":", "-3A").replace("/", "_")
    return f"https://urldefense.proofpoint.com/v2/url?u={coded}&d=DwMF&c=x&r=y&m=z&s=t&e="


WAYS: dict[str, Callable[[str], str]] = {
    "plain": lambda link: link,
    "brackets": lambda link: f"Ne plus recevoir d'e-mails <{link}>",
    "percent": lambda link: quote(link, safe=""),
    "percent-twice": lambda link: quote(quote(link, safe=""), safe=""),
    "safelinks": lambda link: "https://eur01.safelinks.protection.outlook.com/?url="
    + quote(link, safe="") + "&data=05%7C02&sdata=abc&reserved=0",
    "proofpoint-2": _proofpoint,
    "proofpoint-3": lambda link: f"https://urldefense.com/v3/__{link}__;!!abc!def$",
    "google": lambda link: f"https://www.google.com/url?q={link}&source=gmail&ust=1",
    "cisco": lambda link: f"https://secure-web.cisco.com/1abc/{quote(link, safe='')}",
    "barracuda": lambda link: "https://linkprotect.cudasvc.com/url?a="
    + quote(link, safe="") + "&c=E,1",
    "sophos": lambda link: "https://eu-west-1.protection.sophos.com?d=liaison.example&u="
    + base64.urlsafe_b64encode(link.encode()).decode() + "&i=NWY",
    "base64": lambda link: "https://filter.example/r?u="
    + base64.b64encode(link.encode()).decode(),
    "mimecast": lambda link: "https://protect-eu.mimecast.com/s/AbCdEfGh?domain=liaison.example",
    "wrapped-60": lambda link: "\n".join(textwrap.wrap(link, 60)),
    "wrapped-marked": lambda link: "\n".join(f"> {row}" for row in textwrap.wrap(link, 50)),
    "quoted-printable": lambda link: "=\n".join(textwrap.wrap(link, 60)),
    "quoted-printable-coded": lambda link: link.replace(":", "=3A"),
    "html": lambda link: link.replace(":", "&#58;"),
    "joiners": lambda link: "\u200b".join(textwrap.wrap(link, 30)),
}  # fmt: skip
# What the filters keep of the link themselves.
OPAQUE = {"mimecast": "AbCdEfGh"}


class TestLink:
    @pytest.mark.parametrize("way", WAYS)
    def test_key_in_a_link_is_masked(self, link: str, way: str) -> None:
        written = WAYS[way](link)

        got = author_text(f"Oui, jeudi.\n\n{written}\nMerci à vous").text

        signature = link.rpartition(":")[2]
        plain = "".join(got.replace("=", "").replace(">", "").split())
        assert not any(signature[at : at + 20] in plain for at in range(len(signature) - 19))
        assert base64.b64encode(link.encode()).decode()[:40] not in got
        assert OPAQUE.get(way, "\0") not in got
        assert got.startswith("Oui, jeudi.\n\n")
        assert got.endswith("\nMerci à vous")

    def test_links_without_a_key_stay(self, link: str) -> None:
        text = (
            "Voir https://liaison.example/client/messages/018f0000-0000-7000-8000-000000000000\n"
            "et https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.exemple.fr\n"
            "et https://exemple.fr/unsubscribe/abcdefghijkl : est-ce à nous ?"
        )

        assert author_text(text).text == text


REPLY_WAYS: dict[str, str] = {
    "plain": REPLY,
    "upper": REPLY.upper(),
    "mailto": f"mailto:{quote(REPLY, safe='')}?subject=Re",
    "percent-twice": quote(quote(REPLY, safe=""), safe=""),
    "proofpoint": REPLY.replace("+", "-2B").replace("@", "-40"),
    "quoted-printable": REPLY.replace("+", "=2B"),
    "wrapped": REPLY[:20] + "\n" + REPLY[20:],
    "wrapped-marked": "> " + REPLY[:20] + "\n> " + REPLY[20:],
    "wrapped-qp": REPLY[:20] + "=\r\n" + REPLY[20:],
    "wrapped-after-plus": REPLY.replace("+", "+\n"),
    "entity": REPLY.replace("+", "&#43;"),
    "joined": f"Liaison<{REPLY}>Bonjour",
    "without-domain": REPLY.partition("@")[0],
}


@pytest.mark.parametrize("written", REPLY_WAYS.values(), ids=REPLY_WAYS)
def test_token_of_a_reply_address_is_masked(written: str) -> None:
    got = author_text(f"Est-ce la bonne adresse ?\n{written}\nMerci").text

    plain = "".join(got.lower().replace("=", "").replace(">", "").split())
    assert not any(TOKEN[at : at + 12] in plain for at in range(len(TOKEN) - 11))
    assert got.endswith("\nMerci")


def test_token_beyond_what_is_read_is_masked() -> None:
    text = "Une ligne.\n" * 150_000 + REPLY

    assert TOKEN not in author_text(text).text


@pytest.mark.parametrize("text", [
    "Horaires : lundi : matin, mardi : après-midi",
    "Réf. 12:345678:abc et https://exemple.fr/a:b:c",
    "reply+odile@exemple.fr",
    "Répondre à reply@exemple.fr\n\n> cité\n\nMerci",
], ids=["colons", "reference", "short", "marked"])  # fmt: skip
def test_text_without_tokens_is_as_it_was(text: str) -> None:
    assert tokens.masked(text) == text

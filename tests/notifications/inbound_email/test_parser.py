"""What is read from a raw email: its reply token, and the text of its author."""

import pytest

from notifications.inbound_email import parser
from notifications.inbound_email.quotes.find import author_text
from tests.notifications.inbound_email.letters import letter


class TestReplyTokens:
    @pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"])
    def test_reply_token_is_found_in_each_header_of_recipients(self, header: str) -> None:
        token = "a" * 26
        raw = f"{header}: reply+{token}@reponse.liaison.example\n\nOui".encode()

        assert parser.read(raw).tokens == [token]


class TestText:
    @pytest.mark.parametrize(
        "text",
        [
            "Oui.\n\nEnvoyé de mon iPhone",
            "Oui.\n\nEnvoyé depuis mon appareil Galaxy",
            "Oui.\n\nSent from my iPhone",
            "Oui.\n\nTélécharger Outlook pour Android",
            "Oui.\n\n-- \nCamille Morel\n06 00 00 00 00",
            "Oui.\n\nOn Tue, Nov 3, 2026 at 2:02 PM Odile <o@x.fr> wrote:\n> Bonjour",
            "Oui.\n\nLe 3 nov. 2026 à 14:02, Odile <o@x.fr> a écrit :\n> Bonjour",
            "Oui.\n\nDe : Odile <o@x.fr>\nEnvoyé : mardi 3 novembre 2026 14:02\n"
            "À : Camille\nObjet : Carrelage\n\nBonjour",
            "Oui.\n\nLe mar. 3 nov. 2026 à 14:02, Odile Perrin (Liaison) <o@x.fr> a écrit :\n"
            "\n> Bonjour\n> À jeudi",
            "Oui.\n\nFrom: Odile <o@x.fr>\nSent: Tuesday, November 3, 2026 2:02 PM\n"
            "To: Camille\nSubject: Tiles\n\nHello",
            "Oui.\n\nEnvoyé de mon iPhone\n\nLe 3 nov. 2026 à 14:02, Odile <o@x.fr> a écrit :"
            "\n\n> Bonjour",
        ],
    )
    def test_text_has_no_quotes_and_signatures(self, text: str) -> None:
        whole = parser.read(letter("x@x.fr", text).as_bytes()).text

        assert author_text(whole).text == "Oui."

    def test_text_has_no_reply_tokens(self) -> None:
        token = "a" * 26
        text = f"Écrivez à reply+{token}@reponse.liaison.example"

        whole = parser.read(letter("x@x.fr", text).as_bytes()).text

        assert token not in author_text(whole).text

    @pytest.mark.parametrize(
        ("raw", "text"),
        [
            (b"", ""),
            (b"\xff\xfe\x00", "\ufffd"),
            (b"From: =?utf-8?q?=ff?= <\n\nx", "x"),
            (b"Content-Type: text/plain; charset=nothing\n\nOui", "Oui"),
            (b"Content-Type: multipart/mixed; boundary=\n\n--\n", "--"),
            (b"To: @@@,,,<<>>\nFrom:\nDate: never\n\nOui", "Oui"),
        ],
    )
    def test_malformed_email_is_read_as_far_as_possible(self, raw: bytes, text: str) -> None:
        assert parser.read(raw).text == text

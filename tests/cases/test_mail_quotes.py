"""Emails as programs really quote: one test for each line of the cases, and its kind."""

from uuid import UUID

import pytest
from pytest_django import Settings

from core.models import User
from messaging.models import Conversation, Message
from notifications import signed_tokens
from notifications.inbound_email import intake
from notifications.inbound_email.quotes.find import author_text
from notifications.outbound_email import reply_address
from tests.cast import Say
from tests.notifications.conftest import Work
from tests.notifications.inbound_email.letters import letter
from tests.notifications.mail_server import MailServer
from tests.notifications.steps import MINUTE, PassTime

OWN = "Oui, jeudi 8 h. Le code du portail est 4512."
LONG_NAME = "Marie-Antoinette de La Rochefoucauld-Perrin (Liaison)"
FROM = f"{LONG_NAME} <notifications@liaison.example>"
ATTRIBUTION = f"Le mar. 3 nov. 2026 à 14:02, {FROM} a écrit :"
SAID = "Bonjour Camille,\n\nLe carreleur passe jeudi.\nQuel est le code ?"
MARKED = "\n".join(f"> {line}".rstrip() for line in SAID.split("\n"))


def own(text: str) -> str:
    return author_text(text).text


class TestBelowAndBetween:
    def test_thunderbird_answer_below_the_quote(self) -> None:
        attribution = "Le 03/11/2026 à 14:02, Odile Perrin (Liaison) a écrit :"

        assert own(f"{attribution}\n{MARKED}\n\n{OWN}\n") == OWN

    def test_answers_between_quoted_lines(self) -> None:
        got = own(f"{ATTRIBUTION}\n\n> Jeudi ?\n\nOui.\n\n> Le code ?\n\n4512.\n")

        assert [line for line in got.split("\n") if line and line[0] != ">"] == ["Oui.", "4512."]

    def test_line_of_dashes_between_two_paragraphs(self) -> None:
        text = "Premier point : le portail.\n--\nSecond point : la terrasse."

        assert own(text) == own(f"{text}\n\n{ATTRIBUTION}\n\n{MARKED}") == text

    def test_last_line_about_a_registered_letter(self) -> None:
        text = "Le dossier est parti.\nEnvoyé avec accusé de réception, n° 1A 203 456."

        assert own(text) == own(f"{text}\n\n{ATTRIBUTION}\n\n{MARKED}") == text

    def test_blockquote_that_cites_a_rule(self) -> None:
        text = "Le règlement dit :\n\n> Pas de bruit avant 8 h.\n\nEst-ce respecté ?"

        assert own(text) == text


class TestPrograms:
    @pytest.mark.parametrize(
        "attribution",
        [
            ATTRIBUTION.replace("<", "<\n"),
            ATTRIBUTION.replace(" a écrit", " a\nécrit"),
            ATTRIBUTION.replace(" a écrit", "\na écrit").replace(" <", "\n<"),
            ATTRIBUTION.replace("<", "<\n").replace(">", "\n>"),
        ],
        ids=["bracket", "verb", "three-lines", "both-brackets"],
    )
    def test_gmail_attribution_wrapped_for_a_long_name(self, attribution: str) -> None:
        assert own(f"{OWN}\n\n{attribution}\n\n{MARKED}") == OWN

    def test_outlook_windows_block_with_no_break_spaces(self) -> None:
        block = (
            f"De\u00a0: {FROM}\nEnvoyé\u00a0: mardi 3 novembre 2026 14:02\n"
            "À\u00a0: Camille Morel\nObjet\u00a0: Carrelage"
        )

        assert own(f"{OWN}\n\n{block}\n\n{SAID}") == OWN

    def test_outlook_mac_block(self) -> None:
        block = (
            f"De : {FROM}\nDate : mardi, 3 novembre 2026 à 14:02\nÀ : Camille\nObjet : Carrelage"
        )

        assert own(f"{OWN}\n\n{block}\n{SAID}") == OWN

    def test_yahoo_without_marks(self) -> None:
        attribution = f"Le mardi 3 novembre 2026 à 14:02:11 UTC+1, {FROM} a écrit :"

        assert own(f"{OWN}\n\n{attribution}\n\n{SAID}") == OWN

    def test_zimbra_of_free_and_la_poste(self) -> None:
        block = (
            f"----- Mail original -----\nDe: {FROM}\nÀ: camille@free.fr\n"
            "Envoyé: Mardi 3 Novembre 2026 14:02:11\nObjet: Carrelage"
        )

        assert own(f"{OWN}\n\n{block}\n\n{SAID}") == OWN

    def test_samsung_with_its_signature_and_a_rule(self) -> None:
        block = f"-----Message d'origine-----\nDe : {FROM}\nDate : 03/11/2026 14:02\nÀ : Camille"
        text = f"{OWN}\n\nEnvoyé depuis mon appareil Galaxy\n\n{'_' * 32}\n{block}\n\n{SAID}"

        assert own(text) == OWN

    def test_iphone_and_mac_quote_the_attribution_itself(self) -> None:
        attribution = f"> Le 3 nov. 2026 à 14:02, {LONG_NAME}\n> <n@liaison.example> a écrit :"

        assert own(f"{OWN}\n\nEnvoyé de mon iPhone\n\n{attribution}\n> \n> \ufeff\n{MARKED}") == OWN

    def test_forwarded_inside_an_answer(self) -> None:
        text = (
            "Voici :\n\n---------- Forwarded message ---------\nDe : Mairie <m@ville.example>\n"
            "Date: mar. 3 nov. 2026\nSubject: Permis\n\nVotre permis est accordé."
        )

        assert own(text) == text
        assert own(f"{text}\n\n{ATTRIBUTION}\n\n{MARKED}").startswith(text)


class TestTokens:
    def test_quote_that_is_not_recognised_gives_no_key_away(self, settings: Settings) -> None:
        settings.PUBLIC_URL = "https://liaison.example"
        token = signed_tokens.for_unsubscribing(UUID("018f0000-0000-7000-8000-000000000000"))
        reply = f"reply+{'a' * 26}@reponse.liaison.example"

        got = own(f"{OWN}\n\n=== ??? ===\n{reply}\nhttps://liaison.example/unsubscribe/{token}")

        assert got.startswith(OWN)
        assert token not in got
        assert "a" * 26 not in got


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("clock", "alone")
class TestRealLetter:
    @pytest.mark.parametrize("shape", ["above", "below", "outlook", "no-header"])
    def test_answer_to_a_letter_of_ours_brings_the_own_words_alone(
        self, camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
        conversation: Conversation, mail_server: MailServer, settings: Settings, shape: str,
    ) -> None:  # fmt: skip
        settings.REPLY_DOMAIN = "reponse.liaison.example"
        say(odile, "Le carrelage est arrivé.\nPose droite ou décalée ?")
        work()
        pass_time(2 * MINUTE)
        (sent,) = mail_server.letters
        text = sent.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        marked = "\n".join(f"> {line}" for line in text.splitlines())
        block = f"De : {sent['From']}\nEnvoyé : mardi 3 novembre 2026 14:02\nÀ : x\nObjet : x"
        shapes = {
            "above": f"{OWN}\n\n{ATTRIBUTION}\n\n{marked}",
            "below": f"{ATTRIBUTION}\n\n{marked}\n\n{OWN}",
            "outlook": f"{block}\n\n{text}\n\n{OWN}",
            "no-header": f"{OWN}\n\n{text}",
        }
        address = reply_address.address_for(camille, conversation)

        intake.receive(letter(address, shapes[shape], In_Reply_To=sent["Message-ID"]).as_bytes())

        assert Message.objects.get(author=camille).body == OWN

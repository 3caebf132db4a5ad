"""Nothing that a person wrote is dropped: a message, or an email that waits, with its original."""

from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from attachments.models import Attachment
from attachments.storage import objects
from core.models import User
from messaging.models import Conversation, Message
from notifications import actions, signed_tokens
from notifications.inbound_email import intake
from notifications.inbound_email.bounce import InboundStatus
from notifications.models import InboundEmail, ReplyAddress
from tests.cast import Call
from tests.notifications.inbound_email.letters import attach_plan, letter
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.django_db

LIST = "/api/v1/staff/emails"
NOBODYS = f"reply+{'a' * 26}@reponse.liaison.example"


def from_(sender: str, to: str, text: str, subject: str = "Re: Carrelage") -> EmailMessage:
    message = letter(to, text)
    for name, value in {"From": sender, "Subject": subject}.items():
        del message[name]
        message[name] = value
    return message


def waiting(api: Call, odile: User, query: str = "state=waiting") -> list[dict[str, Any]]:
    answer = api(odile).get(f"{LIST}?{query}")
    assert answer.status_code == 200, answer.content
    return list(answer.json()["results"])


class TestAutomaticAndLists:
    @pytest.mark.parametrize(
        "sender",
        ["Camille <camille@demo.test>", "'Camille' via Famille <famille@googlegroups.com>"],
        ids=["own-address", "rewritten"],
    )
    def test_mail_by_way_of_a_group_written_by_a_known_person_is_a_message(
        self, address: str, sender: str
    ) -> None:
        message = from_(sender, address, "Oui, jeudi 8 h.")
        message["List-Id"] = "<famille.googlegroups.com>"
        message["List-Post"] = "<https://groups.google.com/a/famille/post>"
        message["Precedence"] = "list"

        assert intake.receive(message.as_bytes()) == InboundStatus.ACCEPTED

        assert Message.objects.get().body == "Oui, jeudi 8 h."

    def test_out_of_office_is_no_message_and_gets_no_letter_but_is_listed_apart(
        self, address: str, api: Call, odile: User, mail_server: MailServer
    ) -> None:
        message = from_("camille@demo.test", address, "Je suis absente.", "Absence du bureau")

        assert intake.receive(message.as_bytes()) == InboundStatus.AUTOMATIC

        assert not Message.objects.exists()
        assert mail_server.letters == []
        assert waiting(api, odile, "state=waiting&automatic=false") == []
        (shown,) = waiting(api, odile, "state=waiting&automatic=true")
        assert shown["reason"].startswith("Une réponse automatique")

    def test_newsletter_waits_as_automatic_and_gets_no_letter(
        self, address: str, api: Call, odile: User, mail_server: MailServer
    ) -> None:
        message = from_("news@tuiles.example", "contact@liaison.example", "-20 %", "Nos offres")
        message["List-Unsubscribe"] = "<https://tuiles.example/u>"

        intake.receive(message.as_bytes())

        assert mail_server.letters == []
        assert [each["subject"] for each in waiting(api, odile, "automatic=true")] == ["Nos offres"]

    def test_read_receipt_is_nothing(self, address: str, api: Call, odile: User) -> None:
        raw = (
            f"From: camille@demo.test\r\nTo: {address}\r\nSubject: Lu : Carrelage\r\n"
            "Message-ID: <mdn@demo.test>\r\nContent-Type: multipart/report; "
            'report-type=disposition-notification; boundary="b"\r\n\r\n--b\r\n'
            "Content-Type: text/plain\r\n\r\nVotre message a ete lu.\r\n--b\r\n"
            "Content-Type: message/disposition-notification\r\n\r\n"
            "Disposition: manual-action/MDN-sent-manually; displayed\r\n--b--\r\n"
        ).encode()

        intake.receive(raw)

        assert not Message.objects.exists()
        assert waiting(api, odile, "state=waiting") == []

    @pytest.mark.parametrize("program", ["outlook", "gmail"])
    def test_reaction_is_a_message_with_the_emoji_alone(self, address: str, program: str) -> None:
        if program == "gmail":
            message = letter(address, "👍\n\nCamille Morel a réagi via Gmail\n")
            message.add_attachment(b'{"emoji": "\xf0\x9f\x91\x8d", "version": 1}', maintype="text",
                                   subtype="vnd.google.email-reaction+json")  # fmt: skip
        else:
            message = letter(address, "👍 Camille Morel a réagi à votre message :")

        assert intake.receive(message.as_bytes()) == InboundStatus.ACCEPTED

        message_made = Message.objects.get()
        assert (message_made.body, message_made.attachment_count) == ("👍", 0)

    def test_mail_with_an_empty_return_path_that_speaks_of_failure_is_a_message(
        self, address: str
    ) -> None:
        message = letter(address, "Le carreleur n'a pas pu venir.", Return_Path="<>")

        assert intake.receive(message.as_bytes()) == InboundStatus.ACCEPTED

    def test_four_unreadable_mails_in_thirty_days_each_get_their_letter(
        self, address: str, mail_server: MailServer, clock: time_machine.Traveller
    ) -> None:
        for _ in range(4):
            assert intake.receive(letter(address, "").as_bytes()) == InboundStatus.EMPTY
            clock.shift(timedelta(days=7))

        assert len(mail_server.letters) == 4

    def test_letter_that_a_kill_left_unsent_is_sent_by_the_repeat(
        self, address: str, mail_server: MailServer, clock: time_machine.Traveller
    ) -> None:
        raw = letter(NOBODYS).as_bytes()
        intake.receive(raw)
        InboundEmail.objects.update(answered_at=None)
        mail_server.letters.clear()

        clock.shift(timedelta(minutes=5))

        assert intake.receive(raw) == InboundStatus.DUPLICATE
        assert len(mail_server.letters) == 1


class TestOriginal:
    def test_original_is_shown_to_the_company_and_its_author_alone(
        self, address: str, api: Call, camille: User, bruno: User, odile: User, yanis: User
    ) -> None:
        attribution = f"Le 3 nov. 2026 à 14:02, Odile <{address}> a écrit :"
        quoted = f"Oui, jeudi.\n\n{attribution}\n\n> Quand ?\n"
        intake.receive(letter(address, quoted).as_bytes())
        message = Message.objects.get()
        url = f"/api/v1/conversations/{message.conversation_id}/messages/{message.pk}/email"

        answers = {each.name: api(each).get(url) for each in (camille, odile, bruno, yanis)}

        assert [answer.status_code for answer in answers.values()] == [200, 200, 404, 404]
        shown = answers["Camille Morel"].json()
        assert shown["subject"] == "Re: Carrelage du séjour"
        assert shown["sender"] == "Camille Morel <camille@demo.test>"
        assert "> Quand ?" in shown["text"]

    def test_original_shows_no_token_and_no_link_with_a_key(
        self, address: str, api: Call, camille: User
    ) -> None:
        unsubscribe = signed_tokens.for_unsubscribing(camille.pk)
        text = (
            f"Oui.\n\n> Répondez à {address}\n"
            f"> Désabonnement : http://127.0.0.1:8000/unsubscribe/{unsubscribe}\n"
            "> https://s3.example/files/1?X-Amz-Signature=0123abcd&x=1\n"
        )
        intake.receive(letter(address, text).as_bytes())
        message = Message.objects.get()
        url = f"/api/v1/conversations/{message.conversation_id}/messages/{message.pk}/email"

        shown = api(camille).get(url).content.decode()

        token = address.partition("+")[2].partition("@")[0]
        for secret in (token, unsubscribe, "0123abcd"):
            assert secret not in shown

    def test_original_is_encrypted_in_the_bucket(self, address: str) -> None:
        intake.receive(letter(address, "Le code du portail est 4512").as_bytes())

        (item,) = [each for each in objects.listed("sealed/emails/") if key_in(each.key)]

        assert b"4512" not in b"".join(objects.chunks(item.key))

    def test_original_is_removed_after_its_time_and_one_that_waits_is_kept(
        self,
        address: str,
        api: Call,
        camille: User,
        odile: User,
        mail_server: MailServer,
    ) -> None:
        intake.receive(letter(address, "Oui").as_bytes())
        intake.receive(from_("x@y.example", NOBODYS, "Et la fuite ?").as_bytes())
        message = Message.objects.get()
        # The bucket takes no request of a clock that was moved.
        InboundEmail.objects.update(received_at=timezone.now() - timedelta(days=91))

        assert actions.clean_originals() == 1

        url = f"/api/v1/conversations/{message.conversation_id}/messages/{message.pk}/email"
        assert api(camille).get(url).status_code == 404
        (kept,) = waiting(api, odile)
        assert api(odile).get(f"{LIST}/{kept['id']}").json()["original"]["text"] == "Et la fuite ?"
        assert sum(key_in(each.key) for each in objects.listed("sealed/emails/")) == 1


def test_mail_is_a_message_while_the_bucket_is_away_and_its_original_is_kept(
    address: str, api: Call, camille: User
) -> None:
    # The bucket refuses a request that is dated ten days ago.
    with time_machine.travel(timezone.now() - timedelta(days=10)):
        assert intake.receive(letter(address, "Oui").as_bytes()) == InboundStatus.ACCEPTED
    message = Message.objects.get()
    url = f"/api/v1/conversations/{message.conversation_id}/messages/{message.pk}/email"
    assert api(camille).get(url).json()["text"] == "Oui"

    actions.clean_originals()

    assert InboundEmail.objects.get().sealed is None
    assert api(camille).get(url).json()["text"] == "Oui"


def key_in(name: str) -> bool:
    """Tell if an object belongs to a row of this test."""
    return any(str(key) in name for key in InboundEmail.objects.values_list("key", flat=True))


class TestWaiting:
    @pytest.mark.parametrize(
        "kind", ["unknown-token", "expired", "no-token", "closed", "empty", "too-large", "moved"]
    )
    def test_mail_that_cannot_be_placed_waits_with_what_a_person_needs(
        self,
        kind: str,
        address: str,
        api: Call,
        camille: User,
        odile: User,
        yanis: User,
        conversation: Conversation,
        settings: Settings,
        mail_server: MailServer,
    ) -> None:
        message = letter(address, "La fuite continue, venez vite.")
        if kind in ("unknown-token", "no-token"):
            to = NOBODYS if kind == "unknown-token" else "contact@liaison.example"
            message.replace_header("To", to)
        if kind == "expired":
            ReplyAddress.objects.update(expires_at="2020-01-01T00:00:00Z")
        if kind == "closed":
            Conversation.objects.update(archived_at="2026-01-01T00:00:00Z")
        if kind == "empty":
            message = letter(address, "")
        if kind == "too-large":
            settings.INBOUND_EMAIL_MAX_BYTES = 1_000
            attach_plan(message, b"%PDF-1.4" * 1_000)
        if kind == "moved":
            User.objects.filter(pk=camille.pk).update(client=yanis.client)

        intake.receive(message.as_bytes())

        assert not Message.objects.exists()
        (shown,) = waiting(api, odile, "state=waiting&automatic=false")
        assert shown["sender"] == "camille@demo.test"
        assert shown["reason"]
        text = api(odile).get(f"{LIST}/{shown['id']}").json()["original"]["text"]
        assert ("La fuite continue" in text) or kind == "empty"
        suggested = [each["conversation"]["id"] for each in shown["suggestions"]]
        expected = [] if kind == "closed" else [str(conversation.pk)]
        assert suggested == expected

    def test_mail_that_failed_at_each_attempt_waits(
        self, address: str, api: Call, odile: User, mail_server: MailServer
    ) -> None:
        intake.give_up(letter(address, "La fuite continue").as_bytes())

        (shown,) = waiting(api, odile)
        assert "plusieurs essais" in shown["reason"]
        assert len(mail_server.letters) == 1

    def test_one_tap_puts_it_in_the_conversation_with_its_files(
        self,
        address: str,
        api: Call,
        camille: User,
        odile: User,
        conversation: Conversation,
        mail_server: MailServer,
    ) -> None:
        message = from_("Camille <camille@demo.test>", NOBODYS, "Voici le plan")
        attach_plan(message, b"%PDF-1.4 plan")
        intake.receive(message.as_bytes())
        (shown,) = waiting(api, odile)
        assert shown["file_names"] == ["plan.pdf"]
        assert shown["suggestions"][0]["author"]["name"] == "Camille Morel"

        placed = [place(api, odile, shown["id"], conversation) for _ in range(2)]

        assert [answer.status_code for answer in placed] == [200, 200]
        made = Message.objects.get()
        assert (made.author, made.body, made.by_email) == (camille, "Voici le plan", True)
        (file,) = made.attachments
        assert (file.name, file.status) == ("plan.pdf", Attachment.Status.SCANNING)
        assert placed[0].json()["state"] == "placed"
        assert placed[0].json()["handled_by"]["name"] == "Odile Perrin"
        assert waiting(api, odile) == []

    def test_mail_of_a_stranger_is_placed_in_the_name_of_staff_who_say_whose_it_is(
        self,
        api: Call,
        odile: User,
        conversation: Conversation,
        mail_server: MailServer,
    ) -> None:
        stranger = "Paul Roy <paul@archi.example>"
        intake.receive(from_(stranger, NOBODYS, "Le plan est prêt.", "Plan du séjour").as_bytes())
        (shown,) = waiting(api, odile)
        assert shown["suggestions"] == []

        place(api, odile, shown["id"], conversation)

        made = Message.objects.get()
        assert made.author == odile
        assert made.body == (
            "E-mail de Paul Roy <paul@archi.example>\u00a0:\n\nPlan du séjour\n\nLe plan est prêt."
        )

    def test_placed_mail_is_refused_in_another_conversation(
        self,
        api: Call,
        odile: User,
        conversation: Conversation,
        mail_server: MailServer,
    ) -> None:
        intake.receive(from_("x@y.example", NOBODYS, "Bonjour").as_bytes())
        (shown,) = waiting(api, odile)
        place(api, odile, shown["id"], conversation)

        answer = api(odile).post(
            f"{LIST}/{shown['id']}/open", {"client": str(conversation.client_id)}, format="json"
        )

        assert answer.status_code == 409
        assert Conversation.objects.count() == 1

    def test_new_conversation_is_opened_with_the_senders_client(
        self, api: Call, camille: User, odile: User, mail_server: MailServer
    ) -> None:
        mail = from_("camille@demo.test", NOBODYS, "Il y a une fuite.", "Fuite au garage")
        intake.receive(mail.as_bytes())
        (shown,) = waiting(api, odile)

        answer = api(odile).post(f"{LIST}/{shown['id']}/open", {}, format="json")

        assert answer.status_code == 200, answer.content
        made = Message.objects.get()
        assert (made.author, made.body) == (camille, "Il y a une fuite.")
        assert made.conversation.subject == "Fuite au garage"

    def test_mail_is_set_aside_and_brought_back(
        self, api: Call, odile: User, marc: User, mail_server: MailServer
    ) -> None:
        intake.receive(from_("x@y.example", NOBODYS, "Bonjour").as_bytes())
        (shown,) = waiting(api, odile)
        url = f"{LIST}/{shown['id']}"

        aside = api(odile).post(f"{url}/set-aside").json()
        assert (aside["state"], aside["handled_by"]["name"]) == ("set_aside", "Odile Perrin")
        assert api(odile).get(f"{LIST}/summary").json() == {"waiting": 0, "automatic": 0}

        api(marc).post(f"{url}/bring-back")
        assert api(odile).get(f"{LIST}/summary").json() == {"waiting": 1, "automatic": 0}


def place(api: Call, odile: User, key: str, conversation: Conversation) -> Any:
    body = {"conversation": str(conversation.pk)}
    return api(odile).post(f"{LIST}/{key}/place", body, format="json")

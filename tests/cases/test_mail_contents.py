"""The lines of the list of cases on what an email holds: its text, its files, what is missing."""

import base64
import struct
import zlib
from email.message import EmailMessage

import pytest
from pytest_django import Settings

from core.models import User
from messaging.models import Conversation, Message
from notifications.inbound_email import intake, parser
from notifications.inbound_email.bounce import InboundStatus
from notifications.outbound_email import reply_address
from tests.notifications.inbound_email.letters import letter

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def address(settings: Settings, camille: User, conversation: Conversation) -> str:
    settings.REPLY_DOMAIN = "reponse.liaison.example"
    return reply_address.address_for(camille, conversation)


def png(width: int = 800, height: int = 600, *, color: int = 0) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        packed = name + data
        return struct.pack(">I", len(data)) + packed + struct.pack(">I", zlib.crc32(packed))

    rows = (b"\x00" + bytes([color]) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def received(message: EmailMessage | bytes) -> Message:
    raw = message if isinstance(message, bytes) else message.as_bytes()
    assert intake.receive(raw) == InboundStatus.ACCEPTED
    return Message.objects.latest("seq")


def raw_email(to: str, content_type: str, body: str) -> bytes:
    return (
        f"From: Camille <camille@demo.test>\nTo: {to}\nSubject: Re: Carrelage\n"
        f"Message-ID: <{zlib.crc32(body.encode())}@x>\nMIME-Version: 1.0\n"
        f"Content-Type: {content_type}\n\n{body}"
    ).encode()


class TestText:
    def test_text_image_text(self, address: str) -> None:
        image = base64.b64encode(png()).decode()
        body = (
            "--b\nContent-Type: text/plain\n\nAvant\n"
            '--b\nContent-Type: image/png; name="a.png"\nContent-Transfer-Encoding: base64\n'
            f"Content-Disposition: inline\n\n{image}\n"
            "--b\nContent-Type: text/plain\n\nEt ensuite\n--b--\n"
        )

        message = received(raw_email(address, "multipart/mixed; boundary=b", body))

        assert message.body == "Avant\n\nEt ensuite"
        assert [file.name for file in message.attachments] == ["a.png"]

    @pytest.mark.parametrize("codec", ["utf-8", "windows-1252"])
    def test_no_charset(self, address: str, codec: str) -> None:
        raw = raw_email(address, "text/plain", "L’étage : 12 €").decode().encode(codec)

        assert received(raw).body == "L’étage : 12 €"

    def test_table_cells_are_apart(self, address: str) -> None:
        page = "<table><tr><td>Étage 2</td><td>3 portes</td></tr></table>"
        message = letter(address)
        message.set_content(page, subtype="html")

        assert received(message).body == "Étage 2 · 3 portes"

    def test_link_keeps_its_address(self, address: str) -> None:
        message = letter(address)
        message.set_content("<a href='https://x.fr/p'>Télécharger les plans</a>", subtype="html")

        assert received(message).body == "Télécharger les plans (https://x.fr/p)"

    def test_flowed_lines_are_joined(self, address: str) -> None:
        raw = raw_email(address, "text/plain; format=flowed", "Le code du \nportail est 4512.\n")

        assert received(raw).body == "Le code du portail est 4512."

    def test_12_300_characters(self, address: str) -> None:
        text = " ".join(f"mot{number:04}" for number in range(1_540))
        assert len(text) > 12_300 - 10

        message = received(letter(address, text))

        assert len(message.body) <= 10_000
        assert message.body.startswith(text[:9_500])
        assert "suite.txt" in message.body
        (rest,) = message.attachments
        assert rest.name == "suite.txt"

    def test_subject_alone_is_text(self, address: str) -> None:
        message = letter(address, "")
        message.replace_header("Subject", "Le code du portail est 4512")

        assert received(message).body == "Le code du portail est 4512"


class TestFiles:
    @pytest.mark.parametrize("text", ["", "<p>Voici</p>"], ids=["alone", "with text"])
    def test_image_with_content_id_and_no_name(self, address: str, text: str) -> None:
        image = base64.b64encode(png()).decode()
        body = (
            f"--b\nContent-Type: text/html\n\n{text}<img src='cid:x@y'>\n"
            "--b\nContent-Type: image/png\nContent-ID: <x@y>\n"
            f"Content-Transfer-Encoding: base64\n\n{image}\n--b--\n"
        )

        message = received(raw_email(address, "multipart/related; boundary=b", body))

        assert [file.name for file in message.attachments] == ["Photo 1.png"]

    def test_signature_logo_at_each_email(self, address: str) -> None:
        def answer(number: int) -> Message:
            message = letter(address)
            message.set_content(
                f"<p>Réponse {number}</p><p>Cordialement,<br>Camille</p><img src='cid:logo@x'>",
                subtype="html",
            )
            message.add_related(png(640, 480), "image", "png", cid="<logo@x>")
            return received(message)

        first, second = answer(1), answer(2)

        # The first may be a photo: it is large. The second is known.
        assert [len(message.attachments) for message in (first, second)] == [1, 0]
        assert "logo" not in second.body

    def test_small_logo_below_the_closing(self, address: str) -> None:
        message = letter(address)
        message.set_content("<p>Oui</p><p>Cordialement</p><img src='cid:l@x'>", subtype="html")
        message.add_related(png(200, 80), "image", "png", cid="<l@x>")

        assert received(message).attachments == []

    def test_raw_latin_1_file_name(self, address: str) -> None:
        image = base64.b64encode(png()).decode()
        body = (
            "--b\n\nVoici\n--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n"
            f'Content-Disposition: attachment; filename="Façade n°5.png"\n\n{image}\n--b--\n'
        )
        raw = raw_email(address, "multipart/mixed; boundary=b", body).decode().encode("latin-1")

        assert [file.name for file in received(raw).attachments] == ["Façade n°5.png"]

    def test_signed_email_is_read_as_without_the_signature(self, address: str) -> None:
        body = (
            "--b\nContent-Type: text/plain\n\nOui, jeudi.\n"
            "--b\nContent-Type: application/pkcs7-signature; name=smime.p7s\n"
            "Content-Transfer-Encoding: base64\n\nMIIB\n--b--\n"
        )

        message = received(raw_email(address, "multipart/signed; boundary=b", body))

        assert (message.body, message.attachments) == ("Oui, jeudi.", [])

    def test_22_files_are_20_and_two_names(self, address: str) -> None:
        message = letter(address, "Les photos")
        for number in range(22):
            message.add_attachment(
                png(8, 8, color=number), "image", "png", filename=f"p{number:02}.png"
            )

        sent = received(message)

        assert len(sent.attachments) == 20
        assert "p20.png, p21.png" in sent.body


class TestInside:
    def test_forwarded_email_is_a_quote_with_its_pictures(self, address: str) -> None:
        inner = EmailMessage()
        inner["From"], inner["Subject"] = "Paul <paul@carreaux.example>", "Devis n° 12"
        inner.set_content("Le prix est de 1 200 €.")
        inner.add_attachment(png(), "image", "png", filename="sol.png")
        message = letter(address, "Voici le devis de Paul")
        message.add_attachment(inner)

        sent = received(message)

        assert sent.body.startswith("Voici le devis de Paul")
        for line in ("> De\u00a0: Paul <paul@carreaux.example>", "> Objet\u00a0: Devis n° 12",
                     "> Le prix est de 1 200 €."):  # fmt: skip
            assert line in sent.body.split("\n")
        assert [file.name for file in sent.attachments] == ["sol.png"]

    @pytest.mark.parametrize("text", ["", "D'accord"], ids=["alone", "beside a text"])
    def test_invitation_is_one_line(self, address: str, text: str) -> None:
        calendar = (
            "BEGIN:VCALENDAR\nVERSION:2.0\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:1\n"
            "SUMMARY:Visite du chantier\nDTSTART;TZID=Romance Standard Time:20261105T080000\n"
            "DTEND;TZID=Romance Standard Time:20261105T093000\nLOCATION:12 rue des Lilas\n"
            "END:VEVENT\nEND:VCALENDAR\n"
        )
        plain = f"--b\nContent-Type: text/plain\n\n{text}\n"
        body = f"{plain}--b\nContent-Type: text/calendar; method=REQUEST\n\n{calendar}--b--\n"

        sent = received(raw_email(address, "multipart/alternative; boundary=b", body))

        line = (
            "Invitation\u00a0: Visite du chantier – jeudi 5 novembre 2026 de 08:00 à 09:30"
            " – 12 rue des Lilas"
        )
        assert sent.body == "\n\n".join(filter(None, [text, line]))

    def test_encrypted_email_says_so(self, address: str) -> None:
        body = (
            "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n"
            "--b\nContent-Type: application/octet-stream; name=encrypted.asc\n\nxx\n--b--\n"
        )

        sent = received(raw_email(address, "multipart/encrypted; boundary=b", body))

        assert "chiffré" in sent.body


class TestSize:
    @pytest.mark.parametrize(
        "body",
        [
            "--b\n\nx\n" * 50_000,
            "".join("--b\nContent-Type: multipart/mixed; boundary=b\n\n" for _ in range(3_000)),
        ],
        ids=["50,000 parts", "3,000 levels"],
    )
    def test_bomb_is_read_and_said(self, body: str) -> None:
        raw = raw_email("x@y.example", "multipart/mixed; boundary=b", body)

        assert parser.read(raw).left_out

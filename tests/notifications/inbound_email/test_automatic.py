"""What a machine sent is told from what a person sent, by hints of programs and languages."""

from email.message import EmailMessage

import pytest

from notifications.inbound_email import automatic
from notifications.inbound_email.automatic import Nature
from tests.notifications.inbound_email.letters import letter

TO = "reply+aaaaaaaaaaaaaaaaaaaaaaaaaa@reponse.liaison.example"


def nature_of(message: EmailMessage, *, is_known: bool = True, is_of_a_user: bool = True) -> Nature:
    return automatic.nature_of(
        automatic.parsed(message.as_bytes()),
        sender="camille@demo.test",
        text=message.get_content() if not message.is_multipart() else "",
        is_known=is_known,
        is_of_a_user=is_of_a_user,
    )


def with_subject(subject: str, text: str, **headers: str) -> EmailMessage:
    message = letter(TO, text, **headers)
    del message["Subject"]
    message["Subject"] = subject
    return message


ABSENT = "Bonjour, je suis absente jusqu’au 12 janvier. Cordialement."
# By program: subject, text and headers of its automatic answer.
PROGRAMS = {
    "gmail": (
        "Absente Re: Carrelage du séjour",
        ABSENT,
        {"Auto_Submitted": "auto-replied", "Precedence": "bulk", "X_Autoreply": "yes"},
    ),
    "outlook": (
        "Réponse automatique : Carrelage du séjour",
        ABSENT,
        {"Auto_Submitted": "auto-generated", "X_Auto_Response_Suppress": "All"},
    ),
    "outlook-en-bare": ("Automatic reply: Carrelage du séjour", "I am out of the office.", {}),
    "outlook-de": (
        "Automatische Antwort: Carrelage",
        "Ich bin bis Montag nicht im Büro.",
        {"X_Auto_Response_Suppress": "OOF"},
    ),
    "exchange-es": ("Respuesta automática: Azulejos", "Estaré de vuelta el lunes.", {}),
    "outlook-it": ("Risposta automatica: Piastrelle", "Sono in ferie.", {}),
    "outlook-nl": ("Automatisch antwoord: Tegels", "Ik ben momenteel afwezig.", {}),
    "outlook-pt": ("Resposta automática: Azulejos", "Estou de férias.", {}),
    "dovecot": (
        "Auto: Re: Carrelage",
        ABSENT,
        {"Auto_Submitted": "auto-replied (vacation)", "Precedence": "bulk"},
    ),
    "zimbra": (
        "Re: Carrelage du séjour",
        ABSENT,
        {"Auto_Submitted": "auto-replied (zimbra; readonly=no)"},
    ),
    "notes": ("Camille Morel est absente du bureau (retour le 12/01/2027)", "À mon retour…", {}),
    "webmail-bare": ("Absence", ABSENT, {}),
    "webmail-of-subject": ("Absence du bureau : Carrelage du séjour", ABSENT, {}),
    "provider-de": ("Abwesenheit", "Ich bin ab dem 12. wieder erreichbar.", {}),
    "provider-null-path": ("Re: Carrelage du séjour", ABSENT, {"Return_Path": "<>"}),
    "cpanel": ("Carrelage", "Merci de votre message.", {"X_Autorespond": "Carrelage"}),
    "ooo-en": ("Out of Office", "I will be back on Monday.", {}),
    "polish": ("Odpowiedź automatyczna: Płytki", "Nie ma mnie w biurze.", {}),
    "closed-firm": ("Congés annuels", "Nous sommes fermés du 3 au 24 août.", {}),
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_answer_for_someone_absent_is_none_of_a_person(program: str) -> None:
    subject, text, headers = PROGRAMS[program]
    assert nature_of(with_subject(subject, text, **headers)) == Nature.AUTO_REPLY


# What a person writes, although it looks like a program's.
PEOPLE = {
    "exchange-header": ("Re: Carrelage", ABSENT, {"X_Auto_Response_Suppress": "All"}),
    "speaks-of-absence": ("Re: Carrelage", "Je suis absente jeudi, de retour le 12.", {}),
    "subject-of-absence": ("Absence", "Le carreleur n’est pas venu.", {}),
    "answers-an-absence": ("RE: Réponse automatique : Carrelage", "Bonnes vacances !", {}),
    "husband": ("Mon mari est absent jusqu’à jeudi", "Passez plutôt vendredi.", {}),
    "gardien": ("Absence du gardien jeudi", "Il sera remplacé par M. Roy.", {}),
    "list": (
        "Re: Carrelage",
        "Oui, jeudi.",
        {"List_Id": "<famille.example>", "Precedence": "list", "List_Unsubscribe": "<mailto:x>"},
    ),
    "google-group": (
        "Carrelage",
        "Oui, jeudi.",
        {
            "List_ID": "<chantier.googlegroups.com>",
            "List_Post": "<https://groups.google.com/>",
            "List_Unsubscribe": "<https://groups.google.com/>",
            "Precedence": "list",
            "X_BeenThere": "chantier@googlegroups.com",
        },
    ),
    "ticket-system": ("Re: Carrelage [#4512]", "Oui, jeudi.", {"Precedence": "bulk"}),
    "null-path": ("Re: Carrelage", "Oui, jeudi.", {"Return_Path": "<>"}),
    "loop-header": ("Re: Carrelage", "Oui, jeudi.", {"X_Loop": "camille@demo.test"}),
    "says-no": ("Re: Carrelage", "Oui.", {"Auto_Submitted": "no", "X_Autoreply": "no"}),
    "forwarded": ("Re: Carrelage", "Oui.", {"Auto_Submitted": "auto-forwarded"}),
    "asks-for-receipt": ("Re: Carrelage", "Oui.", {"Disposition_Notification_To": "c@demo.test"}),
}


@pytest.mark.parametrize("person", PEOPLE)
def test_email_of_a_known_person_is_theirs_whatever_its_way(person: str) -> None:
    subject, text, headers = PEOPLE[person]
    assert nature_of(with_subject(subject, text, **headers)) == Nature.PERSON


@pytest.mark.parametrize(
    "headers",
    [
        {"List_Unsubscribe": "<https://news.example/u>", "Precedence": "bulk"},
        {"List_Id": "<news.example>"},
        {"Feedback_ID": "1:2:3:mail"},
        {"Return_Path": "<>"},
        {"Auto_Submitted": "auto-generated"},
    ],
    ids=["bulk", "list", "feedback", "null-path", "generated"],
)
def test_email_of_many_from_a_stranger_is_a_machines(headers: dict[str, str]) -> None:
    message = with_subject("Nos offres de novembre", "Profitez-en !", **headers)
    assert nature_of(message, is_known=False, is_of_a_user=False) == Nature.MACHINE


def test_newsletter_at_a_reply_address_is_a_machines() -> None:
    message = with_subject(
        "Nos offres", "Profitez-en !", List_Unsubscribe="<https://n.example/u>", Precedence="bulk"
    )
    assert nature_of(message, is_of_a_user=False) == Nature.MACHINE


def test_stranger_without_any_hint_is_a_person() -> None:
    message = with_subject("Devis", "Pouvez-vous passer ?")
    assert nature_of(message, is_known=False, is_of_a_user=False) == Nature.PERSON


@pytest.mark.parametrize("method", ["REPLY", "REQUEST", "CANCEL", "COUNTER"])
def test_answer_to_an_invitation_is_a_persons_though_google_says_generated(method: str) -> None:
    message = with_subject("Accepté : Visite", "", Auto_Submitted="auto-generated")
    message.add_attachment(
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", maintype="text", subtype="calendar",
        params={"method": method},
    )  # fmt: skip
    assert nature_of(message) == Nature.PERSON


def test_read_receipt_is_no_message_of_a_person() -> None:
    raw = (
        b"From: camille@demo.test\r\nSubject: Lu : Carrelage\r\n"
        b'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r\n'
        b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nVotre message a ete lu.\r\n"
        b"--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        b"Disposition: manual-action/MDN-sent-manually; displayed\r\n--b--\r\n"
    )
    nature = automatic.nature_of(
        automatic.parsed(raw), sender="camille@demo.test", text="", is_known=True,
        is_of_a_user=True,
    )  # fmt: skip
    assert nature == Nature.RECEIPT


REACTIONS = {
    "outlook-fr": ("👍 Camille Morel a réagi à votre message :", "👍"),
    "outlook-en": ("[Like] Camille Morel reacted to your message:", "👍"),
    "outlook-heart": ("❤️ Camille Morel reacted to your message:", "❤️"),
    "outlook-named-fr": ("[J’adore]\nCamille Morel a réagi à votre message :", "❤️"),
    "outlook-sad": ("Camille Morel reacted to your message:\n[Sad]", "😢"),
    "outlook-de": ("🎉 Camille Morel hat auf Ihre Nachricht reagiert", "🎉"),
    "outlook-quote": (
        "👍 Camille Morel a réagi à votre message :\n________________________________\n"
        "De : Odile Perrin\nEnvoyé : mardi\nBonjour Camille 🎉",
        "👍",
    ),
    "gmail-text": ("👍🏽\n\nCamille Morel reacted via Gmail", "👍🏽"),
}


@pytest.mark.parametrize("program", REACTIONS)
def test_reaction_is_its_emoji(program: str) -> None:
    text, emoji = REACTIONS[program]
    assert automatic.reaction_of(automatic.parsed(letter(TO, text).as_bytes()), text) == emoji


@pytest.mark.parametrize(
    "picture", ['alt="Thumbs up"', 'alt="👍"', 'src="https://outlook.example/1f44d.png"'],
    ids=["named", "emoji", "file"],
)  # fmt: skip
def test_reaction_of_outlook_in_a_picture_is_its_emoji(picture: str) -> None:
    message = letter(TO)
    html = f"<p><img width=24 {picture}> Camille Morel a réagi à votre message :</p>"
    message.set_content(html, subtype="html")
    text = "[cid:1234-5678]\nCamille Morel a réagi à votre message\u00a0:"

    assert automatic.reaction_of(automatic.parsed(message.as_bytes()), text) == "👍"


def test_long_text_is_looked_at_in_no_time() -> None:
    text = " ;" * 500_000 + "\n" + "a réagi à votre message " * 50_000
    assert automatic.reaction_of(automatic.parsed(letter(TO).as_bytes()), text) == ""


def test_reaction_of_gmail_is_read_from_its_own_part() -> None:
    message = letter(TO, "🥳\n\nCamille Morel a réagi via Gmail\n")
    message.add_alternative("<p>🥳</p>", subtype="html")
    message.add_attachment(
        '{"emoji": "🥳", "version": 1}'.encode(), maintype="text",
        subtype="vnd.google.email-reaction+json",
    )  # fmt: skip
    assert automatic.reaction_of(automatic.parsed(message.as_bytes()), "n'importe") == "🥳"


@pytest.mark.parametrize(
    "text",
    [
        "👍",
        "Bruno a réagi à votre message, mais moi je préfère le gris 👍",
        "👍 Camille a réagi à votre message :\nMerci, et le code est 4512",
        "Le mur a réagi au traitement",
    ],
    ids=["emoji", "sentence", "more", "wall"],
)
def test_words_of_a_person_are_no_reaction(text: str) -> None:
    assert automatic.reaction_of(automatic.parsed(letter(TO, text).as_bytes()), text) == ""


def test_reaction_in_a_forwarded_email_is_not_that_of_the_email() -> None:
    inner = letter(TO, "x")
    inner.add_attachment(
        b'{"emoji": "x"}', maintype="text", subtype="vnd.google.email-reaction+json"
    )
    outer = letter(TO, "Regardez ce qu'il répond")
    outer.add_attachment(inner)

    raw = automatic.parsed(outer.as_bytes())

    assert automatic.reaction_of(raw, "Regardez ce qu'il répond") == ""

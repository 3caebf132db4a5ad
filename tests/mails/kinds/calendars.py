"""Invitations: alone or beside a text, by Outlook, Google and Apple; request, cancel, reply."""

from tests.mails.case import Build, Case
from tests.mails.letter import Letter
from tests.mails.mime import alternative, answer, file, multi, part, plain, rich

ZONE = """\
BEGIN:VTIMEZONE
TZID:Romance Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def event(
    method: str = "REQUEST", *, summary: str = "Visite du chantier",
    start: str = "DTSTART;TZID=Romance Standard Time:20261126T083000",
    end: str = "DTEND;TZID=Romance Standard Time:20261126T093000",
    place: str = "12 rue de l'Église\\, Lyon", more: str = "", zone: str = ZONE,
    product: str = "Microsoft Exchange Server 2010",
) -> str:  # fmt: skip
    lines = (
        f"BEGIN:VCALENDAR\nMETHOD:{method}\nPRODID:{product}\nVERSION:2.0\n{zone}BEGIN:VEVENT\n"
        "ORGANIZER;CN=Camille Morel:mailto:camille.morel@exemple.fr\n"
        "ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN=Liaison:mailto:x@liaison."
        "\n "
        f"example\nUID:040000008200E00074C5B7101A82E00800000000\nSUMMARY;LANGUAGE=fr-FR:{summary}\n"
        f"{start}\n{end}\nDTSTAMP:20261118T100000Z\nLOCATION;LANGUAGE=fr-FR:{place}\n{more}"
        "SEQUENCE:0\nSTATUS:CONFIRMED\nBEGIN:VALARM\nTRIGGER:-PT15M\nACTION:DISPLAY\n"
        "DESCRIPTION:REMINDER\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    return lines.replace("\n", "\r\n")


def calendar(text: str, method: str = "REQUEST", encoding: str = "base64") -> bytes:
    return part(f"text/calendar; charset=utf-8; method={method}", text.encode(), encoding)


def _alone(text: str, method: str = "REQUEST") -> Build:
    return lambda letter: answer(letter, calendar(text, method), subject="Visite du chantier")


def outlook(letter: Letter) -> bytes:
    """Outlook: text, HTML and the calendar, each a way to show the same."""
    body = multi(
        "alternative",
        plain("Bonjour, voici le rendez-vous.\n"),
        rich("<p>Bonjour, voici le rendez-vous.</p>"),
        calendar(event()),
    )
    return answer(letter, body, {"Content-Class": "urn:content-classes:calendarmessage"})


def outlook_without_words(letter: Letter) -> bytes:
    body = multi("alternative", plain("\n"), rich("<div>&nbsp;</div>"), calendar(event()))
    return answer(letter, body, {"X-MS-Exchange-Organization-Calendar": "1"})


def google(letter: Letter) -> bytes:
    """Google: the calendar in the alternative, and as a file."""
    text = event(
        start="DTSTART:20261126T073000Z", end="DTEND:20261126T083000Z", zone="",
        product="-//Google Inc//Google Calendar 70.9054//EN",
    )  # fmt: skip
    words = (
        "Visite du chantier\njeudi 26 nov. 2026 ⋅ 08:30 – 09:30\nHeure d’Europe centrale - Paris\n"
    )
    shown = multi(
        "alternative", plain(words), rich("<p>Visite du chantier<br>jeudi 26 nov. 2026 ⋅ "
        "08:30</p>"),
        calendar(text, encoding="7bit"),
    )  # fmt: skip
    return answer(
        letter, multi("mixed", shown, file(text.encode(), "application/ics", name="invite.ics"))
    )


def apple(letter: Letter) -> bytes:
    """Apple: a text and the calendar as a file alone."""
    text = event(
        start="DTSTART;TZID=Europe/Paris:20261126T083000",
        end="DTEND;TZID=Europe/Paris:20261126T093000", zone="",
        product="-//Apple Inc.//macOS 15.1//EN",
    )  # fmt: skip
    attached = part(
        'text/calendar; charset=utf-8; name="iCal-20261118.ics"', text.encode(), "quoted-printable",
        'Content-Disposition: attachment; filename="iCal-20261118.ics"',
    )  # fmt: skip
    return answer(letter, multi("mixed", plain("Voici pour jeudi."), attached))


def beside_answer(letter: Letter) -> bytes:
    """A person answers and adds the appointment."""
    shown = alternative("Oui, je vous invite.", "<p>Oui, je vous invite.</p>")
    return answer(letter, multi("mixed", shown, calendar(event(), encoding="8bit")))


def accepted(letter: Letter) -> bytes:
    text = event("REPLY").replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
    body = multi("alternative", plain("Je serai là.\n"), calendar(text, "REPLY"))
    return answer(letter, body, subject="Accepté : Visite du chantier")


def declined(letter: Letter) -> bytes:
    """What a person writes with the answer stands in the calendar alone."""
    text = event("REPLY", more="COMMENT:Je suis en déplacement ce jour-là\n")
    text = text.replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=DECLINED")
    body = multi("alternative", plain("Refusé\n"), calendar(text, "REPLY"))
    return answer(letter, body, subject="Refusé : Visite du chantier")


def folded_in_place(letter: Letter) -> bytes:
    """A folded line in the middle of a letter of two bytes."""
    text = event(summary="Réception des trav\r\n aux avec l’électricien")
    raw_text = text.encode()
    return answer(letter, part("text/calendar; charset=utf-8; method=REQUEST", raw_text, "8bit"))


def damaged(letter: Letter) -> bytes:
    text = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Visite\r\nDTSTART:demain"
    return answer(letter, multi("mixed", plain("Voici."), calendar(text)))


DAY = event(
    start="DTSTART;VALUE=DATE:20261126", end="DTEND;VALUE=DATE:20261127", zone="",
    summary="Livraison", place="",
)  # fmt: skip
WEEKLY = event(more="RRULE:FREQ=WEEKLY;COUNT=4\n")
TASK = (
    "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VTODO\r\nSUMMARY:Commander le parquet\r\n"
    "DUE:20261201T170000Z\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)
WHAT = ("Visite du chantier", "26", "Église, Lyon")
CASES = [
    Case("calendar-alone", "calendar", "fr", _alone(event()), contains=WHAT, files=None,
         absent=("BEGIN:", "DTSTART", "\\,")),
    Case("calendar-outlook", "calendar", "fr", outlook, files=None,
         contains=("Bonjour, voici le rendez-vous.", *WHAT), absent=("BEGIN:",)),
    Case("calendar-outlook-alone", "calendar", "fr", outlook_without_words, contains=WHAT, files=None,  # noqa: E501
         absent=("BEGIN:",)),
    Case("calendar-google", "calendar", "fr", google, contains=("Visite du chantier", "26"),
         files=None, absent=("BEGIN:",)),
    Case("calendar-apple", "calendar", "fr", apple, contains=("Voici pour jeudi.", *WHAT), files=None,  # noqa: E501
         absent=("BEGIN:",)),
    Case("calendar-beside-answer", "calendar", "fr", beside_answer,
         contains=("Oui, je vous invite.", *WHAT), files=None, absent=("BEGIN:",)),
    Case("calendar-cancel", "calendar", "fr",
         _alone(event("CANCEL").replace("STATUS:CONFIRMED", "STATUS:CANCELLED"), "CANCEL"),
         contains=("Visite du chantier", "26", "nnul"), files=None),
    Case("calendar-accepted", "calendar", "fr", accepted, contains=("Je serai là.",), files=None,
         absent=("BEGIN:",)),
    Case("calendar-declined", "calendar", "fr", declined, files=None,
         contains=("Invitation refusée", "Je suis en déplacement ce jour-là")),
    Case("calendar-other-time", "calendar", "fr", files=None,
         build=_alone(event("COUNTER", more="COMMENT:Plutôt à midi\n"), "COUNTER"),
         contains=("Autre horaire proposé", "26", "Plutôt à midi")),
    Case("calendar-all-day", "calendar", "fr", _alone(DAY), contains=("Livraison", "26"), files=None,  # noqa: E501
         absent=("27",)),
    Case("calendar-weekly", "calendar", "fr", _alone(WEEKLY), contains=WHAT, files=None),
    Case("calendar-folded", "calendar", "fr", folded_in_place, files=None,
         contains=("Réception des travaux avec l’électricien", "26")),
    Case("calendar-damaged", "calendar", "fr", damaged, contains=("Voici.",), files=None),
    Case("calendar-task", "calendar", "fr", _alone(TASK), contains=("Commander le parquet",),
         files=None),
    Case("calendar-hour", "calendar", "fr", _alone(event()), contains=("8",), files=None),
]  # fmt: skip

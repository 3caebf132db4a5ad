"""Text as people paste it (CASES, section 4): cleaned, kept, and refused only if it shows nothing.

Each case goes through every field that takes a text: a message, an edit, a note, the subject of a
conversation with its first message, an answer, and an answer by email.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from core.models import User
from messaging.models import Conversation, Message, Note
from notifications.inbound_email import intake
from notifications.inbound_email.bounce import InboundStatus
from notifications.outbound_email.reply_address import address_for
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS, of, of_message, of_note
from tests.notifications.inbound_email.letters import letter

pytestmark = pytest.mark.django_db

Give = Callable[[str], Any]
FIELDS = ["message", "answer", "edit", "note", "edited note", "first message"]


@pytest.fixture(autouse=True)
def no_limit(settings: Settings) -> None:
    settings.MESSAGES_PER_MINUTE = settings.CONVERSATIONS_PER_HOUR = 10**9


@pytest.fixture(params=FIELDS)
def give(
    request: pytest.FixtureRequest, api: Call, odile: User, conversation: Conversation, say: Say
) -> Give:
    """Return a function that gives a text to one of the fields."""
    caller = api(odile)
    earlier = say(odile, "Bonjour")
    note = Note.objects.create(conversation=conversation, author=odile, body="À voir")

    def to(body: str) -> Any:
        client = str(conversation.client_id)
        opening = {"subject": "Portail", "client": client, "message": {"body": body}}
        messages = of(conversation, "messages")
        ways: dict[str, Callable[[], Any]] = {
            "message": lambda: caller.post(messages, **of_json(body=body)),
            "answer": lambda: caller.post(messages, **of_json(body=body, reply_to=str(earlier.pk))),
            "edit": lambda: caller.patch(of_message(earlier), **of_json(body=body)),
            "note": lambda: caller.post(of(conversation, "notes"), **of_json(body=body)),
            "edited note": lambda: caller.patch(of_note(note), **of_json(body=body)),
            "first message": lambda: caller.post(CONVERSATIONS, **of_json(**opening)),
        }
        return ways[request.param]()

    return to


def of_json(**fields: object) -> dict[str, Any]:
    """Return a body for a test client, which cannot write half an emoji as it is in UTF-8."""
    return {"data": json.dumps(fields), "content_type": "application/json"}


def body_of(answer: Any) -> str:
    shown = answer.json()
    return str((shown.get("last_message") or shown)["body"])


PASTED = {
    "number of a contact": (
        "Mon portable : \u202a06 12 34 56 78\u202c", "Mon portable : 06 12 34 56 78",
    ),
    "isolate without its end": ("\u2068+33 6 12 34 56 78", "+33 6 12 34 56 78"),
    "ends that open nothing": ("06 12 34 56 78\u2069\u202c\u200e", "06 12 34 56 78"),
    "override": ("facture\u202efdp.exe", "facturefdp.exe"),
    "pair in Arabic": ("هاتف \u2066+33 6\u2069 شكرا", "هاتف \u2066+33 6\u2069 شكرا"),
    "U+000B of a slide": ("Titre\vsuite", "Titre\nsuite"),
    "U+000C of a text processor": ("Page 1\fPage 2", "Page 1\nPage 2"),
    "separators": ("un\u2028deux\u2029trois\x85quatre", "un\ndeux\ntrois\nquatre"),
    "controls": ("a\x00b\x07c", "abc"),
    "windows-1252 read as Latin-1": ("l\x92escalier", "l’escalier"),
    "emoji of several signs": ("👷🏽‍♀️ ❤️ 1️⃣", "👷🏽‍♀️ ❤️ 1️⃣"),
}  # fmt: skip
UNSEEN = {
    "zero-width": "\u200b\u200c\u200d",
    "word joiners": "\ufeff\u2060\u00ad",
    "braille blank": "\u2800",
    "Hangul filler": "\u3164",
    "tags and selectors": "\U000e0041\ufe0f",
    "direction marks": "\u202a\u202c\u200f",
    "space, NUL, lone accent": " \n\x00\u0301",
}


def test_pasted_text_is_kept_without_what_nobody_sees(give: Give) -> None:
    for name, (pasted, kept) in PASTED.items():
        answer = give(pasted)

        assert answer.status_code in (200, 201), (name, answer.content)
        assert body_of(answer) == kept, name


def test_text_of_signs_that_nobody_sees_is_refused_in_words(give: Give) -> None:
    for name, unseen in UNSEEN.items():
        assert_asks_for_something(give(unseen), name)


def test_pasted_subject_is_kept_on_one_line(
    api: Call, camille: User, conversation: Conversation
) -> None:
    for name, (pasted, kept) in PASTED.items():
        answer = api(camille).patch(of(conversation), **of_json(subject=pasted))

        assert (answer.status_code, answer.json()["subject"]) == (200, " ".join(kept.split())), name


def test_subject_that_nobody_sees_is_refused_in_words(
    api: Call, camille: User, conversation: Conversation
) -> None:
    for name, unseen in UNSEEN.items():
        answer = api(camille).patch(of(conversation), {"subject": unseen})

        assert_asks_for_something(answer, name)


def assert_asks_for_something(answer: Any, case: str) -> None:
    assert answer.status_code == 400, case
    assert answer.json()["errors"][0]["detail"].startswith("Écrivez quelque chose"), case


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("Mon portable : \u202a06 12 34 56 78\u202c", "Mon portable : 06 12 34 56 78"),
        ("Titre\u2028suite\fet fin", "Titre\nsuite\net fin"),
    ],
)
def test_email_is_cleaned_as_a_message_is(
    camille: User, conversation: Conversation, pasted: str, kept: str
) -> None:
    status = intake.receive(letter(address_for(camille, conversation), pasted).as_bytes())

    assert (status, Message.objects.get().body) == (InboundStatus.ACCEPTED, kept)


def test_email_of_signs_that_nobody_sees_is_empty(
    camille: User, conversation: Conversation
) -> None:
    raw = letter(address_for(camille, conversation), "\u200b\u3164").as_bytes()

    assert intake.receive(raw) == InboundStatus.EMPTY


@pytest.mark.parametrize("character", ["😀", "é", "e\u0301"])
def test_page_and_api_count_the_same_characters(
    api: Call, camille: User, conversation: Conversation, character: str
) -> None:
    """`tests/js/core/text.test.js` counts on the page, `tests/e2e/test_failed_message.py` there."""
    limit = api(camille).get("/api/v1/me").json()["limits"]["message_max_characters"]
    send = api(camille).post

    longest = send(of(conversation, "messages"), {"body": character * limit})
    too_long = send(of(conversation, "messages"), {"body": character * (limit + 1)})

    assert (longest.status_code, too_long.status_code) == (201, 400)

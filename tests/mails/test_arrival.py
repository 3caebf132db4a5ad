"""Mails that a mail server hands over, as their readers see them in the conversation."""

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from core.models import User
from tests.mails.corpus import CASES
from tests.mails.letter import Letter
from tests.mails.sending import PEOPLE

pytestmark = pytest.mark.django_db
ARRIVING = [
    "gmail_web-fr", "thunderbird_html_bottom-fr", "yahoo_web-es", "files-text-image-text",
    "files-nameless", "calendar-outlook", "charset-utf-8-unsaid", "key-own-use",
]  # fmt: skip
BY_ID = {case.id: case for case in CASES}


@pytest.mark.parametrize("case_id", ARRIVING)
def test_handed_over_mail_is_read_by_the_other_side(
    case_id: str, letters: dict[str, Letter], client: Client, settings: Settings
) -> None:
    settings.INBOUND_EMAIL_SECRET = "s3cret"
    case = BY_ID[case_id]
    raw = case.build(letters[case.letter])

    answer = client.post(
        "/inbound/email", raw, content_type="message/rfc822", HTTP_AUTHORIZATION="Bearer s3cret"
    )

    assert answer.json() == {"verdict": "accepted"}
    message = last_message(case.letter)
    for line in (case.text or "").split("\n"):
        assert line in message["body"]
    assert all(each in message["body"] for each in case.contains)
    assert not any(secret in str(message["body"]) for secret in letters[case.letter].secrets)
    assert case.files is None or len(message["attachments"]) == len(case.files)


def last_message(key: str) -> dict[str, str]:
    """Return the newest message of the conversation of a letter, as its author on staff reads it."""  # noqa: E501
    staff = APIClient()
    staff.force_authenticate(User.objects.get(email=f"{key}@liaison.example"))
    listed = staff.get("/api/v1/conversations").json()["results"]
    [conversation] = [each for each in listed if each["subject"] == PEOPLE[key][1]]
    messages = staff.get(f"/api/v1/conversations/{conversation['id']}/messages").json()["results"]
    return max(messages, key=lambda message: message["seq"])

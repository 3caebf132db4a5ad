"""The letter that an email answers is found by our Message-ID, with the texts of its thread."""

import pytest

from core.models import User
from messaging.models import Conversation
from notifications.inbound_email.quotes import sent_letter
from notifications.inbound_email.quotes.lines import key_of
from notifications.models import Delivery, SentEmail
from tests.cast import Say
from tests.notifications.conftest import Work
from tests.notifications.mail_server import MailServer
from tests.notifications.steps import MINUTE, PassTime

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock", "alone")]


def test_letter_is_found_by_its_message_id_with_all_that_it_says(
    camille: User, odile: User, say: Say, work: Work, pass_time: PassTime,
    conversation: Conversation, mail_server: MailServer,
) -> None:  # fmt: skip
    say(odile, "Le carrelage est arrivé.\nPose droite ou décalée ?")
    work()
    pass_time(2 * MINUTE)
    (letter,) = mail_server.letters

    sent = sent_letter.of(["other@exemple.fr", letter["Message-ID"].strip("<>")])

    assert sent is not None
    text = letter.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    rich = letter.get_body(("html",)).get_content()  # type: ignore[union-attr]
    unknown = [line for line in text.splitlines() if not sent.is_line(key_of(line))]
    assert [line for line in unknown if line.strip("- ")] == []
    assert sent.is_line(key_of("Pose droite ou décalée ?"))
    assert key_of(conversation.subject) in sent.frame_lines
    assert conversation.subject in rich
    assert sent.is_by("Le 3 nov. 2026, Odile Perrin (Liaison) <x@liaison.example> a écrit :")


def test_letter_that_a_provider_sent_under_its_own_id_is_found(
    camille: User, odile: User, say: Say, work: Work, pass_time: PassTime, mail_server: MailServer
) -> None:
    say(odile, "Le carrelage est arrivé.")
    work()
    pass_time(2 * MINUTE)
    envelope = Delivery.objects.get(recipient=camille, channel="email").envelope
    assert envelope is not None
    SentEmail.objects.filter(pk=envelope).update(provider_id="0102018f-abc")

    assert sent_letter.of(["0102018f-abc@eu-west-1.amazonses.com"]) is not None


@pytest.mark.parametrize("references", [[], ["x@exemple.fr"], ["0" * 32 + "@liaison.example"]])
def test_unknown_references_find_no_letter(references: list[str], db: None) -> None:
    assert sent_letter.of(references) is None

"""Colleagues who sort the same email at once, kills, and what a bucket that is away costs."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings

from core.models import Chantier, User
from messaging.actions.conversations import open_conversation
from messaging.conversation.idempotency import Opening
from messaging.models import Conversation, Message
from notifications import actions
from notifications.inbound_email import intake, to_sort
from notifications.inbound_email.bounce import InboundStatus
from notifications.inbound_email.placing import AlreadyPlaced, OriginalGone
from notifications.models import InboundEmail
from tests.at_once import at_once
from tests.notifications.inbound_email.letters import attach_plan, letter
from tests.notifications.mail_server import MailServer

pytestmark = pytest.mark.django_db(transaction=True)

NOBODYS = f"reply+{'a' * 26}@reponse.liaison.example"


@pytest.fixture
def email(camille: User, mail_server: MailServer) -> InboundEmail:
    message = letter(NOBODYS, "Voici le plan")
    attach_plan(message, b"%PDF-1.4 plan")
    intake.receive(message.as_bytes())
    return InboundEmail.objects.get()


@pytest.fixture
def other(conversation: Conversation, camille: User) -> Conversation:
    opening = Opening(subject="Portail", client=conversation.client_id)
    return open_conversation(opener=camille, opening=opening).conversation


def fresh(email: InboundEmail, reader: User) -> InboundEmail:
    assert email.key is not None
    return to_sort.email_for(reader, email.key)


def placed(email: InboundEmail, conversation: Conversation, placer: User) -> str:
    try:
        return str(actions.place_email(fresh(email, placer), conversation, placer).pk)
    except AlreadyPlaced:
        return "already"


def killed() -> None:
    raise SystemExit


def test_email_that_two_place_at_once_in_one_conversation_is_there_once(
    email: InboundEmail, conversation: Conversation, odile: User, marc: User
) -> None:
    both = [partial(placed, email, conversation, each) for each in (odile, marc)]

    first, second = at_once(*both)

    assert first == second
    (file,) = Message.objects.get().attachments
    assert file.name == "plan.pdf"


def test_email_that_two_place_at_once_elsewhere_is_in_one_of_the_two(
    email: InboundEmail, conversation: Conversation, other: Conversation, odile: User, marc: User
) -> None:
    ended = at_once(
        partial(placed, email, conversation, odile), partial(placed, email, other, marc)
    )

    assert ended.count("already") == 1
    assert Message.objects.get().attachment_count == 1


def test_placing_that_a_kill_cut_after_the_message_was_rolled_back_is_made_again(
    email: InboundEmail, conversation: Conversation, odile: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(to_sort, "publish_counts", killed)
        with pytest.raises(SystemExit):
            actions.place_email(email, conversation, odile)
    assert not Message.objects.exists()

    actions.place_email(fresh(email, odile), conversation, odile)

    assert Message.objects.get().attachment_count == 1


def test_email_of_a_colleagues_address_is_not_placed_in_their_name(
    conversation: Conversation, odile: User, marc: User, mail_server: MailServer
) -> None:
    message = letter(NOBODYS, "Annulez tout")
    message.replace_header("From", "Marc Vidal <marc@demo.test>")
    intake.receive(message.as_bytes())

    made = actions.place_email(InboundEmail.objects.get(), conversation, odile)

    assert made.author == odile
    assert made.body.startswith("E-mail de Marc Vidal <marc@demo.test>")


def test_email_that_is_no_longer_kept_cannot_be_placed(
    email: InboundEmail, conversation: Conversation, odile: User
) -> None:
    InboundEmail.objects.update(original_bytes=None)

    with pytest.raises(OriginalGone):
        actions.place_email(fresh(email, odile), conversation, odile)


def test_email_given_up_and_placed_is_not_received_again(
    address: str, conversation: Conversation, odile: User, mail_server: MailServer
) -> None:
    raw = letter(address, "La fuite").as_bytes()
    intake.give_up(raw)
    actions.place_email(InboundEmail.objects.get(), conversation, odile)

    assert intake.receive(raw) == InboundStatus.DUPLICATE
    assert Message.objects.count() == 1


def test_email_with_a_file_comes_again_once_the_bucket_is_there(
    address: str, client: Browser, settings: Settings
) -> None:
    settings.INBOUND_EMAIL_SECRET = "known"
    message = letter(address, "Voici le plan")
    attach_plan(message, b"%PDF-1.4 plan")
    post = partial(
        client.post, "/inbound/email", message.as_bytes(), content_type="message/rfc822",
        headers={"authorization": "Bearer known"},
    )  # fmt: skip

    # The bucket refuses a request that is dated ten days ago.
    with time_machine.travel(timezone.now() - timedelta(days=10)):
        away = post()
    answer = post()

    assert (away.status_code, away.json()) == (503, {"verdict": "later"})
    assert answer.json() == {"verdict": "accepted"}
    assert Message.objects.get().attachment_count == 1


def test_suggestions_leave_out_what_is_archived(
    email: InboundEmail, archived: Conversation, other: Conversation, villa: Chantier, odile: User
) -> None:
    assert email.key is not None
    found = to_sort.suggestions_of([fresh(email, odile)], odile)[email.key]

    assert [each.conversation for each in found] == [other]

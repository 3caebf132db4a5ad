"""A chantier or a client gets another responsible person: what happens to the conversations."""

from datetime import timedelta

import pytest
import time_machine

from core.models import Chantier, Client, User
from messaging.actions.assignment import take
from messaging.actions.availability import set_availability
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.actions.escalation import keep_owned
from messaging.conversation.idempotency import Opening
from messaging.models import Conversation
from tests.cast import Say
from tests.messaging.desk import PassTime, clock, lines, owner_of, pass_time, told

__all__ = ["clock", "pass_time"]

pytestmark = pytest.mark.django_db


def give_chantier_to(villa: Chantier, person: User) -> None:
    # As an import of the portal does it.
    Chantier.objects.filter(pk=villa.pk).update(responsible=person)


def test_conversation_follows_the_new_responsible_person_with_a_line(
    conversation: Conversation, villa: Chantier, odile: User, marc: User
) -> None:
    give_chantier_to(villa, marc)

    assert keep_owned() == 1

    assert owner_of(conversation) == marc
    line = lines(conversation, "assigned")[-1]
    assert line.by is None
    assert line.details["reason"] == "responsible"
    assert line.details["to"]["name"] == "Marc Vidal"
    assert line.details["from"]["name"] == "Odile Perrin"
    # Nobody waits there.
    assert told(conversation) == []
    assert keep_owned() == 0


def test_both_are_told_if_a_question_waits(
    conversation: Conversation, villa: Chantier, camille: User, marc: User, say: Say
) -> None:
    say(camille, "Quand venez-vous ?")
    give_chantier_to(villa, marc)

    keep_owned()

    assert told(conversation) == [("Marc", "assigned"), ("Odile", "taken_over")]


def test_what_a_person_took_or_assigned_stays_theirs(
    conversation: Conversation, villa: Chantier, odile: User, marc: User
) -> None:
    take(taker=marc, conversation=conversation, confirmed=True)
    change_conversation(
        editor=marc, conversation=conversation, changes={"assigned_to_id": odile.pk}
    )
    give_chantier_to(villa, marc)

    assert keep_owned() == 0
    assert owner_of(conversation) == odile


def test_closed_conversation_follows_once_it_is_open_again(
    conversation: Conversation, villa: Chantier, camille: User, odile: User, marc: User, say: Say
) -> None:
    change_conversation(editor=odile, conversation=conversation, changes={"status": "closed"})
    give_chantier_to(villa, marc)
    assert keep_owned() == 0

    say(camille, "Encore une question")

    assert keep_owned() == 1
    assert owner_of(conversation) == marc


def test_chantier_without_a_responsible_person_keeps_its_owners(
    conversation: Conversation, villa: Chantier, odile: User
) -> None:
    Chantier.objects.filter(pk=villa.pk).update(responsible=None)

    assert keep_owned() == 0
    assert owner_of(conversation) == odile


def test_free_subject_follows_the_responsible_person_of_the_client(
    morel: Client, camille: User, odile: User, marc: User
) -> None:
    Client.objects.filter(pk=morel.pk).update(responsible=odile)
    opening = Opening(subject="Facture", client=morel.pk)
    conversation = open_conversation(opener=camille, opening=opening).conversation
    assert owner_of(conversation) == odile

    Client.objects.filter(pk=morel.pk).update(responsible=marc)
    keep_owned()

    assert owner_of(conversation) == marc


def test_question_goes_on_to_a_colleague_while_the_new_person_is_away(
    conversation: Conversation, villa: Chantier, camille: User, odile: User, marc: User,
    say: Say, clock: time_machine.Traveller, pass_time: PassTime,
) -> None:  # fmt: skip
    julie = User.objects.create(
        email="julie@demo.test", name="Julie", role="staff", external_id="crm-julie"
    )
    say(camille, "Quand venez-vous ?")
    set_availability(julie, is_absent=True)
    give_chantier_to(villa, julie)

    keep_owned()
    pass_time(timedelta(minutes=1))

    assert owner_of(conversation) == marc

"""A day of the company with 40 conversations, two people, one of them absent, and a moved clock.

It ends with no conversation unowned, and with nothing late that nobody was told of.
"""

from datetime import timedelta
from random import Random

import pytest
import time_machine
from django.utils import timezone

from core.models import Chantier, Client, User
from messaging.actions.availability import set_availability
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.actions.escalation import keep_owned
from messaging.actions.messages import Then, send_message
from messaging.actions.snooze import snooze
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Escalation, HistoryLine, Notice
from tests.messaging.desk import PassTime, clock, pass_time

__all__ = ["clock", "pass_time"]

pytestmark = pytest.mark.django_db

MANY = 40
A_QUARTER = timedelta(minutes=15)


def write(author: User, conversation: Conversation, body: str, *, close: bool = False) -> None:
    draft = Draft(body=body)
    send_message(
        author=author, conversation_id=conversation.pk, draft=draft, then=Then(close=close)
    )


@pytest.fixture
def sites(morel: Client, odile: User, marc: User) -> list[Chantier | None]:
    """Two chantiers of Odile's, of which Marc is the deputy of one, and no chantier."""
    with_deputy = Chantier.objects.create(
        client=morel, name="Villa", responsible=odile, deputy=marc
    )
    without = Chantier.objects.create(client=morel, name="Garage", responsible=odile)
    return [with_deputy, without, None]


def test_day_ends_with_nothing_unowned_and_nothing_late_unseen(
    camille: User, odile: User, marc: User, morel: Client, sites: list[Chantier | None],
    clock: time_machine.Traveller, pass_time: PassTime,
) -> None:  # fmt: skip
    chance = Random(7)
    opened: list[Conversation] = []
    # Odile goes home at noon, and is back on Friday.
    noon = timezone.now() + timedelta(hours=4)

    for number in range(MANY):
        site = chance.choice(sites)
        opening = Opening(
            subject=f"Sujet {number}", client=morel.pk, chantier=site.pk if site else None,
            message=Draft(body="Quand venez-vous ?"),
        )  # fmt: skip
        opened.append(open_conversation(opener=camille, opening=opening).conversation)
        pass_time(A_QUARTER)
        if noon <= timezone.now() < noon + A_QUARTER:
            set_availability(odile, is_absent=True, until=noon + timedelta(days=2))
        one = chance.choice(opened)
        one.refresh_from_db()
        match chance.randrange(8):
            case 0:
                write(marc, one, "Mardi")
            case 1:
                write(marc, one, "C'est fait", close=True)
            case 2 if one.status == Conversation.Status.OPEN:
                snooze(editor=marc, conversation=one, until=timezone.now() + timedelta(hours=3))
            case 3:
                change_conversation(editor=marc, conversation=one, changes={"assigned_to_id": None})
            case 4:
                write(camille, one, "Alors ?")
        keep_owned()
    pass_time(timedelta(days=1))
    keep_owned()
    pass_time(timedelta(days=1))

    # A closed one that was given back gets its owner when it opens again.
    are_open = Conversation.objects.filter(status="open")
    assert (are_open.count() > 20, [one for one in are_open if one.assigned_to is None]) == (
        True,
        [],
    )
    late = Conversation.objects.filter(
        answer_due_at__lte=timezone.now(), status="open", snoozed_until=None
    )
    unseen = [
        one.subject
        for one in late
        if not Notice.objects.filter(conversation=one, kind="escalated").exists()
    ]
    assert (late.count() > 5, unseen) == (True, [])
    # All went all the way: nothing is pending that was due.
    assert not Escalation.objects.filter(due_at__lte=timezone.now()).exists()
    for one in opened:
        steps = [
            (line.details["waiting_since"], line.details["step"])
            for line in HistoryLine.objects.filter(conversation=one, kind="escalated")
        ]
        assert len(steps) == len(set(steps)), one.subject
    # Nothing new for the one who was away: Marc had it.
    away = Conversation.objects.filter(created_at__gt=noon + A_QUARTER)
    assert set(away.values_list("assigned_to", flat=True)) == {marc.pk}

"""Deliveries as they are planned: those of several messages as those of one after the other."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.jobs.lease import due
from core.models import User
from messaging.actions.fan_out import FannedOut, fan_out_message
from messaging.models import Conversation, Message
from notifications import queries
from notifications.fan_out import fan_out
from notifications.models import Delivery, Mute, Preference
from notifications.planning import planner, presence
from tests.cast import Say
from tests.notifications.conftest import Device

pytestmark = pytest.mark.django_db
COLUMNS = ("message__seq", "recipient__name", "channel", "due_at", "is_digest", "is_mention")


@pytest.fixture
def done(
    camille: User, odile: User, marc: User, conversation: Conversation, say: Say, device: Device
) -> FannedOut:
    """Seven messages of two people, counted at once. One names Marc, who muted the conversation."""
    for person in (camille, odile, marc):
        device(person, person.email)
    Mute.objects.create(user=marc, conversation=conversation)
    for number in range(3):
        say(camille, f"n° {number}")
        say(odile, f"réponse n° {number}")
    last = say(odile, "@Marc Vidal, tu confirmes ?")
    fanned_out = fan_out_message(last.pk)
    assert fanned_out is not None
    return fanned_out


def rows() -> list[tuple[Any, ...]]:
    return list(Delivery.objects.order_by("seq", "recipient", "channel").values_list(*COLUMNS))


@pytest.mark.parametrize("is_night", [False, True])
def test_together_as_one_after_the_other(
    clock: object, done: FannedOut, camille: User, is_night: bool
) -> None:
    presence.note(camille.pk, is_visible=True)
    if is_night:
        hour = timezone.localtime().time()
        later = hour.replace(hour=hour.hour + 1)
        Preference.objects.create(user=camille, quiet_from=hour, quiet_until=later)
    planner.plan_deliveries(done.messages, done.participants)
    together = rows()
    Delivery.objects.all().delete()

    for message in done.messages:
        planner.plan_deliveries([message], done.participants)

    assert len(done.messages) == 7
    assert {row[1] for row in together} >= {"Camille Morel", "Odile Perrin", "Marc Vidal"}
    assert together == rows()


def test_planned_together_costs_no_query_more(
    done: FannedOut, django_assert_num_queries: Any
) -> None:
    unnamed = [message for message in done.messages if "@" not in message.body]

    with django_assert_num_queries(2):
        planner.plan_deliveries(unnamed, done.participants)

    assert Message.objects.count() > len(unnamed) == 6


def test_push_to_a_person_without_a_device_is_skipped_and_owes_no_job(
    clock: object, camille: User, odile: User, conversation: Conversation, say: Say
) -> None:
    fan_out(say(camille, "Bonjour").pk)

    push, email = Delivery.objects.filter(recipient=odile).order_by("-channel")
    assert (push.status, push.reason, push.due_at) == ("skipped", "no_device", None)
    assert (email.status, email.due_at) == ("pending", timezone.now() + timedelta(minutes=1))
    assert not due(queries.pending_deliveries()).exists()

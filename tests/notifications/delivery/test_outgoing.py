"""Other software is told of notifications that did not arrive."""

from typing import Any

import pytest

from core.models import OutgoingEvent, User
from notifications.models import Delivery
from notifications.outbound_email.failures import Failure, note
from notifications.outbound_email.refusal import Cause, Refusal
from tests.cast import Say
from tests.notifications.conftest import Device, Work
from tests.notifications.push_service import PushService

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


def failures() -> list[dict[str, Any]]:
    events = OutgoingEvent.objects.filter(kind="delivery.failed").order_by("id")
    return [event.payload["data"] for event in events]


def test_push_that_no_device_takes_is_told_with_its_recipient(
    camille: User, odile: User, say: Say, device: Device, work: Work, push_service: PushService
) -> None:
    device(odile, "phone")
    push_service.status = 410
    message = say(camille, "Bonjour")
    work()

    [failed] = failures()

    assert failed["delivery"]["channel"] == "push"
    assert failed["delivery"]["recipient"]["external_id"] == "crm-odile@demo.test"
    assert failed["message"] == {"id": str(message.pk), "seq": 1}
    assert failed["client"]["name"] == "Famille Morel"


def test_push_that_arrives_tells_of_no_failure(
    camille: User, odile: User, say: Say, device: Device, work: Work, push_service: PushService
) -> None:
    device(odile, "phone")
    say(camille, "Bonjour")
    work()

    assert len(push_service.received) == 1
    assert failures() == []


def test_email_that_comes_back_is_told_with_the_reason(
    camille: User, odile: User, say: Say, work: Work
) -> None:
    say(odile, "Bonjour")
    work()
    email = Delivery.objects.get(recipient=camille, channel="email")
    Delivery.objects.filter(pk=email.pk).update(status="sent", envelope=email.pk)
    assert email.pk is not None
    came_back = Failure(
        message_ids=(f"<{email.pk.hex}@liaison.example>",),
        recipients=frozenset({"camille@demo.test"}),
        refusal=Refusal(Cause.UNKNOWN_ADDRESS),
        detail="550 no such user",
    )

    assert note(came_back)

    [failed] = failures()
    assert (failed["delivery"]["channel"], failed["delivery"]["detail"]) == (
        "email",
        "550 no such user",
    )
    assert failed["delivery"]["reason"] != ""

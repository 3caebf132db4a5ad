"""The export of a person's data holds what notifications and emails know of them."""

import pytest

from core.models import User
from messaging.exporting import person
from messaging.models import Conversation
from notifications.models import Mute, Preference, PushSubscription, RefusedAddress
from tests.cast import Say
from tests.notifications import conftest as notifications
from tests.notifications.conftest import Device, Work

alone, clock, device = notifications.alone, notifications.clock, notifications.device
push_service, work = notifications.push_service, notifications.work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone", "clock")]


def test_devices_wishes_and_deliveries_are_in_it(
    camille: User, odile: User, conversation: Conversation, say: Say, device: Device, work: Work
) -> None:
    device(camille, "Téléphone")
    say(odile, "Le carrelage est posé")
    work()
    Mute.objects.create(user=camille, conversation=conversation)
    Preference.objects.update_or_create(user=camille, defaults={"email": "never"})
    RefusedAddress.objects.create(address=camille.email, cause="unknown")

    known = person.data_of(camille, camille)["notifications"]

    assert [each["label"] for each in known["devices"]] == ["Téléphone"]
    assert known["muted_conversations"] == [str(conversation.pk)]
    assert (known["preferences"]["email"], known["address_refused"]) == ("never", True)
    assert {(each["channel"], each["count"]) for each in known["deliveries"]} >= {("push", 1)}


def test_secrets_of_devices_and_what_is_of_others_are_not(
    camille: User, bruno: User, conversation: Conversation, device: Device
) -> None:
    device(camille, "Téléphone")
    device(bruno, "Tablette")

    text = str(person.data_of(camille, camille))

    [phone] = PushSubscription.objects.filter(user=camille)
    assert phone.label in text
    assert not any(secret in text for secret in (phone.endpoint, phone.auth, phone.p256dh))
    assert "Tablette" not in text

"""Webhooks in the admin, as a manager sees and changes them."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from core.models import User
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.webhooks import endpoints
from tests.cast import Say
from tests.notifications.webhook_receiver import Receiver
from tests.notifications.webhooks.conftest import do_what_is_due

pytestmark = pytest.mark.django_db
PLACE = "/admin/notifications/webhookendpoint/"


@pytest.fixture
def ada(client: Browser) -> User:
    ada = User.objects.create_superuser("ada@demo.test", "chantier-demo", name="Ada", locale="fr")
    client.force_login(ada)
    return ada


@pytest.fixture
def webhook(ada: User, receiver: Receiver) -> WebhookEndpoint:
    made = endpoints.create(url=receiver.url, description="Portail", kinds=[], by=ada)
    receiver.secret = made.secret
    return made.endpoint


def act(client: Browser, action: str, *rows: WebhookEndpoint) -> str:
    form = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return shown(client.post(PLACE, form, follow=True))


def shown(page: Any) -> str:
    assert page.status_code == 200
    return unescape(re.sub(r"<[^>]+>", " ", page.content.decode()))


def secrets_on(page: Any) -> list[str]:
    return re.findall(r"<code>(whsec_[^<]+)</code>", page.content.decode())


def test_new_one_shows_its_secret_once_and_is_told_what_was_chosen(
    client: Browser, ada: User, receiver: Receiver, camille: User, say: Say
) -> None:
    form = {"url": receiver.url, "description": "Portail", "kinds": ["message.created"]}

    (secret,) = secrets_on(client.post(f"{PLACE}add/", form, follow=True))

    row = WebhookEndpoint.objects.get()
    assert (row.kinds, row.created_by) == (["message.created"], ada)
    assert secrets_on(client.get(PLACE)) == []
    assert secret not in client.get(f"{PLACE}{row.pk}/change/").content.decode()
    receiver.secret = secret
    say(camille, "Bonjour")
    do_what_is_due()
    assert [event["type"] for event in receiver.accepted] == ["message.created"]


def test_address_of_the_own_network_is_refused_in_words(client: Browser, ada: User) -> None:
    page = client.post(f"{PLACE}add/", {"url": "http://10.0.0.7/hook"})

    assert "Donnez une adresse https" in shown(page)
    assert not WebhookEndpoint.objects.exists()


def test_more_than_there_may_be_are_refused_in_words(
    client: Browser, ada: User, receiver: Receiver
) -> None:
    for _ in range(endpoints.MOST):
        endpoints.create(url=receiver.url, description="", kinds=[], by=ada)

    page = client.post(f"{PLACE}add/", {"url": receiver.url})

    assert "Supprimez-en un" in shown(page)
    assert WebhookEndpoint.objects.count() == endpoints.MOST


def test_page_of_one_shows_what_was_answered_last(
    client: Browser, webhook: WebhookEndpoint, receiver: Receiver, camille: User, say: Say
) -> None:
    receiver.answer = lambda event: 500
    receiver.text = b"plus de papier"
    say(camille, "Bonjour")
    do_what_is_due()

    page = shown(client.get(f"{PLACE}{webhook.pk}/change/"))

    assert "500 plus de papier" in page
    assert "None" not in page
    assert str(webhook.pk) not in page
    assert "En échec" in shown(client.get(PLACE))


def test_change_keeps_the_secret_and_what_is_waiting(
    client: Browser, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    before = bytes(webhook.secret)

    form = {
        "url": receiver.url, "description": "ERP", "kinds": ["conversation.closed"],
        "deliveries-TOTAL_FORMS": "0", "deliveries-INITIAL_FORMS": "0",
    }  # fmt: skip
    shown(client.post(f"{PLACE}{webhook.pk}/change/", form, follow=True))

    webhook.refresh_from_db()
    assert (webhook.description, webhook.kinds) == ("ERP", ["conversation.closed"])
    assert bytes(webhook.secret) == before


def test_test_event_shows_the_answer(
    client: Browser, webhook: WebhookEndpoint, receiver: Receiver
) -> None:
    receiver.answer = lambda event: 403
    receiver.text = b"pas toi"

    assert "403 pas toi" in act(client, "try_out", webhook)


def test_paused_one_waits_and_resumed_gets_what_happened_since(
    client: Browser, webhook: WebhookEndpoint, receiver: Receiver, camille: User, say: Say
) -> None:
    assert "En pause" in act(client, "pause", webhook)
    say(camille, "Bonjour")
    do_what_is_due()
    assert receiver.accepted == []

    act(client, "resume", webhook)
    do_what_is_due()

    assert "message.created" in [event["type"] for event in receiver.accepted]


def test_given_up_events_are_sent_again(
    client: Browser, webhook: WebhookEndpoint, receiver: Receiver, camille: User, say: Say
) -> None:
    receiver.answer = lambda event: 500
    say(camille, "Bonjour")
    do_what_is_due()
    WebhookDelivery.objects.filter(state="pending").update(due_at=None)
    receiver.answer = lambda event: 204

    text = act(client, "send_again", webhook)
    do_what_is_due()

    assert re.search(r"[1-9]\d* évènements? (est|sont) renvoyé", text)
    assert not WebhookDelivery.objects.exclude(state="sent").exists()


def test_other_secret_is_shown_and_the_earlier_one_signs_for_a_day(
    client: Browser, webhook: WebhookEndpoint
) -> None:
    form = {"action": "new_secret", "_selected_action": [str(webhook.pk)]}

    (secret,) = secrets_on(client.post(PLACE, form, follow=True))

    webhook.refresh_from_db()
    assert secret.startswith("whsec_")
    assert webhook.previous_until is not None
    assert webhook.previous_until > timezone.now() + timedelta(hours=23)


def test_deleted_one_is_told_nothing_more(
    client: Browser, webhook: WebhookEndpoint, receiver: Receiver, camille: User, say: Say
) -> None:
    shown(client.post(f"{PLACE}{webhook.pk}/delete/", {"post": "yes"}, follow=True))
    say(camille, "Bonjour")
    do_what_is_due()

    assert not WebhookEndpoint.objects.exists()
    assert receiver.accepted == []


def test_person_who_is_no_manager_does_not_see_them(client: Browser, odile: User) -> None:
    client.force_login(odile)

    assert client.get(PLACE).status_code in (302, 403, 404)

"""The endpoints: each person reads and changes their own devices, preferences and deliveries."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from core.valkey import forget_clients
from messaging.models import Conversation, Message
from notifications import signed_tokens
from notifications.models import Delivery, Mute, Preference, PushSubscription
from notifications.outbound_email import reply_address
from notifications.planning import presence
from notifications.push import vapid
from tests.cast import Call, Say
from tests.notifications.conftest import Device, Work
from tests.notifications.push_service import Browser, PushService

pytestmark = pytest.mark.django_db

V1 = "/api/v1"


def registration(browser: Browser, **more: Any) -> dict[str, Any]:
    return {"endpoint": browser.endpoint, "keys": browser.keys, "label": "Chrome", **more}


def renewal(old: Browser, new: Browser) -> dict[str, Any]:
    return {
        "old_endpoint": old.endpoint, "old_keys": old.keys,
        "endpoint": new.endpoint, "keys": new.keys,
    }  # fmt: skip


class TestDevices:
    def test_device_registered_twice_is_kept_once(
        self, api: Call, odile: User, push_service: PushService
    ) -> None:
        browser = push_service.browser("phone")

        answers = [
            api(odile).post(f"{V1}/push-subscriptions", registration(browser)) for _ in range(2)
        ]

        assert [answer.status_code for answer in answers] == [201, 201]
        assert PushSubscription.objects.get().user == odile

    def test_device_belongs_to_the_last_person_who_registered_it(
        self, api: Call, odile: User, camille: User, push_service: PushService
    ) -> None:
        browser = push_service.browser("shared")
        api(odile).post(f"{V1}/push-subscriptions", registration(browser))

        api(camille).post(f"{V1}/push-subscriptions", registration(browser))

        assert api(odile).get(f"{V1}/push-subscriptions").json() == []
        assert len(api(camille).get(f"{V1}/push-subscriptions").json()) == 1

    @pytest.mark.parametrize(
        "endpoint", ["http://127.0.0.1:1/x", "https://169.254.169.254/latest", "https://x.fr/"]
    )
    def test_endpoint_of_no_push_service_is_refused(
        self, api: Call, odile: User, push_service: PushService, endpoint: str
    ) -> None:
        body = registration(push_service.browser("a"), endpoint=endpoint)

        answer = api(odile).post(f"{V1}/push-subscriptions", body)

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "unknown_push_service"

    def test_oldest_device_beyond_ten_is_forgotten(
        self, api: Call, odile: User, push_service: PushService
    ) -> None:
        for number in range(11):
            body = registration(push_service.browser(str(number)))
            api(odile).post(f"{V1}/push-subscriptions", body)

        kept = PushSubscription.objects.values_list("endpoint", flat=True)
        assert len(kept) == 10
        assert not any(endpoint.endswith("/0") for endpoint in kept)

    def test_device_is_deleted_at_logout(
        self, client: Client, odile: User, push_service: PushService
    ) -> None:
        client.force_login(odile)
        client.post(
            f"{V1}/push-subscriptions",
            registration(push_service.browser("phone")),
            content_type="application/json",
        )
        assert PushSubscription.objects.exists()

        client.post("/logout")

        assert not PushSubscription.objects.exists()

    def test_device_is_tested_by_a_push(
        self, api: Call, odile: User, device: Device, push_service: PushService
    ) -> None:
        device(odile, "phone")
        mine = PushSubscription.objects.get()

        answer = api(odile).post(f"{V1}/push-subscriptions/{mine.pk}/test")

        assert answer.status_code == 204
        shown = push_service.received[0].payload["notification"]
        assert shown["body"] == "Cet appareil affiche vos notifications."

    def test_device_of_another_person_is_not_found(
        self, api: Call, odile: User, yanis: User, device: Device
    ) -> None:
        device(odile, "phone")
        url = f"{V1}/push-subscriptions/{PushSubscription.objects.get().pk}"

        assert api(yanis).delete(url).status_code == 404
        assert api(yanis).post(f"{url}/test").status_code == 404

    def test_device_follows_a_browser_that_changes_its_endpoint(
        self, api: Call, client: Client, odile: User, device: Device, push_service: PushService
    ) -> None:
        old, new = device(odile, "old"), push_service.browser("new")
        body = renewal(old, new)

        answer = client.post(f"{V1}/push/renewed", body, content_type="application/json")

        assert answer.status_code == 204
        assert PushSubscription.objects.get().endpoint == new.endpoint

    def test_unknown_old_endpoint_registers_nothing(
        self, client: Client, push_service: PushService
    ) -> None:
        new = push_service.browser("new")
        body = {**renewal(new, new), "old_endpoint": "https://x"}

        answer = client.post(f"{V1}/push/renewed", body, content_type="application/json")

        assert answer.status_code == 404
        assert not PushSubscription.objects.exists()


class TestPreferences:
    def test_preferences_have_defaults(self, api: Call, camille: User) -> None:
        assert api(camille).get(f"{V1}/preferences").json() == {
            "push": True, "is_discreet": False, "email": "unread", "email_delay_minutes": None,
            "quiet_from": None, "quiet_until": None, "locale": "fr", "muted": [],
            "email_refused": None,
        }  # fmt: skip

    def test_preferences_change_one_by_one(self, api: Call, camille: User) -> None:
        api(camille).patch(f"{V1}/preferences", {"email": "never", "locale": "en"})
        api(camille).patch(f"{V1}/preferences", {"quiet_from": "20:00", "quiet_until": "07:00"})

        camille.refresh_from_db()
        mine = Preference.objects.get(user=camille)
        assert (mine.email, camille.locale, str(mine.quiet_from)) == ("never", "en", "20:00:00")

    @pytest.mark.parametrize(
        "change",
        [
            {"email_delay_minutes": 1}, {"email_delay_minutes": 1441}, {"email": "often"},
            {"quiet_from": "20:00"}, {"locale": "de"},
        ],
    )  # fmt: skip
    def test_invalid_preference_is_refused(
        self, api: Call, camille: User, change: dict[str, Any]
    ) -> None:
        assert api(camille).patch(f"{V1}/preferences", change).status_code == 400

    def test_conversation_is_muted_and_unmuted(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        url = f"{V1}/conversations/{conversation.pk}/mute"

        before = api(camille).get(url).json()
        api(camille).post(url)
        after = api(camille).get(url).json()
        muted = api(camille).get(f"{V1}/preferences").json()["muted"]
        api(camille).post(url, {"muted": False})

        assert (before, after) == ({"muted": False}, {"muted": True})
        assert [each["subject"] for each in muted] == ["Carrelage du séjour"]
        assert not Mute.objects.exists()

    def test_conversation_of_another_client_cannot_be_muted(
        self, api: Call, yanis: User, conversation: Conversation
    ) -> None:
        url = f"{V1}/conversations/{conversation.pk}/mute"
        assert api(yanis).post(url).status_code == 404


class TestPresence:
    def test_presence_is_noted_and_ends(self, api: Call, odile: User) -> None:
        api(odile).post(f"{V1}/presence")
        here = presence.present_among([odile.pk])
        api(odile).post(f"{V1}/presence", {"visible": False})

        assert here == {odile.pk}
        assert presence.present_among([odile.pk]) == set()

    def test_without_valkey_everybody_is_absent(self, odile: User, settings: Settings) -> None:
        settings.REDIS_URL = "redis://127.0.0.1:9/0"
        forget_clients()
        try:
            presence.note(odile.pk, is_visible=True)
            assert presence.present_among([odile.pk]) == set()
        finally:
            forget_clients()


@pytest.fixture
def sent(odile: User, camille: User, say: Say, work: Work) -> Message:
    return say(odile, "Bonjour")


class TestDeliveriesOfAMessage:
    @staticmethod
    def url(message: Message) -> str:
        return f"{V1}/conversations/{message.conversation_id}/messages/{message.pk}/deliveries"

    def test_deliveries_are_shown_to_the_author_and_colleagues(
        self, api: Call, sent: Message, odile: User, marc: User
    ) -> None:
        for reader in (odile, marc):
            people = api(reader).get(self.url(sent)).json()["results"]
            assert {each["person"]["name"]: each["state"] for each in people} == {
                "Bruno Morel": "sent", "Camille Morel": "sent",
            }  # fmt: skip

    def test_deliveries_are_not_found_for_other_people(
        self, api: Call, sent: Message, camille: User, yanis: User
    ) -> None:
        for reader in (camille, yanis):
            assert api(reader).get(self.url(sent)).status_code == 404
            assert api(reader).post(f"{self.url(sent)}/retry").status_code == 404

    def test_deliveries_of_a_page_of_history_are_one_request(
        self, api: Call, say: Say, work: Work, odile: User, marc: User, camille: User, bruno: User,
        yanis: User, conversation: Conversation, django_assert_max_num_queries: Any,
    ) -> None:  # fmt: skip
        mine, hers, ours = say(odile, "Bonjour"), say(camille, "Oui ?"), say(marc, "Jeudi ?")
        work()
        url = f"{V1}/conversations/{conversation.pk}/deliveries?first=1&last=3"

        with django_assert_max_num_queries(6):
            answer = api(odile).get(url).json()["results"]

        assert {each["message"] for each in answer} == {str(mine.pk), str(ours.pk)}
        told = {each["person"]["name"] for each in answer[0]["deliveries"]}
        assert {"Camille Morel", "Bruno Morel"} <= told
        assert [e["message"] for e in api(camille).get(url).json()["results"]] == [str(hers.pk)]
        assert api(bruno).get(url).json()["results"] == []
        assert api(yanis).get(url).status_code == 404
        for bad in ("first=1", "first=3&last=1", "first=1&last=9999"):
            assert api(odile).get(f"{url.partition('?')[0]}?{bad}").status_code == 400

    def test_failed_delivery_is_sent_again_on_demand(
        self, api: Call, sent: Message, odile: User, camille: User
    ) -> None:
        Delivery.objects.create(
            message=sent, recipient=camille, channel="email", seq=sent.seq, status="failed",
            conversation=sent.conversation, due_at=None, last_error="550 No such mailbox",
        )  # fmt: skip
        url = self.url(sent)
        before = api(odile).get(url).json()["results"][1]

        answer = api(odile).post(f"{url}/retry")

        assert (before["state"], before["reason"]) == ("undelivered", "550 No such mailbox")
        assert answer.json()["results"][1]["state"] == "sent"
        assert api(odile).post(f"{url}/retry").status_code == 409

    def test_deliveries_hide_the_answers_of_mail_servers_from_clients(
        self, api: Call, camille: User, odile: User, say: Say, work: Work
    ) -> None:
        message = say(camille, "Bonjour")
        work()
        refused = Delivery.objects.filter(message=message, recipient=odile)
        refused.update(status="failed", last_error="550 odile@interne.example unknown")

        told = api(camille).get(self.url(message)).json()["results"]

        hers = next(each for each in told if each["person"]["name"] == "Odile Perrin")
        assert (hers["state"], hers["reason"]) == ("undelivered", "")


class TestPushTokens:
    @pytest.mark.parametrize("path", ["displayed", "read"])
    def test_token_of_another_purpose_is_refused(
        self, client: Client, path: str, camille: User
    ) -> None:
        for token in ("nonsense", signed_tokens.for_unsubscribing(camille.pk)):
            answer = client.post(
                f"{V1}/push/{path}", {"token": token}, content_type="application/json"
            )
            assert answer.status_code == 400

    def test_display_of_a_deleted_push_is_accepted(self, client: Client) -> None:
        token = signed_tokens.for_display(uuid4())
        answer = client.post(
            f"{V1}/push/displayed", {"token": token}, content_type="application/json"
        )
        assert answer.status_code == 204


class TestUnsubscribing:
    def test_unsubscribing_is_one_post_without_a_session(
        self, client: Client, camille: User
    ) -> None:
        url = f"/unsubscribe/{signed_tokens.for_unsubscribing(camille.pk)}"

        answer = client.post(url, {"List-Unsubscribe": "One-Click"})

        assert answer.status_code == 200
        assert Preference.objects.get(user=camille).email == "never"

    def test_unsubscribing_is_not_done_by_a_get(self, client: Client, camille: User) -> None:
        client.get(f"/unsubscribe/{signed_tokens.for_unsubscribing(camille.pk)}")
        assert not Preference.objects.exists()

    def test_unsubscribing_with_an_invalid_link_is_refused(self, client: Client) -> None:
        assert client.post("/unsubscribe/nonsense").status_code == 400


class TestKeys:
    def test_vapid_keys_are_made_as_browsers_want_them(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        call_command("vapid_keys")

        lines = capsys.readouterr().out.splitlines()
        private = lines[0].removeprefix("VAPID_PRIVATE_KEY=")
        assert len(vapid.decoded(private)) == 32
        assert vapid.public_key(private) in lines[1]
        # An uncompressed point of P-256.
        assert vapid.decoded(vapid.public_key(private))[0] == 4


class TestReplyAddresses:
    def test_reply_address_is_random_bound_to_a_person_and_used_again(
        self, camille: User, bruno: User, conversation: Conversation, settings: Settings
    ) -> None:
        settings.REPLY_DOMAIN = "reponse.liaison.example"

        addresses = {reply_address.address_for(camille, conversation) for _ in range(2)}
        (address,) = addresses

        assert len(address.split("@")[0]) == len("reply+") + 26
        assert reply_address.address_for(bruno, conversation) != address
        holder = reply_address.holder_of(reply_address.tokens_in(address.upper())[0])
        assert holder is not None
        assert holder.user == camille
        assert (holder.expires_at - timezone.now()).days in (89, 90)

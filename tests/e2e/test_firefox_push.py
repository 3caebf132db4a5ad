"""Web Push in Firefox: subscription, display, click, permission and removal are its own.

Firefox is connected to a push service of the tests. The site's worker encrypts and
sends, Firefox decrypts.
"""

import json

import http_ece
import pytest

from core.models import User
from messaging.actions.messages import delete_message
from messaging.actions.reads import read_up_to
from messaging.models import Conversation, Message
from notifications.delivery.status import State, states_of
from notifications.models import Delivery, PushSubscription
from notifications.planning import presence
from notifications.push import vapid
from tests.cast import Call, Say
from tests.e2e.conftest import Visit
from tests.e2e.firefox import Firefox
from tests.e2e.installed import Installed
from tests.e2e.waiting import wait_for, wait_for_deliveries
from tests.notifications.push_service import AUTH, Browser
from tests.site import Site
from tests.waiting import until


def is_received(message: Message, person: User) -> bool:
    """Tell if the author's tick says that the message reached a person."""
    states = states_of([message])[message.pk]
    return any(each.user == person and each.state == State.RECEIVED for each in states)


class TestPush:
    def test_push_is_decrypted_shown_and_acknowledged_and_a_click_opens_the_thread(
        self, firefox: Firefox, odile: User, camille: User, say: Say, conversation: Conversation
    ) -> None:
        firefox.log_in(odile)
        endpoint = firefox.switch_on("staff")
        assert PushSubscription.objects.get().endpoint == endpoint
        firefox.visit_nothing()

        message = say(camille, "Le carreau est fendu 🧱")

        until(lambda: firefox.alerts, "Firefox shows nothing")
        assert firefox.alerts == [
            {"title": "Camille Morel", "text": "Carrelage du séjour\nLe carreau est fendu 🧱"}
        ]
        until(lambda: firefox.push.heard("ack"), "Firefox did not take the push")
        until(lambda: is_received(message, odile), "the author sees no tick")

        firefox.click_alert("Camille Morel")
        until(lambda: len(firefox.tabs) == 2, "no tab was opened")
        firefox.switch_to(firefox.tabs[1])
        firefox.sees("Le carreau est fendu")
        assert firefox.url.endswith(f"/staff/messages/{conversation.pk}#m-{message.pk}")
        assert firefox.alerts == []

    def test_click_goes_to_the_open_tab(
        self, firefox: Firefox, odile: User, camille: User, say: Say, conversation: Conversation
    ) -> None:
        firefox.log_in(odile)
        firefox.switch_on("staff")
        firefox.visit("/staff/messages")
        firefox.sees("Carrelage du séjour")
        firefox.run("window.isTheSame = true")
        [first] = firefox.tabs
        firefox.open_tab()
        until(lambda: not presence.present_among([odile.pk]), "a hidden page counts as visible")

        message = say(camille, "Jeudi ?")
        until(lambda: firefox.alerts, "Firefox shows nothing")
        firefox.click_alert("Camille Morel")

        firefox.switch_to(first)
        until(lambda: firefox.url.endswith(f"{conversation.pk}#m-{message.pk}"), firefox.url)
        assert firefox.run("return window.isTheSame && document.visibilityState") == "visible"
        assert len(firefox.tabs) == 2

    def test_switching_off_ends_the_subscription_for_good(
        self, firefox: Firefox, odile: User
    ) -> None:
        firefox.log_in(odile)
        firefox.switch_on("staff")

        firefox.click("Ne plus m’avertir ici")

        firefox.sees("Soyez averti ici")
        firefox.sees("Aucun appareil ne vous avertit")
        assert firefox.push.heard("unregister")
        firefox.visit("/staff/notifications")
        firefox.sees("Soyez averti ici")
        assert (firefox.subscription, PushSubscription.objects.count()) == ("", 0)

    def test_device_removed_in_another_browser_stays_removed(
        self, firefox: Firefox, odile: User, api: Call
    ) -> None:
        firefox.log_in(odile)
        firefox.switch_on("staff")
        device = PushSubscription.objects.get()
        api(odile).delete(f"/api/v1/push-subscriptions/{device.pk}")

        firefox.visit("/staff/notifications")

        firefox.sees("Soyez averti ici")
        firefox.sees("Aucun appareil ne vous avertit")
        assert (firefox.subscription, PushSubscription.objects.count()) == ("", 0)


class TestPermission:
    @pytest.mark.parametrize(
        ("permission", "words"),
        [("default", "a été retirée à Liaison"), ("DENY_ACTION", "de ce site sont bloquées")],
    )
    def test_permission_withdrawn_in_the_settings_is_said_and_the_device_goes(
        self, firefox: Firefox, odile: User, permission: str, words: str
    ) -> None:
        firefox.log_in(odile)
        firefox.switch_on("staff")

        firefox.set_permission(permission)

        firefox.sees(words)
        firefox.sees("Aucun appareil ne vous avertit")
        until(lambda: firefox.push.heard("unregister"), "Firefox keeps the subscription")
        assert not PushSubscription.objects.exists()

    def test_permission_withdrawn_while_no_page_is_open_is_said_at_the_next_start(
        self, firefox: Firefox, odile: User
    ) -> None:
        firefox.log_in(odile)
        firefox.switch_on("staff")
        firefox.visit_nothing()
        firefox.set_permission("default")

        firefox.visit("/staff/messages")
        until(lambda: not PushSubscription.objects.exists(), "the device stays in the list")

        firefox.visit("/staff/notifications")
        firefox.sees("a été retirée à Liaison")
        firefox.set_permission("ALLOW_ACTION")
        firefox.sees("Cet appareil vous avertit.")
        assert PushSubscription.objects.get().endpoint == firefox.subscription


class TestDeadSubscription:
    def test_subscription_that_is_gone_is_made_anew_at_the_next_page(
        self, firefox: Firefox, odile: User, camille: User, say: Say
    ) -> None:
        firefox.log_in(odile)
        dead = firefox.switch_on("staff")
        firefox.visit_nothing()
        firefox.push.drop(dead)
        say(camille, "Perdu")
        until(lambda: not PushSubscription.objects.exists(), "a dead device stays")

        firefox.visit("/staff/messages")
        until(PushSubscription.objects.exists, "the browser is not registered again")
        alive = PushSubscription.objects.get().endpoint
        assert alive not in ("", dead)

        firefox.visit_nothing()
        say(camille, "Jeudi ?")
        until(lambda: firefox.alerts, "Firefox shows nothing")

    def test_subscription_that_cannot_be_made_anew_is_shown_as_stopped(
        self, firefox: Firefox, odile: User, camille: User, say: Say
    ) -> None:
        firefox.log_in(odile)
        dead = firefox.switch_on("staff")
        firefox.visit_nothing()
        firefox.push.drop(dead)
        say(camille, "Perdu")
        until(lambda: not PushSubscription.objects.exists(), "a dead device stays")
        firefox.push.is_full = True

        firefox.visit("/staff/notifications")
        firefox.sees("se sont arrêtées dans ce navigateur")

        firefox.push.is_full = False
        firefox.click("Réactiver")
        firefox.sees("Cet appareil vous avertit.")
        assert PushSubscription.objects.get().endpoint == firefox.subscription

    def test_push_service_that_forgot_the_browser_is_subscribed_to_without_a_page(
        self, firefox: Firefox, odile: User, camille: User, say: Say
    ) -> None:
        firefox.log_in(odile)
        old = firefox.switch_on("staff")
        firefox.visit_nothing()

        firefox.push.forget_browsers()

        others = PushSubscription.objects.filter(user=odile).exclude(endpoint=old)
        until(others.exists, "the new subscription is not registered")
        assert PushSubscription.objects.count() == 1
        say(camille, "Jeudi ?")
        until(lambda: firefox.alerts, "Firefox shows nothing")

    def test_changed_server_key_makes_a_new_subscription(
        self, firefox: Firefox, odile: User, site: Site
    ) -> None:
        firefox.log_in(odile)
        old = firefox.switch_on("staff")
        firefox.visit_nothing()
        before = site.environment["VAPID_PRIVATE_KEY"]
        key = vapid.generate_private_key()
        restart_web(site, key)
        try:
            firefox.visit("/staff/notifications")
            firefox.sees("Cet appareil vous avertit.")

            device = PushSubscription.objects.get()
            assert device.endpoint == firefox.subscription != old
            assert firefox.push.channel_at(device.endpoint).key == vapid.public_key(key)
        finally:
            restart_web(site, before)


class TestWhatIsNoLongerUnread:
    def test_message_read_elsewhere_is_closed_at_the_next_start(
        self, firefox: Firefox, odile: User, camille: User, say: Say, conversation: Conversation
    ) -> None:
        shown_message(firefox, odile, camille, say)
        read_up_to(reader=odile, conversation=conversation, seq=1)

        firefox.visit("/staff/tasks")

        until(lambda: not firefox.alerts, "the notification stays")

    def test_deleted_text_is_closed_at_the_next_start(
        self, firefox: Firefox, odile: User, camille: User, say: Say, conversation: Conversation
    ) -> None:
        earlier = say(camille, "Bonjour")
        wait_for_deliveries(earlier)
        message = shown_message(firefox, odile, camille, say)
        delete_message(remover=camille, message=message)

        firefox.visit("/staff/tasks")

        until(lambda: not firefox.alerts, "the notification stays")


class TestSharedComputer:
    def test_logout_closes_what_is_shown_and_the_next_login_registers_nothing(
        self, firefox: Firefox, odile: User, camille: User, marc: User, say: Say
    ) -> None:
        shown_message(firefox, odile, camille, say)
        firefox.visit("/staff/notifications")
        assert firefox.alerts

        firefox.click("Odile Perrin, votre profil")
        firefox.click("Se déconnecter")
        firefox.sees("Mot de passe")
        assert firefox.alerts == []
        assert firefox.push.heard("unregister")
        assert not PushSubscription.objects.exists()

        for person in (marc, odile):
            firefox.log_in(person)
            firefox.visit("/staff/notifications")
            firefox.sees("Soyez averti ici")
        assert firefox.subscription == ""
        assert not PushSubscription.objects.exists()

    def test_login_of_another_person_closes_what_an_ended_session_left(
        self, firefox: Firefox, odile: User, camille: User, marc: User, say: Say
    ) -> None:
        shown_message(firefox, odile, camille, say)

        firefox.log_in(marc)
        firefox.visit("/staff/notifications")

        firefox.sees("Soyez averti ici")
        until(lambda: not firefox.alerts, "Marc sees what was written to Odile")
        assert firefox.subscription == ""
        assert not PushSubscription.objects.filter(user=marc).exists()

    def test_session_that_ended_costs_its_person_no_tap(
        self, firefox: Firefox, odile: User
    ) -> None:
        firefox.log_in(odile)
        endpoint = firefox.switch_on("staff")
        before = PushSubscription.objects.get()

        firefox.log_in(odile)
        firefox.visit("/staff/notifications")

        firefox.sees("Cet appareil vous avertit.")
        now = PushSubscription.objects.get()
        assert (now.pk, now.endpoint) == (before.pk, endpoint)
        assert now.registered_at > before.registered_at
        assert now.session_key != before.session_key


class TestPresence:
    def test_presence_ends_with_the_tab_and_nothing_counts_as_received(
        self, firefox: Firefox, odile: User, camille: User, say: Say
    ) -> None:
        firefox.log_in(odile)
        other = firefox.tabs[0]
        firefox.open_tab()
        firefox.visit("/staff/messages")
        until(lambda: presence.present_among([odile.pk]), "a visible page does not count")

        firefox.close_tab()
        firefox.switch_to(other)
        until(lambda: not presence.present_among([odile.pk]), "a closed page counts as visible")

        message = say(camille, "Jeudi ?")
        wait_for_deliveries(message)
        assert not Delivery.objects.filter(message=message, was_present=True).exists()
        assert not is_received(message, odile)


class TestDevicesOfOnePerson:
    """Firefox, Chromium, and a phone that is gone.

    Firefox takes its pushes from the push service. For Chromium the test takes them, decrypts them
    and hands them over by the debugging protocol, since no push service can reach it here.
    """

    def test_each_device_has_its_own_fate(
        self, firefox: Firefox, visit: Visit, site: Site, odile: User, camille: User, say: Say,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        chromium = Installed(visit(odile, "/staff/messages"), site)
        page = chromium.page
        taken = firefox.push.open_channel()
        # Away for the first push.
        taken.statuses.append(503)
        browser = Browser(firefox.push.endpoint_of(taken), "")
        register(odile, "Chromium", browser)
        register(odile, "Téléphone", Browser(firefox.push.origin + "/push/gone", ""))
        firefox.log_in(odile)
        firefox.switch_on("staff")
        firefox.visit_nothing()
        presence.note(odile.pk, is_visible=False)

        say(camille, "Le carreau est fendu")

        # Firefox shows it at once, and Chromium as soon as its push service is back.
        wait_for(page, lambda: firefox.alerts)
        wait_for(page, lambda: taken.taken)
        assert taken.answered == [503, 201]
        payload = http_ece.decrypt(
            taken.taken[0], private_key=browser.private_key, auth_secret=AUTH
        )
        assert json.loads(payload)["notification"]["data"]["alerts"] is True
        chromium.push(payload)
        assert "Le carreau est fendu" in chromium.shown(1)[0]["body"]
        # The phone is gone, and no longer in the list.
        labels = PushSubscription.objects.filter(user=odile).values_list("label", flat=True)
        assert sorted(labels) == ["Chromium", "Firefox · Linux"]

        # Read in Firefox, it is closed everywhere.
        firefox.click_alert("Camille Morel")
        wait_for(page, lambda: len(firefox.tabs) == 2)
        firefox.switch_to(firefox.tabs[1])
        firefox.sees("Le carreau est fendu")
        assert chromium.shown(0) == []
        assert firefox.alerts == []


def shown_message(firefox: Firefox, reader: User, author: User, say: Say) -> Message:
    """Let a reader's Firefox show a message that came while no page was open."""
    firefox.log_in(reader)
    firefox.switch_on("staff")
    firefox.visit_nothing()
    message = say(author, "Le carreau est fendu")
    until(lambda: firefox.alerts, "Firefox shows nothing")
    return message


def restart_web(site: Site, key: str) -> None:
    site.stop_web()
    site.environment["VAPID_PRIVATE_KEY"] = key
    site.start_web()


def register(person: User, label: str, browser: Browser) -> None:
    PushSubscription.objects.create(
        user=person, label=label, endpoint=browser.endpoint, **browser.keys
    )

"""The service worker in a real browser, and the registration of the browser as a device.

No push service can reach the browser of a test, so pushes are delivered by the debugging protocol
of Chromium. The requests from the server to a push service are tested in `tests/notifications`.
"""

import json
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import CDPSession, Page, Request, Worker, expect

from core.models import User
from messaging.actions.reads import read_up_to
from messaging.models import Conversation, Message
from notifications.models import Delivery, DevicePush, PushSubscription
from notifications.planning.planner import plan_deliveries
from notifications.push.payload import Notice, notice_of
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import wait_for_a_frame, wait_until_live
from tests.e2e.waiting import wait_for, wait_for_deliveries
from tests.notifications.push_service import Browser
from tests.site import Site

# The arguments of `showNotification`: headless Chromium lists its notifications, and closes none by
# itself.
SHOWN = """async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(
  ({ title, body, tag, renotify, data, actions }) => (
    { title, body, tag, renotify, data, actions: actions.map(({ action }) => action) }))"""

# Note the message that the service worker sends once a notification is shown. Nothing may ask for
# the list before: Chromium would forget the notification that it is about to show.
LISTENS = """() => {
  window.isTold = false;
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data }) => window.isTold ||= data.kind === "pushed");
}"""


class Installed:
    """A page of the app whose service worker runs, and the way to push to it."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.origin = site.url
        page.context.grant_permissions(["notifications"], origin=site.url)
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.registration = self._registration()

    def _registration(self) -> str:
        found: list[str] = []
        self.cdp.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda event: found.extend(
                each["registrationId"]
                for each in event["registrations"]
                if each["scopeURL"].startswith(self.origin) and not each["isDeleted"]
            ),
        )
        self.cdp.send("ServiceWorker.enable")
        wait_for(self.page, lambda: found)
        return found[-1]

    def push(self, payload: bytes) -> None:
        self.page.evaluate(LISTENS)
        self.cdp.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.origin,
                "registrationId": self.registration,
                "data": payload.decode(),
            },
        )
        self.page.wait_for_function("() => window.isTold")

    def shown(self, count: int) -> list[dict[str, Any]]:
        """Wait until that many notifications are shown, and return them."""
        found: list[dict[str, Any]] = []

        def are_shown() -> bool:
            found[:] = self.page.evaluate(SHOWN)
            return len(found) == count

        wait_for(self.page, are_shown)
        return found

    def shows(self, text: str) -> bool:
        """Return whether the only notification has a text."""
        return text in self.shown(1)[0]["body"]

    def click(self, action: str = "") -> None:
        """Dispatch the event of a tap on the notification, or on one of its buttons."""
        worker = self.worker
        worker.evaluate(
            """async (action) => {
              const [notification] = await self.registration.getNotifications();
              const click = new NotificationEvent("notificationclick", { notification, action });
              self.dispatchEvent(click);
            }""",
            action,
        )

    @property
    def worker(self) -> Worker:
        return self.page.context.service_workers[0]


@pytest.fixture
def installed(visit: Visit, site: Site, odile: User) -> Installed:
    return Installed(visit(odile, "/staff/messages"), site)


def pushed(message: Message, phone: PushSubscription) -> tuple[DevicePush, bytes]:
    """Return the row and the payload of the push that the worker would send to Odile's phone."""
    plan_deliveries(message, message.conversation.participants.filter(left_at=None))
    batch = uuid4()
    mine = Delivery.objects.filter(recipient=phone.user, channel="push", message=message)
    mine.update(envelope=batch, status="sent")
    row = DevicePush.objects.create(envelope=batch, subscription=phone, sends=1)
    rows = list(mine.select_related("message__author", "conversation"))
    notice: Notice = notice_of(batch, phone.user, rows, alerts=True, is_discreet=False)
    return row, notice.payload(row.pk)


class TestServiceWorker:
    def test_every_push_is_shown_and_acknowledged(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        row, payload = pushed(say(camille, "Le carreau est fendu"), phone)

        installed.push(payload)

        (shown,) = installed.shown(1)
        assert shown["title"] == "Camille Morel"
        assert "Le carreau est fendu" in shown["body"]
        assert shown["actions"] == ["reply", "read"]
        wait_for(installed.page, lambda: bool(reloaded(row).displayed_at))
        assert Delivery.objects.get(channel="push", recipient=phone.user).status == "displayed"

    def test_push_replaces_the_earlier_one_of_its_conversation(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        for body in ("Bonjour", "Êtes-vous là ?"):
            _row, payload = pushed(say(camille, body), phone)
            installed.push(payload)
            wait_for(installed.page, partial(installed.shows, body))

        assert installed.shown(1)[0]["renotify"] is True

    def test_repeated_push_makes_no_second_sound(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        row, payload = pushed(say(camille, "Bonjour"), phone)
        installed.push(payload)
        installed.shown(1)

        installed.push(payload)

        wait_for(installed.page, lambda: installed.shown(1)[0]["renotify"] is False)
        wait_for(installed.page, lambda: bool(reloaded(row).displayed_at))

    def test_unreadable_push_still_shows_a_notification(self, installed: Installed) -> None:
        installed.push(b"not json")

        assert installed.shown(1)[0]["title"] == "Liaison"

    def test_push_sets_the_badge_of_the_app(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        installed.worker.evaluate(
            "() => { self.badges = []; navigator.setAppBadge = async (n) => self.badges.push(n); }"
        )
        message = say(camille, "Bonjour")
        message.conversation.participants.filter(user=phone.user).update(unread_count=1)
        _row, payload = pushed(message, phone)

        installed.push(payload)
        installed.shown(1)

        wait_for(installed.page, lambda: installed.worker.evaluate("() => self.badges") == [1])

    def test_tap_on_a_notification_focuses_the_open_tab_and_shows_the_message(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        message = say(camille, "Bonjour")
        _row, payload = pushed(message, phone)
        installed.push(payload)
        installed.shown(1)

        # Focusing asks for a gesture that no test can make: what is asked for is what counts.
        installed.worker.evaluate(
            """() => {
              WindowClient.prototype.focus = async function () { self.focused = this.url; };
            }"""
        )
        installed.click()

        expect(installed.page).to_have_url(
            f"{installed.origin}/staff/messages/{conversation.pk}#m-{message.pk}"
        )
        assert installed.worker.evaluate("() => self.focused").startswith(installed.origin)
        assert len(installed.page.context.pages) == 1

    def test_notification_button_marks_the_message_as_read(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        message = say(camille, "Bonjour")
        _row, payload = pushed(message, phone)
        installed.push(payload)
        installed.shown(1)

        installed.click("read")

        marks = message.conversation.participants.filter(user=phone.user)
        wait_for(installed.page, lambda: marks.get().last_read_seq == message.seq)

    def test_notification_of_a_message_read_elsewhere_is_closed(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        message = say(camille, "Bonjour")
        wait_for_deliveries(message)
        _row, payload = pushed(message, phone)
        installed.push(payload)
        installed.shown(1)
        wait_until_live(installed.page)

        read_up_to(reader=phone.user, conversation=message.conversation, seq=1)

        assert installed.shown(0) == []


class TestSafari:
    def test_push_shown_by_safari_itself_is_acknowledged(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        """Safari shows a declarative push itself. The service worker only acknowledges it."""
        row, payload = pushed(say(camille, "Bonjour"), phone)
        declared = json.loads(payload)["notification"]

        installed.worker.evaluate("(notification) => onPush({ notification })", declared)

        wait_for(installed.page, lambda: bool(reloaded(row).displayed_at))
        assert installed.shown(0) == []


# A subscription as from a push service, which the test keeps in `localStorage`.
HAS_SUBSCRIPTION = """PushManager.prototype.getSubscription = async () => {
  const made = JSON.parse(localStorage.getItem("subscription"));
  window.wasAsked = true;
  return made && { endpoint: made.endpoint, toJSON: () => made };
};"""


class TestDeviceOfThisBrowser:
    def test_device_with_permission_is_registered_at_each_start(
        self, visit: Visit, site: Site, odile: User
    ) -> None:
        first, second = (Browser(f"/fcm/send/{n}", "https://fcm.googleapis.com") for n in "ab")
        page = visit(odile, "/staff/messages")
        page.add_init_script(HAS_SUBSCRIPTION)
        asked: list[Request] = []
        page.on("request", lambda request: asked.append(request))

        subscribed(page, first)
        page.reload()
        page.wait_for_function("() => window.wasAsked")
        wait_for_a_frame(page)
        assert not any(map(registers, asked))

        page.context.grant_permissions(["notifications"], origin=site.url)
        for browser in (first, first, second):
            subscribed(page, browser)
            with page.expect_request_finished(registers):
                page.reload()
            device = PushSubscription.objects.get()
            assert (device.user, device.endpoint) == (odile, browser.endpoint)
            assert {"p256dh": device.p256dh, "auth": device.auth} == browser.keys


def subscribed(page: Page, browser: Browser) -> None:
    made = json.dumps({"endpoint": browser.endpoint, "keys": browser.keys})
    page.evaluate("(made) => localStorage.setItem('subscription', made)", made)


def registers(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/push-subscriptions")


def reloaded(row: DevicePush) -> DevicePush:
    row.refresh_from_db()
    return row

"""A page of Chromium whose service worker runs, and the pushes that it is given.

No push service can reach the Chromium of a test, so pushes are delivered by its debugging protocol.
"""

from typing import Any

from playwright.sync_api import CDPSession, Page, Worker

from tests.e2e.waiting import wait_for
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


def registration_of(page: Page, cdp: CDPSession, origin: str) -> str:
    """Return the id by which Chromium's tools know the service worker of a site."""
    found: list[str] = []
    cdp.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(
            each["registrationId"]
            for each in event["registrations"]
            if each["scopeURL"].startswith(origin) and not each["isDeleted"]
        ),
    )
    cdp.send("ServiceWorker.enable")
    wait_for(page, lambda: found)
    return found[-1]


class Installed:
    """A page of the app whose service worker runs, and the way to push to it."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.origin = site.url
        page.context.grant_permissions(["notifications"], origin=site.url)
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        self.cdp: CDPSession = page.context.new_cdp_session(page)
        self.registration = registration_of(page, self.cdp, self.origin)

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

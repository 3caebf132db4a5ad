"""A person's Firefox: its pages, its permission, and the notifications that it shows."""

from functools import partial
from typing import Any

from django.conf import settings
from django.test import Client as SessionMaker

from core.models import User
from tests.e2e.marionette import ELEMENT, Marionette
from tests.push_websocket import PushServer
from tests.site import Site
from tests.waiting import until

# The text that a person sees, also inside of custom elements. Shadow roots hide it from innerText.
TEXT = """
const read = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data;
  if (node.nodeType === Node.ELEMENT_NODE && !node.checkVisibility({ visibilityProperty: true })) {
    return getComputedStyle(node).display === "contents" ? inside(node) : "";
  }
  return inside(node);
};
const inside = (node) => [...(node.shadowRoot ?? node).childNodes].map(read).join(" ");
return inside(document.body ?? document).replace(/\\s+/g, " ");
"""

# The button of a name, also inside of custom elements.
BUTTON = """
const [name] = arguments;
const search = (root) => {
  for (const element of root.querySelectorAll("*")) {
    const said = element.getAttribute("aria-label") ?? element.textContent.trim();
    const isReady = !element.disabled && element.checkVisibility();
    if (element.matches("button, a") && said === name && isReady) return element;
    const found = element.shadowRoot && search(element.shadowRoot);
    if (found) return found;
  }
  return null;
};
return search(document);
"""

SHOWN = """
const worker = await navigator.serviceWorker.getRegistration("/");
const shown = await worker?.getNotifications() ?? [];
return shown.map(({ title, body, tag, data }) => ({ title, body, tag, data }));
"""

SUBSCRIPTION = """
const worker = await navigator.serviceWorker.getRegistration("/");
return (await worker?.pushManager.getSubscription())?.endpoint ?? "";
"""

# The windows in which Firefox itself shows notifications.
ALERTS = """
const windows = [...Services.wm.getEnumerator("alert:alert")];
return windows.filter(({ closed, gIsActive }) => gIsActive && !closed).map(({ document }) => ({
  title: document.getElementById("alertTitleLabel").value,
  text: document.getElementById("alertTextLabel").textContent,
}));
"""

CLICK_ALERT = """
const [title] = arguments;
for (const each of Services.wm.getEnumerator("alert:alert")) {
  const label = each.document.getElementById("alertTitleLabel");
  if (label.value === title) label.click();
}
"""

# A machine without a desktop has no list of notifications: they would close after some seconds.
KEEP_ALERTS = """
Services.ww.registerNotification((opened, topic) => {
  if (topic !== "domwindowopened") return;
  const keep = () => opened.document.getElementById("alertBox").removeAttribute("animate");
  opened.addEventListener("AlertActive", keep, { once: true });
});
"""

ALLOW = """
const { panel } = Services.wm.getMostRecentWindow("navigator:browser").PopupNotifications;
const shown = panel.firstElementChild;
if (panel.state !== "open" || !shown) return false;
shown.button.click();
return true;
"""

SET_PERMISSION = """
const [origin, value] = arguments;
const principal = Services.scriptSecurityManager.createContentPrincipalFromOrigin(origin);
if (value === "default") Services.perms.removeFromPrincipal(principal, "desktop-notification");
else Services.perms.addFromPrincipal(principal, "desktop-notification", Services.perms[value]);
"""

FORGET_EVERYTHING = """
for (const each of Services.wm.getEnumerator("alert:alert")) each.close();
await new Promise((resolve) =>
  Services.clearData.deleteData(Ci.nsIClearDataService.CLEAR_ALL, resolve));
"""


class Firefox:
    """The Firefox of one person at a time, and the push service that it is connected to."""

    def __init__(self, marionette: Marionette, push: PushServer) -> None:
        self.marionette = marionette
        self.push = push
        self.site_url = ""
        self.chrome(KEEP_ALERTS)

    def start_anew(self, site: Site) -> None:
        """Forget people, permissions, subscriptions and tabs of another test."""
        self.site_url = site.url
        first, *others = self.tabs
        for tab in others:
            self.switch_to(tab)
            self.close_tab()
        self.switch_to(first)
        self.visit_nothing()
        self.chrome(FORGET_EVERYTHING)
        self.push.reset()

    # --- Pages ----------------------------------------------------------------------------------

    def log_in(self, person: User) -> None:
        """Open a session, as after the login page."""
        maker = SessionMaker()
        maker.force_login(person)
        name = settings.SESSION_COOKIE_NAME
        self.visit("/livez")
        cookie = {"name": name, "value": maker.cookies[name].value, "path": "/", "httpOnly": True}
        self.marionette.command("WebDriver:AddCookie", cookie=cookie)

    def visit(self, path: str) -> None:
        self.marionette.command("WebDriver:Navigate", url=self.site_url + path)

    def visit_nothing(self) -> None:
        """Leave the site: its last page is closed."""
        self.marionette.command("WebDriver:Navigate", url="about:blank")

    def run(self, script: str, *arguments: Any) -> Any:
        return self.marionette.run(script, *arguments)

    def chrome(self, script: str, *arguments: Any) -> Any:
        return self.marionette.run(script, *arguments, is_chrome=True)

    @property
    def text(self) -> str:
        return str(self.run(TEXT))

    @property
    def url(self) -> str:
        return str(self.run("return location.href"))

    def sees(self, text: str) -> None:
        """Wait until the page shows a text."""
        try:
            until(lambda: text in self.text)
        except AssertionError as error:
            raise AssertionError(f"no {text!r} on {self.url}: {self.text}") from error

    def click(self, name: str) -> None:
        """Click the button or the link of this name, as soon as the page has it."""
        found: list[dict[str, str]] = []

        def is_there() -> bool:
            element = self.run(BUTTON, name)
            if element:
                found.append(element)
            return bool(element)

        until(is_there, f"the page has no button {name!r}")
        self.marionette.command("WebDriver:ElementClick", id=found[0][ELEMENT])

    @property
    def tabs(self) -> list[str]:
        return list(self.marionette.command("WebDriver:GetWindowHandles"))

    def open_tab(self) -> str:
        """Open an empty tab and go there."""
        tab = self.marionette.command("WebDriver:NewWindow", type="tab", focus=True)["handle"]
        self.switch_to(tab)
        return str(tab)

    def close_tab(self) -> None:
        """Close the tab, and go to the first of the others."""
        self.switch_to(self.marionette.command("WebDriver:CloseWindow")[0])

    def switch_to(self, tab: str) -> None:
        self.marionette.command("WebDriver:SwitchToWindow", handle=tab, focus=True)

    # --- Notifications --------------------------------------------------------------------------

    def switch_on(self, side: str) -> str:
        """Tap «M’avertir» and allow what Firefox asks. Return the endpoint that was registered."""
        self.visit(f"/{side}/notifications")
        self.click("M’avertir")
        until(partial(self.chrome, ALLOW), "Firefox does not ask for the permission")
        self.sees("Cet appareil vous avertit.")
        return self.subscription

    def set_permission(self, value: str) -> None:
        """Set the permission in Firefox's settings: ALLOW_ACTION, DENY_ACTION or default."""
        self.chrome(SET_PERMISSION, self.site_url, value)

    @property
    def subscription(self) -> str:
        return str(self.run(SUBSCRIPTION))

    @property
    def shown(self) -> list[dict[str, Any]]:
        """Return the notifications that the service worker has shown and not closed."""
        return list(self.run(SHOWN))

    @property
    def alerts(self) -> list[dict[str, str]]:
        """Return the notifications as Firefox puts them on the screen."""
        return list(self.chrome(ALERTS))

    def click_alert(self, title: str) -> None:
        self.chrome(CLICK_ALERT, title)

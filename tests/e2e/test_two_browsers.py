"""The devices of one person, with different fates: Firefox, Chromium, and a phone that is gone.

Firefox takes its pushes from the push service. For Chromium the test takes them, decrypts them and
hands them over by the debugging protocol, since no push service can reach it here.
"""

import json

import http_ece

from core.models import User
from messaging.models import Conversation
from notifications.models import PushSubscription
from notifications.planning import presence
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.firefox import Firefox
from tests.e2e.installed import Installed
from tests.e2e.waiting import wait_for
from tests.notifications.push_service import AUTH, Browser
from tests.site import Site


def test_each_device_has_its_own_fate(
    firefox: Firefox, visit: Visit, site: Site, odile: User, camille: User, say: Say,
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
    payload = http_ece.decrypt(taken.taken[0], private_key=browser.private_key, auth_secret=AUTH)
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


def register(person: User, label: str, browser: Browser) -> None:
    PushSubscription.objects.create(user=person, label=label, endpoint=browser.path, **browser.keys)

"""Web Push in Firefox: subscription, decryption, display, click, permission and removal are its own.

Firefox is connected to a push service of the tests. The site's worker encrypts and sends.
"""

from collections.abc import Iterator

import pytest

from core.models import User
from messaging.models import Conversation
from notifications.models import Delivery, PushSubscription
from tests.cast import Say
from tests.e2e.firefox import Firefox
from tests.waiting import until


class TestFirefox:
    def test_push_is_subscribed_to_decrypted_shown_and_acknowledged(
        self, firefox: Firefox, odile: User, camille: User, say: Say
    ) -> None:
        firefox.log_in(odile)
        endpoint = firefox.switch_on("staff")
        assert PushSubscription.objects.get().endpoint == endpoint
        firefox.visit_nothing()
        message = say(camille, "Le carreau est fendu 🧱")
        import time
        for _ in range(12):
            time.sleep(1)
            print(firefox.push.channels, firefox.alerts, [x.get("messageType") for x in firefox.push.said], list(Delivery.objects.filter(recipient=odile).values_list("channel", "status", "due_at", "was_present", "last_error")))
            if firefox.alerts: break
        mine = Delivery.objects.filter(message=message, recipient=odile, channel="push")
        firefox.click_alert("Camille Morel")
        time.sleep(2)
        print(firefox.tabs, firefox.url, firefox.push.heard("ack"), mine.get().status)
        firefox.visit("/staff/notifications")
        print(firefox.shown)
        assert 0

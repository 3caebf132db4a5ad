"""The service worker in Chromium, which is given pushes by the debugging protocol.

Subscriptions and pushes over the network are tested in Firefox (`test_firefox_push`).
"""

import json
from functools import partial
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from core.models import Chantier, User
from messaging.actions.conversations import open_conversation
from messaging.actions.messages import delete_message, send_message
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Message
from messaging.queries.unread import unread_for
from notifications.models import Delivery, DevicePush, PushSubscription
from notifications.planning.planner import plan_deliveries
from notifications.push.payload import Notice, notice_of
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.installed import Installed
from tests.e2e.screens import wait_until_live
from tests.e2e.waiting import wait_for, wait_for_deliveries
from tests.site import Site
from tests.waiting import until


@pytest.fixture
def installed(visit: Visit, site: Site, odile: User) -> Installed:
    return Installed(visit(odile, "/staff/messages"), site)


def pushed(message: Message, phone: PushSubscription) -> tuple[DevicePush, bytes]:
    """Return the row and the payload of the push that the worker would send to Odile's phone."""
    plan_deliveries([message], message.conversation.participants.filter(left_at=None))
    batch = uuid4()
    mine = Delivery.objects.filter(recipient=phone.user, channel="push", message=message)
    mine.update(envelope=batch, status="sent")
    row = DevicePush.objects.create(envelope=batch, subscription=phone, sends=1)
    rows = list(mine.select_related("message__author", "conversation"))
    notice: Notice = notice_of(batch, phone.user, rows, is_discreet=False)
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


class TestLogout:
    @pytest.mark.cut
    def test_logout_without_a_network_closes_what_is_shown_and_clears_the_badge(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        page = installed.page
        installed.push(pushed(say(camille, "Bonjour"), phone)[1])
        installed.shown(1)
        page.evaluate("navigator.clearAppBadge = async () => localStorage.setItem('badge', '')")
        page.context.set_offline(True)

        page.get_by_role("button", name="votre profil").click()
        page.get_by_role("button", name="Se déconnecter").click()

        expect(page).not_to_have_title("Liaison")
        # The page without a network loads itself again once that is back.
        with page.expect_navigation():
            page.context.set_offline(False)
        page.goto("/login")
        assert installed.shown(0) == []
        assert page.evaluate("Object.keys(localStorage)") == ["badge"]


class TestWhatWasFolded:
    def test_older_push_that_comes_late_does_not_replace_the_newer_text(
        self, installed: Installed, camille: User, say: Say, phone: PushSubscription
    ) -> None:
        row, older = pushed(say(camille, "Jeudi ?"), phone)
        _row, newer = pushed(say(camille, "Non, vendredi !"), phone)

        installed.push(newer)
        wait_for(installed.page, partial(installed.shows, "Non, vendredi !"))
        installed.push(older)

        wait_for(installed.page, lambda: bool(reloaded(row).displayed_at))
        (shown,) = installed.shown(1)
        assert "Non, vendredi !" in shown["body"]
        assert shown["renotify"] is False

    def test_push_closes_what_was_read_elsewhere_or_deleted_in_other_conversations(
        self, installed: Installed, camille: User, odile: User, villa: Chantier,
        phone: PushSubscription,
    ) -> None:  # fmt: skip
        # No page of the app: nothing but a push tells this browser.
        installed.page.context.clear_cookies()
        installed.page.goto("/login")
        read, deleted, kept, last = (
            told_message(camille, villa, text) for text in ("Lu", "Supprimé", "Gardé", "Dernier")
        )
        for message in (read, deleted, kept):
            installed.push(pushed(message, phone)[1])
        installed.shown(3)

        read_up_to(reader=odile, conversation=read.conversation, seq=1)
        delete_message(remover=camille, message=deleted)
        until(lambda: unread_for(odile).keys() == {kept.conversation_id, last.conversation_id})
        installed.push(pushed(last, phone)[1])

        shown = installed.shown(2)
        assert {each["body"].split()[-1] for each in shown} == {"Gardé", "Dernier"}


def told_message(author: User, chantier: Chantier, text: str) -> Message:
    """Send a message in a conversation of its own, and wait until it is counted as unread."""
    opening = Opening(subject="Travaux", client=chantier.client_id, chantier=chantier.pk)
    conversation = open_conversation(opener=author, opening=opening).conversation
    draft = Draft(body=text)
    message = send_message(author=author, conversation_id=conversation.pk, draft=draft).message
    wait_for_deliveries(message)
    return message


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


def reloaded(row: DevicePush) -> DevicePush:
    row.refresh_from_db()
    return row

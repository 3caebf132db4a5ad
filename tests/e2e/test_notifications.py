"""Notifications on the pages: links to messages, delivery states, devices and preferences."""

import re
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import APIResponse, Page, Route, expect

from core.models import User
from messaging.actions.messages import send_message
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation
from messaging.queries.conversations import pending_messages
from notifications import queries
from notifications.delivery import events
from notifications.models import Delivery, Mute, Preference, PushSubscription
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import bubble, wait_for_a_frame, wait_until_live
from tests.e2e.threads import long_thread
from tests.e2e.waiting import wait_for, wait_for_deliveries
from tests.waiting import until


class TestMessageAddress:
    def test_message_address_shows_a_message_far_up_in_the_thread(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        far = long_thread(conversation, odile, count=130)[2]

        page = visit(camille, f"/client/messages/{conversation.pk}#m-{far.pk}")

        expect(bubble(page, far.body)).to_be_in_viewport()
        expect(page.locator(".pointed")).to_contain_text(far.body)
        expect(page.locator(".pointed")).to_have_count(0)
        expect(bubble(page, far.body)).to_be_in_viewport()

    def test_message_address_of_an_email_opens_after_the_login(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        camille.set_password("chantier-demo")
        camille.save()
        message = say(odile, "Le carreau est fendu")

        page = visit(None, f"/client/messages/{conversation.pk}#m-{message.pk}")
        page.get_by_label("Adresse électronique").fill(camille.email)
        page.get_by_label("Mot de passe").fill("chantier-demo")
        page.get_by_role("button", name="Se connecter").click()

        expect(page).to_have_url(re.compile(f"{conversation.pk}#m-{message.pk}$"))
        expect(page.locator(".pointed")).to_contain_text("Le carreau est fendu")

    def test_message_opens_from_a_notification_without_a_reload(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        messages = long_thread(conversation, odile, count=130)
        page = visit(camille, "/client/messages")
        page.evaluate("() => { window.isTheSame = true; }")

        for message in (messages[2], messages[120], messages[2]):
            path = f"/client/messages/{conversation.pk}#m-{message.pk}"
            tap_notification(page, path)
            expect(page.locator(".pointed")).to_contain_text(message.body)
            expect(page.locator(".pointed")).to_be_in_viewport()
            expect(page).to_have_url(re.compile(f"{path}$"))

        assert page.evaluate("() => window.isTheSame")

    def test_message_opened_to_reply_focuses_the_composer(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(odile, "Jeudi ?")
        page = visit(camille, "/client/messages")

        tap_notification(page, f"/client/messages/{conversation.pk}#m-{message.pk}", replies=True)

        expect(page.locator(".pointed")).to_contain_text("Jeudi ?")
        expect(page.get_by_role("textbox", name="Écrire un message…")).to_be_focused()

    @pytest.mark.cut
    def test_address_of_an_absent_message_says_so_and_stays(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Jeudi ?")
        page = visit(camille, f"/client/messages/{conversation.pk}")

        tap_notification(page, f"/client/messages/{conversation.pk}#m-{uuid4()}")

        expect(page.locator("client-inbox .toast p")).to_be_visible()
        expect(bubble(page, "Jeudi ?")).to_be_visible()


class TestDeliveryStates:
    def test_delivery_state_moves_on_the_senders_screen_and_survives_a_reload(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(odile, "Le carreau est fendu")
        page = visit(odile, f"/staff/messages/{conversation.pk}")
        mine = bubble(page, "Le carreau est fendu")
        expect(mine.get_by_role("button", name="Envoyé")).to_be_visible()
        wait_until_live(page)
        wait_for(page, lambda: Delivery.objects.filter(message=message).count() >= 4)

        emailed = Delivery.objects.filter(message=message, recipient=camille, channel="email")
        emailed.update(status="sent", sent_at=timezone.now(), due_at=None)
        events.publish_deliveries([message])
        expect(mine.get_by_role("button", name="Notifié par e-mail")).to_be_visible()
        page.reload()
        mine.get_by_role("button", name="Notifié par e-mail").click()
        expect(mine.get_by_text("Camille Morel : Notifié par e-mail")).to_be_visible()
        expect(mine.get_by_text("Bruno Morel : Envoyé")).to_be_visible()

        read_up_to(reader=camille, conversation=conversation, seq=message.seq)
        expect(mine.get_by_role("button", name="Lu")).to_be_visible()
        expect(mine.get_by_text("Camille Morel : Lu")).to_be_visible()

    def test_delivery_states_are_asked_for_once_for_the_whole_page(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        for number in range(40):
            say(odile, f"Photo {number}")
        until(lambda: not pending_messages().exists(), "a message is still pending")
        asked: list[str] = []
        page = visit(odile, "/staff/messages")
        wait_until_live(page)
        page.on("request", lambda request: asked.append(request.url))

        page.get_by_text("Carrelage du séjour").first.click()
        last = bubble(page, "Photo 39")
        expect(last.get_by_role("button", name="Envoyé")).to_be_visible()
        states = page.locator("delivery-state")
        wait_for(page, lambda: states.evaluate_all("all => all.every(({ people }) => people)"))
        # A reading changes what is shown, without another request.
        read_up_to(reader=camille, conversation=conversation, seq=40)
        expect(last.get_by_role("button", name="Lu")).to_be_visible()

        assert len([url for url in asked if "deliveries" in url]) == 1

    def test_undelivered_message_names_the_person_and_can_be_sent_again(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(odile, "Le carreau est fendu")
        say(odile, "Et le joint aussi")
        wait_for_deliveries(message)
        refused = Delivery.objects.filter(message=message, recipient=camille)
        with transaction.atomic():
            # Locked in the order in which a worker locks them, since it may send them now.
            queries.locked(refused).update(
                status="failed", due_at=None, last_error="550 No such mailbox"
            )

        page = visit(odile, f"/staff/messages/{conversation.pk}", phone=True)
        lost = bubble(page, "Le carreau est fendu")
        lost.get_by_role("button", name="Non remis : Camille Morel").click()
        expect(lost.get_by_text("Camille Morel : Non remis")).to_be_visible()
        expect(lost.get_by_text("550 No such mailbox")).to_be_visible()
        lost.get_by_role("button", name="Renvoyer").click()

        expect(lost.get_by_text("Non remis")).to_have_count(0)
        assert refused.filter(is_resent=True).count() == 2

    def test_message_written_by_email_says_so(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        draft = Draft(body="Oui, jeudi", by_email=True)
        send_message(author=camille, conversation_id=conversation.pk, draft=draft)

        page = visit(odile, f"/staff/messages/{conversation.pk}")

        expect(bubble(page, "Oui, jeudi").get_by_text("par e-mail")).to_be_visible()


class TestBellOfConversation:
    @pytest.mark.parametrize(("side", "name"), [("client", "camille"), ("staff", "odile")])
    def test_bell_mutes_and_unmutes_the_conversation(
        self, visit: Visit, conversation: Conversation, request: pytest.FixtureRequest,
        side: str, name: str,
    ) -> None:  # fmt: skip
        person: User = request.getfixturevalue(name)
        page = visit(person, f"/{side}/messages/{conversation.pk}", phone=True)
        bell = page.get_by_role("button", name="Mettre en sourdine")
        expect(bell).to_have_attribute("aria-pressed", "false")

        bell.click()
        expect(bell).to_have_attribute("aria-pressed", "true")
        assert Mute.objects.get().user == person
        page.reload()
        expect(bell).to_have_attribute("aria-pressed", "true")

        bell.click()
        expect(bell).to_have_attribute("aria-pressed", "false")
        assert not Mute.objects.exists()


class TestSilentDevice:
    def test_silent_device_is_shown_on_every_page(
        self, visit: Visit, odile: User, phone: PushSubscription
    ) -> None:
        PushSubscription.objects.update(undisplayed_count=3)

        page = visit(odile, "/staff/messages")
        expect(page.get_by_text("Téléphone n’affiche plus nos notifications")).to_be_visible()
        page.get_by_role("link", name="Comment réparer").click()

        expect(page.get_by_text("N’affiche plus rien")).to_be_visible()

    def test_warning_about_a_silent_device_can_be_dismissed_for_this_visit(
        self, visit: Visit, odile: User, phone: PushSubscription
    ) -> None:
        PushSubscription.objects.update(undisplayed_count=3)
        page = visit(odile, "/staff/messages", phone=True)

        page.get_by_role("button", name="Fermer").click()
        expect(page.get_by_text("n’affiche plus")).to_have_count(0)
        page.reload()
        wait_until_live(page)
        # Attached once the page has fetched the devices.
        expect(page.locator("silent-devices")).to_be_attached()
        wait_for_a_frame(page)
        expect(page.get_by_text("n’affiche plus")).to_have_count(0)


def tap_notification(page: Page, path: str, *, replies: bool = False) -> None:
    """Dispatch the message of the service worker to the page that a tap focuses."""
    page.evaluate(
        "(data) => navigator.serviceWorker.dispatchEvent(new MessageEvent('message', { data }))",
        {"kind": "open", "path": path, "replies": replies},
    )


# What Chromium sends on a site that can be installed; a test's browser does not.
OFFERS_INSTALL = """() => {
  const event = new Event("beforeinstallprompt", { cancelable: true });
  event.prompt = async () => { window.isAsked = true; return { outcome: "accepted" }; };
  window.isHeldBack = !dispatchEvent(event);
}"""


class TestInstall:
    def test_app_is_offered_once_at_a_calm_moment_of_the_second_visit_and_in_the_preferences(
        self, visit: Visit, camille: User
    ) -> None:
        first = visit(camille, "/client/messages", phone=True)
        page = first.context.new_page()
        page.clock.install()
        page.goto("/client/messages")
        wait_until_live(page)
        page.evaluate(OFFERS_INSTALL)
        assert page.evaluate("() => window.isHeldBack")
        offer = page.get_by_text("Installez Liaison\u00a0: vos messages s’ouvrent d’un geste")
        expect(offer).to_have_count(0)

        page.clock.fast_forward(11_000)
        expect(offer).to_be_visible()
        page.get_by_role("button", name="Fermer").click()
        expect(offer).to_be_hidden()
        page.reload()
        wait_until_live(page)
        page.evaluate(OFFERS_INSTALL)
        page.clock.fast_forward(11_000)
        wait_for_a_frame(page)
        expect(offer).to_have_count(0)

        page.goto("/client/notifications")
        page.evaluate(OFFERS_INSTALL)
        page.get_by_role("button", name="Installer").click()
        assert page.evaluate("() => window.isAsked")
        expect(page.get_by_role("button", name="Installer")).to_have_count(0)

    def test_offer_of_the_browser_that_comes_before_the_scripts_is_kept(
        self, visit: Visit, camille: User
    ) -> None:
        page = visit(camille, "/client/notifications", phone=True)
        page.evaluate("localStorage.setItem('liaison:app-visits', '2')")
        page.add_init_script(f"addEventListener('DOMContentLoaded', {OFFERS_INSTALL})")
        page.clock.install()

        page.goto("/client/messages")
        wait_until_live(page)
        assert page.evaluate("() => window.isHeldBack")
        page.clock.fast_forward(11_000)

        page.get_by_role("button", name="Installer").click()
        assert page.evaluate("() => window.isAsked")


class TestPageOfNotifications:
    def test_no_permission_is_asked_for_before_a_tap(self, visit: Visit, camille: User) -> None:
        page = visit(camille, "/client/notifications", phone=True)

        expect(page.get_by_role("heading", name="Notifications", level=1)).to_be_visible()
        expect(page.get_by_role("button", name="M’avertir", exact=True)).to_be_visible()
        assert page.evaluate("() => Notification.permission") != "granted"

    def test_iphone_shows_how_to_install_first(self, visit: Visit, camille: User) -> None:
        page = visit(camille, "/client/notifications", phone=True)
        page.add_init_script(
            """delete window.PushManager;
            Object.defineProperty(navigator, "userAgent", { get: () => "Mozilla/5.0 (iPhone)" });"""
        )
        page.reload()

        expect(page.get_by_text("ajoutez d’abord Liaison à l’écran d’accueil")).to_be_visible()
        expect(page.get_by_text("Touchez le bouton Partager")).to_be_visible()
        expect(page.get_by_role("button", name="M’avertir", exact=True)).to_have_count(0)

    def test_each_change_of_preferences_is_saved_at_once(self, visit: Visit, camille: User) -> None:
        page = visit(camille, "/client/notifications")

        page.get_by_label("Tout ce que je n’ai pas lu").check()
        expect(page.get_by_text("Enregistré")).to_be_visible()
        page.get_by_label("Heures calmes").check()
        expect(page.get_by_label("De", exact=True)).to_have_value("20:00")

        wait_for(page, lambda: Preference.objects.filter(quiet_from__isnull=False).exists())
        assert Preference.objects.get(user=camille).email == "always"

    def test_preferences_show_how_to_repair_a_silent_device(
        self, visit: Visit, odile: User, phone: PushSubscription
    ) -> None:
        PushSubscription.objects.update(undisplayed_count=3)

        page = visit(odile, "/staff/notifications")

        expect(page.get_by_text("N’affiche plus rien")).to_be_visible()
        page.get_by_role("button", name="Retirer Téléphone").click()
        expect(page.get_by_text("Aucun appareil ne vous avertit")).to_be_visible()
        assert not PushSubscription.objects.exists()

    def test_removed_device_does_not_come_back_with_a_list_that_was_asked_for_before(
        self, visit: Visit, odile: User, phone: PushSubscription
    ) -> None:
        page = visit(odile, "/staff/messages")
        held: list[tuple[Route, APIResponse]] = []
        page.route("**/push-subscriptions", lambda route: held.append((route, route.fetch())))
        page.goto("/staff/notifications")
        wait_for(page, lambda: bool(held))

        page.get_by_role("button", name="Retirer Téléphone").click()
        expect(page.get_by_text("Aucun appareil ne vous avertit")).to_be_visible()
        for route, answer in held:
            assert answer.json(), "asked before the removal"
            route.fulfill(response=answer)
        wait_for_a_frame(page)

        expect(page.get_by_text("Aucun appareil ne vous avertit")).to_be_visible()

    def test_preferences_say_why_pushes_to_a_device_fail_and_what_to_do(
        self, visit: Visit, odile: User, phone: PushSubscription
    ) -> None:
        failed_at = timezone.now()
        PushSubscription.objects.update(failure="Push 403: bad key", failed_at=failed_at)

        page = visit(odile, "/staff/notifications", phone=True)

        expect(page.get_by_text("Les notifications n’arrivent plus ici.")).to_contain_text(
            "notre clé (403). Désactivez puis réactivez les notifications sur cet appareil."
        )

    def test_muted_conversation_can_be_unmuted_in_the_preferences(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        Mute.objects.create(user=camille, conversation=conversation)
        page = visit(camille, "/client/notifications")

        page.get_by_role("button", name="Rétablir Carrelage du séjour").click()

        expect(page.get_by_text("Aucune. Une conversation")).to_be_visible()
        assert not Mute.objects.exists()

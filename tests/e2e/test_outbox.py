"""What is written without network, or while the session ends, arrives once."""

from urllib.parse import urlsplit

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from attachments.models import Attachment
from core.models import Chantier, User
from messaging.models import Conversation, Message, Note, Participant
from tests.cast import PASSWORD, Say
from tests.e2e.conftest import Visit, session_of
from tests.e2e.files import LARGE, choose, chosen, file, jpeg, send
from tests.e2e.installed import registration_of
from tests.e2e.screens import bubble, client_page, pick, row, wait_until_live, write
from tests.e2e.waiting import wait_for
from tests.site import Site

pytestmark = pytest.mark.cut


# What a page has not sent, as a logout would count it.
UNSENT_KEYS = (
    """() => Object.keys(localStorage).filter((key) => key.startsWith("liaison:unsent"))"""
)
READ_KEYS = """() => Object.keys(localStorage).filter((key) => key.includes(":read-"))"""
COPIED = """() => new Promise((resolve) => {
  const request = indexedDB.open("liaison:saved");
  request.onsuccess = () => {
    const count = request.result.transaction("unsent").objectStore("unsent").count();
    count.onsuccess = () => (request.result.close(), resolve(count.result));
  };
})"""


class Woken:
    """A browser whose service worker can be woken when no page of the app is open."""

    def __init__(self, page: Page, site: Site) -> None:
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        self.page = page.context.new_page()
        self.origin = site.url
        self.cdp = page.context.new_cdp_session(self.page)
        self.registration = registration_of(self.page, self.cdp, site.url)

    def wait_until_copied(self, page: Page, count: int) -> None:
        wait_for(page, lambda: page.evaluate(COPIED) == count)

    def sync(self) -> None:
        event = {"origin": self.origin, "registrationId": self.registration}
        about = {"tag": "liaison-outbox", "lastChance": False}
        self.cdp.send("ServiceWorker.dispatchSyncEvent", event | about)


def another_tab(page: Page) -> Page:
    tab = page.context.new_page()
    tab.goto(page.url)
    return tab


def act_on(page: Page, text: str, action: str) -> None:
    written = bubble(page, text)
    written.hover()
    written.get_by_role("button", name="Actions sur le message").click()
    page.get_by_role("menuitem", name=action).click()
    if action == "Supprimer":
        page.get_by_role("alertdialog").get_by_role("button", name="Supprimer").click()


def edit(page: Page, before: str, after: str) -> None:
    act_on(page, before, "Modifier")
    page.get_by_role("textbox", name="Texte du message").fill(after)
    page.get_by_role("button", name="Enregistrer").click()


class TestWrittenWithoutNetwork:
    def test_address_of_a_conversation_sent_by_another_tab_becomes_its_own(
        self, visit: Visit, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Bonjour")
        page = visit(odile, f"/staff/messages/new#c-{conversation.pk}")

        expect(bubble(page, "Bonjour")).to_be_visible()
        page.wait_for_url(f"**/staff/messages/{conversation.pk}")

    def test_each_kind_survives_a_closed_tab_and_arrives_once(
        self,
        visit: Visit,
        camille: User,
        odile: User,
        conversation: Conversation,
        villa: Chantier,
        say: Say,
    ) -> None:
        say(odile, "Bonjour")
        say(odile, "Envoyé par erreur")
        page = visit(odile, "/staff/messages/new")
        wait_until_live(page)
        page.get_by_role("combobox", name="Client").click()
        expect(page.get_by_role("option", name="Famille Morel")).to_be_visible()
        page.goto(f"/staff/messages/{conversation.pk}")
        wait_until_live(page)
        page.context.route("**/read", lambda route: route.abort())
        say(camille, "Vous venez quand ?")
        expect(bubble(page, "Vous venez quand ?")).to_be_visible()
        # The message is counted as unread a moment after it is shown.
        wait_for(page, lambda: page.evaluate(READ_KEYS))

        page.context.set_offline(True)
        edit(page, "Bonjour", "Bonsoir")
        expect(bubble(page, "Bonsoir")).to_contain_text("modification en attente")
        act_on(page, "Envoyé par erreur", "Supprimer")
        expect(bubble(page, "Envoyé par erreur")).to_contain_text("suppression en attente")
        choose(page, jpeg("mur.jpg"), file("releve.txt", b"12 m"))
        expect(chosen(page)).to_have_count(2)
        write(page, "Demain à 8 h.")
        expect(bubble(page, "Demain")).to_contain_text("En attente du réseau")
        page.get_by_role("button", name="Note interne").click()
        page.get_by_role("textbox", name="Note pour l’équipe…").fill("Prévenir Marc")
        page.get_by_role("button", name="Noter").click()
        expect(page.locator("internal-note")).to_contain_text("En attente du réseau")
        page.get_by_role("link", name="Nouvelle conversation").click()
        pick(page, "Client", "morel")
        page.get_by_label("Sujet").fill("Remise des clés")
        page.get_by_label("Votre message").fill("Vendredi à 10 h ?")
        send(page)
        expect(bubble(page, "Vendredi")).to_contain_text("En attente du réseau")
        expect(row(page, "Remise des clés")).to_contain_text("En attente du réseau")
        write(page, "Ou lundi.")
        expect(page.get_by_text("6 messages en attente.")).to_be_visible()
        assert (Message.objects.count(), Note.objects.count()) == (3, 0)

        waiting = page.url
        page.close()
        page.context.unroute_all()
        page.context.set_offline(False)
        later = page.context.new_page()
        later.goto(waiting)

        expect(bubble(later, "Ou lundi.").get_by_text("Envoyé")).to_be_attached()
        opened = Conversation.objects.get(subject="Remise des clés")
        wait_for(later, lambda: urlsplit(later.url).path.endswith(str(opened.pk)))
        wait_for(later, lambda: Note.objects.filter(body="Prévenir Marc").exists())
        wait_for(later, lambda: Message.objects.filter(attachment_count=2).exists())
        first = list(conversation.messages.order_by("seq").values_list("body", flat=True))
        assert first == ["Bonsoir", "", "Vous venez quand ?", "Demain à 8 h."]
        assert [m.body for m in opened.messages.order_by("seq")] == [
            "Vendredi à 10 h ?",
            "Ou lundi.",
        ]
        wait_for(later, lambda: Participant.objects.get(user=odile, conversation=conversation)
                 .last_read_seq >= 3)  # fmt: skip
        expect(later.get_by_text("en attente")).to_have_count(0)

    def test_waiting_deletion_is_undone_and_refused_edit_comes_back(
        self, visit: Visit, camille: User, conversation: Conversation, say: Say
    ) -> None:
        written = say(camille, "Le mur est fissuré")
        page = client_page(visit, camille, conversation)
        page.context.set_offline(True)
        act_on(page, "Le mur", "Supprimer")
        bubble(page, "Le mur").get_by_role("button", name="Annuler").click()
        expect(bubble(page, "Le mur")).not_to_contain_text("en attente")

        edit(page, "Le mur", "Le mur est fendu")
        expect(bubble(page, "Le mur est fendu")).to_contain_text("modification en attente")
        old = written.created_at.replace(year=2020)
        Message.objects.filter(pk=written.pk).update(created_at=old)
        page.context.set_offline(False)

        expect(bubble(page, "Le mur").get_by_role("alert")).to_contain_text("trop tard")
        expect(bubble(page, "Le mur")).to_contain_text("Le mur est fendu")
        bubble(page, "Le mur").get_by_role("button", name="Fermer").click()
        expect(bubble(page, "Le mur")).not_to_contain_text("fendu")
        assert Message.objects.get().body == "Le mur est fissuré"


class TestWithoutAnOpenPage:
    """The browser wakes the service worker when the network is back (Background Sync).

    The network of a service worker cannot be cut in Chromium's tests: the site goes away instead.
    """

    def test_what_waits_is_sent_once_and_later_shown_as_sent(
        self,
        visit: Visit,
        site: Site,
        camille: User,
        odile: User,
        conversation: Conversation,
        say: Say,
    ) -> None:
        say(odile, "Vous avez des photos ?")
        page = client_page(visit, camille, conversation)
        woken = Woken(page, site)
        site.stop_web()
        choose(page, jpeg("mur.jpg"), file("releve.csv", LARGE, "text/csv"))
        expect(chosen(page)).to_have_count(2)
        write(page, "Voici le mur.")
        write(page, "Et la suite demain.")
        expect(bubble(page, "Et la suite")).to_contain_text("En attente du réseau")
        woken.wait_until_copied(page, 2)
        page.close()
        site.start_web()
        assert Message.objects.count() == 1

        woken.sync()

        mine = Message.objects.filter(author=camille).order_by("seq")
        wait_for(woken.page, lambda: mine.count() == 2)
        assert [m.body for m in mine] == ["Voici le mur.", "Et la suite demain."]
        wait_for(woken.page, Attachment.objects.filter(name="mur.jpg", status="ready").exists)
        # Several parts take longer than a browser lets a worker live.
        assert Attachment.objects.get(name="releve.csv").status == "uploading"
        woken.sync()

        later = page.context.new_page()
        again: list[str] = []
        later.on("request", lambda r: again.append(r.url) if r.method == "POST" else None)
        later.goto(f"/client/messages/{conversation.pk}")
        wait_until_live(later)
        expect(bubble(later, "Et la suite").get_by_text("Envoyé")).to_be_attached()
        expect(bubble(later, "Voici le mur.")).to_have_count(1)
        expect(later.get_by_text("En attente")).to_have_count(0)
        wait_for(later, Attachment.objects.filter(name="releve.csv", status="ready").exists)
        assert [url for url in again if url.endswith("/messages")] == []
        wait_for(later, lambda: later.evaluate(UNSENT_KEYS) == [])
        assert mine.count() == 2

    def test_conversation_begun_without_network_is_there_and_its_page_leads_to_it(
        self, visit: Visit, site: Site, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        woken = Woken(page, site)
        page.goto("/client/messages/new")
        wait_until_live(page)
        site.stop_web()
        page.get_by_label("Sujet").fill("Remise des clés")
        page.get_by_label("Votre message").fill("Vendredi ?")
        send(page)
        expect(bubble(page, "Vendredi")).to_contain_text("En attente du réseau")
        woken.wait_until_copied(page, 1)
        waiting = page.url
        page.close()
        site.start_web()

        woken.sync()

        wait_for(woken.page, Conversation.objects.filter(subject="Remise des clés").exists)
        later = page.context.new_page()
        later.goto(waiting)
        expect(bubble(later, "Vendredi").get_by_text("Envoyé")).to_be_attached()
        opened = Conversation.objects.get(subject="Remise des clés")
        wait_for(later, lambda: urlsplit(later.url).path.endswith(str(opened.pk)))
        assert opened.messages.count() == 1

    def test_nothing_leaves_without_a_session_nor_in_the_name_of_somebody_else(
        self, visit: Visit, site: Site, camille: User, bruno: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        woken = Woken(page, site)
        site.stop_web()
        write(page, "Écrit hors ligne")
        expect(bubble(page, "Écrit hors ligne")).to_contain_text("En attente du réseau")
        woken.wait_until_copied(page, 1)
        page.close()
        context = page.context
        context.clear_cookies()
        site.start_web()

        for session in ([], [session_of(bruno, site)]):
            context.clear_cookies()
            context.add_cookies(session)  # type: ignore[arg-type]
            # As `sync`, and waits for its end.
            context.service_workers[0].evaluate("() => onSync({})")
        assert not Message.objects.exists()

        context.clear_cookies()
        context.add_cookies([session_of(camille, site)])  # type: ignore[list-item]
        # The new session has another CSRF token than the one that the device keeps.
        woken.sync()
        wait_for(woken.page, Message.objects.exists)
        assert Message.objects.get().author == camille


class TestTwoTabs:
    def test_one_tab_sends_what_both_show_and_a_logout_asks_first(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        other = another_tab(page)
        wait_until_live(other)
        asked: list[str] = []
        page.context.on(
            "requestfinished", lambda r: asked.append(r.url) if r.method == "POST" else None
        )

        page.context.set_offline(True)
        write(page, "Écrit dans le tunnel")
        expect(bubble(other, "Écrit dans le tunnel")).to_contain_text("En attente du réseau")
        page.get_by_role("button", name="votre profil").click()
        page.get_by_role("button", name="Se déconnecter").click()
        question = page.get_by_role("dialog", name="1 message n’est pas envoyé")
        expect(question).to_be_visible()
        question.get_by_role("button", name="Rester connecté").click()
        page.context.set_offline(False)

        for tab in (page, other):
            expect(bubble(tab, "Écrit dans le tunnel").get_by_text("Envoyé")).to_be_attached()
        assert Message.objects.count() == 1
        assert len([url for url in asked if url.endswith("/messages")]) == 1


def end_session(page: Page) -> Locator:
    """End the session. Return the question, which the person has put off."""
    Session.objects.all().delete()
    question = page.get_by_role("dialog", name="Votre session est terminée")
    question.get_by_role("button", name="Plus tard").click()
    expect(question).to_be_hidden()
    return question


class TestSessionThatEnds:
    def test_messages_wait_for_the_same_person_and_nobody_else(
        self,
        visit: Visit,
        site: Site,
        camille: User,
        bruno: User,
        conversation: Conversation,
    ) -> None:
        camille.set_password(PASSWORD)
        camille.save()
        page = client_page(visit, camille, conversation)
        question = end_session(page)
        write(page, "Avant la fin")
        expect(question).to_contain_text("1 message attend")
        question.get_by_role("button", name="Plus tard").click()
        expect(bubble(page, "Avant la fin")).to_contain_text("En attente de votre connexion")
        banner = page.locator("connection-banner")
        expect(banner).to_contain_text("Votre session est terminée. 1 message en attente.")
        expect(banner.get_by_role("link", name="Se connecter")).to_be_visible()
        page.get_by_role("textbox", name="Écrire un message…").fill("Pas fini")

        page.context.add_cookies([session_of(bruno, site)])  # type: ignore[list-item]
        theirs = another_tab(page)
        wait_until_live(theirs)
        write(page, "Écrit sous un autre nom")
        expect(question).to_contain_text("2 messages attendent")
        expect(theirs.locator("message-bubble")).to_have_count(0)
        assert Message.objects.count() == 0
        theirs.close()
        page.context.clear_cookies()

        question.get_by_role("link", name="Se connecter").click()
        page.get_by_label("Adresse électronique").fill("camille@demo.test")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()

        expect(bubble(page, "Avant la fin")).to_be_visible()
        # The last of a group says it for all of them.
        expect(bubble(page, "Écrit sous un autre nom").get_by_text("Envoyé")).to_be_attached()
        assert [m.author_id for m in Message.objects.all()] == [camille.pk] * 2

    def test_open_page_goes_on_after_a_login_in_another_tab(
        self, visit: Visit, site: Site, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        question = end_session(page)
        write(page, "Écrit avant")
        expect(question).to_be_visible()

        # A login also changes the token that the page was made with.
        page.context.clear_cookies()
        page.context.add_cookies([session_of(camille, site)])  # type: ignore[list-item]

        expect(bubble(page, "Écrit avant").get_by_text("Envoyé")).to_be_attached()
        expect(question).to_be_hidden()
        assert Message.objects.count() == 1

    def test_stream_that_is_still_open_does_not_pass_for_a_login(
        self, visit: Visit, site: Site, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        page.context.clear_cookies()
        write(page, "Écrit avant")
        question = page.get_by_role("dialog", name="Votre session est terminée")
        question.get_by_role("button", name="Plus tard").click()
        expect(bubble(page, "Écrit avant")).to_contain_text("En attente de votre connexion")
        banner = page.locator("connection-banner")
        expect(banner.get_by_role("link", name="Se connecter")).to_be_visible()

        page.context.add_cookies([session_of(camille, site)])  # type: ignore[list-item]

        expect(bubble(page, "Écrit avant").get_by_text("Envoyé")).to_be_attached()
        expect(banner.get_by_role("link", name="Se connecter")).to_have_count(0)
        assert Message.objects.count() == 1

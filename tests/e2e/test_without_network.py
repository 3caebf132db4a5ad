"""What opens without a network, what is emptied, and a new version of the app."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Response, Route, expect

from core.models import Chantier, User
from messaging.actions.conversations import open_conversation
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation
from tests.attachments.samples import photo
from tests.cast import Say
from tests.e2e.conftest import Visit, session_of
from tests.e2e.files import chosen, open_photo, send
from tests.e2e.screens import bubble, client_page, row, staff_page, wait_until_live, write
from tests.e2e.waiting import wait_for
from tests.site import Site

pytestmark = pytest.mark.cut

# What this device holds: conversations that can be read, previews, and files of the app.
HELD = """async () => {
  const names = (await indexedDB.databases()).map(({ name }) => name);
  const keys = async (store) => new Promise((resolve) => {
    const request = indexedDB.open("liaison:saved");
    request.onsuccess = () => {
      const asked = request.result.transaction(store).objectStore(store).getAllKeys();
      asked.onsuccess = () => (request.result.close(), resolve(asked.result));
    };
  });
  const files = (await Promise.all((await caches.keys()).map(async (name) =>
    (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat();
  if (!names.includes("liaison:saved")) return { conversations: [], about: [], sheets: [], files };
  return { conversations: await keys("conversations"), about: await keys("about"),
    sheets: await keys("sheets"), files };
}"""


def held(page: Page) -> dict[str, list[str]]:
    found: dict[str, list[str]] = page.evaluate(HELD)
    return found


def wait_until_kept(page: Page, conversation: Conversation) -> None:
    """Wait until a conversation and the app are on the device, and the worker runs the page."""
    page.evaluate("async () => { await navigator.serviceWorker.ready; }")
    wait_for(page, lambda: str(conversation.pk) in held(page)["conversations"])
    # The page tells its files to the worker after a while: not in a test.
    page.evaluate(
        """async () => (await navigator.serviceWorker.ready).active.postMessage({
          kind: "keep-files",
          urls: performance.getEntriesByType("resource").map(({ name }) => name) })"""
    )
    wait_for(page, lambda: loaded(page) <= set(held(page)["files"]))
    wait_for(page, lambda: page.evaluate("() => navigator.serviceWorker.controller !== null"))


def loaded(page: Page) -> set[str]:
    """Return the files of the app that a page has loaded."""
    names = page.evaluate(
        "() => performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)"
    )
    return {name for name in names if name.startswith("/static/")}


@pytest.fixture
def kept(visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say) -> Page:
    """Return Camille's phone, which has opened a conversation with one message."""
    say(odile, "Le carreleur vient jeudi")
    page = client_page(visit, camille, conversation, phone=True)
    wait_until_kept(page, conversation)
    return page


def other_conversation(author: User, chantier: Chantier) -> Conversation:
    opening = Opening(
        subject="Clôture",
        client=chantier.client_id,
        chantier=chantier.pk,
        message=Draft(body="Bonjour"),
    )
    return open_conversation(opener=author, opening=opening).conversation


class TestWithoutNetwork:
    def test_opened_conversation_and_list_are_read_and_catch_up_when_the_network_is_back(
        self, kept: Page, odile: User, conversation: Conversation, say: Say
    ) -> None:
        page = kept
        page.context.set_offline(True)

        page.goto(f"/client/messages/{conversation.pk}")
        expect(bubble(page, "Le carreleur vient jeudi")).to_be_visible()
        page.goto("/")
        expect(row(page, conversation.subject)).to_be_visible()
        assert page.url.endswith("/client/messages")
        row(page, conversation.subject).click()
        expect(bubble(page, "Le carreleur vient jeudi")).to_be_visible()
        write(page, "Entendu")
        expect(bubble(page, "Entendu")).to_contain_text("En attente du réseau")

        say(odile, "Plutôt vendredi")
        page.context.set_offline(False)

        expect(bubble(page, "Plutôt vendredi")).to_be_visible()
        expect(bubble(page, "Entendu").get_by_text("Envoyé")).to_be_attached()

    def test_conversation_that_was_never_opened_says_so_and_opens_when_the_network_is_back(
        self, kept: Page, camille: User, villa: Chantier
    ) -> None:
        page = kept
        other = other_conversation(camille, villa)
        page.context.set_offline(True)

        page.goto(f"/client/messages/{other.pk}")
        expect(page.get_by_text("Pas encore enregistrée sur cet appareil")).to_be_visible()
        page.get_by_role("button", name="Voir les conversations").click()
        expect(row(page, "Carrelage")).to_be_visible()
        page.go_back()
        expect(page.get_by_text("Pas encore enregistrée sur cet appareil")).to_be_visible()
        page.context.set_offline(False)

        expect(bubble(page, "Bonjour")).to_be_visible()

    def test_other_page_says_so_lists_what_can_be_read_and_tries_again(
        self, kept: Page, conversation: Conversation
    ) -> None:
        page = kept
        page.context.set_offline(True)

        page.goto("/client/notifications")
        expect(page.get_by_role("heading", name="Pas de réseau ici")).to_be_visible()
        page.get_by_role("button", name="Réessayer").click()
        expect(page.get_by_text("Toujours pas de réseau")).to_be_visible()
        page.get_by_role("link", name=conversation.subject).click()
        expect(bubble(page, "Le carreleur vient jeudi")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Pas de réseau ici")).to_be_visible()
        page.context.set_offline(False)

        expect(page.get_by_role("heading", name="Sur cet appareil")).to_be_visible()

    def test_stopped_server_is_the_same_as_no_network(
        self, kept: Page, site: Site, conversation: Conversation
    ) -> None:
        site.stop_web()
        kept.goto(f"/client/messages/{conversation.pk}")
        expect(bubble(kept, "Le carreleur vient jeudi")).to_be_visible()
        site.start_web()


class TestClientSheetWithoutNetwork:
    def test_opened_sheet_is_read_is_said_to_be_old_and_is_fetched_when_the_network_is_back(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        User.objects.filter(pk=camille.pk).update(phone="06 39 98 12 34")
        say(camille, "Quand venez-vous ?")
        page = staff_page(visit, odile, conversation)
        sheet = page.get_by_role("complementary", name="Fiche du client")
        expect(sheet).to_contain_text("06 39 98 12 34")
        expect(sheet).not_to_contain_text("gardée sur cet appareil")
        wait_until_kept(page, conversation)
        wait_for(page, lambda: held(page)["sheets"] == [str(conversation.client_id)])
        page.context.set_offline(True)

        page.reload()
        expect(bubble(page, "Quand venez-vous ?")).to_be_visible()
        expect(sheet.get_by_role("link", name="Appeler Camille Morel")).to_be_visible()
        expect(sheet).to_contain_text("Fiche gardée sur cet appareil aujourd’hui à")
        sheet.get_by_role("button", name="Ajouter une remarque").click()
        sheet.get_by_label("Remarque interne sur ce client").fill("Code du portail : 1234")
        sheet.get_by_role("button", name="Enregistrer").click()
        expect(sheet).to_contain_text("Non enregistré")
        User.objects.filter(pk=camille.pk).update(phone="06 39 98 99 99")
        page.context.set_offline(False)

        expect(sheet).to_contain_text("06 39 98 99 99")
        expect(sheet).not_to_contain_text("gardée sur cet appareil")
        expect(sheet.get_by_label("Remarque interne sur ce client")).to_have_value(
            "Code du portail : 1234"
        )

        page.get_by_role("button", name="votre profil").click()
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.get_by_role("textbox", name="Mot de passe")).to_be_visible()
        assert held(page)["sheets"] == []

    def test_sheet_that_was_never_opened_says_that_it_needs_the_network(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Quand venez-vous ?")
        page = staff_page(visit, odile, conversation, phone=True)
        wait_until_kept(page, conversation)
        page.context.set_offline(True)

        page.get_by_role("button", name="Détails").click()
        sheet = page.get_by_role("dialog", name="Fiche du client")
        expect(sheet).to_contain_text("Pas de réseau, et cette fiche n’a pas encore été ouverte")
        expect(sheet).to_contain_text("Villa Lumière")
        page.context.set_offline(False)

        expect(sheet).to_contain_text("camille@demo.test")
        expect(sheet).not_to_contain_text("Pas de réseau")


# The size of the only conversation that is kept.
KEPT_BYTES = """() => new Promise((resolve) => {
  const request = indexedDB.open("liaison:saved");
  request.onsuccess = () => {
    const rows = request.result.transaction("conversations").objectStore("conversations").getAll();
    rows.onsuccess = () => (request.result.close(), resolve(rows.result[0]?.bytes ?? 0));
  };
})"""


class TestSpeed:
    """How fast it is, `make lighthouse` measures. Here is why: nothing comes from elsewhere."""

    def test_list_and_thread_come_from_the_device_and_wait_for_no_request(
        self, kept: Page, odile: User, conversation: Conversation, say: Say
    ) -> None:
        for number in range(60):
            say(odile, f"Le coulage du lot {number} est prévu pour la semaine prochaine.")
        kept.reload()
        wait_until_live(kept)
        expect(bubble(kept, "Le coulage du lot 59")).to_be_visible()
        wait_for(kept, lambda: kept.evaluate(KEPT_BYTES) > 10_000)
        kept.goto("about:blank")
        kept.context.set_offline(True)
        # What a page asks the server for is neither answered nor refused.
        asked: list[Route] = []
        kept.route("**/api/**", lambda route: asked.append(route))
        answers: list[Response] = []
        kept.on("response", lambda response: answers.append(response))

        kept.goto(f"/client/messages/{conversation.pk}")
        expect(bubble(kept, "Le coulage du lot").first).to_be_visible()
        kept.goto("/client/messages")
        expect(row(kept, conversation.subject)).to_be_visible()

        assert asked != []
        assert [each.url for each in answers if not each.from_service_worker] == []
        assert any(each.url.endswith(".js") for each in answers)


class TestWhatIsKept:
    def test_its_size_is_shown_and_it_can_be_emptied(self, kept: Page) -> None:
        kept.goto("/client/notifications")
        expect(kept.get_by_text("1 conversation et 0 aperçu se lisent ici")).to_be_visible()

        kept.get_by_role("button", name="Vider").click()

        expect(kept.get_by_text("0 conversation et 0 aperçu se lisent ici")).to_be_visible()
        assert held(kept)["conversations"] == []

    def test_logout_empties_the_device_also_under_another_tab(
        self, kept: Page, conversation: Conversation
    ) -> None:
        other = kept.context.new_page()
        other.goto("/client/messages")
        expect(row(other, conversation.subject)).to_be_visible()

        other.get_by_role("button", name="votre profil").click()
        other.get_by_role("button", name="Se déconnecter").click()

        expect(other.get_by_role("textbox", name="Mot de passe")).to_be_visible()
        assert (held(other)["conversations"], held(other)["about"]) == ([], [])
        other.context.set_offline(True)
        other.goto(f"/client/messages/{conversation.pk}")
        expect(other.get_by_text("Rien n’est encore gardé sur cet appareil.")).to_be_visible()

    def test_ended_session_locks_the_device_and_the_next_person_sees_nothing_of_it(
        self, kept: Page, site: Site, yanis: User, conversation: Conversation
    ) -> None:
        page = kept
        page.context.clear_cookies()
        page.goto(f"/client/messages/{conversation.pk}")
        expect(page.get_by_role("textbox", name="Mot de passe")).to_be_visible()
        page.context.set_offline(True)
        page.goto(f"/client/messages/{conversation.pk}")
        expect(page.get_by_text("Votre session est terminée")).to_be_visible()
        expect(page.get_by_text(conversation.subject)).to_have_count(0)

        # This page goes to the login by itself once the network is back.
        browser = page.context
        page.close()
        browser.set_offline(False)
        browser.add_cookies([session_of(yanis, site)])  # type: ignore[list-item]
        page = browser.new_page()
        page.goto("/client/messages")
        wait_for(page, lambda: held(page)["conversations"] == [])
        # That of the next person.
        wait_for(page, lambda: "list" in held(page)["about"])

        assert held(page)["conversations"] == []


@pytest.fixture
def deploy_next_version(site: Site) -> Iterator[Callable[[], None]]:
    def restart() -> None:
        site.stop_web()
        site.start_web()

    def deploy() -> None:
        site.environment["LIAISON_VERSION"] = "next"
        restart()

    yield deploy
    del site.environment["LIAISON_VERSION"]
    restart()


class TestNewVersion:
    def test_new_version_waits_while_somebody_writes_and_other_tabs_go_on(
        self, kept: Page, conversation: Conversation, deploy_next_version: Callable[[], None]
    ) -> None:
        page = kept
        other = page.context.new_page()
        other.goto("/client/messages")
        page.evaluate("() => { window.isSame = true; }")
        other.evaluate("() => { window.isSame = true; }")
        deploy_next_version()

        page.evaluate("async () => void (await navigator.serviceWorker.getRegistration()).update()")
        page.get_by_role("textbox", name="Écrire un message…").fill("J’écris encore")
        expect(page.get_by_text("Une nouvelle version de Liaison est prête.")).to_be_visible()
        page.get_by_role("button", name="Recharger").dispatch_event("click")
        expect(page.get_by_text("Votre message n’est pas encore parti")).to_be_visible()
        assert page.evaluate("() => window.isSame") is True
        page.get_by_role("button", name="Envoyer").click()

        page.wait_for_function("() => window.isSame === undefined")
        expect(bubble(page, "J’écris encore")).to_be_visible()
        assert other.evaluate("() => window.isSame") is True
        row(other, conversation.subject).click()
        expect(bubble(other, "J’écris encore")).to_be_visible()


class TestShare:
    def test_shared_photo_goes_into_the_chosen_conversation(
        self, kept: Page, conversation: Conversation
    ) -> None:
        kept.evaluate(SHARES, list(photo()))

        expect(kept).to_have_url(re.compile("/client/messages$"))
        expect(kept.get_by_text("Choisissez la conversation pour ce fichier.")).to_be_visible()
        row(kept, conversation.subject).click()

        expect(chosen(kept)).to_have_count(1)
        kept.goto("/client/messages")
        expect(row(kept, conversation.subject)).to_be_visible()
        expect(kept.get_by_text("Choisissez la conversation")).to_have_count(0)
        row(kept, conversation.subject).click()
        send(kept)
        open_photo(kept, "facade.jpg")


# What the share menu of a phone does: a form of the manifest's shape.
SHARES = """(bytes) => {
  const form = Object.assign(document.createElement("form"), {
    method: "POST", action: "/share", enctype: "multipart/form-data" });
  const input = Object.assign(document.createElement("input"), { type: "file", name: "files" });
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], "facade.jpg", { type: "image/jpeg" }));
  input.files = files.files;
  form.append(input);
  document.body.append(form);
  form.submit();
}"""

"""The packed elements in a portal of another origin: React 19, a strict policy, a bearer token."""

import http.client
import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from core.models import User
from messaging.models import Conversation, Message
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import choose, expect_accessible, expect_drawn, jpeg
from tests.e2e.portal_site import SOURCES, Package, Portal, running_portal
from tests.e2e.screens import bubble, row, staff_page, wait_until_live, write
from tests.e2e.waiting import wait_for
from tests.site import Site

SUBJECT = "Carrelage du séjour"
LISTENERS = "DOMDebugger.getEventListeners"


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """Pack and install the elements, and bundle the page that uses them."""
    package = Package(tmp_path_factory.mktemp("elements"))
    package.bundle("app", (SOURCES / "app.jsx").read_text())
    return package


@pytest.fixture(scope="module")
def portal(package: Package, running_site: Site) -> Iterator[Portal]:
    """Run the portal, and Liaison with its keys and its origin."""
    with running_portal(package) as portal:
        portal.liaison, portal.bucket = running_site.url, settings.S3_ORIGIN
        ours = {
            "CORS_ALLOWED_ORIGINS": portal.url,
            "JWT_ISSUER": "https://portal.test",
            "JWT_JWKS_URL": portal.keys_url,
        }
        running_site.stop()
        running_site.environment |= ours
        yield portal
        running_site.stop()
        for name in ours:
            del running_site.environment[name]


Open = Callable[..., Page]


@pytest.fixture
def open_portal(browser: Browser, portal: Portal, site: Site, camille: User) -> Iterator[Open]:
    """Return a function that opens a page of the portal, where Camille is logged in.

    A violation of the policy fails the test, as any other error of the console.
    """
    complaints: list[str] = []
    portal.person, portal.first_seconds = str(camille.external_id), 300
    portal.tokens.clear()

    def listen(message: ConsoleMessage) -> None:
        # What Chromium says of a request that is refused, which is told by the page.
        if message.type == "error" and "status of 401" not in message.text:
            complaints.append(message.text)

    context = browser.new_context(
        base_url=portal.url, locale="fr-FR", timezone_id="Europe/Paris",
        viewport={"width": 1280, "height": 900}, reduced_motion="reduce",
    )  # fmt: skip

    def open_page(path: str = "/") -> Page:
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    context.close()
    assert complaints == [], site.said_last()


def open_messages(page: Page) -> None:
    page.get_by_role("button", name="Ouvrir les messages").click()
    wait_until_live(page)


class TestInThePortal:
    def test_client_and_company_write_to_each_other(
        self, open_portal: Open, visit: Visit, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Le carreleur vient jeudi.")
        company = staff_page(visit, odile, conversation)
        page = open_portal()
        open_messages(page)
        inbox = page.locator("client-inbox")

        inbox.locator("conversation-list li").filter(has_text=SUBJECT).click()
        expect(bubble(page, "Le carreleur vient jeudi.")).to_be_visible()
        write(page, "Merci, je serai là.")
        expect(bubble(company, "Merci, je serai là.")).to_be_visible()
        write(company, "À jeudi !")
        expect(bubble(page, "À jeudi !")).to_be_visible()
        expect(bubble(page, "Merci, je serai là.").get_by_text("Lu")).to_be_attached()

        assert page.title() == "Espace client"
        assert page.url == page.evaluate("document.baseURI")
        expect_accessible(page)

    def test_photo_goes_both_ways_without_a_token_in_an_address(
        self,
        open_portal: Open,
        visit: Visit,
        odile: User,
        conversation: Conversation,
        portal: Portal,
    ) -> None:
        addresses: list[str] = []
        company = staff_page(visit, odile, conversation)
        page = open_portal()
        page.on("request", lambda asked: addresses.append(asked.url))
        open_messages(page)
        page.locator("client-inbox").locator("conversation-list li").first.click()

        choose(company, jpeg("fissure.jpg"))
        write(company, "La fissure")
        expect_drawn(bubble(page, "La fissure").locator("img.full"))
        page.get_by_role("button", name="Agrandir fissure.jpg").click()
        box = page.get_by_role("dialog", name="Photos")
        expect_drawn(box.get_by_role("img", name="fissure.jpg"))
        with page.expect_download() as download:
            box.get_by_role("link", name="Télécharger").click()
        assert download.value.suggested_filename == "fissure.jpg"
        page.keyboard.press("Escape")

        choose(page, jpeg("reprise.jpg"))
        write(page, "La reprise")
        expect_drawn(bubble(company, "La reprise").locator("img.full"))
        expect_drawn(bubble(page, "La reprise").locator("img.full"))

        assert any(address.startswith(portal.bucket) for address in addresses)
        assert not [address for address in addresses if any(t in address for t in portal.tokens)]

    def test_react_sets_properties_and_hears_events(
        self, open_portal: Open, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Une question ?")
        page = open_portal()
        open_messages(page)
        aside = page.locator("aside")

        expect(aside.locator("conversation-list")).to_contain_text(SUBJECT)
        expect(aside.locator("conversation-list unread-badge")).to_have_text("3")
        expect(aside.locator("unread-count unread-badge")).to_have_text("1")
        expect(page.get_by_role("status").first).to_have_text("1 à lire")
        aside.locator("conversation-list li").filter(has_text=SUBJECT).click()
        expect(page.get_by_role("status").first).to_have_text(f"Choisi : {SUBJECT}")

        assert aside.locator("conversation-list").get_attribute("conversations") is None

    def test_unmounting_leaves_no_stream_and_no_listener(
        self, open_portal: Open, site: Site, odile: User, conversation: Conversation, say: Say
    ) -> None:
        page = open_portal()
        before = listeners(page)
        for text in ("Un premier message", "Un autre message"):
            open_messages(page)
            page.locator("client-inbox").locator("conversation-list li").first.click()
            say(odile, text)
            expect(bubble(page, text)).to_be_visible()
            wait_for(page, lambda: open_streams(site) == 1)

            page.get_by_role("button", name="Fermer les messages").click()
            wait_for(page, lambda: open_streams(site) == 0)

        assert listeners(page) == before


class TestTokens:
    def test_expired_token_is_renewed_without_a_word(
        self, open_portal: Open, portal: Portal, site: Site, conversation: Conversation
    ) -> None:
        portal.first_seconds = 5
        page = open_portal()
        open_messages(page)
        page.locator("client-inbox").locator("conversation-list li").first.click()
        first = portal.tokens[0]
        wait_for(page, lambda: status_of(site, first) == 401)

        write(page, "Écrit après la fin du jeton")

        wait_for(page, lambda: Message.objects.filter(body__startswith="Écrit après").exists())
        expect(bubble(page, "Écrit après").get_by_text("Envoyé")).to_be_attached()
        assert len(portal.tokens) > 1
        expect(page.get_by_text("Reconnectez-vous au portail")).to_be_hidden()
        expect(page.get_by_role("dialog", name="Votre session est terminée")).to_be_hidden()

    def test_refused_token_is_said_and_a_new_login_sends_what_waits(
        self,
        open_portal: Open,
        portal: Portal,
        site: Site,
        camille: User,
        conversation: Conversation,
    ) -> None:
        portal.first_seconds = 20
        page = open_portal()
        open_messages(page)
        page.locator("client-inbox").locator("conversation-list li").first.click()
        expect(page.get_by_role("textbox", name="Écrire un message…")).to_be_visible()
        portal.person = ""

        asked = page.get_by_role("dialog", name="Votre session est terminée")
        expect(asked).to_be_visible()
        expect(asked.get_by_role("link")).to_have_count(0)
        expect(page.get_by_text("Reconnectez-vous au portail")).to_be_visible()
        expect(page.get_by_text("La messagerie demande une connexion")).to_be_visible()
        asked.get_by_role("button", name="Plus tard").click()
        write(page, "Écrit sans session")
        expect(asked).to_contain_text("1 message attend sur cet appareil")
        asked.get_by_role("button", name="Plus tard").click()
        assert not Message.objects.filter(body="Écrit sans session").exists()

        portal.person = str(camille.external_id)

        wait_for(page, lambda: Message.objects.filter(body="Écrit sans session").exists())
        expect(bubble(page, "Écrit sans session").get_by_text("Envoyé")).to_be_attached()

    def test_portal_without_a_login_at_first_shows_what_it_wrote_inside(
        self, open_portal: Open, portal: Portal, camille: User, conversation: Conversation
    ) -> None:
        portal.person = ""
        page = open_portal()
        page.get_by_role("button", name="Ouvrir les messages").click()

        expect(page.get_by_text("Reconnectez-vous au portail")).to_be_visible()
        expect(page.get_by_text("Un instant…")).to_be_visible()
        portal.person = str(camille.external_id)

        expect(row(page, SUBJECT).first).to_be_visible()
        expect(page.get_by_text("Un instant…")).to_be_hidden()


class TestPackage:
    def test_react_of_the_readme_shows_the_conversations(
        self, open_portal: Open, package: Package, site: Site, conversation: Conversation
    ) -> None:
        package.bundle(
            "readme", package.block("jsx").replace("https://liaison.example.com", site.url)
        )

        page = open_portal("/readme")

        expect(row(page, SUBJECT)).to_be_visible()
        assert page.locator("client-inbox").bounding_box()["height"] == 640  # type: ignore[index]

    def test_readme_installs_the_package_under_its_own_name(self, package: Package) -> None:
        assert package.block("sh").strip() == f"npm install ./{package.tarball.name}"

    def test_types_hold_for_a_page_of_react(self, package: Package) -> None:
        package.compile("example.tsx", (SOURCES / "example.tsx").read_text())

    def test_package_has_its_papers_and_is_one_module(self, package: Package) -> None:
        folder = package.project / "node_modules/liaison-elements"

        names = {path.name for path in folder.iterdir()}
        assert {"LICENSE", "THIRD-PARTY-LICENSES.txt", "README.md", "custom-elements.json"} <= names
        assert [path.name for path in folder.glob("*.js")] == ["liaison-elements.js"]
        assert "BSD 3-Clause" in (folder / "THIRD-PARTY-LICENSES.txt").read_text()
        imports = re.findall(
            r"""(?:import|export)[\w\s{},*$]*from\s*["'][^"']+["']|import\(["']""",
            (folder / "liaison-elements.js").read_text(),
        )
        assert imports == []


def listeners(page: Page) -> dict[str, int]:
    """Count the listeners of the window and the document by their type."""
    session = page.context.new_cdp_session(page)
    counts: dict[str, int] = {}
    for target in ("window", "document"):
        found = session.send("Runtime.evaluate", {"expression": target})["result"]["objectId"]
        for listener in session.send(LISTENERS, {"objectId": found})["listeners"]:
            name = f"{target} {listener['type']}"
            counts[name] = counts.get(name, 0) + 1
    session.detach()
    return counts


def open_streams(site: Site) -> int:
    text = get(site, "/metrics")[1]
    return int(float(re.findall(r"^liaison_streams_open(?:\{\})? (\S+)$", text, re.MULTILINE)[0]))


def status_of(site: Site, token: str) -> int:
    return get(site, "/api/v1/me", {"Authorization": f"Bearer {token}"})[0]


def get(site: Site, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
    asking = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        asking.request("GET", path, headers=headers or {})
        answer = asking.getresponse()
        return answer.status, answer.read().decode()
    finally:
        asking.close()

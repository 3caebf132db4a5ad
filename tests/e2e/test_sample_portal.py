"""`make sample-portal`: a client at the portal, the company in its inbox."""

import http.client
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from core.models import Chantier, MachineCredential, TokenIssuer, User
from deploy.launcher.ports import free_port
from messaging.models import Conversation, Message
from notifications.models import WebhookEndpoint
from notifications.webhooks import signing
from tests.cast import Say
from tests.e2e.conftest import DESKTOP, OF_A_CUT, PHONE, Visit, wait_until_counted
from tests.e2e.engines import FirefoxEngine, Visitor
from tests.e2e.files import choose, expect_accessible, expect_drawn, jpeg
from tests.e2e.firefox import Firefox
from tests.e2e.sample_portal import Portal, make_package
from tests.e2e.screens import bubble, row, staff_page, wait_until_live, write
from tests.e2e.waiting import wait_for
from tests.site import Site
from tests.wire import Caller

JEANNE, PAUL = "portal-P-1", "portal-P-2"


@pytest.fixture(scope="module", autouse=True)
def packed() -> None:
    make_package()


@pytest.fixture(scope="module")
def port(running_site: Site) -> Iterator[int]:
    """Let Liaison take a sample portal at a port of its own."""
    port = free_port()
    running_site.stop()
    running_site.environment |= {"SAMPLE_PORTAL_PORT": str(port)}
    yield port
    running_site.stop()
    del running_site.environment["SAMPLE_PORTAL_PORT"]


@pytest.fixture
def stopped(port: int, site: Site, odile: User, tmp_path: Path) -> Iterator[Portal]:
    """A portal that is not started yet. Odile is who answers, as in the demo."""
    User.objects.filter(pk=odile.pk).update(external_id="demo-odile")
    portal = Portal(site, tmp_path, port)
    yield portal
    portal.stop()


@pytest.fixture
def portal(stopped: Portal) -> Portal:
    stopped.start()
    return stopped


Enter = Callable[..., Page]


@pytest.fixture
def enter(
    browser: Browser, port: int, site: Site, request: pytest.FixtureRequest
) -> Iterator[Enter]:
    """Return `enter("Jeanne Aubert")`, which logs a person in at the portal, in a new browser.

    A violation of the policy fails the test, as any other error of the console.
    """
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    # Of a token that is refused, which the page renews.
    expected = ["status of 401", *(OF_A_CUT if request.node.get_closest_marker("cut") else ())]

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not any(words in message.text for words in expected):
            complaints.append(message.text)

    def open_page(name: str, *, phone: bool = False) -> Page:
        context = browser.new_context(
            locale="fr-FR", timezone_id="Europe/Paris", reduced_motion="reduce",
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone, is_mobile=phone,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://localhost:{port}")
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("heading", name=f"Bonjour {name.split()[0]}")).to_be_visible()
        return page

    yield open_page
    for context in contexts:
        context.close()
    wait_until_counted()
    assert complaints == [], site.said_last()


def open_messages(page: Page) -> None:
    page.get_by_role("navigation").get_by_role("link", name="Messages").click()
    wait_until_live(page)


def open_home(page: Page) -> None:
    page.get_by_role("link", name="Mon chantier").click()


def expect_news(page: Page, text: str) -> None:
    expect(page.locator("header").get_by_role("status")).to_have_text(text)


def opened_by_jeanne(site: Site) -> Conversation:
    """Let Jeanne open a conversation by the API, with a token of the development issuer."""
    jeanne = User.objects.get(external_id=JEANNE)
    opening = {"subject": "Ossature bois", "message": {"body": "Bonjour !"}}
    assert Caller(site, jeanne).call("POST", "/conversations", opening).status == 201
    return Conversation.objects.get(created_by=jeanne)


class TestConversation:
    def test_client_and_company_write_and_the_header_counts(
        self, portal: Portal, enter: Enter, visit: Visit, odile: User
    ) -> None:
        jeanne, paul = enter("Jeanne Aubert"), enter("Paul Aubert", phone=True)
        expect_accessible(jeanne)
        expect_accessible(paul)
        expect_news(jeanne, "")
        jeanne.get_by_role("link", name="Ouvrir les messages").click()
        wait_until_live(jeanne)
        jeanne.get_by_role("link", name="Écrire à l’entreprise").click()
        jeanne.get_by_label("Sujet", exact=True).fill("Poteau fendu")
        choose(jeanne, jpeg("poteau.jpg"))
        jeanne.get_by_label("Votre message").fill("Est-ce normal ?")
        jeanne.get_by_role("button", name="Envoyer").click()

        expect_drawn(bubble(jeanne, "Est-ce normal ?").locator("img.full"))
        wait_for(jeanne, Message.objects.exists)
        conversation = Conversation.objects.get()
        assert conversation.client.external_id == "portal-C-1"
        company = staff_page(visit, odile, conversation)
        expect_drawn(bubble(company, "Est-ce normal ?").locator("img.full"))
        # Paul is told by the webhook, and Jeanne of nothing: she wrote it.
        expect_news(paul, "1 nouveau message")

        write(company, "Oui, le bois travaille.")
        expect(bubble(jeanne, "Oui, le bois travaille.")).to_be_visible()
        expect_news(paul, "2 nouveaux messages")
        expect(paul).to_have_title("(2) Espace client")
        expect_accessible(jeanne)
        expect_accessible(paul)

        wait_for(jeanne, lambda: JEANNE not in portal.stored["news"])
        open_home(jeanne)
        expect_news(jeanne, "")
        write(company, "Je passe jeudi.")
        expect_news(jeanne, "1 nouveau message")
        expect(jeanne.locator("nav")).to_contain_text("1")
        open_messages(jeanne)
        expect_news(jeanne, "")
        wait_for(jeanne, lambda: JEANNE not in portal.stored["news"])
        assert portal.stored["news"] == {PAUL: 3}

    def test_client_writes_and_reads_in_firefox(
        self, portal: Portal, firefox: Firefox, site: Site, odile: User, say: Say, visit: Visit
    ) -> None:
        conversation = opened_by_jeanne(site)
        visitor = Visitor(FirefoxEngine(firefox), site)
        visitor.engine.navigate(portal.url)
        visitor.click("Jeanne Aubert")
        visitor.sees("Bonjour Jeanne")
        company = staff_page(visit, odile, conversation)
        write(company, "Un mot pour Firefox")
        visitor.sees("1 nouveau message")

        visitor.click("Ouvrir les messages")
        visitor.sees("Ossature bois")
        visitor.engine.run(OPEN_ROW)
        visitor.sees("Un mot pour Firefox")
        visitor.fill("Écrire un message…", "Bien reçu ici")
        visitor.click("Envoyer")

        expect(bubble(company, "Bien reçu ici")).to_be_visible()
        write(company, "Parfait, à jeudi")
        visitor.sees("Parfait, à jeudi")

    def test_logout_shows_the_login_and_keeps_nothing(
        self, portal: Portal, enter: Enter, site: Site
    ) -> None:
        opened_by_jeanne(site)
        page = enter("Jeanne Aubert")
        open_messages(page)
        expect(row(page, "Ossature bois")).to_be_visible()

        page.get_by_role("button", name="Se déconnecter").click()

        expect(page.get_by_role("heading", name="Espace client")).to_be_visible()
        wait_for(page, lambda: portal.stored["sessions"] == {})
        page.reload()
        expect(page.get_by_role("button", name="Paul Aubert")).to_be_visible()


# The first conversation of the list, inside the elements.
OPEN_ROW = """
const search = (root) => {
  for (const element of root.querySelectorAll("*")) {
    if (element.matches("conversation-list")) return element.shadowRoot.querySelector("li a");
    const found = element.shadowRoot && search(element.shadowRoot);
    if (found) return found;
  }
  return null;
};
search(document).click();
"""


class TestWebhooks:
    def test_forged_and_old_ones_are_refused_and_a_repeat_counts_once(
        self, portal: Portal, enter: Enter
    ) -> None:
        page = enter("Jeanne Aubert")
        expect_news(page, "")
        secret = portal.stored["webhook"]["secret"]

        def post(
            event_id: str, *, by: str = secret, at: float = 0, sent: bytes = b"", client: str = ""
        ) -> int:
            event = {
                "id": event_id,
                "type": "message.created",
                "data": {
                    "message": {"author": {"external_id": "demo-odile"}},
                    "client": {"external_id": client or "portal-C-1"},
                },
            }
            body, moment = json.dumps(event).encode(), int(time.time() + at)
            headers = {
                "webhook-id": event_id,
                "webhook-timestamp": str(moment),
                "webhook-signature": signing.signature(by, event_id, moment, body),
            }
            return portal.post("/webhooks", sent or body, headers)

        assert post("a", by=signing.new_secret()) == 401
        assert post("b", at=-301) == 401
        assert post("c", at=301) == 401
        assert post("d", sent=b'{"id": "d"}') == 401
        assert portal.post("/webhooks", b"{}", {}) == 401
        assert post("e", client="another") == 204
        assert portal.stored["counted"] == []
        assert post("f") == 204
        expect_news(page, "1 nouveau message")

        assert [post("f"), post("f", at=-60)] == [204, 204]
        assert post("g") == 204
        expect_news(page, "2 nouveaux messages")

    def test_page_of_another_site_cannot_act_for_a_person(self, portal: Portal) -> None:
        elsewhere = {"Origin": "https://elsewhere.example"}

        assert portal.post("/login", json.dumps({"person": JEANNE}).encode(), elsewhere) == 403
        assert portal.post("/token", b"", elsewhere) == 403
        assert portal.post("/token", b"", {}) == 403


class TestTokens:
    @pytest.mark.cut
    def test_end_of_a_token_and_a_new_key_are_not_noticed(
        self, stopped: Portal, enter: Enter, visit: Visit, site: Site, odile: User
    ) -> None:
        stopped.start(TOKEN_SECONDS="5")
        tokens: list[str] = []
        page = enter("Jeanne Aubert")
        page.on("response", lambda answer: take(tokens, answer))
        conversation = opened_by_jeanne(site)
        open_messages(page)
        row(page, "Ossature bois").click()
        expect(bubble(page, "Bonjour !")).to_be_visible()
        wait_for(page, lambda: status_of(site, tokens[0]) == 401)

        write(page, "Après la fin du jeton")

        wait_for(page, lambda: Message.objects.filter(body="Après la fin du jeton").exists())
        expect(bubble(page, "Après la fin du jeton").get_by_text("Envoyé")).to_be_attached()
        assert len(tokens) > 1

        # Another key, and the same sessions.
        stopped.stop()
        stopped.start()
        wait_for(page, lambda: status_of(site, tokens[-1]) == 401)
        write(page, "Après un changement de clé")
        wait_for(page, lambda: Message.objects.filter(body__startswith="Après un").exists())
        company = staff_page(visit, odile, conversation)
        write(company, "Tout va bien")
        expect(bubble(page, "Tout va bien")).to_be_visible()
        expect(page.get_by_text("Votre session est terminée. Rechargez")).to_be_hidden()
        expect(page.get_by_role("dialog", name="Votre session est terminée")).to_be_hidden()
        assert len({key_of(token) for token in tokens}) == 2


class TestStart:
    def test_second_start_changes_nothing(self, portal: Portal) -> None:
        before = portal.stored
        assert counted() == {"webhooks": 1, "credentials": 1, "issuers": 1, "people": 3}
        assert Chantier.objects.get().responsible == User.objects.get(external_id="demo-odile")

        portal.stop()
        portal.start()

        assert portal.stored == before
        assert counted() == {"webhooks": 1, "credentials": 1, "issuers": 1, "people": 3}

    def test_other_port_than_that_of_liaison_is_said_in_words(self, stopped: Portal) -> None:
        stopped.run(SAMPLE_PORTAL_PORT=str(free_port()))

        assert stopped.ended_with() != 0
        assert "Liaison runs with another SAMPLE_PORTAL_PORT than this command" in stopped.said

    def test_liaison_that_takes_no_sample_is_said_in_words(self, stopped: Portal) -> None:
        stopped.run(SAMPLE_PORTAL_PORT="0")

        assert stopped.ended_with() != 0
        assert "Start it again: SAMPLE_PORTAL_PORT=8100 make run" in stopped.said
        assert not MachineCredential.objects.exists()


def counted() -> dict[str, int]:
    return {
        "webhooks": WebhookEndpoint.objects.count(),
        "credentials": MachineCredential.objects.count(),
        "issuers": TokenIssuer.objects.count(),
        "people": User.objects.count(),
    }


def take(tokens: list[str], answer: Any) -> None:
    if answer.url.endswith("/token") and answer.ok:
        tokens.append(answer.json()["token"])


def key_of(token: str) -> str:
    return str(jwt.get_unverified_header(token)["kid"])


def status_of(site: Site, token: str) -> int:
    asking = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        asking.request("GET", "/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        return asking.getresponse().status
    finally:
        asking.close()

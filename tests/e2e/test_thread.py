"""An open conversation: a long one, its menu, quotes, and what a finger can hit."""

import logging
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from core.models import User
from messaging.actions.messages import delete_message, send_message
from messaging.actions.reads import read_up_to
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import bubble, client_page, staff_page, wait_for_a_frame, write
from tests.e2e.threads import ANSWER_ALL_OLDER, ANSWER_OLDER_AT_ONCE, long_thread
from tests.e2e.touch import long_press, swipe_right
from tests.e2e.waiting import wait_for

logger = logging.getLogger(__name__)

# All interactive elements of the thread, through their shadow roots, that are smaller than 24 px.
# A link within a sentence may be as low as its line (WCAG 2.5.8, "inline").
SMALL_TARGETS = """thread => {
  const small = [];
  const walk = root => {
    for (const found of root.querySelectorAll("*")) {
      if (found.shadowRoot) walk(found.shadowRoot);
      if (!found.matches("a, button, input, textarea, select, summary, audio")) continue;
      if (found.closest(".body") || !found.checkVisibility({ visibilityProperty: true })) continue;
      const box = found.getBoundingClientRect();
      // Some are larger than they look, by a transparent layer.
      const layer = getComputedStyle(found, "::after");
      const isOver = layer.position === "absolute";
      const beyond = side => (isOver ? Math.max(0, -parseFloat(layer[side])) : 0);
      const width = box.width + beyond("left") + beyond("right");
      const height = box.height + beyond("top") + beyond("bottom");
      if (width < 24 || height < 24) small.push([found.outerHTML.slice(0, 80), width, height]);
    }
  };
  walk(thread.shadowRoot);
  return small;
}"""


MANY = 20_000
SENTENCE = "Bonjour, quand passez-vous ?"


class TestLongThread:
    def test_long_thread_renders_what_is_near_the_screen_and_keeps_the_place(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        messages = long_thread(conversation, odile, odile, camille, count=320)
        read_up_to(reader=camille, conversation=conversation, seq=320)
        client = client_page(visit, camille, conversation, phone=True)
        expect(bubble(client, "Message numéro 320.")).to_be_in_viewport()

        client.evaluate(ANSWER_OLDER_AT_ONCE)
        for first in (271, 221, 171, 121, 71, 21):
            log(client).evaluate("log => { log.scrollTop = 0 }")
            expect(bubble(client, f"Message numéro {first - 1}.")).to_be_attached()
            expect(bubble(client, f"Message numéro {first}.")).to_be_in_viewport()
        log(client).evaluate("log => { log.scrollTop = 0 }")
        expect(bubble(client, "Message numéro 1.")).to_be_in_viewport()
        assert client.locator("message-bubble").count() < 120
        row = client.locator("li", has_text="Message numéro 1.")
        assert int(row.get_attribute("aria-setsize") or 0) > 320
        # The day is the first row, the line of the opening the second.
        assert row.get_attribute("aria-posinset") == "3"

        client.get_by_role("button", name="Aller au dernier message").click()
        expect(bubble(client, "Message numéro 320.")).to_be_in_viewport()
        expect(bubble(client, "Message numéro 1.")).to_have_count(0)
        client.evaluate("hash => { location.hash = hash }", f"#m-{messages[4].pk}")
        expect(bubble(client, "Message numéro 5.")).to_be_in_viewport()
        assert client.locator("message-bubble").count() < 120

        client.evaluate(
            """() => {
                window.changes = 0;
                const { shadowRoot } = document.querySelector("client-inbox").shadowRoot
                  .querySelector("conversation-thread").shadowRoot.querySelector("message-list");
                const all = { subtree: true, childList: true, attributes: true };
                new MutationObserver(() => window.changes++).observe(shadowRoot, all);
            }"""
        )
        wait_for(client, lambda: client.locator("li.pointed").count() == 0)
        client.evaluate("() => { window.changes = 0 }")
        client.get_by_role("textbox").press_sequentially("Bonjour, quand passez-vous ?")
        assert client.evaluate("window.changes") == 0

    def test_key_typed_among_20_000_messages_costs_what_it_costs_among_50(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, odile, camille, count=50, first=MANY - 49)
        read_up_to(reader=camille, conversation=conversation, seq=MANY)
        client = client_page(visit, camille, conversation)
        client.evaluate(ANSWER_ALL_OLDER, MANY)
        client.get_by_role("textbox").click()
        of_short = processor_ms(client, lambda: client.keyboard.type(SENTENCE)) / len(SENTENCE)

        log(client).evaluate("log => { log.scrollTop = 0 }")
        wait_for(client, lambda: log(client).evaluate("log => log.scrollHeight") > 1_000_000)
        assert client.locator("message-bubble").count() < 120
        client.get_by_role("textbox").click()
        of_long = processor_ms(client, lambda: client.keyboard.type(SENTENCE)) / len(SENTENCE)
        slow = throttled_long_tasks(client, lambda: client.keyboard.type(SENTENCE))
        # Shown by `-o log_cli_level=INFO`.
        logger.info("A key among 50 messages: %.1f ms of processor", of_short)
        logger.info(
            "among %s: %.1f ms; long tasks at a fourth of the speed: %s", MANY, of_long, slow
        )

        # By the processor, and beside a short thread: the machine of the tests may be busy.
        assert of_long < 1.5 * of_short + 2

    def test_pill_counts_what_is_unread_and_not_what_is_loaded(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        messages = long_thread(conversation, odile, count=180)
        read_up_to(reader=camille, conversation=conversation, seq=20)
        client = client_page(visit, camille, conversation)

        pill = client.get_by_role("button", name=re.compile("nouveaux messages"))
        wait_for(client, lambda: 130 < number_in(pill) < 160)
        pill.click()
        expect(bubble(client, "Message numéro 180.")).to_be_in_viewport()
        expect(pill).to_have_count(0)

        # All is read: what is below an old message is not new.
        client.goto(f"/client/messages/{conversation.pk}#m-{messages[9].pk}")
        client.reload()
        expect(bubble(client, "Message numéro 10.")).to_be_in_viewport()
        expect(client.get_by_role("button", name="Aller au dernier message")).to_be_visible()
        expect(pill).to_have_count(0)


class TestMenu:
    def test_menu_opens_by_button_right_click_and_long_press(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Rendez-vous à 17 h")
        company = staff_page(visit, odile, conversation)
        menu = company.get_by_role("menu", name="Actions sur le message")
        items = company.get_by_role("menuitem")
        opener = company.get_by_role("button", name="Actions sur le message")
        before = bubble(company, "Rendez-vous").bounding_box()

        opener.focus()
        company.keyboard.press("Enter")
        expect(items).to_have_text(
            [
                "Répondre",
                "Copier",
                "Copier le lien",
                "Non lu à partir d’ici",
                "Détacher des messages…",
                "Transférer par e-mail…",
            ]
        )
        # It is above the page, which stays where it is.
        assert bubble(company, "Rendez-vous").bounding_box() == before
        expect(items.first).to_be_focused()
        company.keyboard.press("ArrowUp")
        expect(items.last).to_be_focused()
        company.keyboard.press("ArrowDown")
        expect(items.first).to_be_focused()
        company.keyboard.press("Escape")
        expect(menu).to_be_hidden()
        expect(opener).to_be_focused()

        bubble(company, "Rendez-vous").locator(".bubble").click(button="right")
        expect(menu).to_be_visible()
        company.mouse.click(5, 5)
        expect(menu).to_be_hidden()

        client = client_page(visit, camille, conversation, phone=True)
        heading = client.get_by_role("heading", name=conversation.subject)
        expect(heading).to_be_focused()
        assert heading.evaluate("heading => getComputedStyle(heading).outlineStyle") == "none"
        long_press(bubble(client, "Rendez-vous").locator(".bubble"))
        expect(client.get_by_role("menuitem")).to_have_count(5)
        client.get_by_role("menuitem", name="Supprimer").tap()
        asked = client.get_by_role("alertdialog")
        expect(asked).to_contain_text("Supprimer ce message pour tout le monde ?")
        expect(asked).to_be_in_viewport(ratio=1)
        asked.get_by_role("button", name="Annuler").tap()
        expect(bubble(client, "Rendez-vous")).to_be_visible()

    def test_each_target_of_a_thread_is_at_least_24_px(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        quoted = say(odile, "Voir https://liaison.example/plan ou le 06 12 34 56 78")
        answer(camille, quoted, "Merci")
        say(odile, "Je passe mardi.")
        client = client_page(visit, camille, conversation, phone=True)
        expect(bubble(client, "Je passe mardi.")).to_be_visible()
        swipe_right(bubble(client, "Je passe mardi.").locator(".bubble"))
        expect(quote_being_written(client)).to_be_visible()

        for page in (client, staff_page(visit, odile, conversation)):
            expect(bubble(page, "Je passe mardi.")).to_be_visible()
            assert page.locator("conversation-thread").evaluate(SMALL_TARGETS) == []


class TestQuote:
    def test_answer_with_a_quote_is_seen_by_the_other_side(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Mardi ou jeudi ?")
        say(odile, "Il faut deux heures.")
        client = client_page(visit, camille, conversation, phone=True)
        company = staff_page(visit, odile, conversation)

        swipe_right(bubble(client, "Il faut deux heures.").locator(".bubble"))
        expect(quote_being_written(client)).to_contain_text("Il faut deux heures.")
        client.get_by_role("button", name="Ne plus citer ce message").tap()
        expect(quote_being_written(client)).to_have_count(0)
        long_press(bubble(client, "Mardi ou jeudi ?").locator(".bubble"))
        client.get_by_role("menuitem", name="Répondre").tap()
        client.get_by_role("textbox").fill("Jeudi")
        # It stays with the draft.
        client.reload()
        expect(quote_being_written(client)).to_contain_text("Odile Perrin")
        client.get_by_role("button", name="Envoyer").tap()

        for page in (client, company):
            quote = bubble(page, "Jeudi").last.get_by_role("link", name="Aller au message de")
            expect(quote).to_contain_text("Mardi ou jeudi ?")
        expect(quote_being_written(client)).to_have_count(0)
        expect(bubble(company, "Jeudi").last.locator("quoted-message")).to_contain_text("Vous")

    def test_tap_on_a_quote_goes_to_its_message_far_up_and_a_deleted_one_says_so(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        messages = long_thread(conversation, odile, camille, count=120)
        answer(camille, messages[2], "Oui, le numéro trois")
        read_up_to(reader=camille, conversation=conversation, seq=121)
        client = client_page(visit, camille, conversation, phone=True)
        expect(bubble(client, "Message numéro 3.")).to_have_count(1)

        bubble(client, "Oui, le numéro trois").locator("quoted-message a").tap()
        original = client.locator(f'li[data-key="{messages[2].pk}"]')
        expect(original).to_be_in_viewport()
        expect(original).to_have_class("pointed")
        expect(client).to_have_url(re.compile(f"#m-{messages[2].pk}$"))

        client.get_by_role("button", name="Aller au dernier message").click()
        quote = bubble(client, "Oui, le numéro trois").locator("quoted-message")
        expect(quote).to_contain_text("Message numéro 3.")
        messages[2].refresh_from_db()
        delete_message(remover=odile, message=messages[2])
        expect(quote).to_contain_text("Message supprimé")
        expect(client.get_by_text("Message numéro 3.").filter(visible=True)).to_have_count(0)

    @pytest.mark.cut
    def test_message_refused_keeps_its_quote(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "Mardi ou jeudi ?")
        client = client_page(visit, camille, conversation)
        bubble(client, "Mardi").hover()
        client.get_by_role("button", name="Actions sur le message").click()
        client.get_by_role("menuitem", name="Répondre").click()
        Conversation.objects.filter(pk=conversation.pk).update(archived_at="2026-01-01T00:00Z")

        write(client, "Jeudi")

        refused = bubble(client, "Jeudi").last
        expect(refused).to_contain_text("Non envoyé")
        expect(refused.locator("quoted-message")).to_contain_text("Mardi ou jeudi ?")
        assert Message.objects.count() == 1


def processor_ms(page: Page, act: Callable[[], None]) -> float:
    """Return the processor time of the page's main thread during an act."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def spent() -> float:
        wait_for_a_frame(page)
        metrics = session.send("Performance.getMetrics")["metrics"]
        return float(next(m["value"] for m in metrics if m["name"] == "TaskDuration")) * 1000

    before = spent()
    act()
    return spent() - before


def throttled_long_tasks(page: Page, act: Callable[[], None]) -> list[int]:
    """Return the tasks over 50 ms, in ms, on a processor that is four times slower."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.evaluate(
        """() => {
            window.tasks = [];
            const note = list => list.getEntries().forEach(task => tasks.push(task.duration));
            new PerformanceObserver(note).observe({ type: "longtask" });
        }"""
    )
    act()
    wait_for_a_frame(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    return [round(task) for task in page.evaluate("tasks")]


def answer(author: User, quoted: Message, body: str) -> None:
    draft = Draft(body=body, reply_to=quoted.pk)
    send_message(author=author, conversation_id=quoted.conversation_id, draft=draft)


def log(page: Page) -> Locator:
    return page.get_by_role("log")


def quote_being_written(page: Page) -> Locator:
    return page.locator("message-composer quoted-message")


def number_in(pill: Locator) -> int:
    if pill.count() == 0:
        return 0
    found = re.search(r"\d+", pill.inner_text())
    return int(found[0]) if found else 0

"""A conversation is read before any script, and the elements take over without a shift."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from attachments.models import Attachment
from core.models import User
from messaging.models import Conversation, Message, MessageAttachment, Participant
from tests.cast import Say
from tests.e2e.conftest import TAKEN_OVER, Visit
from tests.e2e.files import expect_accessible
from tests.e2e.screens import wait_until_live
from tests.e2e.threads import long_thread
from tests.e2e.waiting import wait_for

# Scripts are held back, pictures are in no bucket, and the first page has no icon.
pytestmark = pytest.mark.cut

SCRIPTS = "**/*.js"
MOST_SHIFT = 0.01
EXAMPLES = [
    "Bonjour.",
    "Un message plus long, qui passe à la ligne sur un téléphone et rarement ailleurs.",
    "Trois\nlignes\nici.",
    "Voir https://exemple.fr/plan, ou appelez le 06 12 34 56 78.",
    "Donaudampfschifffahrtsgesellschaft" * 4,
    "👍",
    "שלום, comment ça va ?",
    "<b>gras</b> & « cité »",
]
# What a person sees of each element: its box, its colours, its font and its text.
PARTS = {
    "message-bubble": [".author", ".bubble", ".body", "time"],
    "delivery-state": [".step"],
    "conversation-list": ["li > a", ".name", ".title", ".line", ".marks"],
    "staff-row": [".who", ".title", ".line", ".plate", ".wait", ".owner", ".files", ".time"],
    "inbox-folders": [".label"],
    "conversation-filters": [".tools button"],
    "relative-time": ["time"],
    "unread-badge": ["span"],
    "attachment-tile": [".picture", ".row", ".name", ".about", ".reason", ".chip"],
    "conversation-thread": ["h2", ".plate", ".about > span", ".back", ".files", ".foot"],
    "who-answers": ["span"],
    "search-field": ["input"],
    "message-list": [".window", "ol", "li", ".day", ".unread"],
    # The company's second button comes after the first screen, in a place that is kept for it.
    "message-composer": ["textarea", ".send:not(.more)"],
}
# Elements of the server have no shadow roots: what stands in an inner one is not counted.
SEEN = """([parts, prefix]) => {
  const roots = [document];
  for (const root of roots)
    for (const { shadowRoot } of root.querySelectorAll("*")) if (shadowRoot) roots.push(shadowRoot);
  const all = (name) => roots.flatMap((root) => [...root.querySelectorAll(name)]);
  const isElement = ({ localName }) => localName.startsWith("s-");
  const owner = (node) => {
    do node = node.parentElement; while (node && !isElement(node));
    return node;
  };
  const inside = (element, part) => [...(element.shadowRoot ?? element).querySelectorAll(part)]
    .filter((node) => element.shadowRoot || owner(node) === element);
  const textOf = (node) => {
    const copy = node.cloneNode(true);
    [...copy.querySelectorAll("*")].filter((each) => isElement(each) || each.localName === "noscript")
      .forEach((each) => each.remove());
    return copy.textContent.replace(/\\s+/g, "");
  };
  const LOOKS = ["color", "backgroundColor", "fontSize", "fontWeight", "textDecorationLine"];
  const look = (node) => {
    const { x, y, width, height } = node.getBoundingClientRect();
    const style = getComputedStyle(node);
    return { box: [x, y, width, height], look: LOOKS.map((name) => style[name]).join(" "), text: textOf(node) };
  };
  const isShown = (node) => node.checkVisibility({ visibilityProperty: true });
  const looks = (name, part) =>
    all(prefix + name).flatMap((element) => inside(element, part)).filter(isShown).map(look);
  return Object.fromEntries(Object.entries(parts).flatMap(([name, selectors]) =>
    selectors.map((part) => [`${name} ${part}`, looks(name, part)])));
}"""  # noqa: E501
SHIFTS = """new PerformanceObserver((list) => {
  for (const { value, sources } of list.getEntries()) {
    const nodes = sources.map(({ node }) => [node?.parentNode?.host?.localName, node?.className]);
    (window.shifts ??= []).push({ value, nodes });
  }
}).observe({ type: "layout-shift", buffered: true });"""

# Lets the page's element begin, and holds the turns of those inside (core/turns.js).
HELD_TURNS = """(() => {
  const { postMessage } = MessagePort.prototype;
  const held = [];
  let turns = 0;
  MessagePort.prototype.postMessage = function (...message) {
    if (++turns > 3) held.push([this, message]);
    else postMessage.apply(this, message);
  };
  window.goOn = () => {
    MessagePort.prototype.postMessage = postMessage;
    for (const [port, message] of held) postMessage.apply(port, message);
  };
})();"""


def talk_of_every_kind(
    conversation: Conversation, camille: User, bruno: User, odile: User, say: Say
) -> None:
    """Write messages whose bubbles look different, with files in each state."""
    messages = [say(author, body) for author in (odile, camille, bruno) for body in EXAMPLES]
    change(messages[1], edited_at=messages[1].created_at)
    for position in (3, 9):
        change(messages[position], deleted_at=messages[position].created_at, body="")
    for message in messages[:3]:
        change(message, created_at=message.created_at.replace(year=message.created_at.year - 1))
    with_pictures(messages[4], [(1200, 800)])
    with_pictures(messages[5], [(800, 1200), (800, 600)])
    with_pictures(messages[12], [(4000, 500)])
    with_files(messages[13], ["plan.pdf", "devis très long " * 5 + ".docx"])
    participants = Participant.objects.filter(conversation=conversation)
    participants.filter(user=odile).update(last_read_seq=12)
    participants.filter(user=camille).update(last_read_seq=17, unread_count=7, unread_from_seq=18)


def change(message: Message, **values: Any) -> None:
    Message.objects.filter(pk=message.pk).update(**values)


def with_pictures(message: Message, sizes: list[tuple[int, int]]) -> None:
    for position, (width, height) in enumerate(sizes):
        attach(
            message, position, name=f"photo {position}.jpg", kind="image", width=width,
            height=height, has_preview=True, status=Attachment.Status.READY, verdict="clean",
        )  # fmt: skip


def with_files(message: Message, names: list[str]) -> None:
    """Add a file that is ready and one that is not."""
    ready, waiting = names
    status = Attachment.Status
    attach(message, 0, name=ready, kind="document", status=status.READY, verdict="clean")
    attach(message, 1, name=waiting, kind="document", status=status.SCANNING)


def attach(message: Message, position: int, **file: Any) -> None:
    attachment = Attachment.objects.create(
        uploader=message.author,
        size=860_000,
        sha256=bytes(32),
        uploaded_at=message.created_at,
        **file,
    )
    MessageAttachment.objects.create(
        message=message,
        conversation_id=message.conversation_id,
        attachment=attachment,
        position=position,
    )


def message(page: Page, body: str) -> Locator:
    return page.get_by_role("log").get_by_text(body, exact=True)


class SlowScripts:
    """Scripts of a page that arrive when the test says so."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._held: list[Route] = []
        self._are_here = False
        # It would answer with the scripts that it keeps.
        page.add_init_script("delete Navigator.prototype.serviceWorker")
        page.route(SCRIPTS, lambda route: self._take(route))

    def _take(self, route: Route) -> None:
        if self._are_here:
            route.continue_()
        else:
            self._held.append(route)

    def arrive(self) -> None:
        self._are_here = True
        for route in self._held:
            route.continue_()
        self._page.wait_for_function(TAKEN_OVER)


def open_slowly(page: Page, path: str) -> SlowScripts:
    """Open a page whose scripts are still under way."""
    scripts = SlowScripts(page)
    page.add_init_script(SHIFTS)
    page.goto(path, wait_until="commit")
    expect(page.locator("#first-state")).to_be_attached()
    return scripts


def seen(page: Page, prefix: str = "") -> dict[str, list[dict[str, Any]]]:
    looks: dict[str, list[dict[str, Any]]] = page.evaluate(SEEN, [PARTS, prefix])
    return looks


def difference(server: dict[str, Any], element: dict[str, Any]) -> str:
    """Say what a person would see change, or nothing."""
    shift = max(abs(a - b) for a, b in zip(server["box"], element["box"], strict=True))
    if shift <= 1 and server["look"] == element["look"] and server["text"] == element["text"]:
        return ""
    return f"{server} became {element}"


def expect_no_shift(page: Page) -> None:
    """Expect that nothing moved by itself. Else say what moved."""
    shifts = page.evaluate("() => window.shifts ?? []")
    assert sum(each["value"] for each in shifts) <= MOST_SHIFT, (page.url, shifts)


@pytest.mark.parametrize("looks", ["client-phone-dark", "staff-desktop-light"])
def test_server_and_elements_show_the_same(
    visit: Visit,
    camille: User,
    bruno: User,
    odile: User,
    conversation: Conversation,
    say: Say,
    looks: str,
) -> None:
    talk_of_every_kind(conversation, camille, bruno, odile, say)
    side = looks.split("-")[0]
    if side == "staff":
        # A page in front of the reader reads what it shows, and its counters change.
        Participant.objects.filter(user=odile).update(last_read_seq=24, unread_count=0)
    reader = camille if side == "client" else odile
    page = visit(reader, "/livez", phone="phone" in looks, dark="dark" in looks)

    for path in ("", f"/{conversation.pk}"):
        scripts = open_slowly(page, f"/{side}/messages{path}")
        expect_accessible(page)
        before = seen(page, "s-")
        scripts.arrive()
        expect(page.locator("connection-banner")).to_be_attached()
        after = seen(page)

        counts = {part: (len(looks), len(after[part])) for part, looks in before.items()}
        assert not {part: both for part, both in counts.items() if both[0] != both[1]}
        changes = {
            part: [change for change in map(difference, looks, after[part]) if change]
            for part, looks in before.items()
        }
        assert not {part: found[:2] for part, found in changes.items() if found}
        expect_no_shift(page)
    assert sum(map(len, before.values())) > 90


def test_what_a_person_does_before_the_scripts_arrive_is_kept(
    visit: Visit, camille: User, odile: User, conversation: Conversation
) -> None:
    long_thread(conversation, camille, odile, count=50)
    page = visit(camille, "/livez", phone=True)
    scripts = open_slowly(page, f"/client/messages/{conversation.pk}")
    expect(message(page, "Message numéro 50.")).to_be_in_viewport()

    page.locator("s-message-list .window").evaluate("(list) => list.scrollBy(0, -1500)")
    place = message(page, "Message numéro 30.").bounding_box()
    page.get_by_role("textbox").tap()
    page.keyboard.type("J’arrive")
    scripts.arrive()

    field = page.locator("message-composer").get_by_role("textbox")
    expect(field).to_have_value("J’arrive")
    expect(field).to_be_focused()
    now = message(page, "Message numéro 30.").bounding_box()
    assert place
    assert now
    assert abs(place["y"] - now["y"]) <= 1


def test_what_a_person_does_while_the_elements_render_is_kept(
    visit: Visit, camille: User, odile: User, conversation: Conversation
) -> None:
    long_thread(conversation, camille, odile, count=50)
    page = visit(camille, "/livez", phone=True)
    page.add_init_script(HELD_TURNS)
    page.goto(f"/client/messages/{conversation.pk}", wait_until="commit")
    expect(page.locator("[taking-over]")).to_be_attached()

    page.locator("s-message-list .window").evaluate("(list) => list.scrollBy(0, -1500)")
    place = page.locator("s-message-list").get_by_text("Message numéro 30.").bounding_box()
    page.locator("s-message-composer textarea").tap()
    page.keyboard.type("J’arrive")
    page.evaluate("() => window.goOn()")
    page.wait_for_function(TAKEN_OVER)

    expect(page.get_by_role("textbox")).to_have_value("J’arrive")
    expect(page.get_by_role("textbox")).to_be_focused()
    now = message(page, "Message numéro 30.").bounding_box()
    assert place
    assert now
    assert abs(place["y"] - now["y"]) <= 1


def test_times_of_another_zone_are_corrected(
    visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
) -> None:
    change(say(odile, "Bonjour."), created_at="2026-01-05T22:30:00Z")
    page = visit(camille, "/livez")
    page.context.add_cookies([{"name": "time_zone", "value": "Asia/Tokyo", "url": page.url}])

    scripts = open_slowly(page, f"/client/messages/{conversation.pk}")
    expect(page.get_by_text("07:30")).to_be_visible()
    scripts.arrive()
    expect(page.get_by_text("23:30")).to_be_visible()

    zones = [{"Asia/Tokyo"}, {"Europe/Paris"}]
    wait_for(page, lambda: {c.get("value") for c in page.context.cookies()} & zones[1] != set())
    open_slowly(page, f"/client/messages/{conversation.pk}")
    expect(page.get_by_text("23:30")).to_be_visible()


def link(page: Page, name: str) -> Locator:
    """Find a link by its text. By its role, playwright looks at nothing inside `noscript`."""
    return page.locator("a").filter(has_text=name)


def test_conversation_is_read_without_scripts(
    visit: Visit, camille: User, odile: User, conversation: Conversation
) -> None:
    long_thread(conversation, camille, odile, count=70)
    page = visit(camille, "/client/messages", phone=True, scripts=False)

    link(page, conversation.subject).tap()
    expect(message(page, "Message numéro 70.")).to_be_in_viewport()
    says_why = page.locator("noscript p")
    expect(says_why).to_have_text(re.compile("autorisez JavaScript"))
    expect(says_why).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("textbox")).to_have_count(0)

    link(page, "Messages plus anciens").click()
    expect(message(page, "Message numéro 20.")).to_be_in_viewport()
    link(page, "Messages plus récents").click()
    expect(message(page, "Message numéro 21.")).to_be_attached()

    page.get_by_role("link", name="Retour aux conversations").tap()
    page.get_by_role("link", name="Nouvelle conversation").tap()
    expect(says_why).to_be_in_viewport()
    link(page, "Retour aux conversations").tap()
    expect(page.get_by_role("link", name=conversation.subject)).to_be_visible()


def test_page_begins_at_the_first_unread_message(
    visit: Visit, camille: User, odile: User, conversation: Conversation
) -> None:
    long_thread(conversation, camille, odile, count=50)
    Participant.objects.filter(conversation=conversation, user=camille).update(
        last_read_seq=25, unread_count=12, unread_from_seq=26
    )
    page = visit(camille, "/livez", phone=True)
    scripts = open_slowly(page, f"/client/messages/{conversation.pk}")

    line = page.get_by_text("Nouveaux messages", exact=True)
    expect(line).to_be_in_viewport()
    before = line.bounding_box()
    scripts.arrive()
    line = page.locator("message-list").get_by_text("Nouveaux messages", exact=True)
    expect(line).to_be_in_viewport()
    after = line.bounding_box()

    assert before
    assert after
    assert abs(before["y"] - after["y"]) <= 1
    expect_no_shift(page)


def test_nothing_moves_while_a_page_loads(
    visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
) -> None:
    say(odile, "Je passe jeudi à 8 h.")
    say(camille, "Parfait.")
    page = visit(camille, "/livez", phone=True)
    page.add_init_script(SHIFTS)
    thread = f"/client/messages/{conversation.pk}"
    shown = {
        "/client/messages": page.locator("conversation-list").get_by_text("Carrelage du séjour"),
        thread: page.get_by_role("button", name="Mettre en sourdine"),
        "/client/messages/new": page.get_by_label("Sujet"),
        f"{thread}/files": page.get_by_role("region", name="Photos et documents"),
    }

    for path, last in shown.items():
        page.goto("/livez")
        page.goto(path)
        expect(last).to_be_visible()
        expect(last).to_be_enabled()
        wait_until_live(page)
        expect_no_shift(page)
        # A person without a keyboard sees no ring round a title that has the focus.
        for heading in page.locator("conversation-thread h2").all():
            expect(heading).to_be_focused()
            expect(heading).to_have_css("outline-style", "none")

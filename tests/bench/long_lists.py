"""Open a conversation, write beside 5,000 of them and below 20,000 messages, and scroll both.

The figures are the longest tasks of the page, which keep it from answering a key: processor time of
its main thread, times four, as on a processor that is four times slower. Time by the clock would
count other work on the machine, and so does the slowing down by Chromium, which waits by the clock.
What one step leaves behind is not counted as the next one: the thread has come to rest before
somebody writes, and the garbage of 20,000 loaded messages is collected (80 ms) before each step.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.test import Client as Browser
from playwright.sync_api import Page, sync_playwright

from core.models import User
from tests.bench import data
from tests.bench.report import against, table
from tests.bench.servers import Machine
from tests.e2e.threads import ANSWER_ALL_OLDER

CONVERSATIONS = 5_000
MESSAGES = 20_000
SLOWER = 4
# A longer task is felt by who types.
AIM_MS = 50
TEXT = "Le carrelage du séjour est posé"
SCREENS = 20
# Of the messages, a tenth of a second apart.
CHECKS_AT_REST = 10
TRACED = ["toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline"]
# Two frames: what was done has been painted, and its tasks have been told.
PAINTED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 60)))"
SCROLL = """(list) => { list.getRootNode().querySelector(".side > .window").scrollTop += %d; }"""


@dataclass(frozen=True)
class LongTasks:
    """The longest task of each kind of work, in milliseconds. None: not measured there."""

    opening: float | None
    typing: float
    scrolling: float
    event: float


def run(machine: Machine) -> None:
    client, staff = data.client_user(), data.member_of_staff()
    data.add_conversations(client, staff, CONVERSATIONS)
    long = data.conversation_of(client)
    long.refresh_from_db()
    data.add_messages(long, client, MESSAGES)
    data.finish_fan_outs()
    data.analyze()
    # Before playwright: Django refuses queries beside its event loop.
    session = session_of(staff)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=arguments)
        page = browser.new_page(base_url=f"http://127.0.0.1:{machine.port}")
        page.context.add_cookies([session])  # type: ignore[list-item]
        page.goto("/staff/messages")
        rows = load_all(page)
        beside_the_list = measure(page)
        page.goto(f"/staff/messages/{long.pk}")
        load_all_messages(page)
        below_the_thread = measure_thread(page)
        browser.close()
    headings = ("", "opening", "typing", "scrolling", "an event")
    rows_of = {f"{rows} rows": beside_the_list, f"{MESSAGES} messages": below_the_thread}
    table(
        f"Longest task, {SLOWER} times slower",
        headings,
        [
            (
                name,
                *("" if v is None else against(v, AIM_MS, " ms") for v in vars(figures).values()),
            )
            for name, figures in rows_of.items()
        ],
    )


def session_of(person: User) -> dict[str, str]:
    session = Browser()
    session.force_login(person)
    cookie = session.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": cookie.key, "value": cookie.value, "domain": "127.0.0.1", "path": "/"}


def load_all(page: Page) -> int:
    """Scroll to the end until all conversations are loaded, and return their number."""
    page.wait_for_selector("conversation-list a")
    shown = page.locator("conversation-list").first
    count = "(list) => list.conversations.length"
    while shown.evaluate("(list) => list.hasMore"):
        before = shown.evaluate(count)
        shown.evaluate(SCROLL % 10_000_000)
        _wait_for_more(page, before)
    return int(shown.evaluate(count))


def _wait_for_more(page: Page, before: int) -> None:
    shown = page.locator("conversation-list").first
    for _ in range(600):
        if shown.evaluate("(list) => list.conversations.length") > before:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"no more than {before} rows were loaded")


def load_all_messages(page: Page) -> None:
    """Load all older messages at once, as if a reader had scrolled up through 400 pages."""
    page.locator("message-composer textarea").wait_for()
    page.locator("message-bubble").first.wait_for()
    page.evaluate(ANSWER_ALL_OLDER, MESSAGES)
    log = page.get_by_role("log")
    log.evaluate("log => { log.scrollTop = 0; }")
    for _ in range(600):
        if log.evaluate("log => log.scrollHeight") > 1_000_000:
            return
        page.wait_for_timeout(50)
    raise AssertionError("the older messages were not loaded")


def measure_thread(page: Page) -> LongTasks:
    log = page.get_by_role("log")

    def scroll() -> None:
        for _ in range(SCREENS):
            log.evaluate("log => { log.scrollTop += 700; }")
            page.evaluate(PAINTED)

    def receive() -> None:
        page.locator("message-list").evaluate(MESSAGE_EVENT)

    rest(page)
    return LongTasks(None, *(_longest(page, do) for do in (writing(page), scroll, receive)))


def rest(page: Page) -> None:
    """Wait until the messages have not changed for some time: all that was to load is there."""
    shown = page.locator("message-list")
    shown.wait_for()
    before, same = -1, 0
    while same < CHECKS_AT_REST:
        page.wait_for_timeout(100)
        rows = shown.evaluate(
            "(list) => list.rows.length + list.shadowRoot.querySelectorAll('li').length"
        )
        same = same + 1 if rows == before else 0
        before = rows


def writing(page: Page) -> Callable[[], None]:
    field = page.locator("message-composer textarea")
    field.wait_for()
    return lambda: field.press_sequentially(TEXT, delay=30)


def measure(page: Page) -> LongTasks:
    """Open a conversation, and do what a person does."""
    page.locator("conversation-list").first.evaluate(SCROLL % -10_000_000)

    def open_first() -> None:
        page.locator("conversation-list a").first.click()
        rest(page)

    def scroll() -> None:
        for _ in range(SCREENS):
            page.locator("conversation-list").first.evaluate(SCROLL % 700)
            page.evaluate(PAINTED)

    def receive() -> None:
        page.locator("conversation-list").first.evaluate(COUNT_EVENT)

    page.evaluate(PAINTED)
    opening = _longest(page, open_first)
    return LongTasks(opening, *(_longest(page, do) for do in (writing(page), scroll, receive)))


# What a stream does when another conversation has a new unread message.
COUNT_EVENT = """(list) => {
    const id = list.conversations[7].id;
    list.unread = new Map([...list.unread, [id, 3]]);
    list.conversations = [list.conversations[7], ...list.conversations.toSpliced(7, 1)];
}"""


# What a stream does when the conversation has a new message.
MESSAGE_EVENT = """(list) => {
    const last = list.rows.findLast(({ kind }) => kind === "message");
    const { id, seq } = last.message;
    const message = { ...last.message, id: id.replace(/.{4}$/, "ffff"), seq: seq + 1 };
    list.rows = [...list.rows, { ...last, key: message.id, message }];
}"""


def _longest(page: Page, do: Callable[[], None]) -> float:
    """Return the processor time of the longest task of the page's main thread meanwhile."""
    browser = page.context.browser
    assert browser is not None
    page.context.new_cdp_session(page).send("HeapProfiler.collectGarbage")
    browser.start_tracing(page=page, categories=TRACED)
    do()
    page.evaluate(PAINTED)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks: list[float] = [
        event["tdur"] / 1000
        for event in events
        if "RunTask" in event["name"] and "tdur" in event and (event["pid"], event["tid"]) in mains
    ]
    return SLOWER * max(tasks)

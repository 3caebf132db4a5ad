"""What a phone loads before a conversation can be used."""

from typing import Any

import pytest
from playwright.sync_api import expect

from core.models import User
from messaging.models import Conversation
from tests.cast import Say
from tests.e2e.conftest import Visit, session_of
from tests.site import Site

MOST_REQUESTS = 12
# The company's page is opened once a day and stays; a client's is opened at each message.
MOST_BYTES = {"client": 110_000, "staff": 130_000}
# The moment when the bubbles are drawn and answer.
MARK = """customElements.whenDefined("message-bubble").then(() =>
  requestAnimationFrame(() => performance.mark("usable")))"""
LOADED = """() => {
  const [mark] = performance.getEntriesByName("usable");
  const [page] = performance.getEntriesByType("navigation");
  return [page, ...performance.getEntriesByType("resource")]
    .filter(({ startTime }) => startTime < mark.startTime)
    .map(({ name, transferSize, encodedBodySize, decodedBodySize }) =>
      ({ name, sent: transferSize, isCompressed: encodedBodySize < decodedBodySize }));
}"""


@pytest.mark.parametrize("side", ["client", "staff"])
def test_conversation_opened_cold_is_usable_after_few_requests_and_bytes(
    visit: Visit,
    site: Site,
    camille: User,
    odile: User,
    conversation: Conversation,
    say: Say,
    side: str,
) -> None:
    for number in range(40):
        say(odile, f"Le coulage du lot {number} est prévu pour la semaine prochaine.")
    page = visit(None, "/login", phone=True)
    page.add_init_script(MARK)
    page.context.add_cookies([session_of(camille if side == "client" else odile, site)])  # type: ignore[list-item]
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")

    page.goto(f"/{side}/messages/{conversation.pk}", wait_until="commit")

    expect(page.locator("message-bubble").get_by_text("Le coulage du lot 39")).to_be_visible()
    loaded: list[dict[str, Any]] = page.evaluate(LOADED)
    names = [entry["name"] for entry in loaded]
    published = [entry for entry in loaded if "/static/bundles/" in entry["name"]]
    assert len(loaded) <= MOST_REQUESTS, names
    assert 20_000 < sum(entry["sent"] for entry in loaded) <= MOST_BYTES[side], loaded
    assert len(published) >= 3, names
    assert all(entry["isCompressed"] for entry in [loaded[0], *published]), loaded
    assert [name for name in names if name.endswith(".js") and "bundles" not in name] == []

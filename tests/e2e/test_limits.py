"""The pages take their limits from the settings."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.models import User
from deploy.launcher.ports import free_port
from messaging.models import Conversation
from tests.attachments.samples import pdf
from tests.e2e.conftest import Visit
from tests.e2e.files import choose, chosen, file, jpeg
from tests.e2e.screens import wait_until_live
from tests.site import Site

MIB = 1024 * 1024


@pytest.fixture
def small_site(site: Site, tmp_path: Path) -> Iterator[Site]:
    """Start a second web process on the same data, with smaller limits.

    Name it before `visit` in a test: the pages must close before the process ends.
    """
    smaller = {
        "ATTACHMENT_MAX_BYTES": str(MIB),
        "ATTACHMENTS_PER_MESSAGE": "2",
        "ATTACHMENT_FORMATS": "pdf,jpeg",
    }
    port = free_port()
    address = {"PUBLIC_URL": f"http://127.0.0.1:{port}"}
    other = Site(port, tmp_path, {**site.environment, **smaller, **address})
    other.start_web()
    yield other
    other.stop()


def test_limits_of_files_on_the_page_follow_the_settings(
    small_site: Site, visit: Visit, camille: User, conversation: Conversation
) -> None:
    page = visit(camille, f"{small_site.url}/client/messages/{conversation.pk}")
    wait_until_live(page)
    refusals = page.locator("attachment-tray")

    choose(page, file("releve.txt", b"2 m 40"))
    expect(refusals).to_contain_text("releve.txt")
    expect(chosen(page)).to_have_count(0)

    choose(page, file("plan.pdf", pdf() + b" " * MIB, "application/pdf"))
    expect(refusals).to_contain_text("1 Mo au plus")

    choose(page, jpeg("un.jpg"), jpeg("deux.jpg"), jpeg("trois.jpg"))
    expect(refusals).to_contain_text("2 fichiers au plus par message")
    expect(chosen(page)).to_have_count(2)
    accepted = page.locator("input.any").get_attribute("accept")
    assert accepted == "image/*,video/*,.jpg,.jpeg,.jpe,.jfif,.pdf,*/*"


def test_form_of_a_new_conversation_says_the_size_of_the_settings(
    small_site: Site, visit: Visit, site: Site, camille: User
) -> None:
    for url, megabytes in ((small_site.url, 1), (site.url, 50)):
        page = visit(camille, f"{url}/client/messages/new")

        expect(page.locator("attachment-upload")).to_contain_text(f"jusqu’à {megabytes} Mo chacun")

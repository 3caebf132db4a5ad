"""The page of the elements for other sites, with its live examples."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from core.models import User
from messaging.models import Conversation
from notifications.element_docs import documented_elements
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible

SUBJECT = "Carrelage du séjour"


def example(page: Page, tag: str) -> Locator:
    return page.locator(f'[data-example="{tag}"]')


@pytest.mark.parametrize(("phone", "dark"), [(False, True), (True, False)], ids=["wide", "phone"])
def test_each_element_is_shown_alive_with_what_it_sends(
    visit: Visit,
    camille: User,
    odile: User,
    conversation: Conversation,
    say: Say,
    phone: bool,
    dark: bool,
) -> None:
    say(camille, "Quand vient le carreleur ?")
    say(odile, "Le carreleur vient jeudi.")
    page = visit(camille, "/components", phone=phone, dark=dark)

    expect(example(page, "client-inbox").locator("conversation-list")).to_contain_text(SUBJECT)
    expect(example(page, "conversation-thread").locator("message-bubble").last).to_contain_text(
        "Le carreleur vient jeudi."
    )
    expect(example(page, "unread-count").locator("unread-badge")).to_have_text("1")
    for element in documented_elements():
        expect(example(page, element.tag).locator(element.tag)).to_be_attached()

    example(page, "conversation-list").locator("li a").click()
    heard = page.locator('[data-heard="conversation-list"]')
    expect(heard).to_have_text(re.compile(rf"conversation-open .*{conversation.pk}"))
    assert page.url.endswith("/components")
    overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(overflow) == 0
    expect_accessible(page)

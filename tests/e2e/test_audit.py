"""A manager reads the audit in a real browser: what just happened, filtered, on any screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.audit.chain import chain_facts
from core.audit.record import Action, Kind, Thing, Who, record
from core.models import User
from messaging.models import Conversation
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible

Show = Callable[..., Page]


@pytest.fixture
def past(marc: User, odile: User, camille: User, say: Say, conversation: Conversation) -> None:
    say(camille, "Bonjour")
    record(Who(Kind.STRANGER), Action.LOGIN_REFUSED, camille, {"because": "password"})
    record(
        odile,
        Action.CONVERSATION_READ,
        Thing("messaging.conversation", str(conversation.pk), conversation.subject),
    )
    chain_facts()


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_audit_is_read_on_any_screen(
    visit: Visit, past: None, marc: User, phone: bool, dark: bool
) -> None:
    page = visit(marc, "/staff/audit", phone=phone, dark=dark)

    expect(page.get_by_role("heading", name="Journal d’audit")).to_be_visible()
    expect(page.get_by_text("Connexion refusée").last).to_be_visible()
    expect_accessible(page)
    width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0


def test_what_a_person_opens_is_soon_in_the_audit(
    visit: Visit, marc: User, odile: User, conversation: Conversation
) -> None:
    read = visit(odile, f"/staff/messages/{conversation.pk}")
    expect(read.get_by_text("Carrelage du séjour").first).to_be_visible()
    read.wait_for_timeout(2_000)
    page = visit(marc, "/staff/tasks")

    page.get_by_role("link", name="Journal d’audit").click()
    page.get_by_label("Qui").fill("odile")
    page.get_by_label("Action").select_option("Conversation lue")
    page.get_by_role("button", name="Filtrer").click()

    row = page.get_by_role("row", name=re.compile("Odile Perrin"))
    expect(row).to_contain_text("Conversation lue")
    row.get_by_role("link", name=re.compile(r"\d\d:\d\d")).click()
    expect(page.get_by_role("heading", name="Conversation lue")).to_be_visible()
    expect(page.get_by_text("127.0.0.1")).to_be_visible()

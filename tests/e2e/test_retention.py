"""The page of retention, and what the company sees of a hold beside a conversation."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from core.models import Chantier, User
from messaging.models import Conversation, LegalHold, PurgeOrder, RetentionRule
from tests.cast import Say
from tests.e2e.files import expect_accessible

pytestmark = pytest.mark.django_db(transaction=True)
Visit = Callable[..., Page]
# A folder to look at the pictures in.
PICTURES = os.environ.get("RETENTION_PICTURES", "")


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


@pytest.fixture
def ended(conversation: Conversation, villa: Chantier, say: Say, camille: User, marc: User) -> None:
    """The villa, archived twelve years ago, and a rule of ten."""
    say(camille, "Le carrelage sonne creux")
    past = timezone.now() - timedelta(days=12 * 366)
    Chantier.objects.filter(pk=villa.pk).update(status="archived", archived_at=past)
    Conversation.objects.filter(pk=conversation.pk).update(last_activity_at=past)
    RetentionRule.objects.create(scope="chantier", years=10, set_by=marc)


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_manager_holds_a_chantier_and_the_team_sees_it(
    visit: Visit, ended: None, marc: User, odile: User, camille: User,
    conversation: Conversation, phone: bool, dark: bool,
) -> None:  # fmt: skip
    shape = f"{'phone' if phone else 'desktop'}-{'dark' if dark else 'light'}"
    page = visit(marc, "/staff/retention", phone=phone, dark=dark)
    page.get_by_role("button", name="Voir sans rien supprimer").click()
    expect(page.get_by_text("1 conversation serait supprimée")).to_be_visible()
    picture(page, f"preview-{shape}")

    page.get_by_label("Client, chantier ou adresse d’une conversation").fill("lumiere")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("radio", name="Villa Lumière").check()
    page.get_by_label("Motif, tel qu’un collègue").fill("Litige sur le carrelage, expertise Morel")
    picture(page, f"choice-{shape}")
    page.get_by_role("button", name="Ordonner la conservation").click()
    expect(page.get_by_role("status")).to_contain_text("rien n’en sera supprimé")
    page.get_by_role("button", name="Voir sans rien supprimer").click()
    expect(page.get_by_text("Conservation obligatoire\u00a0: Litige").first).to_be_visible()
    picture(page, f"held-{shape}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    assert LegalHold.objects.get().reason == "Litige sur le carrelage, expertise Morel"
    beside = visit(odile, f"/staff/messages/{conversation.pk}", phone=phone, dark=dark)
    if phone:
        beside.get_by_role("button", name="Détails").first.click()
    held = beside.get_by_text("Conservation obligatoire\u00a0: Litige sur le carrelage").first
    expect(held).to_be_visible()
    picture(beside, f"sheet-{shape}")

    of_client = visit(camille, f"/client/messages/{conversation.pk}", phone=phone, dark=dark)
    log = of_client.get_by_role("log")
    expect(log.get_by_text("Le carrelage sonne creux").first).to_be_visible()
    expect(of_client.get_by_text("Litige")).to_have_count(0)


def test_bar_shows_which_page_is_open(visit: Visit, marc: User) -> None:
    page = visit(marc, "/staff/retention", phone=True)
    current = page.locator(".bar-link[aria-current=page]")

    expect(current).to_have_accessible_name("Conservation")
    box = current.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    page.get_by_role("link", name="Journal d’audit").click()
    expect(current).to_have_accessible_name("Journal d’audit")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_what_was_deleted_is_read_on_a_phone(
    visit: Visit, ended: None, marc: User, conversation: Conversation, dark: bool
) -> None:
    PurgeOrder.objects.create(
        conversation=conversation, scope="chantier", years=10, done_at=timezone.now(), due_at=None,
        counts={"messages": 21},
    )  # fmt: skip
    page = visit(marc, "/staff/retention", phone=True, dark=dark)

    row = page.get_by_role("region", name="Suppressions").locator("tbody tr")
    expect(row).to_contain_text("Supprimée")
    expect(row).to_contain_text("Conversations d’un chantier archivé, 10\u00a0ans")
    # A word a line would be higher than the phone.
    box = row.bounding_box()
    assert box
    assert box["height"] < 200
    expect_accessible(page)
    picture(page, f"gone-phone-{'dark' if dark else 'light'}")

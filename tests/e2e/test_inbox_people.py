"""Who is behind a conversation: the client sheet, availability, and choosing by search."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from core.models import Availability, Chantier, Client, User
from messaging.models import Conversation, HistoryLine
from notifications.models import RefusedAddress
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible, jpeg, send
from tests.e2e.screens import wait_until_live
from tests.e2e.waiting import wait_for


def drawer(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Fiche du client")


def open_drawer(page: Page) -> None:
    page.get_by_role("button", name="Détails").click()
    expect(drawer(page).get_by_role("link", name="Appeler Camille Morel")).to_be_visible()


def test_sheet_says_how_to_reach_the_client_and_keeps_a_remark_for_colleagues(
    visit: Visit,
    camille: User,
    bruno: User,
    odile: User,
    marc: User,
    villa: Chantier,
    conversation: Conversation,
    say: Say,
) -> None:
    User.objects.filter(pk=camille.pk).update(phone="06 39 98 12 34")
    RefusedAddress.objects.create(address=bruno.email, cause="unknown_address")
    User.objects.filter(pk=bruno.pk).update(locale="en")
    say(camille, "Quand venez-vous ?")
    address = f"/staff/messages/{conversation.pk}"
    phone = visit(odile, address, phone=True)
    wait_until_live(phone)

    open_drawer(phone)
    call = drawer(phone).get_by_role("link", name="Appeler Camille Morel")
    expect(call).to_have_attribute("href", "tel:0639981234")
    box = call.bounding_box()
    assert box is not None
    assert box["height"] >= 40
    expect(drawer(phone)).to_contain_text("Langue : English")
    expect(drawer(phone)).to_contain_text("Rien ne prévient cette personne")
    expect(drawer(phone)).to_contain_text("Responsable : Odile Perrin")
    expect_accessible(phone)
    # It closes by its button, Escape, Back and a tap beside it, and the address stays.
    drawer(phone).get_by_role("button", name="Fermer la fiche").click()
    expect(drawer(phone)).to_have_count(0)
    open_drawer(phone)
    phone.keyboard.press("Escape")
    expect(drawer(phone)).to_have_count(0)
    open_drawer(phone)
    phone.go_back()
    expect(drawer(phone)).to_have_count(0)
    open_drawer(phone)
    phone.touchscreen.tap(20, 400)
    expect(drawer(phone)).to_have_count(0)
    expect(phone).to_have_url(re.compile(f"{address}$"))

    # On a wide screen it stands beside the thread.
    wide = visit(marc, address)
    wait_until_live(wide)
    sheet = wide.get_by_role("complementary", name="Fiche du client")
    expect(sheet).to_contain_text("06 39 98 12 34")
    sheet.get_by_role("button", name="Ajouter une remarque").click()
    sheet.get_by_label("Remarque interne sur ce client").fill("Appeler après 18 h")
    sheet.get_by_role("button", name="Enregistrer").click()
    expect(sheet.locator(".remark")).to_have_text("Appeler après 18 h")

    phone.goto(address)
    wait_until_live(phone)
    open_drawer(phone)
    expect(drawer(phone)).to_contain_text("Appeler après 18 h")
    expect(drawer(phone)).to_contain_text("Marc Vidal")


def test_client_reads_that_a_person_is_away_and_who_answers_instead(
    visit: Visit, camille: User, odile: User, marc: User, villa: Chantier, say: Say
) -> None:
    Chantier.objects.filter(pk=villa.pk).update(deputy=marc)
    back = timezone.localtime() + timedelta(days=20)
    company = visit(odile, "/staff/messages", phone=True)
    wait_until_live(company)
    company.get_by_role("button", name="Odile Perrin, votre profil").click()
    menu = company.get_by_role("group", name="Votre profil")
    menu.get_by_label("Retour le").fill(f"{back:%Y-%m-%d}")
    expect_accessible(company)

    menu.get_by_role("button", name="Absence").click()

    expect(
        company.get_by_role("button", name="Odile Perrin, votre profil (en absence)")
    ).to_be_visible()
    assert Availability.objects.get(user=odile).is_absent
    # The same before and without scripts.
    for scripts in (False, True):
        client = visit(camille, "/client/messages/new", phone=True, scripts=scripts)
        says = client.locator("who-answers" if scripts else "s-who-answers").last
        expect(says).to_contain_text("Odile Perrin sera de retour")
        expect(says).to_contain_text("D’ici là, Marc Vidal vous répond")
    company.get_by_role("button", name="Odile Perrin, votre profil").click()
    menu.get_by_role("button", name="Présence").click()
    expect(
        company.get_by_role("button", name="Odile Perrin, votre profil", exact=True)
    ).to_be_visible()
    assert not Availability.objects.get(user=odile).is_absent


def expect_drawn(page: Page, photo: Locator) -> None:
    expect(photo).to_be_visible()
    wait_for(page, lambda: photo.evaluate("(it) => it.complete && it.naturalWidth > 0"))


def test_client_sees_the_photo_of_who_answers(
    visit: Visit, camille: User, odile: User, villa: Chantier
) -> None:
    company = visit(odile, "/staff/messages", phone=True)
    wait_until_live(company)
    company.get_by_role("button", name="Odile Perrin, votre profil").click()
    menu = company.get_by_role("group", name="Votre profil")
    photo = jpeg("odile.jpg")

    menu.get_by_label("Choisir une photo").set_input_files([photo])

    expect(menu).to_contain_text("Vos clients la voient désormais.")
    expect_accessible(company)
    expect_drawn(company, menu.locator("img"))
    # In the empty list, the same before and without scripts.
    for scripts in (False, True):
        client = visit(camille, "/client/messages", scripts=scripts)
        who = client.locator("who-answers" if scripts else "s-who-answers")
        expect_drawn(client, who.last.locator("img"))
        assert who.last.locator("img").evaluate("(photo) => photo.offsetWidth") == 30
    menu.get_by_role("button", name="Retirer").click()
    expect(menu).to_contain_text("Photo retirée.")
    client = visit(camille, "/client/messages")
    expect(client.locator("who-answers person-avatar").last).to_have_text("OP")
    expect(client.locator("who-answers img")).to_have_count(0)


def test_new_conversation_is_for_a_client_found_without_its_accents_and_a_chosen_colleague(
    visit: Visit, odile: User, marc: User, villa: Chantier, haddad: Client
) -> None:
    for name in ("École Sainte-Anne", "Ecole Jules-Ferry", "Zingueurs de Loire"):
        Client.objects.create(name=name)
    school = Client.objects.get(name="École Sainte-Anne")
    Chantier.objects.create(client=school, name="Préau", reference="CH-2008", responsible=odile)
    page = visit(odile, "/staff/messages/new")
    wait_until_live(page)

    field = page.get_by_role("combobox", name="Client")
    field.click()
    expect(page.get_by_role("option").locator("b")).to_have_text(
        ["Ecole Jules-Ferry", "École Sainte-Anne", "Famille Morel", "SCI Haddad",
         "Zingueurs de Loire"]
    )  # fmt: skip
    field.fill("ecole")
    expect(page.get_by_role("option")).to_have_count(2)
    field.press("Escape")
    # By the reference of the chantier alone: the client comes with it.
    about = page.get_by_role("combobox", name="De quoi s’agit-il ?")
    about.fill("2008")
    about.press("Enter")
    expect(about).to_have_value("Préau")
    expect(field).to_have_value("École Sainte-Anne")
    owner = page.get_by_role("combobox", name="Suivie par")
    owner.fill("vid")
    owner.press("Enter")
    page.get_by_label("Sujet").fill("Livraison des portes")
    page.get_by_label("Votre message").fill("Jeudi matin ?")
    expect_accessible(page)
    send(page)

    wait_for(page, Conversation.objects.filter(last_seq=1).exists)
    opened = Conversation.objects.get()
    assert opened.client == school
    assert opened.assigned_to == marc
    line = HistoryLine.objects.get(conversation=opened, kind="assigned")
    assert line.by == odile
    assert line.details["to"]["name"] == "Marc Vidal"

"""What a person with a screen reader hears on the client's pages, in this order.

The texts are Chromium's accessibility tree: who said what, then the actions, the time and the
state; the composer comes after the messages, its button last.
"""

import re
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Locator, Page, expect

from core.models import User
from messaging.actions.fan_out import fan_out_message
from messaging.models import Conversation
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import choose, jpeg, open_photo, send
from tests.e2e.screens import bubble, client_page, row, wait_until_live

LIST = r"""
- region "Conversations":
  - heading "Messages" [level=2]
  - link "Nouvelle conversation"
  - list:
    - listitem:
      - link /Villa Lumière Carrelage du séjour Odile.*Je passe jeudi à 8 h\./
"""

THREAD = r"""
- region "Conversation":
  - button "Retour aux conversations"
  - heading "Carrelage du séjour" [level=2]
  - paragraph: /Villa Lumière/
  - button "Photos et documents"
  - button "Mettre en sourdine"
  - button "Autres actions"
  - log "Messages de la conversation":
    - list:
      - listitem: /aujourd/
      - listitem:
        - text: Vous
        - paragraph: Le carrelage est fendu.
        - button /Actions sur le message de \d\d.\d\d \(Vous\).+Le carrelage est fendu/
        - link /\d\d:\d\d/
  - button "Joindre des fichiers"
  - button "Prendre une photo"
  - textbox "Écrire un message…"
  - button "Envoyer" [disabled]
"""

FORM = """
- region "Conversation":
  - button "Retour aux conversations"
  - heading "Nouvelle conversation" [level=2]
  - text: De quoi s’agit-il ?
  - combobox "De quoi s’agit-il ?"
  - text: Sujet
  - textbox "Sujet"
  - text: Votre message
  - textbox "Votre message"
  - button "Joindre des fichiers"
  - button "Prendre une photo"
  - button "Annuler"
  - button "Envoyer"
"""


def test_pages_are_read_in_the_order_of_their_meaning(
    visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
) -> None:
    fan_out_message(say(camille, "Le carrelage est fendu.").pk)
    fan_out_message(say(odile, "Je passe jeudi à 8 h.").pk)

    page = visit(camille, "/client/messages", phone=True)
    expect(row(page, "Carrelage")).to_be_visible()
    expect(page.locator("body")).to_match_aria_snapshot(LIST)

    page.goto(f"/client/messages/{conversation.pk}")
    expect(bubble(page, "jeudi")).to_be_visible()
    wait_until_live(page)
    expect(page.locator("body")).to_match_aria_snapshot(THREAD)

    page.goto("/client/messages/new")
    expect(page.get_by_label("Votre message")).to_be_visible()
    expect(page.locator("body")).to_match_aria_snapshot(FORM)


# Roles that a screen reader says nothing of.
SILENT = {
    "InlineTextBox",
    "generic",
    "none",
    "list",
    "listitem",
    "paragraph",
    "time",
    "form",
    "log",
}
FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return focused?.ariaLabel || focused?.textContent.trim();
}"""


def heard(page: Page) -> list[str]:
    """Return the whole accessibility tree in its order: `button Envoyer`, and texts by themselves.

    The snapshots of playwright leave out what an element with `display: contents` shows.
    """
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    nodes = {node["nodeId"]: node for node in tree}

    def lines(node: dict[str, Any]) -> Iterator[str]:
        role, name = (node.get(key, {}).get("value", "") for key in ("role", "name"))
        is_said = not node["ignored"] and role not in SILENT
        if is_said:
            yield name if role == "StaticText" else f"{role} {name}".strip()
        if is_said and role in ("button", "link", "menuitem", "heading"):
            return
        for child in node.get("childIds", []):
            yield from lines(nodes[child])

    return [re.sub(r"\s+", " ", line) for line in lines(tree[0])]


def after(lines: list[str], first: str, count: int) -> list[str]:
    start = lines.index(first)
    return [re.sub(r"\d\d:\d\d", "12:30", line) for line in lines[start : start + count]]


def test_message_is_heard_with_its_actions_its_state_and_its_time(
    visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
) -> None:
    fan_out_message(say(camille, "Le carrelage est fendu.").pk)
    page = client_page(visit, camille, conversation, phone=True)
    expect(bubble(page, "fendu").get_by_role("button", name="Envoyé")).to_be_visible()

    assert after(heard(page), "Vous", 5) == [
        "Vous",
        "Le carrelage est fendu.",
        "button Actions sur le message de 12:30 (Vous) : Le carrelage est fendu.",
        "button Envoyé",
        "link 12:30",
    ]


def test_dialogs_say_what_they_are_for_and_give_the_focus_back(
    visit: Visit, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Bonjour")
    page = client_page(visit, camille, conversation, phone=True)
    choose(page, jpeg("mur.jpg"))
    send(page)
    actions = "Actions sur le message de 12:30 (Vous) : Bonjour"
    opener = bubble(page, "Bonjour").get_by_role("button", name="Actions sur le message")

    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Copier le lien")).to_be_visible()
    choices = ["Répondre", "Modifier", "Copier", "Copier le lien", "Supprimer"]
    items = [f"menuitem {choice}" for choice in choices]
    assert after(heard(page), "dialog " + spoken(opener), 7) == [
        f"dialog {actions}", f"menu {actions}", *items,
    ]  # fmt: skip
    assert page.evaluate(FOCUSED) == "Répondre"
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    question = "Supprimer ce message pour tout le monde ?"
    expect(page.get_by_role("alertdialog")).to_be_visible()
    assert after(heard(page), f"alertdialog {question}", 4)[-2:] == [
        "button Annuler", "button Supprimer",
    ]  # fmt: skip
    assert page.evaluate(FOCUSED) == "Annuler"
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()

    open_photo(page, "mur.jpg")
    expect(page.get_by_role("dialog", name="Photos")).to_be_visible()
    assert after(heard(page), "dialog Photos", 3)[1:] == ["status", "1 / 1"]
    page.go_back()
    expect(page.get_by_role("button", name="Agrandir mur.jpg")).to_be_focused()


def spoken(opener: Locator) -> str:
    return re.sub(r"\s+", " ", opener.get_attribute("aria-label") or "")

"""What a person with a screen reader hears on the client's pages, in this order.

The texts are Chromium's accessibility tree: who said what, then the actions, the time and the
state; the composer comes after the messages, its button last.
"""

from playwright.sync_api import expect

from core.models import User
from messaging.actions.fan_out import fan_out_message
from messaging.models import Conversation
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import bubble, row, wait_until_live

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

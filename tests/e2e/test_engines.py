"""The main flows in three engines: Chromium, Firefox and WebKit.

An engine that a machine cannot have is skipped here, and never in CI (tests/skips.py).
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.models import User
from messaging.models import Conversation, Message
from notifications.models import PushSubscription
from tests.attachments.samples import photo
from tests.cast import PASSWORD, Say
from tests.e2e.browser import WITHOUT_WEBKIT, webkit
from tests.e2e.conftest import Visit, wait_until_counted
from tests.e2e.engines import Chromium, FirefoxEngine, Visitor, WebKit
from tests.e2e.firefox import Firefox
from tests.e2e.webkit import WebDriver, started_webkit
from tests.site import Site
from tests.waiting import until

# The network is cut in some of them, which Chromium logs.
pytestmark = pytest.mark.cut

ENGINES = ("chromium", "firefox", "webkit")
# WebKit's language is that of the machine, which may have no French.
SPEAK_FRENCH = "document.cookie = 'django_language=fr; path=/'"
COMPOSER = "Écrire un message…"


@pytest.fixture(scope="session")
def webkit_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with started_webkit(tmp_path_factory.mktemp("webkit")) as port:
        yield port


@pytest.fixture
def chromium_visitor(pushing_site: Site, site: Site, visit: Visit) -> Visitor:
    return Visitor(Chromium(visit(None, "/livez")), site)


@pytest.fixture
def firefox_visitor(firefox: Firefox, site: Site) -> Visitor:
    return Visitor(FirefoxEngine(firefox), site)


@pytest.fixture
def webkit_visitor(
    request: pytest.FixtureRequest, pushing_site: Site, site: Site
) -> Iterator[Visitor]:
    browser = webkit()
    if browser is None:
        pytest.skip(WITHOUT_WEBKIT)
    driver = WebDriver(request.getfixturevalue("webkit_port"), browser)
    yield Visitor(WebKit(driver), site)
    driver.end()
    wait_until_counted()


@pytest.fixture(params=ENGINES)
def visitor(request: pytest.FixtureRequest, pushing_site: Site, site: Site) -> Visitor:
    # pytest-django sees only fixtures that are named here: else the rows stay in a transaction.
    found: Visitor = request.getfixturevalue(f"{request.param}_visitor")
    return found


@pytest.fixture
def enter(visitor: Visitor, camille: User) -> Callable[[str], Visitor]:
    """Give a function: `enter("/client/messages")` opens a page and logs Camille in there."""
    camille.set_password(PASSWORD)
    camille.save()

    def log_in(path: str) -> Visitor:
        visitor.visit("/livez")
        visitor.engine.run(SPEAK_FRENCH)
        visitor.visit(path)
        visitor.fill("Adresse électronique", camille.email)
        visitor.fill("Mot de passe", PASSWORD)
        visitor.click("Se connecter")
        return visitor

    return log_in


Enter = Callable[[str], Visitor]


def test_person_logs_in_reads_writes_and_sends_a_photo(
    enter: Enter, odile: User, conversation: Conversation, say: Say, tmp_path: Path
) -> None:
    say(odile, "Le carreleur passe jeudi à 8 h.")
    visitor = enter("/client/messages")
    visitor.sees("Carrelage du séjour")
    visitor.sees("Le carreleur passe jeudi")

    visitor.visit(f"/client/messages/{conversation.pk}")
    visitor.sees("Le carreleur passe jeudi à 8 h.")
    visitor.fill(COMPOSER, "Très bien, merci !")
    visitor.click("Envoyer")
    visitor.sees("Envoyé")
    assert Message.objects.get(author__name="Camille Morel").body == "Très bien, merci !"

    # Live, without a reload.
    say(odile, "N’oubliez pas la clé.")
    visitor.sees("N’oubliez pas la clé.")

    taken = tmp_path / "fissure.jpg"
    taken.write_bytes(photo())
    visitor.choose(taken)
    visitor.fill(COMPOSER, "La fissure")
    visitor.click("Envoyer")
    until(lambda: Message.objects.filter(body="La fissure").exists(), "the photo is not sent")
    visitor.sees_picture("fissure.jpg")


def test_message_written_without_network_is_sent_once_it_is_back(
    enter: Enter, site: Site, odile: User, conversation: Conversation, say: Say
) -> None:
    say(odile, "Le carreleur passe jeudi à 8 h.")
    visitor = enter(f"/client/messages/{conversation.pk}")
    visitor.sees("Le carreleur passe jeudi à 8 h.")

    # Every engine sees a network that refuses: WebDriver cannot take it away.
    site.stop_web(kill=True)
    visitor.fill(COMPOSER, "Écrit dans la cave")
    visitor.click("Envoyer")
    visitor.sees("En attente du réseau")
    site.start_web()

    visitor.sees("Envoyé")
    visitor.sees_no("En attente du réseau")
    assert Message.objects.filter(body="Écrit dans la cave").count() == 1


def test_notifications_are_asked_for_by_a_tap_only(
    enter: Enter, visitor: Visitor, camille: User, request: pytest.FixtureRequest
) -> None:
    enter("/client/notifications")

    match request.node.callspec.params["visitor"]:
        case "firefox":
            visitor.click("M’avertir")
            visitor.engine.answer_permission()
            visitor.sees("Cet appareil vous avertit.")
            assert PushSubscription.objects.filter(user=camille).count() == 1
        case "chromium":
            visitor.click("M’avertir")
            # Without a window there is nobody to ask: Chromium refuses.
            visitor.sees("Les notifications de ce site sont bloquées.")
            assert not PushSubscription.objects.filter(user=camille).exists()
        case "webkit":
            # WebKitGTK has no Web Push. Safari has it, and no package of it is to be had.
            visitor.sees("Ce navigateur ne sait pas avertir. Les e-mails restent là pour vous.")

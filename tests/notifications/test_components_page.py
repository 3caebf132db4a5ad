"""The page of the elements for other sites: for developers, with DEBUG."""

import pytest
from django.test import Client as Browser
from pytest_django import Settings

from core.models import User
from notifications.element_docs import _prose, documented_elements

pytestmark = pytest.mark.django_db

PAGE = "/components"


@pytest.fixture
def debug(settings: Settings) -> None:
    settings.DEBUG = True


@pytest.mark.parametrize("who", ["camille", "odile"])
def test_page_is_unknown_without_debug(
    request: pytest.FixtureRequest, client: Browser, who: str, settings: Settings
) -> None:
    settings.DEBUG = False
    client.force_login(request.getfixturevalue(who))

    assert client.get(PAGE).status_code == 404


@pytest.mark.usefixtures("debug")
class TestPage:
    def test_stranger_is_sent_to_the_login(self, client: Browser) -> None:
        assert client.get(PAGE)["Location"] == f"/login?next={PAGE}"

    def test_page_describes_each_element_of_the_package(
        self, client: Browser, camille: User
    ) -> None:
        client.force_login(camille)

        page = client.get(PAGE).content.decode()

        for element in documented_elements():
            assert f'data-example="{element.tag}"' in page
            assert all(f"<code>{each['name']}</code>" in page for each in element.events)

    def test_page_is_in_the_language_of_the_person(self, client: Browser, camille: User) -> None:
        client.force_login(camille)
        assert "Éléments pour d’autres sites" in client.get(PAGE).content.decode()

        User.objects.update(locale="en")
        assert "Elements for other sites" in client.get(PAGE).content.decode()


class TestLines:
    """What a developer copies."""

    def test_lines_of_html_set_attributes_and_hear_events(self) -> None:
        [element] = [each for each in documented_elements() if each.tag == "conversation-list"]

        assert element.html.startswith('<conversation-list selected="…" base="…" has-more="…">')
        assert "element.conversations = …;" in element.html
        assert 'element.addEventListener("conversation-open", (event) => …);' in element.html

    def test_lines_of_react_name_properties_and_events(self) -> None:
        [element] = [each for each in documented_elements() if each.tag == "conversation-list"]

        assert "  conversations={…}" in element.react
        assert "  hasMore={…}" in element.react
        assert "  onconversation-open={(event) => …}" in element.react

    def test_text_of_a_comment_is_no_html(self) -> None:
        assert _prose("`a<b>` and <i>") == "<code>a&lt;b&gt;</code> and &lt;i&gt;"

"""Pages open to the logged-in people of their side alone."""

import pytest
from django.test import Client as Browser

from core.models import User

pytestmark = pytest.mark.django_db

CLIENT_PAGES = ["/client/messages", "/client/messages/new", "/client/notifications"]
STAFF_PAGES = ["/staff/messages", "/staff/messages/new", "/staff/notifications", "/staff/tasks"]
PAGES_OF_BOTH = ["/notifications"]
EVERY_PAGE = [*CLIENT_PAGES, *STAFF_PAGES, *PAGES_OF_BOTH, "/staff/mailbox"]


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_stranger_is_sent_to_the_login_and_back(client: Browser, address: str) -> None:
    answer = client.get(f"{address}?a=1")

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/login?next={address}%3Fa%3D1"


@pytest.mark.parametrize(
    ("who", "address"),
    [
        *(("camille", address) for address in CLIENT_PAGES),
        *(("odile", address) for address in STAFF_PAGES),
    ],
)
def test_person_of_its_side_is_shown_a_page_that_is_never_cached(
    request: pytest.FixtureRequest, client: Browser, who: str, address: str
) -> None:
    client.force_login(request.getfixturevalue(who))

    answer = client.get(address)

    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("who", "address"),
    [
        *(("odile", address) for address in CLIENT_PAGES),
        *(("camille", address) for address in STAFF_PAGES),
    ],
)
def test_person_of_the_other_side_is_sent_home(
    request: pytest.FixtureRequest, client: Browser, who: str, address: str
) -> None:
    client.force_login(request.getfixturevalue(who))

    answer = client.get(address)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


@pytest.mark.parametrize(
    ("who", "own"), [("camille", "/client/notifications"), ("odile", "/staff/notifications")]
)
def test_page_of_both_sides_knows_the_side_of_its_person(
    request: pytest.FixtureRequest, client: Browser, who: str, own: str
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get("/notifications").headers["Location"] == own


@pytest.mark.parametrize("address", EVERY_PAGE)
def test_page_takes_no_form(client: Browser, odile: User, address: str) -> None:
    client.force_login(odile)

    assert client.post(address).status_code == 405


@pytest.mark.parametrize("address", STAFF_PAGES)
def test_page_is_in_the_language_of_its_person(client: Browser, odile: User, address: str) -> None:
    User.objects.update(locale="en")
    client.force_login(odile)

    page = client.get(address, headers={"Accept-Language": "fr"}).content.decode()

    assert '<html lang="en">' in page

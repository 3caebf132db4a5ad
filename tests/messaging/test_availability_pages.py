"""The form of the profile menu: present, or away until a day."""

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from core.models import Availability, User

pytestmark = pytest.mark.django_db

ADDRESS = "/staff/availability"
# A Wednesday.
NOW = "2026-11-18T09:00:00+01:00"


@pytest.fixture
def odiles(client: Client, odile: User) -> Client:
    client.force_login(odile)
    return client


def test_person_is_away_until_the_morning_of_a_day_and_goes_back_to_the_page(
    odiles: Client, odile: User
) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = odiles.post(
            ADDRESS, {"status": "absent", "until": "2026-11-23"},
            headers={"Referer": "http://testserver/staff/tasks"},
        )  # fmt: skip
        page = odiles.get("/staff/messages").content.decode()

    assert answer.status_code == 302
    assert answer["Location"] == "http://testserver/staff/tasks"
    until = Availability.objects.get(user=odile).absent_until
    assert until is not None
    assert until.isoformat() == "2026-11-22T23:00:00+00:00"
    assert "Absence, retour le lundi 23 novembre." in page
    assert 'value="2026-11-23"' in page


def test_person_is_away_without_a_date_and_there_again(odiles: Client, odile: User) -> None:
    odiles.post(ADDRESS, {"status": "absent", "until": ""})
    assert "Absence, sans date de retour." in odiles.get("/staff/messages").content.decode()

    odiles.post(ADDRESS, {"status": "present", "until": "2020-01-01"})
    assert not Availability.objects.get(user=odile).is_absent
    assert "confié à un collègue" in odiles.get("/staff/messages").content.decode()


@pytest.mark.parametrize("day", ["2020-01-01", "demain", "today"])
def test_day_that_is_not_to_come_is_refused_in_words(odiles: Client, odile: User, day: str) -> None:
    given = f"{timezone.localdate():%Y-%m-%d}" if day == "today" else day

    answer = odiles.post(ADDRESS, {"status": "absent", "until": given})

    assert answer.status_code == 400
    assert "Choisissez un jour à venir" in answer.content.decode()
    assert not Availability.objects.filter(user=odile).exists()


def test_form_is_the_companys_alone(client: Client, camille: User) -> None:
    assert client.post(ADDRESS, {"status": "absent"}).status_code == 302
    client.force_login(camille)

    assert client.post(ADDRESS, {"status": "absent"}).status_code == 403
    assert "Ma disponibilité" not in client.get("/client/messages").content.decode()
    assert not Availability.objects.exists()

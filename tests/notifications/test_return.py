"""Somebody is deactivated and comes back: what opened something before opens nothing now."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from rest_framework.test import APIClient

from core.auth import credentials, invitations, password_reset
from core.auth.jwt_tokens import issue_development_token
from core.models import Client, User
from notifications.models import PushSubscription
from tests.admin_forms import NO_WORKING_HOURS
from tests.waiting import until

pytestmark = pytest.mark.django_db

PASSWORD = "Un long mot de passe 4512"


def saved(person: User) -> None:
    person.is_active = not person.is_active
    person.save()


def saved_alone(person: User) -> None:
    person.is_active = not person.is_active
    person.save(update_fields=["is_active"])


def updated(person: User) -> None:
    User.objects.filter(pk=person.pk).update(is_active=not person.is_active)


def updated_with_others(person: User) -> None:
    person.is_active = not person.is_active
    User.objects.bulk_update([person], ["is_active"])


def by_the_list_of_the_admin(person: User) -> None:
    action = "deactivate" if person.is_active else "activate"
    chosen = {"action": action, "_selected_action": [str(person.pk)]}
    assert admin().post("/admin/core/user/", chosen).status_code == 302


def by_the_form_of_the_admin(person: User) -> None:
    form = {
        "email": person.email, "name": person.name, "locale": "fr", "role": "client",
        "client": str(person.client_id), **NO_WORKING_HOURS,
    }  # fmt: skip
    if not person.is_active:
        form["is_active"] = "on"
    answer = admin().post(f"/admin/core/user/{person.pk}/change/", form)
    assert answer.status_code == 302, answer.content


def by_the_erp(person: User) -> None:
    provision("users", str(person.external_id), person.is_active)


def with_the_client(person: User) -> None:
    provision("clients", "C-1001", person.is_active)
    if not person.is_active:
        # Its people are brought back one by one.
        provision("users", str(person.external_id), False)


WAYS = [
    saved, saved_alone, updated, updated_with_others, by_the_list_of_the_admin,
    by_the_form_of_the_admin, by_the_erp, with_the_client,
]  # fmt: skip


def admin() -> Browser:
    browser = Browser()
    found = User.objects.filter(email="ada@exemple.fr").first()
    browser.force_login(
        found or User.objects.create_superuser("ada@exemple.fr", "chantier-demo", name="Ada")
    )
    return browser


def provision(kind: str, external_id: str, is_active: bool) -> None:
    secret = credentials.issue("ERP", ["provisioning"]).secret
    answer = Browser().put(
        f"/api/v1/provisioning/{kind}/{external_id}",
        json.dumps({"status": "archived" if is_active else "active"}),
        content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {secret}",
    )
    assert answer.status_code == 200, answer.content


@pytest.fixture
def person(camille: User, morel: Client) -> User:
    Client.objects.filter(pk=morel.pk).update(external_id="C-1001")
    camille.external_id = "P-2001"
    camille.set_password(PASSWORD)
    camille.save()
    return camille


def logged_in(person: User) -> APIClient:
    browser = APIClient()
    browser.force_login(User.objects.get(pk=person.pk))
    assert browser.get("/api/v1/me").status_code == 200
    return browser


def status_by(token: str) -> int:
    return int(APIClient().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {token}").status_code)


def leave_and_return(person: User, way: Callable[[User], None]) -> None:
    for is_active in (False, True):
        way(person)
        person.refresh_from_db()
        assert person.is_active == is_active


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
class TestWhatIsFromBefore:
    def test_browser_that_was_logged_in_is_so_no_more(
        self, person: User, way: Callable[[User], None]
    ) -> None:
        browser = logged_in(person)

        leave_and_return(person, way)

        assert browser.get("/api/v1/me").status_code == 401
        assert logged_in(person).get("/api/v1/me").json()["name"] == "Camille Morel"

    def test_token_opens_nothing(self, person: User, way: Callable[[User], None]) -> None:
        token = issue_development_token(person)
        assert status_by(token) == 200

        leave_and_return(person, way)

        assert status_by(token) == 401
        # A token names the second in which it was made.
        until(lambda: status_by(issue_development_token(person)) == 200, "no token opens", 3)

    def test_devices_get_no_notification(self, person: User, way: Callable[[User], None]) -> None:
        device: dict[str, Any] = {"user": person, "p256dh": "x", "auth": "x"}
        PushSubscription.objects.create(**device, endpoint="https://a", session_key="abc")
        PushSubscription.objects.create(**device, endpoint="https://b")

        leave_and_return(person, way)

        assert not PushSubscription.objects.exists()

    def test_links_to_choose_a_password_open_nothing(
        self, person: User, way: Callable[[User], None]
    ) -> None:
        tokens = [
            invitations.reset_tokens.make_token(person), invitations.tokens.make_token(person)
        ]  # fmt: skip
        assert all(password_reset.opens(person, token) for token in tokens)

        leave_and_return(person, way)

        assert not any(password_reset.opens(person, token) for token in tokens)
        assert password_reset.opens(person, invitations.reset_tokens.make_token(person))


class TestSql:
    def test_deactivation_by_sql_ends_sessions_too(self, person: User) -> None:
        browser = logged_in(person)

        for is_active in (False, True):
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE core_user SET is_active = %s WHERE id = %s", [is_active, person.pk]
                )

        assert browser.get("/api/v1/me").status_code == 401

    def test_object_that_was_read_before_brings_nothing_back(self, person: User) -> None:
        browser, read_before = logged_in(person), User.objects.get(pk=person.pk)
        leave_and_return(person, saved)

        read_before.save()

        assert browser.get("/api/v1/me").status_code == 401

    @pytest.mark.django_db(transaction=True)
    def test_person_who_was_deactivated_before_there_was_this_rule(self, person: User) -> None:
        browser = logged_in(person)
        PushSubscription.objects.create(user=person, p256dh="x", auth="x", endpoint="https://a")
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE core_user DISABLE TRIGGER core_user_access_ended")
            cursor.execute("UPDATE core_user SET is_active = false WHERE id = %s", [person.pk])
            cursor.execute("ALTER TABLE core_user ENABLE TRIGGER core_user_access_ended")
        person.refresh_from_db()

        by_the_list_of_the_admin(person)

        assert browser.get("/api/v1/me").status_code == 401
        assert not PushSubscription.objects.exists()


class TestOthers:
    def test_colleague_stays_logged_in(self, person: User, bruno: User) -> None:
        browser, token = logged_in(bruno), issue_development_token(bruno)
        PushSubscription.objects.create(user=bruno, p256dh="x", auth="x", endpoint="https://a")

        leave_and_return(person, saved)

        assert browser.get("/api/v1/me").status_code == 200
        assert status_by(token) == 200
        assert PushSubscription.objects.count() == 1

    def test_other_change_of_a_person_logs_nobody_out(self, person: User) -> None:
        browser = logged_in(person)
        PushSubscription.objects.create(user=person, p256dh="x", auth="x", endpoint="https://a")

        person.name = "Camille Morel-Roux"
        person.save()

        assert browser.get("/api/v1/me").status_code == 200
        assert PushSubscription.objects.count() == 1

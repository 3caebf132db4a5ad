"""Credentials of programs in the admin: a secret is shown once, and works until withdrawn."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from core.auth.credentials import issue, machine_of
from core.models import MachineCredential, User

pytestmark = pytest.mark.django_db
PLACE = "/admin/core/machinecredential/"


@pytest.fixture
def ada(client: Browser) -> User:
    ada = User.objects.create_superuser("ada@demo.test", "chantier-demo", name="Ada", locale="fr")
    client.force_login(ada)
    return ada


def secrets_on(page: Any) -> list[str]:
    return re.findall(r"<code>(liaison_[\w-]+)</code>", page.content.decode())


def act(client: Browser, action: str, *rows: MachineCredential) -> Any:
    form = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(PLACE, form, follow=True)


def test_new_one_is_shown_once_and_opens_what_was_chosen(client: Browser, ada: User) -> None:
    form = {"name": "ERP", "scopes": ["provisioning", "webhooks"]}

    page = client.post(f"{PLACE}add/", form, follow=True)

    (secret,) = secrets_on(page)
    machine = machine_of(secret)
    assert machine is not None
    assert machine.scopes == {"provisioning", "webhooks"}
    row = MachineCredential.objects.get()
    assert row.created_by == ada
    assert secrets_on(client.get(PLACE)) == []
    assert secret not in client.get(f"{PLACE}{row.pk}/change/").content.decode()


def test_without_a_scope_it_is_refused(client: Browser, ada: User) -> None:
    page = client.post(f"{PLACE}add/", {"name": "ERP"})

    assert "Ce champ est obligatoire" in page.content.decode()
    assert not MachineCredential.objects.exists()


def test_replaced_one_and_the_new_one_are_both_valid(client: Browser, ada: User) -> None:
    old = issue("ERP", ["provisioning"])

    (secret,) = secrets_on(act(client, "replace", old.credential))

    assert machine_of(secret) is not None
    assert machine_of(old.secret) is not None
    old.credential.refresh_from_db()
    assert old.credential.expires_at is not None


def test_withdrawn_one_opens_nothing_and_says_so(client: Browser, ada: User) -> None:
    one, other = issue("ERP", ["provisioning"]), issue("Portail", ["provisioning"])

    page = act(client, "withdraw", one.credential)

    assert machine_of(one.secret) is None
    assert machine_of(other.secret) is not None
    assert f"Retirée : ERP (…{one.secret[-4:]})" in page.content.decode().replace("\u00a0", " ")

"""Data that earlier versions made is migrated, and nothing of it is lost or changed."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.upgrade.calls import Site
from tests.upgrade.facts import WITHOUT_A_GAP, WRONG_UNREAD, columns, facts
from tests.upgrade.old_code import Code
from tests.upgrade.place import Place, new_place
from tests.upgrade.population import CAMILLE, LONG_TEXT, MARC, ODILE
from tests.upgrade.releases import COMMITS, FIRST, database_of, objects_of

# test_upgrade.py migrates the newest.
QUICK = (FIRST,)
EACH = [
    pytest.param(commit, marks=() if commit in QUICK else pytest.mark.long, id=commit)
    for commit in COMMITS
]


@pytest.fixture(params=EACH)
def commit(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(commit: str, home: Path) -> Iterator[Place]:
    with new_place(commit, home) as place:
        place.restore(database_of(commit))
        place.unpack_objects(objects_of(commit))
        yield place


def test_data_of_an_earlier_version_is_migrated_and_shown(commit: str, place: Place) -> None:
    now, before, had = Code.of_today(), facts(place), columns(place)
    assert all(before.values())

    now.manage(place.environment, "migrate", "--no-input", "--verbosity", "0")

    after = facts(place)
    assert {name: after[name] for name in before} == before
    assert place.rows(WITHOUT_A_GAP) == place.rows(WRONG_UNREAD) == []
    # Code of that commit still reads all that it knew, and writes its rows.
    has = columns(place)
    assert had.keys() - has.keys() == set()
    tables = {table for table, _ in had}
    required = {(table, column) for (table, column), must in has.items() if must}
    assert {each for each in required - had.keys() if each[0] in tables} == set()
    with Site(place, now, with_worker=False) as site:
        # What tells a balancer that migrations are pending.
        assert site.database() == "ok"
        people_find_what_they_had(site)


def people_find_what_they_had(site: Site) -> None:
    listed = site.get(CAMILLE, "/conversations")["results"]
    (thread,) = (
        f"/conversations/{each['id']}" for each in listed if each["subject"] == "Fissure au plafond"
    )
    messages = site.get(CAMILLE, f"{thread}/messages?limit=100")["results"]
    bodies = [message["body"] for message in messages]
    assert f"Point 7 : {LONG_TEXT[:280]}".strip() in bodies
    assert "Corrigé : 2,40 m" in bodies
    assert [each["deleted_at"] is not None for each in messages].count(True) == 1
    assert any(each["reply_to"] for each in messages)
    files = [file for message in messages for file in message["attachments"]]
    assert {file["name"]: file["status"] for file in files} == {
        "salon.jpg": "ready",
        "plan.pdf": "ready",
        "facture.pdf": "blocked",
    }
    # The bytes are there: what the company downloads is what Camille sent.
    (plan,) = (file for file in files if file["name"] == "plan.pdf")
    (sha256,) = site.place.rows(
        "SELECT sha256 FROM attachments_attachment WHERE id = %s", plan["id"]
    )[0]
    content = site.place.s3.get_object(
        Bucket=site.place.bucket, Key=f"files/{plan['id']}/original"
    )["Body"].read()
    assert hashlib.sha256(content).digest() == sha256
    assert site.ask(ODILE, "GET", f"/attachments/{plan['id']}/content").status == 302
    notes = site.get(ODILE, f"{thread}/notes")
    assert "Voir l'assurance décennale." in [note["body"] for note in notes]
    for who, path in {
        CAMILLE: "/preferences",
        ODILE: f"{thread}/changes?since=0",
        MARC: "/staff/tasks",
    }.items():
        site.get(who, path)
    # And they go on: one more message has the next number.
    last = max(message["seq"] for message in messages)
    sent = site.do(ODILE, "POST", f"{thread}/messages", {"body": "Nous passons mardi."})
    assert sent["seq"] == last + 1

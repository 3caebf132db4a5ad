"""Managers read the audit: in words, filtered, page by page, as a file."""

import csv
import json
import re
from datetime import datetime, timedelta
from hashlib import sha256
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client as Browser
from django.test.utils import override_settings

from core.audit import reads
from core.audit.chain import chain_facts
from core.audit.record import Action, Kind, Thing, Who, record
from core.audit_models import AuditEntry, AuditFact
from core.models import User
from core.web.pagination import LatestPlaced
from tests.cast import Call

pytestmark = pytest.mark.django_db
PAGE = "/staff/audit"
API = "/api/v1/audit"
CONVERSATION = Thing("messaging.conversation", "0192f0a0-0000-7000-8000-000000000001", "Carrelage")


@pytest.fixture
def past(marc: User, odile: User, camille: User) -> None:
    """What the people of the cast left is chained; then these three acts, and no other."""
    chain_facts()
    reads.forget()
    record(odile, Action.CONVERSATION_READ, CONVERSATION)
    record(Who(Kind.STRANGER), Action.LOGIN_REFUSED, camille, {"because": "password"})
    record(marc, Action.PERSON_CHANGED, odile, {"changed": ["role"], "values": {}})


def opened(person: User, address: str = PAGE) -> Any:
    browser = Browser()
    browser.force_login(person)
    return browser.get(address)


def text_of(answer: Any) -> str:
    page = unescape(answer.content.decode()).replace("\u00a0", " ")
    return " ".join(re.sub("<[^>]+>", " ", page).split())


def rows(person: User, query: str = "") -> list[str]:
    """Return the rows of the table, each as a line of text."""
    page = opened(person, f"{PAGE}?{query}").content.decode()
    found = re.findall("<tr[ >].*?</tr>", page.partition("<tbody>")[2], re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", unescape(row)).split()) for row in found]


@pytest.mark.usefixtures("past")
class TestThePage:
    def test_shows_the_newest_first_in_words(self, marc: User) -> None:
        changed, refused, read = rows(marc)[:3]

        assert "Marc Vidal" in changed
        assert "Personne modifiée" in changed
        assert "rôle" in changed
        assert "Quelqu’un qui n’est pas connecté Connexion refusée" in refused
        assert "mot de passe" in refused
        assert "Odile Perrin Conversation lue" in read

    def test_shows_no_code(self, marc: User) -> None:
        for row in rows(marc):
            assert not re.search(r"\w+\.(read|refused|changed|created)", row), row

    def test_leads_to_the_conversation(self, marc: User) -> None:
        page = opened(marc).content.decode()

        assert f'href="/staff/messages/{CONVERSATION.id}"' in page

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("person=odile", ["Conversation lue"]),
            ("person=PERRIN", ["Conversation lue"]),
            ("person=marc@demo", ["Personne modifiée"]),
            ("person=nobody", []),
            ("object=carrelage", ["Conversation lue"]),
            (f"object={CONVERSATION.id}", ["Conversation lue"]),
            ("action=login.refused", ["Connexion refusée"]),
            ("refused=on", ["Connexion refusée"]),
            ("refused=on&person=odile", []),
        ],
    )
    def test_filters(self, marc: User, query: str, found: list[str]) -> None:
        shown = rows(marc, query)

        assert [words for words in found if words in " ".join(shown)] == found
        assert len(shown) == len(found)

    def test_filters_by_days_of_the_company_the_last_included(self, marc: User) -> None:
        today = datetime.now(ZoneInfo("Europe/Paris")).date()
        tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)

        assert rows(marc, f"since={today}&until={today}")
        assert not rows(marc, f"since={tomorrow}")
        assert not rows(marc, f"until={yesterday}")

    def test_says_what_cannot_be_read(self, marc: User) -> None:
        answer = opened(marc, f"{PAGE}?since=hier&action=nothing")

        assert answer.status_code == 400
        assert text_of(answer).count("Saisissez une date valide") == 1

    def test_says_that_nothing_was_found(self, marc: User) -> None:
        assert "Rien n’a été trouvé" in text_of(opened(marc, f"{PAGE}?object=zzz"))

    def test_leads_from_page_to_page_and_keeps_the_filters(
        self, marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(LatestPlaced, "page_size", 2)
        seen, address = [], f"{PAGE}?person=&object=&action=person.created"
        while address:
            page = opened(marc, address).content.decode()
            seen += re.findall(r"/staff/audit/(\d+)", page)
            following = re.search(r'<a[^>]*href="([^"]+)" rel="next"', page)
            address = unescape(following[1]) if following else ""
            assert not address or "action=person.created" in address

        expected = AuditEntry.objects.filter(action="person.created").order_by("-position")
        assert [int(position) for position in seen] == [each.position for each in expected]
        assert len(seen) >= 3

    def test_shows_one_entry_with_its_hashes(self, marc: User) -> None:
        chain_facts()
        last = AuditEntry.objects.order_by("-position")[0]

        page = text_of(opened(marc, f"{PAGE}/{last.position}"))

        assert "Personne modifiée" in page
        assert bytes(last.hash).hex() in page
        assert "altérée" not in page

    def test_warns_of_an_entry_that_was_altered(self, marc: User) -> None:
        chain_facts()
        last = AuditEntry.objects.order_by("-position")[0]
        altered = {"actor_name": "Personne"}
        with override_settings(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(AuditEntry, "from_db", _altering(altered))
            page = text_of(opened(marc, f"{PAGE}/{last.position}"))

        assert "altérée" in page

    @pytest.mark.parametrize("address", ["/99999999", "?cursor=abc"])
    def test_of_nothing_is_a_404(self, marc: User, address: str) -> None:
        assert opened(marc, PAGE + address).status_code == 404


def _altering(values: dict[str, str]) -> Any:
    original = AuditEntry.from_db.__func__  # type: ignore[attr-defined]

    def from_db(cls: Any, *arguments: Any) -> Any:
        row = original(cls, *arguments)
        vars(row).update(values)
        return row

    return classmethod(from_db)


@pytest.mark.usefixtures("past")
class TestAccess:
    def test_page_is_for_managers(self, odile: User, camille: User) -> None:
        assert opened(odile).status_code == opened(odile, f"{PAGE}/1").status_code == 403
        assert opened(camille)["Location"] == "/"
        assert Browser().get(PAGE)["Location"].startswith("/login")

    def test_link_is_for_managers(self, marc: User, odile: User) -> None:
        assert f'href="{PAGE}"' in opened(marc, "/staff/tasks").content.decode()
        assert f'href="{PAGE}"' not in opened(odile, "/staff/tasks").content.decode()


@pytest.mark.usefixtures("past")
class TestTheOperation:
    def test_shows_what_the_page_shows(self, api: Call, marc: User) -> None:
        newest = api(marc).get(API, {"limit": 1}, headers={"Accept-Language": "fr"}).json()

        [entry] = newest["results"]
        assert entry["words"] == "Personne modifiée"
        assert (entry["action"], entry["refused"]) == ("person.changed", False)
        assert entry["actor"] == {"kind": "person", "id": str(marc.pk), "name": "Marc Vidal"}
        assert entry["object"]["name"] == "Odile Perrin"
        assert newest["next"]

    def test_filters_and_goes_on(self, api: Call, marc: User) -> None:
        asked = {"refused": "true", "since": "2026-01-01T00:00Z", "person": ""}
        assert api(marc).get(API, asked).status_code == 400
        del asked["person"]

        [entry] = api(marc).get(API, asked).json()["results"]

        assert entry["object"]["name"] == "Camille Morel"


@pytest.mark.usefixtures("past")
class TestTheExport:
    def test_for_excel_has_semicolons_and_french_words(self, api: Call, marc: User) -> None:
        answer = api(marc).get(f"{API}/export", {"to": "csv"}, headers={"Accept-Language": "fr"})
        content = answer.getvalue().decode()

        assert content.startswith("\ufeffN°;Date et heure;Action;Qui;")
        lines = list(csv.DictReader(content[1:].splitlines(), delimiter=";"))
        assert "Conversation lue" in {line["Action"] for line in lines}
        assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d:\d\d", lines[0]["Date et heure"])

    def test_neutralises_formulas(self, api: Call, marc: User, morel: Any) -> None:
        record(marc, Action.CLIENT_CHANGED, Thing("core.client", "1", "=HYPERLINK(1)"))

        content = api(marc).get(f"{API}/export").getvalue().decode()

        assert "'=HYPERLINK(1)" in content

    def test_is_itself_the_last_entry(self, api: Call, marc: User) -> None:
        answer = api(marc).get(f"{API}/export", {"to": "json", "person": "odile"})
        answer.getvalue()

        chain_facts()
        last = AuditEntry.objects.order_by("-position")[0]
        assert (last.action, last.actor_name) == ("audit.exported", "Marc Vidal")
        assert last.details == {"format": "json", "filters": {"person": "odile"}}

    def test_as_json_lets_a_program_check_the_chain(self, api: Call, marc: User) -> None:
        answer = api(marc).get(f"{API}/export", {"to": "json"})

        previous = bytes(32)
        for number, entry in enumerate(json.loads(answer.getvalue()), start=1):
            text = json.dumps(
                entry["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
            )
            content_hash = sha256(text.encode()).digest()
            place = b"liaison audit 1\n" + entry["position"].to_bytes(8, "big")
            previous = sha256(place + previous + content_hash).digest()
            assert (entry["position"], entry["hash"]) == (number, previous.hex())
        assert number >= 4

    def test_of_nothing_is_an_empty_list(self, api: Call, marc: User) -> None:
        answer = api(marc).get(f"{API}/export", {"to": "json", "object": "zzz"})

        assert json.loads(answer.getvalue()) == []

    def test_is_read_some_at_a_time(
        self, api: Call, marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.audit.search.READ_AT_ONCE", 2)

        answer = api(marc).get(f"{API}/export", {"to": "json"})

        assert len(list(answer.streaming_content)) > 2  # type: ignore[attr-defined]
        assert not AuditFact.objects.exists()

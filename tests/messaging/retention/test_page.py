"""The page of retention and the command: what a manager sees and does there."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.utils import timezone, translation

from core.audit import words
from core.audit.chain import chain_facts
from core.models import AuditEntry, AuditFact, User
from messaging.models import Conversation, HistoryLine, LegalHold, PurgeOrder, RetentionRule
from messaging.retention import contents, holds, orders, rules
from messaging.retention.rules import Scope
from tests.messaging.retention.conftest import BuildSite, Site, end_long_ago, work
from tests.messaging.retention.test_purge import tables_with

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/staff/retention"


@pytest.fixture
def screen(client: Browser, marc: User) -> Browser:
    client.force_login(marc)
    return client


@pytest.fixture
def works(site_with: BuildSite) -> Site:
    return site_with("Villa", "carrelage")


def text_of(screen: Browser, **posted: str) -> str:
    answer = screen.post(PAGE, posted, follow=True) if posted else screen.get(PAGE)
    return answer.content.decode()


class TestAccess:
    @pytest.mark.parametrize(("who", "status"), [("odile", 403), ("camille", 302)])
    def test_is_for_managers_alone(
        self, who: str, status: int, client: Browser, odile: User, camille: User
    ) -> None:
        client.force_login({"odile": odile, "camille": camille}[who])

        assert client.get(PAGE).status_code == status

    @pytest.mark.parametrize("who", ["odile", "camille"])
    def test_nobody_else_places_lifts_or_sets(
        self, who: str, odile: User, camille: User, conversation: Conversation
    ) -> None:
        person = {"odile": odile, "camille": camille}[who]

        with pytest.raises(Exception, match=r"rôle|role"):
            holds.place(person, conversation, "Litige")
        with pytest.raises(Exception, match=r"rôle|role"):
            rules.set_rule(person, Scope.FREE, 3)
        assert not LegalHold.objects.exists()


class TestRules:
    def test_without_one_nothing_is_ever_deleted(self, screen: Browser, works: Site) -> None:
        end_long_ago(works)

        assert orders.order_what_is_over() == 0
        assert "Rien n’est jamais supprimé" in text_of(screen)

    def test_is_set_in_years_and_taken_back(self, screen: Browser, marc: User) -> None:
        text_of(screen, act="rule", scope="chantier", years="10")
        assert RetentionRule.objects.get().years == 10

        text_of(screen, act="rule", scope="chantier", years="")
        assert not RetentionRule.objects.exists()
        recorded = AuditFact.objects.filter(object_kind="messaging.retentionrule")
        assert list(recorded.values_list("action", flat=True)) == [
            "setting.changed",
            "setting.deleted",
        ]

    @pytest.mark.parametrize("years", ["0", "100", "dix", "-1"])
    def test_refuses_what_is_no_number_of_years(self, years: str, screen: Browser) -> None:
        said = text_of(screen, act="rule", scope="chantier", years=years)

        assert "Indiquez un nombre d’années de 1 à 99" in said
        assert not RetentionRule.objects.exists()

    def test_a_free_subject_counts_from_its_closing(
        self, camille: User, odile: User, conversation: Conversation
    ) -> None:
        past = timezone.now() - timedelta(days=4 * 366)
        rows = Conversation.objects.filter(pk=conversation.pk)
        rows.update(chantier=None, status="closed", last_activity_at=past, changed_at=past)
        rule = RetentionRule(scope=Scope.FREE, years=3)
        assert list(rules.over(rule)) == [conversation]

        HistoryLine.objects.create(
            conversation=conversation, version=9, after_seq=0, kind="closed", by=odile
        )
        assert list(rules.over(rule)) == []


class TestHolds:
    def test_is_placed_on_what_was_found(self, screen: Browser, works: Site) -> None:
        found = text_of(screen, act="place", about="vill", reason="Litige")
        target = f"chantier:{works.chantier.pk}"
        assert f'value="{target}"' in found
        assert 'value="Litige"' in found

        said = text_of(screen, act="place", about="vill", reason="Litige", target=target)

        assert "Litige" in said
        assert LegalHold.objects.get().chantier == works.chantier
        assert AuditFact.objects.filter(action="hold.placed").exists()

    def test_finds_a_conversation_by_its_address(self, screen: Browser, works: Site) -> None:
        address = f"https://liaison.test/staff/messages/{works.conversation.pk}#m-1"

        assert f'value="conversation:{works.conversation.pk}"' in text_of(
            screen, act="place", about=address, reason="Litige"
        )

    def test_says_that_nothing_was_found(self, screen: Browser) -> None:
        assert "Rien ne porte ce nom" in text_of(screen, act="place", about="xyz", reason="x")

    def test_needs_a_reason(self, screen: Browser, works: Site) -> None:
        target = f"chantier:{works.chantier.pk}"

        said = text_of(screen, act="place", about="vill", reason=" ", target=target)

        assert "Indiquez pourquoi" in said
        assert not LegalHold.objects.exists()

    def test_is_lifted_with_a_reason_and_stays_on_record(
        self, screen: Browser, works: Site, marc: User
    ) -> None:
        hold = holds.place(marc, works.conversation, "Litige")

        text_of(screen, act="lift", hold=str(hold.pk), reason="Jugement rendu")

        hold.refresh_from_db()
        assert (hold.lifted_by, hold.lifted_because) == (marc, "Jugement rendu")
        chain_facts()
        told = AuditEntry.objects.get(action="hold.lifted")
        with translation.override("fr"):
            # The page of the audit shows the first two.
            assert list(words.details(told)) == [
                ("Motif", "Litige", False),
                ("Motif de la levée", "Jugement rendu", False),
                ("Conservation obligatoire", str(hold.pk), True),
            ]

    def test_place_of_a_hold_is_told_in_the_audit_without_its_id(
        self, screen: Browser, works: Site, marc: User
    ) -> None:
        hold = holds.place(marc, works.conversation, "Litige")
        chain_facts()
        entry = AuditEntry.objects.get(action="hold.placed")

        listed = screen.get("/staff/audit").content.decode()
        whole = screen.get(f"/staff/audit/{entry.position}").content.decode()

        assert "Motif\u00a0: Litige" in listed
        assert str(hold.pk) not in listed
        assert str(hold.pk) in whole


class TestPreviewAndOrder:
    def test_shows_what_would_go_and_what_is_held(
        self, screen: Browser, site_with: BuildSite, marc: User
    ) -> None:
        villa, barn = site_with("Villa", "carrelage"), site_with("Grange", "charpente")
        end_long_ago(villa, barn)
        rules.set_rule(marc, Scope.CHANTIER, 10)
        holds.place(marc, barn.chantier, "Expertise")

        said = text_of(screen, act="preview")

        assert "Sujet carrelage" in said
        assert "Conservation obligatoire\u00a0: Expertise" in said
        assert not PurgeOrder.objects.exists()
        assert AuditFact.objects.filter(action="purge.previewed").exists()

    def test_deletes_when_told_and_says_so(self, screen: Browser, works: Site, marc: User) -> None:
        end_long_ago(works)
        rules.set_rule(marc, Scope.CHANTIER, 10)

        text_of(screen, act="order")
        work()

        said = text_of(screen)
        assert "Supprimée" in said
        assert "Sujet carrelage" not in said
        assert AuditFact.objects.filter(action="purge.done").exists()

    def test_audit_has_words_for_all_that_a_purge_counts(self, works: Site, marc: User) -> None:
        end_long_ago(works)
        rules.set_rule(marc, Scope.CHANTIER, 10)
        orders.order_what_is_over()
        work()

        counted = set(AuditFact.objects.get(action="purge.done").details)

        assert counted <= words.DETAILS.keys()
        assert {each.name for each in contents.ROWS} <= words.DETAILS.keys()


class TestCommand:
    def run(self, *arguments: str) -> str:
        out = StringIO()
        call_command("purge", *arguments, stdout=out)
        return out.getvalue()

    def test_dry_run_of_a_chantier_says_what_it_has(self, works: Site) -> None:
        said = self.run("--dry-run", "--chantier", str(works.chantier.pk))

        assert "Famille Morel / Villa: Sujet carrelage: 3 messages, 1 files" in said
        found = json.loads(self.run("--dry-run", "--chantier", str(works.chantier.pk), "--json"))
        assert found["totals"] == {
            "conversations": 1, "held": 0, "messages": 3, "files": 1, "bytes": 1000, "notes": 1,
        }  # fmt: skip

    def test_purges_an_archived_chantier_for_a_reason(self, works: Site) -> None:
        end_long_ago(works)
        with pytest.raises(CommandError):
            self.run("--chantier", str(works.chantier.pk))

        self.run("--chantier", str(works.chantier.pk), "--because", "Demande du client")
        work()

        assert tables_with(works.word) == set()

    def test_purges_again_after_a_restore_what_is_in_the_list(
        self, works: Site, marc: User, tmp_path: Path
    ) -> None:
        end_long_ago(works)
        done = [{"conversation": str(works.conversation.pk), "state": "done"}]
        (tmp_path / "purges.json").write_text(json.dumps(done))

        self.run("--again", str(tmp_path / "purges.json"))
        work()

        assert tables_with(works.word) == set()
        [listed] = json.loads(self.run("--list", "--json"))
        assert (listed["conversation"], listed["state"]) == (str(works.conversation.pk), "done")

    def test_knows_no_other_file(self, tmp_path: Path) -> None:
        (tmp_path / "x.json").write_text("{}")
        with pytest.raises(CommandError):
            self.run("--again", str(tmp_path / "x.json"))

"""What is purged is gone everywhere; what is held or beside it stays as it was."""

import io

import pytest
from django.db import connection, connections, transaction
from django.test import Client as Browser

from attachments.storage import objects, versions
from attachments.storage.objects import StorageAway
from core.audit import reads
from core.audit.chain import chain_facts
from core.audit.record import Action
from core.audit.verify import verify as verify_audit
from core.audit_models import AuditEntry
from core.models import User
from messaging.chain.faults import Fault
from messaging.models import ChainEntry, Conversation, Export, LegalHold, Message, PurgeOrder
from messaging.queries import chain
from messaging.queries.unread import unread_total_for
from messaging.retention import contents, holds, orders, purge, rules
from messaging.retention.rules import Scope
from messaging.search import index
from notifications.fan_out import fan_out
from tests.cast import Call
from tests.messaging.retention.conftest import BuildSite, Site, end_long_ago, work

pytestmark = pytest.mark.django_db(transaction=True)


def tables_with(text: str, *, but: str = "") -> set[str]:
    """Return the columns of all tables in which a text stands, whatever their type.

    `but`: not those of tables that begin so.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " JOIN information_schema.tables USING (table_schema, table_name)"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        columns = [row for row in cursor.fetchall() if not but or not row[0].startswith(but)]
        found = set()
        for table, column in columns:
            cursor.execute(
                f'SELECT EXISTS (SELECT FROM "{table}" WHERE "{column}"::text ILIKE %s)',  # noqa: S608
                [f"%{text}%"],
            )
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


def faults(site: Site) -> list[Fault]:
    return list(chain.faults_of(Conversation.objects.get(pk=site.conversation.pk)))


class TestPurgeOfAChantier:
    def test_leaves_nothing_of_it_in_any_table_or_in_the_bucket(
        self, villa_and_barn: tuple[Site, Site], marc: User
    ) -> None:
        villa, barn = villa_and_barn
        assert villa.objects
        before_barn = barn.objects

        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        work()
        index.catch_up(30)
        reads.flush()
        chain_facts()

        # Not in the audit either, which knows that messages were deleted there.
        assert AuditEntry.objects.filter(action=Action.MESSAGE_DELETED).exists()
        assert verify_audit().finding is None
        assert tables_with(villa.word) == set()
        assert villa.objects == []
        assert "messaging_message.body" in tables_with(barn.word)
        assert barn.objects == before_barn

    def test_takes_the_exports_along_that_hold_it(
        self, villa_and_barn: tuple[Site, Site], marc: User
    ) -> None:
        villa, barn = villa_and_barn
        kept, *gone = [
            Export.objects.create(
                by=marc, kind=kind, subject=subject, label=f"Export {number}", status="ready",
                locale="fr", due_at=None,
            )
            for number, (kind, subject) in enumerate([
                ("chantier", barn.chantier.pk),
                ("chantier", villa.chantier.pk),
                ("conversation", villa.conversation.pk),
                ("client", villa.chantier.client_id),
            ])
        ]  # fmt: skip
        for each in (kept, *gone):
            key = objects.export_key(each.pk, "export.zip")
            objects.write(key, io.BytesIO(b"zip"), content_type="application/zip")

        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        work()

        assert list(Export.objects.all()) == [kept]
        prefix = objects.EXPORTS
        ids = {str(each.pk) for each in (kept, *gone)}
        left = {found.key.split("/")[1] for found in versions.versions(prefix)} & ids
        assert left == {str(kept.pk)}

    def test_leaves_a_chain_that_still_verifies(
        self, villa_and_barn: tuple[Site, Site], marc: User
    ) -> None:
        villa, barn = villa_and_barn
        entries = ChainEntry.objects.filter(conversation=villa.conversation)
        before = list(entries.order_by("position").values_list("position", "hash"))
        assert len(before) > 5

        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        work()

        after = list(entries.order_by("position").values_list("position", "hash"))
        assert after[: len(before)] == before
        assert set(entries.exclude(kind="purge").values_list("salt", "content")) == {(None, None)}
        assert "by hand" in str(entries.get(kind="purge").content)
        assert faults(villa) == faults(barn) == []

    def test_spares_the_neighbour_that_is_held(
        self, villa_and_barn: tuple[Site, Site], marc: User
    ) -> None:
        villa, barn = villa_and_barn
        rules.set_rule(marc, Scope.CHANTIER, 10)
        hold = holds.place(marc, barn.chantier, "Litige Morel, expertise en cours")
        said = tables_with(barn.word)
        kept = barn.objects

        assert orders.order_what_is_over() == 1
        work()

        assert tables_with(barn.word) == said
        assert barn.objects == kept
        assert villa.objects == []
        [held] = orders.report()["held"]
        assert held["hold"]["reason"] == hold.reason
        assert held["hold"]["by"] == "Marc Vidal"

    def test_leaves_an_empty_row_that_says_when_and_by_which_rule(
        self, villa_and_barn: tuple[Site, Site], marc: User
    ) -> None:
        villa, _barn = villa_and_barn
        rules.set_rule(marc, Scope.CHANTIER, 10)
        orders.order_what_is_over()
        work()

        stub = Conversation.objects.get(pk=villa.conversation.pk)
        order = PurgeOrder.objects.get(conversation=stub)

        assert (stub.subject, stub.purged_at is not None) == ("", True)
        assert (order.scope, order.years, orders.state_of(order)) == ("chantier", 10, "done")
        assert order.counts["messages"] == 4
        assert order.counts["files"] == 2
        assert order.counts["bytes"] == 2000
        # Three of each file and their second version, and the original of the email.
        assert order.counts["objects"] == 9

    def test_is_gone_for_the_client_and_for_the_company(
        self, villa_and_barn: tuple[Site, Site], camille: User, odile: User, marc: User, api: Call
    ) -> None:
        villa, _barn = villa_and_barn
        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        work()

        conversation = f"/api/v1/conversations/{villa.conversation.pk}"
        gone = [
            conversation,
            f"{conversation}/messages",
            f"{conversation}/changes?since=0",
            f"{conversation}/attachments",
            f"/api/v1/attachments/{villa.file_id}/content",
        ]
        for person in (camille, odile, marc):
            answers = [api(person).get(address).status_code for address in gone]
            assert answers == [404] * len(gone), person
            listed = api(person).get("/api/v1/conversations").json()["results"]
            assert str(villa.conversation.pk) not in {row["id"] for row in listed}
        sent = api(camille).post(f"{conversation}/messages", {"body": "Encore là ?"}, format="json")
        assert sent.status_code == 404

    def test_is_a_page_that_is_not_found(
        self, villa_and_barn: tuple[Site, Site], camille: User, marc: User, client: Browser
    ) -> None:
        villa, _barn = villa_and_barn
        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        work()
        client.force_login(camille)

        assert client.get(f"/client/messages/{villa.conversation.pk}").status_code == 404

    def test_leaves_the_counters_of_people_right(
        self, site_with: BuildSite, marc: User, bruno: User
    ) -> None:
        villa, barn = site_with("Villa", "carrelage"), site_with("Grange", "charpente")
        for site in (villa, barn):
            for message in Message.objects.filter(conversation=site.conversation, deleted_at=None):
                fan_out(message.pk)
        end_long_ago(villa)
        both = unread_total_for(bruno)

        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        work()

        assert 0 < unread_total_for(bruno) < both

    def test_is_refused_while_it_is_in_use(self, site_with: BuildSite, marc: User) -> None:
        villa = site_with("Villa", "carrelage")

        with pytest.raises(orders.NotOver):
            orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Erreur")

    def test_is_dropped_if_the_chantier_is_opened_again_before_it_begins(
        self, villa_and_barn: tuple[Site, Site], marc: User
    ) -> None:
        villa, _barn = villa_and_barn
        rules.set_rule(marc, Scope.CHANTIER, 10)
        orders.order_what_is_over()
        villa.chantier.status = "open"
        villa.chantier.save()
        said = tables_with(villa.word)

        work()

        assert tables_with(villa.word) == said
        assert not PurgeOrder.objects.filter(conversation=villa.conversation).exists()


class TestPurgeThatIsCut:
    STEPS = ("_begin", "_doom", "_destroy", "_delete_rows", "_empty", "_delete_messages", "_finish")

    @pytest.mark.parametrize("step", STEPS)
    def test_goes_on_after_a_kill_behind_any_step(
        self,
        step: str,
        villa_and_barn: tuple[Site, Site],
        marc: User,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        villa, _barn = villa_and_barn
        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        [order] = PurgeOrder.objects.all()
        whole = getattr(purge, step)

        def killed(order: PurgeOrder) -> bool:
            whole(order)
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(purge, step, killed)
            with pytest.raises(SystemExit):
                purge.perform(order.pk)

        work()

        order.refresh_from_db()
        assert orders.state_of(order) == "done"
        assert tables_with(villa.word) == set()
        assert villa.objects == []
        assert order.counts["messages"] == 4
        assert order.counts["bytes"] == 2000
        assert faults(villa) == []

    def test_goes_on_after_a_kill_between_the_objects_and_their_rows(
        self, villa_and_barn: tuple[Site, Site], marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        villa, _barn = villa_and_barn
        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        [order] = PurgeOrder.objects.all()
        with monkeypatch.context() as patch:
            patch.setattr(contents, "files_of_kind", _die)
            with pytest.raises(SystemExit):
                purge.perform(order.pk)
        assert villa.objects != []

        work()

        assert tables_with(villa.word) == set()
        assert villa.objects == []

    def test_waits_for_a_bucket_that_is_away_and_deletes_no_row_of_a_file_before(
        self, villa_and_barn: tuple[Site, Site], marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        villa, _barn = villa_and_barn
        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        [order] = PurgeOrder.objects.all()

        def away(_prefix: str) -> tuple[int, int]:
            raise StorageAway

        with monkeypatch.context() as patch:
            patch.setattr(versions, "delete_all_versions", away)
            with pytest.raises(StorageAway):
                purge.perform(order.pk)
            assert "attachments_attachment.name" in tables_with(villa.word)

        work()

        assert villa.objects == []


def _die(*_args: object) -> None:
    raise SystemExit


class TestHoldWhileAPurgeRuns:
    def test_stops_it_before_the_next_step_and_shows_what_is_left(
        self,
        villa_and_barn: tuple[Site, Site],
        marc: User,
        camille: User,
        api: Call,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        villa, _barn = villa_and_barn
        orders.order_by_hand(marc, orders.of_chantier(villa.chantier.pk), "Demande du client")
        [order] = PurgeOrder.objects.all()
        whole = purge._destroy

        def then_a_hold(row: PurgeOrder) -> bool:
            done = whole(row)
            if not LegalHold.objects.exists():
                holds.place(marc, villa.conversation, "Assignation reçue ce matin")
            return done

        monkeypatch.setattr(purge, "_destroy", then_a_hold)
        work()

        order.refresh_from_db()
        assert orders.state_of(order) == "stopped"
        shown = api(camille).get(f"/api/v1/conversations/{villa.conversation.pk}/messages").json()
        assert [row["body"] for row in shown["results"]][:2] == [
            "Le carrelage est bien posé",
            "Merci pour carrelage",
        ]
        assert faults(villa) == []

    def test_waits_for_the_step_that_did_not_know_of_it(self, db: None) -> None:
        other = connections["default"].copy()
        with transaction.atomic():
            holds.share_lock()
            with other.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s)", [holds.LOCK])
                is_free = cursor.fetchone()[0]
        other.close()

        assert not is_free

    def test_lifted_lets_it_be_ordered_again(
        self, villa_and_barn: tuple[Site, Site], marc: User
    ) -> None:
        villa, barn = villa_and_barn
        rules.set_rule(marc, Scope.CHANTIER, 10)
        orders.order_what_is_over()
        hold = holds.place(marc, villa.chantier.client, "Contrôle fiscal")
        work()
        assert {orders.state_of(row) for row in PurgeOrder.objects.all()} == {"stopped"}

        holds.lift(marc, hold, "Contrôle clos")
        assert orders.order_what_is_over() == 2
        work()

        assert tables_with(villa.word) | tables_with(barn.word) == set()

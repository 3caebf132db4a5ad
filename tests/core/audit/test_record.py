"""What the audit keeps of an act, and that nobody can take it back."""

import threading
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from core.audit.chain import chain_facts
from core.audit.record import Action, Thing, record
from core.audit.verify import verify
from core.audit_models import AuditEntry, AuditFact, AuditHead
from core.models import User

PURGED = "purge.done"
ID = UUID("0192f0a0-0000-7000-8000-000000000001")


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


class TestARecord:
    def test_names_who_did_what_to_whom_as_they_were_called_then(
        self, db: None, marc: User, camille: User
    ) -> None:
        record(marc, Action.PERSON_CHANGED, camille, {"changed": ["phone"]})
        name = camille.name
        camille.name = "Camille Autrement"
        camille.save()

        chain_facts()

        entry = AuditEntry.objects.get(action=Action.PERSON_CHANGED, actor_kind="person")
        assert (entry.actor_id, entry.actor_name) == (str(marc.pk), marc.name)
        assert (entry.object_kind, entry.object_id) == ("core.user", str(camille.pk))
        assert entry.object_label == name
        assert entry.details == {"changed": ["phone"]}

    def test_is_of_the_system_without_a_request(self, db: None) -> None:
        record(None, Action.PURGED, Thing("core.chantier", str(ID), "Villa"))

        assert AuditFact.objects.get().actor_kind == "system"

    def test_is_undone_with_the_change(self, db: None, marc: User) -> None:
        with transaction.atomic():
            record(marc, Action.PURGED)
            transaction.set_rollback(True)

        assert not AuditFact.objects.filter(action=PURGED).exists()

    def test_takes_what_json_has_no_type_for(self, db: None) -> None:
        at = datetime(2026, 11, 30, 3, 4, 5, tzinfo=UTC)
        details = {
            "at": at,
            "day": date(2026, 11, 30),
            "id": ID,
            "words": _("Client"),
            "of": {2, 1},
        }

        record(None, Action.PURGED, details=details)

        kept = AuditFact.objects.get().details
        assert kept["at"] == "2026-11-30T03:04:05.000000Z"
        assert (kept["day"], kept["id"], kept["of"]) == ("2026-11-30", str(ID), [1, 2])

    @pytest.mark.parametrize("value", [1.5, b"bytes", datetime(2026, 1, 1)], ids=repr)  # noqa: DTZ001
    def test_refuses_what_has_no_one_form(self, db: None, value: object) -> None:
        with pytest.raises(TypeError, match="the audit takes no"):
            record(None, Action.PURGED, details={"value": value})

    def test_takes_what_a_stranger_may_type(self, db: None) -> None:
        record(None, Action.LOGIN_REFUSED, details={"email": "a\x00b\ud800@c"})
        record(None, Action.LOGIN_REFUSED, Thing("core.user", "", "x" * 500))

        assert chain_facts() == 2


class TestTheChain:
    def test_has_no_gap_and_goes_on_where_it_was(self, db: None) -> None:
        for _turn in range(3):
            record(None, Action.PURGED)
            record(None, Action.PURGED)
            chain_facts()

        positions = AuditEntry.objects.order_by("position").values_list("position", flat=True)
        assert list(positions) == [1, 2, 3, 4, 5, 6]
        assert AuditHead.objects.get().position == 6
        assert not AuditFact.objects.exists()

    def test_goes_on_without_its_head(self, db: None) -> None:
        record(None, Action.PURGED)
        chain_facts()
        AuditHead.objects.all().delete()
        record(None, Action.PURGED)

        chain_facts()

        assert AuditHead.objects.get().position == 2

    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE core_auditentry SET actor_name = 'Personne'",
            "DELETE FROM core_auditentry",
            "TRUNCATE core_auditentry",
            "SET LOCAL liaison.purge = 'all'; UPDATE core_auditentry SET address = ''",
            "UPDATE core_auditfact SET actor_name = 'Personne'",
            "DELETE FROM core_auditfact",
            "TRUNCATE core_auditfact",
        ],
    )
    def test_is_only_added_to(self, db: None, sql: str) -> None:
        record(None, Action.PURGED)
        chain_facts()
        record(None, Action.PURGED)

        with pytest.raises(IntegrityError), transaction.atomic():
            run(sql)

        assert AuditEntry.objects.count() == AuditFact.objects.count() == 1

    def test_is_emptied_by_a_purge_alone(self, db: None) -> None:
        record(None, Action.PURGED)
        chain_facts()

        run("SET LOCAL liaison.purge = 'all'; DELETE FROM core_auditentry")

        assert not AuditEntry.objects.exists()


class TestWriters:
    def test_several_at_once_make_one_chain(self, transactional_db: None) -> None:
        def write_and_chain() -> None:
            for _turn in range(20):
                record(None, Action.PURGED)
                chain_facts()
            connection.close()

        writers = [threading.Thread(target=write_and_chain) for _each in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()

        report = verify()
        assert (report.checked, report.unplaced, report.finding) == (80, 0, None)

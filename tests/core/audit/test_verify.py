"""Whoever changes the audit behind its triggers is found, at the first row that is other."""

import json
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core.audit import canonical
from core.audit.chain import chain_facts
from core.audit.record import Action, Thing, record
from core.audit.verify import Fault, verify
from core.audit_models import AuditContent, AuditEntry
from core.models import User

# Each column, by a value that it does not have.
ALTERED = {
    "uid": "'00000000-0000-4000-8000-000000000000'",
    "at": "at + interval '1 microsecond'",
    "actor_kind": "'machine'",
    "actor_id": "'00000000-0000-4000-8000-000000000000'",
    "actor_name": "'Quelqu’un d’autre'",
    "action": "'person.changed'",
    "object_kind": "'core.client'",
    "object_id": "'1'",
    "object_label": "'Villa Ombre'",
    "address": "'203.0.113.9'",
    "details": """'{"count": 2}'""",
    "content_hash": r"'\x00'",
    "hash": r"'\x00'",
}
ALTER = "UPDATE core_auditentry SET {} = {} WHERE position = 3"
REMOVE = "DELETE FROM core_auditentry WHERE position = {}"
SWAP = """
    UPDATE core_auditentry SET position = -1 WHERE position = 2;
    UPDATE core_auditentry SET position = 2 WHERE position = 3;
    UPDATE core_auditentry SET position = 3 WHERE position = -1
"""
# As a copy of an entry, with an id of its own.
INSERT = """
    INSERT INTO core_auditentry SELECT (jsonb_populate_record(
        entry, jsonb_build_object('position', {}, 'uid', gen_random_uuid())
    )).* FROM core_auditentry entry WHERE position = 3
"""
REWRITE = r"""
    UPDATE core_auditentry SET actor_name = '{}', content_hash = '\x{}', hash = '\x{}'
    WHERE position = {}
"""
MOVE_HEAD = r"UPDATE core_audithead SET hash = '\x{}'"
MAKE_ROOM = "UPDATE core_auditentry SET position = position + 1000 WHERE position > 2;"


@pytest.fixture
def chain(marc: User) -> None:
    """Five entries of which each has something in all columns, and no others."""
    chain_facts()
    by_force("DELETE FROM core_auditentry; DELETE FROM core_audithead")
    for number in range(5):
        record(marc, Action.PURGED, Thing("core.chantier", str(number), "Villa"), {"count": 1})
    chain_facts()
    assert verify().finding is None


def by_force(sql: str) -> None:
    """Run SQL as somebody who switches the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql)
        cursor.execute("SET LOCAL session_replication_role = origin")


def verified(*arguments: str) -> dict[str, Any]:
    """Return what the command says to a program."""
    out, code = StringIO(), 0
    try:
        call_command("verify_audit", "--json", *arguments, stdout=out)
    except CommandError as error:
        code = error.returncode
    report: dict[str, Any] = json.loads(out.getvalue())
    assert code == (0 if report["ok"] else 1)
    return report


@pytest.mark.usefixtures("chain")
class TestVerifyAudit:
    def test_says_how_many_are_as_they_were(self) -> None:
        out = StringIO()

        call_command("verify_audit", stdout=out)

        last = AuditEntry.objects.get(position=5)
        assert "5 entries" in out.getvalue()
        assert bytes(last.hash).hex() in out.getvalue()

    def test_chains_what_waits_first(self) -> None:
        record(None, Action.PURGED)

        assert verified()["checked"] == 6

    def test_knows_every_column(self) -> None:
        columns = {field.name for field in AuditEntry._meta.concrete_fields} - {"position"}

        assert set(ALTERED) == columns
        assert set(ALTERED) > {field.name for field in AuditContent._meta.get_fields()}

    @pytest.mark.parametrize("column", ALTERED)
    def test_names_the_entry_whose_column_was_altered(self, column: str) -> None:
        by_force(ALTER.format(column, ALTERED[column]))

        finding = verified()["finding"]

        assert (finding["fault"], finding["position"]) == ("altered", 3)

    @pytest.mark.parametrize("position", [1, 3, 5])
    def test_names_the_entry_that_was_removed(self, position: int) -> None:
        by_force(REMOVE.format(position))

        finding = verified()["finding"]

        assert (finding["fault"], finding["position"]) == ("missing", position)

    def test_goes_on_after_a_cut_so_that_it_stays_visible(self) -> None:
        by_force(REMOVE.format(5))
        record(None, Action.PURGED)

        finding = verified()["finding"]

        assert (finding["fault"], finding["position"]) == ("missing", 5)

    @pytest.mark.parametrize("position", [-1, 0, 6])
    def test_names_the_entry_that_was_inserted_at_an_end(self, position: int) -> None:
        by_force(INSERT.format(position))

        finding = verify().finding

        assert finding is not None
        assert finding.position == position
        assert finding.fault == (Fault.ALTERED if position == 6 else Fault.INSERTED)

    def test_names_the_entry_that_was_inserted_between_others(self) -> None:
        by_force(MAKE_ROOM + INSERT.replace("position = 3", "position = 1").format(3))

        finding = verified()["finding"]

        assert (finding["fault"], finding["position"]) == ("altered", 3)

    def test_names_the_first_of_two_that_were_swapped(self) -> None:
        by_force(SWAP)

        finding = verified()["finding"]

        assert (finding["fault"], finding["position"]) == ("altered", 2)

    def test_finds_who_computed_all_hashes_anew_by_a_hash_from_outside(self) -> None:
        known = AuditEntry.objects.get(position=4)
        expect = f"4:{bytes(known.hash).hex()}"
        rewrite_from(2)
        assert verified()["ok"], "without the hash from outside, nothing shows it"

        finding = verified("--expect", expect)["finding"]

        assert (finding["fault"], finding["position"]) == ("altered", 4)

    def test_finds_an_end_that_was_cut_off_together_with_the_head(self) -> None:
        last = AuditEntry.objects.get(position=5)
        by_force(REMOVE.format(5))
        by_force("DELETE FROM core_audithead")

        finding = verified("--expect", f"5:{bytes(last.hash).hex()}")["finding"]

        assert (finding["fault"], finding["position"]) == ("missing", 5)

    def test_says_in_words_what_is_wrong_and_what_it_says_now(self) -> None:
        by_force("UPDATE core_auditentry SET object_label = 'Ombre' WHERE position = 2")

        with pytest.raises(CommandError, match="Entry 2 was altered") as error:
            call_command("verify_audit", stdout=StringIO())

        assert error.value.returncode == 1
        assert "Ombre" in str(error.value)


def rewrite_from(position: int) -> None:
    """Change an entry and give all that follow hashes that fit."""
    previous = bytes(AuditEntry.objects.get(position=position - 1).hash)
    for entry in AuditEntry.objects.filter(position__gte=position).order_by("position"):
        if entry.position == position:
            entry.actor_name = "Personne"
        content_hash = canonical.content_hash(entry)
        previous = canonical.chained(entry.position, previous, content_hash)
        hashes = content_hash.hex(), previous.hex()
        by_force(REWRITE.format(entry.actor_name, *hashes, entry.position))
    by_force(MOVE_HEAD.format(previous.hex()))


def test_the_canonical_form_is_the_documented_one() -> None:
    """Written by hand, as a program of somebody else would: a change of the form is noticed."""
    entry = AuditEntry(
        uid=UUID("0192f0a0-0000-7000-8000-000000000001"),
        at=datetime(2026, 11, 30, 4, 4, 5, 6, tzinfo=timezone(timedelta(hours=1))),
        actor_kind="person", actor_id="7", actor_name="Élodie", action="login",
        object_kind="core.user", object_id="7", object_label="Élodie", address="192.0.2.1",
        details={"by": "password"},
    )  # fmt: skip
    written = (
        '{"actor":{"id":"7","kind":"person","name":"Élodie"},"address":"192.0.2.1",'
        '"at":"2026-11-30T03:04:05.000006Z","details":{"by":"password"},"kind":"login",'
        '"object":{"id":"7","kind":"core.user","label":"Élodie"},'
        '"uid":"0192f0a0-0000-7000-8000-000000000001"}'
    )
    content_hash = sha256(written.encode()).digest()
    place = b"liaison audit 1\n" + b"\0\0\0\0\0\0\0\x01" + bytes(32)

    assert canonical.content_hash(entry) == content_hash
    chained = canonical.chained(1, canonical.START, content_hash)
    assert chained == sha256(place + content_hash).digest()

"""What an export holds, for whom; its slices, its end, and what a kill or a cancel leaves."""

import os
from datetime import timedelta
from io import BytesIO

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from attachments.storage import multipart, objects, versions
from core import installation
from core.audit_models import AuditFact
from core.models import User
from messaging.actions import exports
from messaging.actions.messages import edit_message
from messaging.exporting import build, conversation_steps, snapshot
from messaging.exporting.scope import scope_for
from messaging.models import Conversation, Export, Message
from tests.attachments.buckets import own_bucket
from tests.cast import Call, Say, in_another_conversation
from tests.messaging.exporting.making import finish, lines, make, opened
from workers.engine.execute import execute
from workers.registry import EXPORTS


def folder_of(export: Export) -> list[str]:
    return sorted(item.key for item in objects.listed(objects.export_key(export.pk, "")))


class TestContents:
    def test_pages_pdf_data_files_proofs_and_verifier_are_in_the_zip(
        self, dispute: Conversation, marc: User
    ) -> None:
        with opened(make(marc, "conversation", dispute.pk, with_notes=True)) as archive:
            assert archive.testzip() is None
            names = set(archive.namelist())
            page = archive.read("lire.html").decode()
            plan = archive.read("fichiers/001-carrelage-du-sejour/00005-1-plan é.pdf")

        assert {
            "lire.html", "lire.pdf", "LISEZ-MOI.txt", "SHA256SUMS", "verifier.py",
            "chaine/racines.jsonl", "chaine/preuves-01.jsonl", "data/export.json",
            "apercus/001-carrelage-du-sejour/00005-2.webp",
            "data/001-carrelage-du-sejour/notes-internes.jsonl",
        } <= names  # fmt: skip
        assert plan == b"%PDF-1.7 plan du rez-de-chaussee"
        assert "Le devis est de 1 300 €." in page
        assert "Client pressé" in page
        assert "Document interne" in page
        assert 'src="apercus/001-carrelage-du-sejour/00005-2.webp"' in page
        assert "Fin de la conversation" in page

    def test_client_gets_no_note_no_earlier_text_and_no_hash_of_a_note_with_its_salt(
        self, dispute: Conversation, camille: User
    ) -> None:
        with opened(make(camille, "conversation", dispute.pk)) as archive:
            whole = b"".join(archive.read(name) for name in archive.namelist()).decode(
                errors="ignore"
            )
            entries = lines(archive, "chaine/001-carrelage-du-sejour/entrees-01.jsonl")

        for hidden in ("Client pressé", "Le devis est de 1200", "Un mot de trop"):
            assert hidden not in whole
        kinds = [entry["kind"] for entry in entries]
        assert "note" not in kinds
        assert kinds.count("withheld") == 4
        assert all(each["salt"] is None for each in entries if each["kind"] == "withheld")

    def test_internal_notes_are_refused_to_a_client(
        self, dispute: Conversation, camille: User, api: Call
    ) -> None:
        asked = {"kind": "conversation", "subject": str(dispute.pk), "with_notes": True}

        answer = api(camille).post("/api/v1/exports", asked, format="json")

        assert answer.status_code == 403
        assert not Export.objects.exists()

    def test_language_is_that_of_the_person(self, dispute: Conversation, camille: User) -> None:
        camille.locale = "en"
        camille.save()

        with opened(make(camille, "conversation", dispute.pk)) as archive:
            page = archive.read("lire.html").decode()
            readme = archive.read("LISEZ-MOI.txt").decode()

        assert "End of the conversation: 7 messages." in page
        assert "edited on" in page
        assert "WHAT IS IN IT" in readme

    def test_all_of_a_client_is_one_folder_a_conversation_behind_a_first_page(
        self, dispute: Conversation, camille: User, marc: User
    ) -> None:
        in_another_conversation(camille, "Un autre sujet")

        with opened(make(marc, "client", dispute.client_id)) as archive:
            first = archive.read("lire.html").decode()
            names = archive.namelist()

        assert "conversations/001-carrelage-du-sejour/lire-01.html" in names
        assert "conversations/002-portail/lire-01.pdf" in names
        assert 'href="conversations/002-portail/lire-01.html"' in first
        assert "2 conversations" in first.replace("\xa0", " ")

    def test_person_gets_what_they_wrote_and_not_the_words_of_others(
        self, dispute: Conversation, camille: User, marc: User
    ) -> None:
        with opened(make(marc, "person", camille.pk)) as archive:
            known = lines(archive, "data/personne.json")[0]
            messages = lines(archive, "data/001-carrelage-du-sejour/messages-01.jsonl")
            whole = b"".join(archive.read(name) for name in archive.namelist()).decode(
                errors="ignore"
            )

        assert (known["email"], known["messages"]) == ("camille@demo.test", 3)
        assert [each["seq"] for each in messages] == [1, 5, 7]
        assert "La pose est prévue lundi." not in whole
        assert "Client pressé" not in whole

    def test_export_without_files_says_so(self, dispute: Conversation, camille: User) -> None:
        with opened(make(camille, "conversation", dispute.pk, with_files=False)) as archive:
            names = archive.namelist()
            page = archive.read("lire.html").decode()

        assert not [name for name in names if name.startswith(("fichiers/", "apercus/"))]
        assert "plan é.pdf" in page

    def test_file_that_the_storage_has_lost_is_named(
        self, dispute: Conversation, camille: User
    ) -> None:
        lost = Message.objects.get(conversation=dispute, seq=5).attachments[0]
        objects.delete([objects.file_key(lost.pk, objects.ORIGINAL)])

        with opened(make(camille, "conversation", dispute.pk)) as archive:
            readme = archive.read("LISEZ-MOI.txt").decode()

        assert "FICHIERS ABSENTS" in readme
        assert "00005-1-plan é.pdf" in readme


class TestOneMoment:
    def test_what_is_edited_sent_or_deleted_later_is_not_in_it(
        self, dispute: Conversation, odile: User, say: Say, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(build, "SLICE_SECONDS", -1.0)
        scope = scope_for(odile, "conversation", dispute.pk)
        chosen = {"with_notes": False, "with_files": True}
        export = exports.ask_export(odile, scope, **chosen).export
        execute(EXPORTS, export.pk)
        later = Message.objects.get(conversation=dispute, seq=6)
        edit_message(editor=odile, message=later, body="Changé pendant l’export")
        say(odile, "Écrit pendant l’export")

        with opened(finish(export)) as archive:
            messages = lines(archive, "data/001-carrelage-du-sejour/messages-01.jsonl")
            page = archive.read("lire.html").decode()

        assert messages[5]["text"] == "Bien reçu."
        assert messages[5]["edited_at"] is None
        assert len(messages) == 7
        assert "pendant l’export" not in page


class TestSlices:
    def test_zip_is_the_same_in_one_slice_and_in_many(
        self, dispute: Conversation, marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        in_one = make(marc, "conversation", dispute.pk)
        monkeypatch.setattr(build, "SLICE_SECONDS", -1.0)
        monkeypatch.setattr(snapshot, "MESSAGES_A_VOLUME", 3)

        in_many = make(marc, "conversation", dispute.pk)

        with opened(in_one) as one, opened(in_many) as many:
            assert many.testzip() is None
            name = "data/001-carrelage-du-sejour/messages-{:02d}.jsonl"
            parts = [many.read(name.format(n)) for n in (1, 2, 3)]
            assert b"".join(parts) == one.read(name.format(1))
            assert "conversations/001-carrelage-du-sejour/lire-03.pdf" in many.namelist()
            pages = [
                many.read(f"conversations/001-carrelage-du-sejour/lire-0{n}.html").decode()
                for n in (1, 2, 3)
            ]
        assert [page.count('class="message"') for page in pages] == [3, 3, 1]
        assert folder_of(in_many) == [objects.export_key(in_many.pk, "export.zip")]

    def test_progress_is_n_of_total_and_ends_at_the_total(
        self, dispute: Conversation, marc: User, api: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(build, "SLICE_SECONDS", -1.0)
        scope = scope_for(marc, "conversation", dispute.pk)
        export = exports.ask_export(marc, scope, with_notes=False, with_files=True).export
        shown = []
        for _slice in range(20):
            execute(EXPORTS, export.pk)
            answer = api(marc).get(f"/api/v1/exports/{export.pk}").json()
            shown.append((answer["done"], answer["total"]))
            if answer["status"] == "ready":
                break

        assert shown[0] == (7, 24)
        assert shown[-1] == (24, 24)
        assert shown == sorted(shown)

    def test_killed_worker_loses_its_slice_and_nothing_else(
        self, dispute: Conversation, marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The slice that was killed had sent parts already; the next one sends them again."""
        monkeypatch.setattr("messaging.exporting.archive.PART_BYTES", 5 * 1024 * 1024)
        scope = scope_for(marc, "conversation", dispute.pk)
        export = exports.ask_export(marc, scope, with_notes=False, with_files=True).export
        big = os.urandom(6 * 1024 * 1024)
        file = Message.objects.get(conversation=dispute, seq=5).attachments[0]
        key = objects.file_key(file.pk, objects.ORIGINAL)
        objects.write(key, BytesIO(big), content_type="application/pdf")

        def killed(*_arguments: object, **_options: object) -> None:
            raise SystemExit

        with monkeypatch.context() as dying:
            dying.setattr("messaging.exporting.covers.write_sums", killed)
            with pytest.raises(SystemExit):
                execute(EXPORTS, export.pk)
        Export.objects.filter(pk=export.pk).update(leased_until=timezone.now())

        with opened(finish(export)) as archive:
            assert archive.testzip() is None
            assert archive.read("fichiers/001-carrelage-du-sejour/00005-1-plan é.pdf") == big

    def test_worker_that_dies_between_the_joined_zip_and_the_row_begins_again(
        self, dispute: Conversation, marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scope = scope_for(marc, "conversation", dispute.pk)
        export = exports.ask_export(marc, scope, with_notes=False, with_files=True).export
        with monkeypatch.context() as dying:
            joined = multipart.complete_multipart

            def join_and_die(*arguments: object) -> None:
                joined(*arguments)  # type: ignore[arg-type]
                raise SystemExit

            dying.setattr(multipart, "complete_multipart", join_and_die)
            with pytest.raises(SystemExit):
                execute(EXPORTS, export.pk)
        Export.objects.filter(pk=export.pk).update(leased_until=timezone.now())
        with pytest.raises(objects.Missing):
            execute(EXPORTS, export.pk)
        Export.objects.filter(pk=export.pk).update(due_at=timezone.now())

        with opened(finish(export)) as archive:
            assert archive.testzip() is None


class TestCancel:
    def test_cancelled_export_stops_at_the_next_tick_and_leaves_nothing(
        self, dispute: Conversation, marc: User, api: Call, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports, "TOLD_EVERY_SECONDS", 0.0)
        scope = scope_for(marc, "conversation", dispute.pk)
        export = exports.ask_export(marc, scope, with_notes=False, with_files=True).export
        seen: list[str] = []

        def cancel(*_arguments: object) -> None:
            answer = api(marc).delete(f"/api/v1/exports/{export.pk}")
            seen.append(answer.json()["status"])

        monkeypatch.setitem(conversation_steps.STEPS, "pdf", cancel)
        execute(EXPORTS, export.pk)

        export.refresh_from_db()
        assert seen == ["cancelled"]
        assert (export.status, export.upload_id, export.state) == ("cancelled", "", None)
        assert folder_of(export) == []
        found = objects.client().list_multipart_uploads(
            Bucket=settings.S3_BUCKET, Prefix=objects.EXPORTS
        )
        assert not [each for each in found.get("Uploads", []) if str(export.pk) in each["Key"]]

    def test_waiting_export_is_cancelled_at_once_and_can_be_asked_for_again(
        self, dispute: Conversation, marc: User
    ) -> None:
        scope = scope_for(marc, "conversation", dispute.pk)
        chosen = {"with_notes": False, "with_files": True}
        export = exports.ask_export(marc, scope, **chosen).export
        assert exports.ask_export(marc, scope, **chosen).export == export

        cancelled = exports.cancel_export(export, by=marc)
        again = exports.cancel_export(cancelled, by=marc)

        assert again.status == "cancelled"
        assert exports.ask_export(marc, scope, **chosen).export != export


class TestEnd:
    def test_expired_export_is_deleted_and_no_longer_given_out(
        self, dispute: Conversation, marc: User, api: Call
    ) -> None:
        export = make(marc, "conversation", dispute.pk)
        assert export.expires_at is not None
        kept = export.expires_at - timezone.now()
        Export.objects.filter(pk=export.pk).update(expires_at=timezone.now())

        answer = api(marc).get(f"/api/v1/exports/{export.pk}/content")
        assert exports.clean() == 1

        assert timedelta(days=6, hours=23) < kept < timedelta(days=7)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
            409, "export_not_ready",
        )  # fmt: skip
        assert folder_of(export) == []
        export.refresh_from_db()
        assert export.status == "expired"

    def test_expired_export_leaves_no_version_in_a_bucket_that_keeps_them(
        self, settings: Settings, request: pytest.FixtureRequest, marc: User
    ) -> None:
        with own_bucket(settings, with_versions=True):
            export = make(marc, "conversation", request.getfixturevalue("dispute").pk)
            prefix = objects.export_key(export.pk, "")
            assert list(versions.versions(prefix))
            Export.objects.filter(pk=export.pk).update(expires_at=timezone.now())

            exports.clean()

            assert list(versions.versions(prefix)) == []

    def test_copy_deletes_no_export_of_the_original(
        self, dispute: Conversation, marc: User
    ) -> None:
        export = make(marc, "conversation", dispute.pk)
        Export.objects.filter(pk=export.pk).update(expires_at=timezone.now())

        installation.record()
        installation.mark_as_copy("restored beside the original")

        assert exports.clean() == 0
        assert folder_of(export)

    def test_export_that_fails_for_good_says_so(
        self, dispute: Conversation, marc: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_arguments: object, **_options: object) -> None:
            raise ValueError("broken")

        scope = scope_for(marc, "conversation", dispute.pk)
        export = exports.ask_export(marc, scope, with_notes=False, with_files=True).export
        monkeypatch.setattr("messaging.exporting.covers.write_sums", broken)
        for _attempt in range(EXPORTS.max_attempts):
            Export.objects.filter(pk=export.pk).update(due_at=timezone.now())
            with pytest.raises(ValueError, match="broken"):
                execute(EXPORTS, export.pk)

        export.refresh_from_db()
        assert export.status == "failed"
        exports.clean()
        assert folder_of(export) == []

    def test_audit_knows_who_ordered_downloaded_and_cancelled(
        self, dispute: Conversation, marc: User, api: Call
    ) -> None:
        export = make(marc, "person", marc.pk)
        api(marc).get(f"/api/v1/exports/{export.pk}/content")
        scope = scope_for(marc, "conversation", dispute.pk)
        other = exports.ask_export(marc, scope, with_notes=True, with_files=False).export
        exports.cancel_export(other, by=marc)

        recorded = list(AuditFact.objects.order_by("pk").values_list("action", flat=True))

        for action in (
            "export.ordered", "person.exported", "export.downloaded", "export.cancelled",
        ):  # fmt: skip
            assert action in recorded

"""PostgreSQL, Valkey, the bucket and the antivirus: whole, and broken as people break them."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connection
from pytest_django import Settings

from attachments import doctor as attachments
from attachments.storage import objects, presigned
from core.doctor import database, valkey
from core.doctor.findings import Examination, Finding, Level, run
from core.valkey import forget_clients
from core.valkey import valkey as client_of_valkey
from deploy.launcher.ports import free_port
from tests.attachments.scanning.test_antivirus import clamd_url, program
from tests.own_valkey import OwnValkey

__all__ = ["clamd_url", "program"]


def errors(examination: Examination) -> list[str]:
    return [one.says for one in examination() if one.level == Level.ERROR]


def the_only_doubt(examination: Examination) -> Finding:
    [doubt] = [one for one in examination() if one.level != Level.OK]
    assert doubt.advice
    return doubt


@pytest.mark.django_db
class TestDatabase:
    def test_whole_one_has_no_doubts(self) -> None:
        assert all(one.level == Level.OK for one in database.examine())

    def test_missing_migration_is_named_with_its_command(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations)"
            )

        found = the_only_doubt(database.examine)

        assert found.level == Level.ERROR
        assert "manage.py migrate" in found.advice

    def test_pooler_that_drops_our_limits_is_found(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")

        found = the_only_doubt(database.examine)

        assert "statement_timeout" in found.says
        assert "database_limits" in found.advice


@pytest.mark.django_db
class TestDatabaseThatIsAway:
    def test_it_is_said_with_its_address(self, monkeypatch: pytest.MonkeyPatch) -> None:
        port = free_port()
        own = connection.copy()
        own.settings_dict = {**own.settings_dict, "HOST": "127.0.0.1", "PORT": port}
        monkeypatch.setattr(database, "connection", own)
        monkeypatch.setitem(django_settings.DATABASES["default"], "PORT", port)

        found = the_only_doubt(database.examine)

        assert f":{port}" in found.says
        assert "DATABASE_URL" in found.advice


class TestValkey:
    @pytest.fixture
    def own(self, tmp_path: Path, settings: Settings) -> Iterator[OwnValkey]:
        server = OwnValkey(tmp_path)
        server.start()
        settings.REDIS_URL = settings.CELERY_BROKER_URL = server.service.environment["REDIS_URL"]
        forget_clients()
        yield server
        server.kill()
        forget_clients()

    def test_whole_one_has_no_doubts(self, own: OwnValkey) -> None:
        assert all(one.level == Level.OK for one in valkey.examine())

    def test_one_that_keeps_nothing_and_drops_keys_is_found(self, own: OwnValkey) -> None:
        client = client_of_valkey(1.0)
        client.config_set("appendonly", "no")
        client.config_set("maxmemory-policy", "allkeys-lru")

        advice = [one.advice for one in valkey.examine() if one.level != Level.OK]

        assert ["appendonly yes" in advice[0], "noeviction" in advice[1]] == [True, True]

    def test_account_that_may_not_publish_is_found(
        self, own: OwnValkey, settings: Settings
    ) -> None:
        client_of_valkey(1.0).acl_setuser(
            "narrow", enabled=True, passwords=["+narrow"], keys=["*"], channels=["*"],
            commands=["+@all", "-publish"],
        )  # fmt: skip
        port = own.service.environment["REDIS_URL"].rpartition(":")[2]
        settings.REDIS_URL = f"redis://narrow:narrow@127.0.0.1:{port}"
        forget_clients()

        found = [one for one in run(valkey.examine) if one.level == Level.ERROR]

        assert "publish" in found[0].says

    def test_one_that_is_away_is_found(self, own: OwnValkey) -> None:
        own.kill()

        assert "REDIS_URL" in the_only_doubt(valkey.examine).advice


class TestBucket:
    @pytest.fixture
    def own_bucket(self, settings: Settings) -> str:
        name = settings.S3_BUCKET = f"own-{uuid4()}"
        return name

    def test_whole_one_has_no_errors_and_nothing_is_left_in_it(self) -> None:
        before = sorted(one.key for one in objects.listed(""))

        assert errors(attachments.examine_bucket) == []
        assert sorted(one.key for one in objects.listed("")) == before

    def test_missing_one_is_said_with_the_command_that_makes_it(self, own_bucket: str) -> None:
        found = the_only_doubt(attachments.examine_bucket)

        assert own_bucket in found.says
        assert "setup_storage" in found.advice

    def test_address_that_browsers_do_not_reach_is_found(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = f"http://127.0.0.1:{free_port()}/key?signed"
        monkeypatch.setattr(presigned, "presigned_put", lambda *_, **__: (closed, {}))

        found = [one for one in run(attachments.examine_bucket) if one.level == Level.ERROR]

        assert "S3_PUBLIC_URL" in found[0].advice

    def test_question_of_a_page_that_gets_no_answer_is_no_permission(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        closed = f"http://127.0.0.1:{free_port()}/key?signed"
        monkeypatch.setattr(presigned, "presigned_get", lambda *_, **__: closed)

        found = [one for one in run(attachments.examine_bucket) if one.level == Level.ERROR]

        assert ["S3_CORS_ORIGINS" in one.advice for one in found] == [True]

    def test_pages_that_may_not_send_are_named(self, settings: Settings) -> None:
        settings.S3_BUCKET = f"own-{uuid4()}"
        client = objects.client()
        client.create_bucket(Bucket=settings.S3_BUCKET)
        client.put_bucket_cors(
            Bucket=settings.S3_BUCKET,
            CORSConfiguration={
                "CORSRules": [
                    {"AllowedOrigins": ["https://other.example"], "AllowedMethods": ["PUT"]}
                ]
            },
        )
        settings.PUBLIC_URL = "https://liaison.example.com"

        found = [one for one in attachments.examine_bucket() if one.level == Level.ERROR]

        assert ["https://liaison.example.com" in one.says for one in found] == [True]


class TestAntivirus:
    def test_one_that_finds_the_test_virus_is_well(
        self, clamd_url: str, settings: Settings
    ) -> None:
        settings.CLAMD_URL = clamd_url

        [found] = attachments.examine_antivirus()

        assert found.level == Level.OK
        assert "ClamAV" in found.says

    def test_one_that_is_away_is_found(self, settings: Settings) -> None:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{free_port()}"

        assert "CLAMD_URL" in the_only_doubt(attachments.examine_antivirus).advice

"""A backup is restored into another installation: its database, its files, a new epoch."""

import re
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from attachments.storage import objects
from core.models import User
from core.queries import current_epoch
from messaging.models import Conversation
from tests.cast import Say
from tests.workers.backups.conftest import Elsewhere, bucket_client
from workers.backups import manifest, objects_copy
from workers.backups.retention import Keep
from workers.backups.store import Store
from workers.backups.take import take
from workers.models import Backup

pytestmark = pytest.mark.django_db(transaction=True)
BODIES = "SELECT body FROM messaging_message ORDER BY seq"


@pytest.fixture
def made(store: Store, photo: UUID) -> manifest.Manifest:
    return take(store, Keep()).manifest


def place(store: Store) -> str:
    return store.place.words


def test_rows_files_and_their_types_are_there_and_the_epoch_is_new(
    store: Store, made: manifest.Manifest, photo: UUID, elsewhere: Elsewhere
) -> None:
    said = elsewhere.manage("restore", place(store))

    assert f"{made.id} is restored: {len(made.tables)} tables and {made.objects} files" in said
    assert elsewhere.rows(BODIES) == [("Avant la sauvegarde",), ("",)]
    for entry in objects_copy.entries_of(store, made):
        assert elsewhere.bytes_of(entry.key) == b"".join(objects.chunks(entry.key))
    bucket = elsewhere.environment["S3_BUCKET"]
    original = objects.file_key(photo, objects.ORIGINAL)
    head = bucket_client().head_object(Bucket=bucket, Key=original)
    assert head["ContentType"] == "image/jpeg"
    [(epoch,)] = elsewhere.rows("SELECT value::text FROM core_epoch")
    assert epoch != made.epoch
    assert current_epoch().startswith(made.epoch)
    # The people of the restored database know how old it is.
    assert elsewhere.rows("SELECT name, outcome FROM workers_backup") == [(made.id, "succeeded")]
    assert Backup.objects.get().name == made.id


def test_time_chooses_the_backup_and_so_does_its_id(
    store: Store, made: manifest.Manifest, say: Say, camille: User, elsewhere: Elsewhere
) -> None:
    say(camille, "Après la première")
    second = take(store, Keep()).manifest
    assert second.id != made.id

    elsewhere.manage("restore", place(store), "--at", made.id)
    assert len(elsewhere.rows(BODIES)) == 2
    elsewhere.manage("restore", place(store), "--replace", "--yes")
    assert len(elsewhere.rows(BODIES)) == 3

    refused = elsewhere.attempt(
        "restore", place(store), "--at", "2020-01-01T00:00", "--replace", "--yes"
    )
    assert refused.returncode == 1
    assert "There is no whole backup of 2020-01-01T00:00 or before" in refused.stderr


class TestRefusal:
    """Nothing is lost by a restore into the wrong place."""

    def refused(self, store: Store, elsewhere: Elsewhere, *arguments: str) -> str:
        done = elsewhere.attempt("restore", place(store), *arguments)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr

    def test_database_that_has_tables(
        self, store: Store, made: manifest.Manifest, elsewhere: Elsewhere
    ) -> None:
        elsewhere.manage("migrate", "--verbosity=0")

        said = self.refused(store, elsewhere)

        assert re.search(r"The database elsewhere_\w+ is not empty: .* --replace", said)
        assert elsewhere.rows(BODIES) == []
        assert "add --yes, as nobody can be asked" in self.refused(store, elsewhere, "--replace")

    def test_bucket_that_has_files(
        self, store: Store, made: manifest.Manifest, elsewhere: Elsewhere
    ) -> None:
        bucket = elsewhere.environment["S3_BUCKET"]
        bucket_client().create_bucket(Bucket=bucket)
        bucket_client().put_object(Bucket=bucket, Key="files/of-another/original", Body=b"x")

        said = self.refused(store, elsewhere)

        assert f"The bucket {bucket} is not empty (files/of-another/original)" in said
        assert elsewhere.rows("SELECT to_regclass('core_user')") == [(None,)]
        elsewhere.manage("restore", place(store), "--replace", "--yes")
        assert elsewhere.bytes_of("files/of-another/original") == b"x"

    def test_database_that_is_in_use(
        self, store: Store, made: manifest.Manifest, elsewhere: Elsewhere
    ) -> None:
        elsewhere.manage("migrate", "--verbosity=0")
        with psycopg.connect(elsewhere.environment["DATABASE_URL"], application_name="web"):
            said = self.refused(store, elsewhere, "--replace", "--yes")

        assert "1 connections use the database" in said
        assert "(web): stop the web, the workers and beat first" in said

    def test_backup_of_a_newer_liaison(
        self, store: Store, made: manifest.Manifest, elsewhere: Elsewhere
    ) -> None:
        newer = [*made.migrations, "messaging.9999_of_next_year"]
        values = {**made.__dict__, "migrations": newer, "build": "9.0.0"}
        manifest.write(store, manifest.Manifest(**values))

        said = self.refused(store, elsewhere)

        assert "was made by Liaison 9.0.0, which is newer than this one" in said
        assert "messaging.9999_of_next_year" in said

    def test_backup_of_a_newer_postgresql(
        self, store: Store, made: manifest.Manifest, elsewhere: Elsewhere
    ) -> None:
        manifest.write(store, manifest.Manifest(**{**made.__dict__, "postgres": 99}))

        assert "comes from PostgreSQL 99, and this server is 18" in self.refused(store, elsewhere)

    def test_dump_that_is_damaged_leaves_the_database_empty(
        self, store: Store, made: manifest.Manifest, elsewhere: Elsewhere
    ) -> None:
        """It is found at the end: all rows were written, and nothing is committed."""
        values = {**made.__dict__, "database_sha256": "0" * 64}
        manifest.write(store, manifest.Manifest(**values))

        said = self.refused(store, elsewhere)

        assert "is damaged: its SHA-256 is not that of the manifest" in said
        assert elsewhere.rows("SELECT to_regclass('core_user')") == [(None,)]

    def test_file_that_is_damaged_is_named_and_the_next_try_goes_on(
        self, store: Store, made: manifest.Manifest, elsewhere: Elsewhere
    ) -> None:
        entry = list(objects_copy.entries_of(store, made))[-1]
        path = Path(place(store)) / entry.name
        content = path.read_bytes()
        path.write_bytes(content[:-1] + b"?")
        assert f"{entry.name} is damaged" in self.refused(store, elsewhere)
        assert elsewhere.rows("SELECT to_regclass('core_user')") == [(None,)]

        path.write_bytes(content)

        # The files that are there already are those of the backup: no --replace is needed.
        assert "is restored" in elsewhere.manage("restore", place(store))


class TestReplace:
    def test_what_the_database_had_is_gone_with_its_tables_and_functions(
        self, store: Store, made: manifest.Manifest, elsewhere: Elsewhere
    ) -> None:
        elsewhere.manage("migrate", "--verbosity=0")
        with psycopg.connect(elsewhere.environment["DATABASE_URL"]) as session:
            session.execute("CREATE TABLE of_next_year (id int)")
            session.execute("CREATE FUNCTION newer() RETURNS int LANGUAGE sql RETURN 1")

        elsewhere.manage("restore", place(store), "--replace", "--yes")

        assert elsewhere.rows("SELECT to_regclass('of_next_year'), to_regproc('newer')") == [
            (None, None)
        ]
        assert len(elsewhere.rows(BODIES)) == 2

    def test_backup_of_an_older_liaison_is_migrated(
        self, store: Store, photo: UUID, elsewhere: Elsewhere, conversation: Conversation
    ) -> None:
        """The table of backups itself is what this version adds here."""
        elsewhere.manage("restore", place(store), "--at", take(store, Keep()).manifest.id)
        elsewhere.manage("migrate", "workers", "0003", "--verbosity=0")
        older = store.place.words + "-older"
        dump_of_older(elsewhere, older)

        elsewhere.manage("restore", older, "--replace", "--yes")

        assert elsewhere.rows("SELECT to_regclass('workers_backup')::text") == [("workers_backup",)]
        assert len(elsewhere.rows(BODIES)) == 2


def dump_of_older(elsewhere: Elsewhere, older: str) -> None:
    """Make a backup of a database whose code knew no backups, by the parts of ours."""
    code = (
        "from contextlib import contextmanager\n"
        "from types import SimpleNamespace\n"
        "from workers.backups import take, keys, place, store, retention\n"
        "from pathlib import Path\n"
        "@contextmanager\n"
        "def unrecorded(_):\n"
        "    yield SimpleNamespace()\n"
        "take.records.recorded = unrecorded\n"
        f"its = store.Store(place.Folder(Path({older!r})), keys.Keys(None))\n"
        "take.take(its, retention.Keep())\n"
    )
    elsewhere.manage("shell", "--verbosity=0", "-c", code)


def test_other_secret_key_is_told(
    store: Store, made: manifest.Manifest, elsewhere: Elsewhere
) -> None:
    done = elsewhere.attempt("restore", place(store), SECRET_KEY="another" * 8)

    assert done.returncode == 0, done.stderr
    assert "SECRET_KEY is not that of the backup" in done.stderr
    assert "SECRET_KEY_FALLBACKS" in done.stderr


def test_restored_database_has_the_functions_and_indexes_of_the_first(
    store: Store, made: manifest.Manifest, elsewhere: Elsewhere
) -> None:
    query = """
    SELECT indexname::text FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal
    ORDER BY 1
    """
    elsewhere.manage("restore", place(store))

    with connection.cursor() as cursor:
        cursor.execute(query)
        assert elsewhere.rows(query) == cursor.fetchall()

"""`make run` finds the data of an older PostgreSQL: real data of 16, which the wheel brings too."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from deploy.embedded.postgres import MAJOR, Postgres
from deploy.embedded.postgres_programs import Programs, programs_of
from deploy.launcher.data_dir import DataDir
from deploy.launcher.errors import StartError
from deploy.launcher.ports import free_port
from tests.deploy.embedded.running import running
from tests.upgrade.releases import FIRST, database_of
from tests.waiting import until

OLD = 16
TEXTS = "SELECT count(*), sum(seq), string_agg(body, '|' ORDER BY id) FROM messaging_message"


def older(data_dir: DataDir) -> Path:
    return data_dir.path / "postgres" / str(OLD)


@pytest.fixture
def old_programs(data_dir: DataDir) -> Programs:
    found = programs_of(OLD)
    assert found is not None, f"the wheel has no PostgreSQL {OLD} any more: choose another"
    account = Postgres(data_dir)._account
    folder = data_dir.folder("postgres")
    programs = Programs(found, folder, account, data_dir.log("postgres"))
    folder.chmod(0o700)
    if account:
        os.chown(folder, account.uid, account.gid)
    programs.let_account_in()
    return programs


@contextmanager
def served(data_dir: DataDir, programs: Programs) -> Iterator[str]:
    port, password = free_port(), data_dir.secret("postgres-password")
    command: list[str | Path] = [programs.bin / "postgres", "-D", older(data_dir)]
    account = programs.account
    server = subprocess.Popen(
        [
            *(*command, "-c", f"port={port}", "-c", "unix_socket_directories="),
            *("-c", "listen_addresses=127.0.0.1"),
        ],
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        cwd=programs.folder,
        stderr=subprocess.DEVNULL,
    )
    url = f"postgresql://liaison:{password}@127.0.0.1:{port}/liaison"
    try:
        until(lambda: is_ready(url), "the old server does not start")
        yield url
    finally:
        server.terminate()
        server.wait(30)


def is_ready(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return 'database "liaison" does not exist' in str(error)
    return True


@pytest.fixture
def texts(data_dir: DataDir, old_programs: Programs) -> list[tuple[object, ...]]:
    """Make a cluster of 16 as the launcher would, with the data of 0.1.0; return its texts."""
    password_file = data_dir.path / "postgres" / "password"
    password_file.write_text(data_dir.secret("postgres-password"))
    password_file.chmod(0o644)
    old_programs.run(
        *("initdb", f"--pgdata={older(data_dir)}", "--username=liaison", "--auth=scram-sha-256"),
        *(f"--pwfile={password_file}", "--encoding=UTF8", "--locale=C", "--no-sync"),
    )
    with served(data_dir, old_programs) as url:
        with psycopg.connect(
            f"{url.removesuffix('liaison')}postgres", autocommit=True
        ) as connected:
            connected.execute("CREATE DATABASE liaison")
        # Its script of 18 sets a parameter that 16 does not know: the only error.
        new = Postgres(data_dir)._programs.bin
        subprocess.run(
            [new / "pg_restore", "--no-owner", f"--dbname={url}", database_of(FIRST)],
            stderr=subprocess.DEVNULL,
            check=False,
        )
        with psycopg.connect(url) as connected:
            return connected.execute(TEXTS).fetchall()


def test_data_of_an_older_major_version_is_taken_over_and_kept(
    data_dir: DataDir, texts: list[tuple[object, ...]], old_programs: Programs
) -> None:
    assert texts[0][0] == 70
    said: list[str] = []

    postgres = Postgres(data_dir, say=said.append)
    with running(postgres), psycopg.connect(postgres.environment["DATABASE_URL"]) as connected:
        assert connected.info.server_version // 10_000 == MAJOR
        assert connected.execute(TEXTS).fetchall() == texts

    assert said[0].startswith(f"The data is of PostgreSQL {OLD}")
    assert "rows are the same in both" in said[-1]
    assert f"stays in {older(data_dir)}" in said[-1]
    assert sorted(each.name for each in (data_dir.path / "postgres").iterdir()) == ["16", "18"]
    # The second start takes nothing over, and the old programs could still read the old data.
    again: list[str] = []
    with running(Postgres(data_dir, say=again.append)):
        assert again == []
    with served(data_dir, old_programs) as url, psycopg.connect(url) as connected:
        assert connected.execute(TEXTS).fetchall() == texts


def cut(*_: object) -> int:
    raise StartError("cut")


def test_takeover_that_was_cut_is_begun_again(
    data_dir: DataDir, texts: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(
            "deploy.embedded.postgres_major.Takeover._compared",
            cut,
        )
        with pytest.raises(StartError, match="cut"):
            Postgres(data_dir).start()
        assert not (data_dir.path / "postgres" / str(MAJOR)).exists()

    postgres = Postgres(data_dir)
    with running(postgres), psycopg.connect(postgres.environment["DATABASE_URL"]) as connected:
        assert connected.execute(TEXTS).fetchall() == texts


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("9", "whose programs are not here: install postgresql-9 (Debian)"),
        ("99", "was written by PostgreSQL 99, and this version of Liaison has 18"),
    ],
)
def test_data_that_cannot_be_read_is_refused_and_left(
    data_dir: DataDir, version: str, words: str
) -> None:
    data = data_dir.folder(f"postgres/{version}")
    (data / "PG_VERSION").write_text(f"{version}\n")

    with pytest.raises(StartError) as refused:
        Postgres(data_dir).start()

    assert words in str(refused.value)
    assert not (data_dir.path / "postgres" / str(MAJOR)).exists()
    assert (data / "PG_VERSION").read_text() == f"{version}\n"

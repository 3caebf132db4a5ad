import subprocess

import psycopg
import pytest

from deploy.embedded.postgres import Postgres
from deploy.launcher.data_dir import DataDir
from tests.deploy.embedded.running import kill, running


class TestPostgres:
    def test_committed_rows_survive_a_kill(self, data_dir: DataDir) -> None:
        postgres = Postgres(data_dir)
        url = postgres.environment["DATABASE_URL"]
        with running(postgres) as process:
            with psycopg.connect(url) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 'oui' AS word")
            kill(postgres, process)

        with running(Postgres(data_dir)), psycopg.connect(url) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("oui",)]

    def test_start_ignores_a_postmaster_pid_of_another_process(self, data_dir: DataDir) -> None:
        postgres = Postgres(data_dir)
        with running(postgres) as process:
            kill(postgres, process)
        pid_file = data_dir.path / "postgres" / "18" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        stranger = subprocess.Popen(["sleep", "60"])
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))

        with running(postgres):
            stranger.kill()
            stranger.wait()

    def test_wrong_password_is_refused(self, data_dir: DataDir) -> None:
        postgres = Postgres(data_dir)
        url = postgres.environment["DATABASE_URL"]
        with (
            running(postgres),
            pytest.raises(psycopg.OperationalError, match="password"),
        ):
            psycopg.connect(url.replace("liaison:", "liaison:not", 1), connect_timeout=2)

    def test_server_listens_on_loopback_and_takes_100_connections(self, data_dir: DataDir) -> None:
        postgres = Postgres(data_dir)
        with (
            running(postgres),
            psycopg.connect(postgres.environment["DATABASE_URL"]) as connection,
        ):
            assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
            assert connection.execute("SHOW max_connections").fetchone() == ("100",)

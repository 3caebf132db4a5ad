import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import psycopg
import pytest
import redis
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from deploy.embedded.postgres import Postgres
from deploy.embedded.s3 import S3
from deploy.embedded.valkey import Valkey
from deploy.launcher.data_dir import Home
from deploy.launcher.process_group import is_gone, stop_together
from deploy.launcher.service_types import Service
from tests.deploy.data_dirs import until


@contextmanager
def running(service: Service) -> Iterator[subprocess.Popen[bytes]]:
    process = service.start()
    try:
        until(lambda: service.is_ready() or process.poll() is not None)
        assert process.poll() is None, service.log.read_text()
        yield process
    finally:
        stop_together([(process, service.stop_signal)], 5)


def kill(service: Service, process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    until(lambda: is_gone(service.pid_file))


class TestPostgres:
    def test_keeps_committed_rows_through_a_kill(self, home: Home) -> None:
        postgres = Postgres(home)
        url = postgres.environment["DATABASE_URL"]
        with running(postgres) as process:
            with psycopg.connect(url) as connection:
                connection.execute("CREATE TABLE kept AS SELECT 'oui' AS word")
            kill(postgres, process)

        with running(Postgres(home)), psycopg.connect(url) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("oui",)]

    def test_starts_although_a_stranger_has_its_old_number(self, home: Home) -> None:
        postgres = Postgres(home)
        with running(postgres) as process:
            kill(postgres, process)
        pid_file = home.path / "postgres" / "18" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
        stranger = subprocess.Popen(["sleep", "60"])
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))

        with running(postgres):
            stranger.kill()
            stranger.wait()

    def test_lets_nobody_in_without_the_password(self, home: Home) -> None:
        postgres = Postgres(home)
        url = postgres.environment["DATABASE_URL"]
        with (
            running(postgres),
            pytest.raises(psycopg.OperationalError, match="password"),
        ):
            psycopg.connect(url.replace("liaison:", "liaison:not", 1), connect_timeout=2)

    def test_listens_on_loopback_only_and_takes_a_hundred_connections(self, home: Home) -> None:
        postgres = Postgres(home)
        with (
            running(postgres),
            psycopg.connect(postgres.environment["DATABASE_URL"]) as connection,
        ):
            assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
            assert connection.execute("SHOW max_connections").fetchone() == ("100",)


class TestValkey:
    def test_keeps_its_keys_through_a_kill(self, home: Home) -> None:
        valkey = Valkey(home)
        url = valkey.environment["REDIS_URL"]
        with running(valkey) as process:
            redis.Redis.from_url(url).set("kept", "oui")
            kill(valkey, process)

        with running(Valkey(home)):
            assert redis.Redis.from_url(url).get("kept") == b"oui"

    def test_never_evicts_and_listens_on_loopback_only(self, home: Home) -> None:
        valkey = Valkey(home)
        with running(valkey):
            client = redis.Redis.from_url(valkey.environment["REDIS_URL"], decode_responses=True)
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("appendfsync") == {"appendfsync": "everysec"}
            assert client.config_get("bind") == {"bind": "127.0.0.1"}

    def test_lets_nobody_in_without_the_password(self, home: Home) -> None:
        valkey = Valkey(home)
        port = valkey.environment["REDIS_URL"].rpartition(":")[2]
        with running(valkey), pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(f"redis://127.0.0.1:{port}").ping()


class TestS3:
    def test_keeps_its_objects_through_a_kill_and_a_change_of_ports(self, home: Home) -> None:
        s3 = S3(home)
        with running(s3) as process:
            client(s3).put_object(Bucket="liaison", Key="plan.pdf", Body=b"kept")
            kill(s3, process)
        (home.path / "ports.json").unlink()

        moved = S3(home)
        with running(moved):
            answer = client(moved).get_object(Bucket="liaison", Key="plan.pdf")
            assert answer["Body"].read() == b"kept"

    def test_lets_nobody_in_without_the_secret(self, home: Home) -> None:
        s3 = S3(home)
        with running(s3), pytest.raises(ClientError, match="SignatureDoesNotMatch"):
            client(s3, secret="guessed").list_objects_v2(Bucket="liaison")


def client(s3: S3, secret: str = "") -> S3Client:
    environment = s3.environment
    return boto3.client(
        "s3",
        endpoint_url=environment["S3_ENDPOINT_URL"],
        aws_access_key_id=environment["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or environment["S3_SECRET_ACCESS_KEY"],
        region_name=environment["S3_REGION"],
    )

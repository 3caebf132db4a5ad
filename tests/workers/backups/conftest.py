"""A conversation with a message and a photo, a place, and an empty installation to restore into."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import boto3
import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoCaptureOnCommitCallbacks

from core.models import User
from messaging.models import Conversation
from tests.attachments import samples
from tests.attachments.senders import analysed, send
from tests.cast import Call, Say
from tests.commands import unmeasured
from tests.site import ROOT, address_of_test_database
from workers.backups.keys import Keys
from workers.backups.place import Folder
from workers.backups.store import Store

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

SendPhoto = Callable[[], UUID]


@pytest.fixture
def send_photo(
    transactional_db: None,
    api: Call,
    camille: User,
    conversation: Conversation,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> SendPhoto:
    """Send a photo in a message; it is ready."""

    def send_it() -> UUID:
        file = send(api(camille), "photo.jpg", samples.photo())
        draft = {"id": str(uuid4()), "body": "", "attachments": [str(file)]}
        api(camille).post(f"/api/v1/conversations/{conversation.pk}/messages", draft)
        assert analysed(file).status == "ready"
        return file

    return send_it


@pytest.fixture
def photo(say: Say, camille: User, conversation: Conversation, send_photo: SendPhoto) -> UUID:
    say(camille, "Avant la sauvegarde")
    return send_photo()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Folder(tmp_path / "place"), Keys(None))


@dataclass
class Elsewhere:
    """An empty database and an empty bucket of the services of the run, and the command line."""

    environment: dict[str, str]

    def manage(self, *arguments: str, **environment: str) -> str:
        """Run a command that must succeed; return what it says."""
        done = self.attempt(*arguments, **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def attempt(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self.environment["DATABASE_URL"]) as session:
            return session.execute(query).fetchall()

    def bytes_of(self, key: str) -> bytes:
        bucket = self.environment["S3_BUCKET"]
        content: bytes = bucket_client().get_object(Bucket=bucket, Key=key)["Body"].read()
        return content


def bucket_client() -> "S3Client":
    return boto3.client(
        "s3",
        endpoint_url=os.environ["S3_ENDPOINT_URL"],
        aws_access_key_id=os.environ["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=os.environ["S3_SECRET_ACCESS_KEY"],
        region_name=os.environ["S3_REGION"],
    )


@pytest.fixture
def elsewhere(transactional_db: None) -> Iterator[Elsewhere]:
    name = f"elsewhere_{uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    address = urlsplit(address_of_test_database())._replace(path=f"/{name}").geturl()
    environment = unmeasured(os.environ)
    yield Elsewhere({**environment, "DATABASE_URL": address, "S3_BUCKET": name.replace("_", "-")})
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")

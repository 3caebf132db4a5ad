"""S3 is killed and started again: the sender is told, and no file is lost.

These tests start a SeaweedFS of their own, because other tests need the common one.
"""

import http.client
import io
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.utils import timezone

from attachments.models import Attachment
from attachments.storage import bucket_setup, objects
from attachments.storage.objects import StorageAway
from core.models import User
from deploy.embedded.s3 import S3
from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import stop_together
from tests.attachments import samples
from tests.attachments.senders import (
    analysed,
    announcement,
    put,
    send,
    send_part,
    sha256,
    storage_at,
)
from tests.cast import Call
from tests.services import wait_until_ready
from workers.engine import execute
from workers.registry import ATTACHMENTS

pytestmark = pytest.mark.django_db
URL = "/api/v1/attachments"
MIB = 1024 * 1024


class Killable:
    """A running SeaweedFS that can be killed and started again."""

    def __init__(self, data_dir: DataDir) -> None:
        self.service = S3(data_dir)
        self._process = self._started()

    @property
    def options(self) -> dict[str, str]:
        told = self.service.environment
        return {
            "endpoint_url": told["S3_ENDPOINT_URL"],
            "access_key": told["S3_ACCESS_KEY_ID"],
            "secret_key": told["S3_SECRET_ACCESS_KEY"],
        }

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def start_again(self) -> None:
        if self._process.poll() is not None:
            self._process = self._started()
        _wait_until_it_stores()

    def stop(self) -> None:
        stop_together([(self._process, self.service.stop_signal)], 5)

    def _started(self) -> subprocess.Popen[bytes]:
        process = self.service.start()
        wait_until_ready(self.service, process)
        return process


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Killable]:
    data_dir = DataDir(tmp_path_factory.mktemp("s3"))
    data_dir.create()
    s3 = Killable(data_dir)
    with storage_at(s3.options, "attachments", "attachments-public"):
        bucket_setup.set_up_bucket()
    yield s3
    s3.stop()


@pytest.fixture
def s3(running: Killable) -> Iterator[Killable]:
    with storage_at(running.options, "attachments", "attachments-public"):
        running.start_again()
        yield running


class TestDuringAnUpload:
    def test_part_cut_by_a_kill_of_the_storage_is_sent_again_alone(
        self, s3: Killable, api: Call, camille: User
    ) -> None:
        content = samples.text_of(9 * MIB)
        caller = patient(api(camille))
        file = caller.post(URL, announcement("releve.txt", content)).json()["id"]
        send_part(caller, file, 1, content[: 8 * MIB])
        wanted = {"parts": [{"number": 2, "sha256": sha256(content[8 * MIB :])}]}
        [part] = caller.post(f"{URL}/{file}/parts", wanted).json()["parts"]

        cut(part["url"], content[8 * MIB :], part["headers"], by=s3.kill)

        for path, method in ((f"{URL}/{file}/complete", "POST"), (f"{URL}/{file}/parts", "GET")):
            answer = caller.generic(method, path)
            assert (answer.status_code, answer["Retry-After"]) == (503, "2")
            assert answer.json()["errors"][0]["code"] == "storage_unavailable"
        s3.start_again()
        received = caller.get(f"{URL}/{file}/parts").json()["parts"]
        assert [part["number"] for part in received] == [1]
        send_part(caller, file, 2, content[8 * MIB :])
        assert caller.post(f"{URL}/{file}/complete").status_code == 200
        assert analysed(UUID(file)).status == "ready"
        assert b"".join(objects.chunks(objects.file_key(UUID(file), "original"))) == content

    def test_file_cut_by_a_kill_of_the_storage_is_sent_again_to_its_address(
        self, s3: Killable, api: Call, camille: User
    ) -> None:
        content = samples.photo(size=(2000, 1500))
        caller = patient(api(camille))
        shown = caller.post(URL, announcement("photo.jpg", content)).json()
        upload = shown["upload"]

        cut(upload["url"], content, upload["headers"], by=s3.kill)
        s3.start_again()

        early = caller.post(f"{URL}/{shown['id']}/complete")
        assert early.json()["errors"][0]["code"] == "upload_incomplete"
        assert put(upload["url"], content, upload["headers"])[0] == 200
        assert caller.post(f"{URL}/{shown['id']}/complete").status_code == 200
        assert analysed(UUID(shown["id"])).status == "ready"

    def test_announcement_while_the_storage_is_killed_leaves_no_row(
        self, s3: Killable, api: Call, camille: User
    ) -> None:
        s3.kill()

        asked = announcement("releve.txt", samples.text_of(9 * MIB))
        assert patient(api(camille)).post(URL, asked).status_code == 503
        assert not Attachment.objects.exists()


class TestDuringTheAnalysis:
    @pytest.mark.parametrize("at", ["the reading", "the writing"])
    def test_analysis_cut_by_a_kill_of_the_storage_is_done_later(
        self, at: str, s3: Killable, api: Call, camille: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # More than the buffers of a connection hold when the process dies.
        content = samples.text_of(24 * MIB)
        caller = api(camille)
        file = send(caller, "releve.txt", content)
        if at == "the reading":
            monkeypatch.setattr(objects, "chunks", after_the_first(objects.chunks, s3.kill))
        else:
            monkeypatch.setattr(objects, "write", before(objects.write, s3.kill))

        with pytest.raises(StorageAway):
            execute.execute(ATTACHMENTS, file)

        waiting = Attachment.objects.get(pk=file)
        assert (waiting.status, waiting.attempts, waiting.leased_until) == ("scanning", 0, None)
        assert waiting.due_at is not None
        assert "StorageAway" in waiting.last_error
        assert caller.get(f"{URL}/{file}").json()["status"] == "scanning"
        monkeypatch.undo()
        s3.start_again()
        Attachment.objects.update(due_at=timezone.now())
        assert analysed(file).status == "ready"
        assert b"".join(objects.chunks(objects.file_key(file, "original"))) == content


def _wait_until_it_stores() -> None:
    """Wait until it stores an object: it answers before its volumes are there."""
    deadline = time.monotonic() + 30
    while True:
        try:
            objects.write("probe", io.BytesIO(b"a"), content_type="text/plain")
            assert list(objects.chunks("probe")) == [b"a"]
        except StorageAway:
            assert time.monotonic() < deadline, "it does not store"
            time.sleep(0.1)
        else:
            return


def patient(caller: Any) -> Any:
    """Return the caller, who now gets a 503 as an answer and not as an exception."""
    caller.raise_request_exception = False
    return caller


def cut(url: str, content: bytes, headers: dict[str, str], *, by: Callable[[], None]) -> None:
    """Send half of a file, call `by`, and see the rest of the upload fail."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.putrequest("PUT", f"{parts.path}?{parts.query}")
    for name, value in {**headers, "Content-Length": str(len(content))}.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(content[: len(content) // 2])
    by()
    with pytest.raises((OSError, http.client.HTTPException)):
        _finished(connection, content[len(content) // 2 :])
    connection.close()


def _finished(connection: http.client.HTTPConnection, rest: bytes) -> http.client.HTTPResponse:
    connection.send(rest)
    return connection.getresponse()


def after_the_first(
    read: Callable[[str], Iterator[bytes]], happens: Callable[[], None]
) -> Callable[[str], Iterator[bytes]]:
    def reading(key: str) -> Iterator[bytes]:
        chunks = read(key)
        yield next(chunks)
        happens()
        yield from chunks

    return reading


def before(write: Callable[..., None], happens: Callable[[], None]) -> Callable[..., None]:
    def writing(*args: Any, **kwargs: Any) -> None:
        happens()
        write(*args, **kwargs)

    return writing

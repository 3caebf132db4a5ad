"""Sends files as a browser does: announces them, sends them to the bucket, completes them."""

import base64
import hashlib
import http.client
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.test import override_settings
from rest_framework.test import APIClient

from attachments.models import Attachment
from attachments.storage import objects, presigned
from tests.sockets import closed_port
from workers.engine import execute
from workers.registry import ATTACHMENTS


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def announcement(name: str, content: bytes, **more: Any) -> dict[str, Any]:
    return {"name": name, "size": len(content), "sha256": sha256(content), **more}


def put(url: str, content: bytes, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage]:
    return _asked("PUT", url, content, headers)[:2]


def get(url: str) -> tuple[int, http.client.HTTPMessage, bytes]:
    return _asked("GET", url, None, {})


def send(caller: APIClient, name: str, content: bytes, **more: Any) -> UUID:
    """Send a file completely; return its id."""
    announced = caller.post("/api/v1/attachments", announcement(name, content, **more))
    assert announced.status_code == 201, announced.content
    upload, attachment_id = announced.json()["upload"], announced.json()["id"]
    if upload["method"] == "PUT":
        assert put(upload["url"], content, upload["headers"])[0] == 200
    else:
        _send_parts(caller, attachment_id, upload, content)
    completed = caller.post(f"/api/v1/attachments/{attachment_id}/complete")
    assert completed.status_code == 200, completed.content
    assert completed.json()["status"] == "scanning"
    return UUID(attachment_id)


def send_in_parts(caller: APIClient, name: str, content: bytes) -> UUID:
    """Announce a large file and send all its parts; it is not completed."""
    announced = caller.post("/api/v1/attachments", announcement(name, content)).json()
    assert announced["upload"]["method"] == "multipart"
    _send_parts(caller, announced["id"], announced["upload"], content)
    return UUID(announced["id"])


def send_part(caller: APIClient, attachment_id: str, number: int, content: bytes) -> None:
    wanted = {"parts": [{"number": number, "sha256": sha256(content)}]}
    signed = caller.post(f"/api/v1/attachments/{attachment_id}/parts", wanted)
    assert signed.status_code == 200, signed.content
    part = signed.json()["parts"][0]
    assert put(part["url"], content, part["headers"])[0] == 200


def analysed(attachment_id: UUID) -> Attachment:
    """Analyse a file as a worker does, and return its row."""
    execute.execute(ATTACHMENTS, attachment_id)
    return Attachment.objects.get(pk=attachment_id)


def _send_parts(
    caller: APIClient, attachment_id: str, upload: dict[str, Any], content: bytes
) -> None:
    size = upload["part_size"]
    for number in range(1, upload["part_count"] + 1):
        send_part(caller, attachment_id, number, content[(number - 1) * size : number * size])


def overwrite(key: str, content: bytes) -> None:
    """Write other bytes to a key, as another sender with the presigned request could."""
    objects.write(key, io.BytesIO(content), content_type="text/plain")


@contextmanager
def storage_away() -> Iterator[None]:
    """Give the server a bucket where nothing listens. Browsers still reach the real one."""
    away = {"endpoint_url": f"http://127.0.0.1:{closed_port()}"}
    with storage_at(away, "attachments"):
        yield


@contextmanager
def storage_at(options: dict[str, str], *aliases: str) -> Iterator[None]:
    """Use another bucket for the named storages: the server's, the browser's or both."""
    known: dict[str, Any] = settings.STORAGES
    elsewhere = {
        alias: {**known[alias], "OPTIONS": {**known[alias]["OPTIONS"], **options}}
        for alias in aliases
    }
    with override_settings(STORAGES={**known, **elsewhere}):
        _forget_clients()
        try:
            yield
        finally:
            _forget_clients()


def _forget_clients() -> None:
    objects.client.cache_clear()
    presigned.signer.cache_clear()


def _asked(
    method: str, url: str, content: bytes | None, headers: dict[str, str]
) -> tuple[int, http.client.HTTPMessage, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", content, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()

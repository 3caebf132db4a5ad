"""A photo of 12 megapixels: its previews beside plain Pillow, and the time to the other screen."""

import base64
import hashlib
import http.client
import io
import json
import tempfile
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from django.core.management import call_command
from PIL import Image

from attachments.models import Attachment
from attachments.scanning.sandbox import PREVIEW_SIZES_PX, decoding
from attachments.uploads.formats import format_named
from tests.attachments.samples import large_photo
from tests.bench import data
from tests.bench.report import ROUNDS, against, table, typical
from tests.bench.servers import HOST, CouldNotMeasure, Machine

RATIO_AIM = 1.3
PEAK_AIM_MIB = 150
SCREEN_AIM_SECONDS = 1.0
PHOTOS = 9
MIB = 1024 * 1024


def run(machine: Machine) -> None:
    """Print the time of both previews beside Pillow, the memory of the decoder, and the upload."""
    photo = large_photo()
    ours, pillows, peak_mib = _previews(photo)
    seconds = _to_the_other_screen(machine, photo)
    table(
        f"A JPEG of 12 megapixels and {len(photo) / 1e6:.1f} MB",
        ("", "figure"),
        [
            ("Pillow: draft, thumbnail, save, twice", f"{pillows * 1000:.0f} ms"),
            ("ours: type, both previews, in a process of its own", f"{ours * 1000:.0f} ms"),
            ("ours / Pillow", against(ours / pillows, RATIO_AIM)),
            ("memory of that process at most", against(peak_mib, PEAK_AIM_MIB, " MiB")),
            (
                f"uploaded to thumbnail fetched, median of {PHOTOS}",
                against(typical(seconds), SCREEN_AIM_SECONDS, " s"),
            ),
        ],
    )


def _previews(photo: bytes) -> tuple[float, float, float]:
    """Return the seconds of ours and of Pillow, measured in turns, and the peak memory in MiB."""
    ours, pillows, peaks = [], [], []
    with tempfile.TemporaryFile() as file:
        file.write(photo)
        for _round in range(ROUNDS):
            pillows.append(timed(lambda: with_pillow(photo)))
            ours.append(timed(lambda: peaks.append(_with_ours(file))))
    return typical(ours), typical(pillows), max(peaks) / MIB


def with_pillow(photo: bytes) -> None:
    for size_px in PREVIEW_SIZES_PX:
        with Image.open(io.BytesIO(photo)) as image:
            image.draft("RGB", (size_px, size_px))
            image.thumbnail((size_px, size_px))
            image.save(io.BytesIO(), "WEBP")


def _with_ours(file: Any) -> int:
    with decoding(file, format_named("jpeg"), keeps_location=False) as decoded:
        if decoded.report.reason or not decoded.report.has_preview:
            raise CouldNotMeasure(decoded.report.detail)
        return decoded.report.peak_bytes


def _to_the_other_screen(machine: Machine, photo: bytes) -> list[float]:
    """Return the seconds from the last byte to the fetched thumbnail, for each photo."""
    call_command("setup_storage", verbosity=0)
    machine.start_worker()
    client = data.client_user()
    conversation = data.conversation_of(client)
    sender = Caller(machine.port, data.bearer(client))
    reader = Caller(machine.port, data.bearer(data.member_of_staff()))
    return [seconds_to_preview(sender, reader, str(conversation.pk), photo) for _ in range(PHOTOS)]


def seconds_to_preview(
    sender: "Caller", reader: "Caller", conversation: str, photo: bytes
) -> float:
    """Upload and send a photo. Return the seconds from its last byte to the fetched preview."""
    sha256 = base64.b64encode(hashlib.sha256(photo).digest()).decode()
    wanted = {"name": "photo.jpg", "size": len(photo), "sha256": sha256}
    announced = sender.post("/attachments", wanted)
    draft = {"id": str(uuid4()), "body": "", "attachments": [announced["id"]]}
    sender.post(f"/conversations/{conversation}/messages", draft)
    upload = announced["upload"]
    _request("PUT", upload["url"], photo, upload["headers"])
    began = time.monotonic()
    sender.post(f"/attachments/{announced['id']}/complete", {})
    while Attachment.objects.get(pk=announced["id"]).status == "scanning":
        if time.monotonic() > began + 20:
            raise CouldNotMeasure("the photo is not ready after 20 s")
        # Short: the pause adds to what is measured.
        time.sleep(0.005)
    reader.fetch(f"/attachments/{announced['id']}/preview/320")
    return time.monotonic() - began


class Caller:
    """Sends the requests of one person."""

    def __init__(self, port: int, authorization: str) -> None:
        self.base = f"http://{HOST}:{port}/api/v1"
        self.headers = {"Authorization": authorization, "Content-Type": "application/json"}

    def post(self, path: str, body: dict[str, Any]) -> Any:
        _headers, content = _request(
            "POST", self.base + path, json.dumps(body).encode(), self.headers
        )
        return json.loads(content)

    def fetch(self, path: str) -> bytes:
        headers, _content = _request("GET", self.base + path, None, self.headers)
        return _request("GET", headers["Location"], None, {})[1]


def _request(
    method: str, url: str, body: bytes | None, headers: dict[str, str]
) -> tuple[http.client.HTTPMessage, bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body, headers)
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    if answer.status >= 400:
        raise CouldNotMeasure(f"{method} {url}: {answer.status} {content[:300]!r}")
    return answer.headers, content


def timed(work: Callable[[], object]) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began

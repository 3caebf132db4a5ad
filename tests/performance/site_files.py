"""Put photos and a plan into a conversation of the demo, which has none."""

import hashlib
import time
from typing import Any

from playwright.sync_api import APIRequestContext, APIResponse

from tests.attachments.samples import pdf, photo

SCAN_SECONDS = 90
PHOTOS = ("fissure.jpg", "seuil.jpg", "façade-sud.jpg", "escalier.jpg")
PHOTO_PX = (1600, 1200)


class Sender:
    """Calls the API with the session of a context."""

    def __init__(self, request: APIRequestContext) -> None:
        self._request = request
        cookies = request.storage_state()["cookies"]
        tokens = [each["value"] for each in cookies if each["name"] == "csrftoken"]
        self._headers = {"X-CSRFToken": tokens[0]}

    def post(self, path: str, data: Any = None) -> Any:
        answer = self._request.post(f"/api/v1/{path}", data=data, headers=self._headers)
        _require(answer)
        return answer.json()

    def patch(self, path: str, data: Any) -> None:
        _require(self._request.patch(f"/api/v1/{path}", data=data, headers=self._headers))

    def upload(self, name: str, content: bytes) -> str:
        """Send a file and return its id."""
        sha256 = hashlib.sha256(content).hexdigest()
        announced = self.post("attachments", {"name": name, "size": len(content), "sha256": sha256})
        upload = announced["upload"]
        _require(self._request.put(upload["url"], headers=upload["headers"], data=content))
        self.post(f"attachments/{announced['id']}/complete")
        return str(announced["id"])


def send_files(request: APIRequestContext, conversation: str) -> None:
    """Send four photos and a plan, with words, and wait until they are scanned."""
    sender = Sender(request)
    files = [sender.upload(name, photo(size=PHOTO_PX)) for name in PHOTOS]
    files.append(sender.upload("plan-du-rez-de-chaussée.pdf", pdf()))
    words = "Voici les photos de ce matin et le plan annoté."
    sender.post(f"conversations/{conversation}/messages", {"body": words, "attachments": files})
    deadline = time.monotonic() + SCAN_SECONDS
    while not _are_scanned(request, conversation):
        assert time.monotonic() < deadline, "the files are not scanned"
        time.sleep(0.5)


def _are_scanned(request: APIRequestContext, conversation: str) -> bool:
    files = request.get(f"/api/v1/conversations/{conversation}/attachments").json()["results"]
    return len(files) > len(PHOTOS) and all(
        each["attachment"]["status"] == "ready" for each in files
    )


def _require(answer: APIResponse) -> None:
    assert answer.ok, f"{answer.status} {answer.url}: {answer.text()[:500]}"

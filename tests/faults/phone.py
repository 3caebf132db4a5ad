"""The manager's phone: a push service on loopback, and a device that acknowledges each push."""

import http.client
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from notifications.push import vapid
from tests.notifications.push_service import Browser, PushService, running

# Pause between two looks at the pushes. A device that acknowledges nothing counts as silent after
# three pushes.
DISPLAY_SECONDS = 0.2


@dataclass
class Phone:
    """The pushes of one device, and a thread that tells the product that it displayed them."""

    private_key: str = field(default_factory=vapid.generate_private_key)
    # Set to False before `on` to acknowledge nothing.
    is_looked_at: bool = True
    ending: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.service = PushService(public_key=vapid.public_key(self.private_key))
        self.displayed = 0

    @property
    def environment(self) -> dict[str, str]:
        return {
            "VAPID_PRIVATE_KEY": self.private_key,
            "PUSH_ALLOWED_HOSTS": self.service.origin,
        }

    def browser(self) -> Browser:
        return self.service.browser("phone")

    @contextmanager
    def on(self, call: Any) -> Iterator[None]:
        """Run the push service, and acknowledge pushes by `call`, which sends a request."""
        thread = threading.Thread(target=self._display, args=(call,), daemon=True)
        with running(self.service):
            if self.is_looked_at:
                thread.start()
            try:
                yield
            finally:
                self.ending.set()
                if self.is_looked_at:
                    thread.join(30)

    def notices(self) -> list[dict[str, Any]]:
        return [pushed.payload["notification"] for pushed in list(self.service.received)]

    def shown_of_a_conversation(self) -> int:
        """Return the most tags of one conversation. The phone shows one notification a tag."""
        tags: dict[str, set[str]] = defaultdict(set)
        for notice in self.notices():
            tags[notice["data"]["conversation"]].add(notice["tag"])
        return max((len(names) for names in tags.values()), default=0)

    def heard_twice(self) -> int:
        """Return how many notifications made a sound more than once."""
        sounds = Counter(n["data"]["id"] for n in self.notices() if n["data"]["alerts"])
        return sum(1 for times in sounds.values() if times > 1)

    def _display(self, call: Any) -> None:
        while not self.ending.wait(DISPLAY_SECONDS):
            for notice in self.notices()[self.displayed :]:
                token = {"token": notice["data"]["token"]}
                try:
                    status = call("POST", "/api/v1/push/displayed", token)[0]
                except (OSError, http.client.HTTPException):
                    break
                if status >= 500:
                    break
                self.displayed += 1

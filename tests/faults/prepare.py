"""Create the tables, people and conversations of a run with faults. Runs as a process.

    python -m tests.faults.prepare CONVERSATIONS DEVICE

DEVICE is a push subscription of the manager's phone, as JSON. Prints JSON: the bearer tokens
`client`, `staff`, `colleagues` (a list) and `manager`, and the ids of the `conversations`.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")
django.setup()

from django.core.management import call_command  # noqa: E402  (Django must be set up)

from core.auth.jwt_tokens import issue_development_token  # noqa: E402
from core.models import Client, User  # noqa: E402
from messaging.actions.conversations import open_conversation  # noqa: E402
from messaging.conversation.idempotency import Opening  # noqa: E402
from notifications.models import Preference, PushSubscription  # noqa: E402

COLLEAGUES = 10


def main(conversations: int, device: dict[str, str]) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    client = Client.objects.create(name="Famille Morel")
    camille = person("camille@demo.test", User.Role.CLIENT, client)
    person("bruno@demo.test", User.Role.CLIENT, client)
    colleagues = [person(f"odile{n}@demo.test", User.Role.STAFF) for n in range(COLLEAGUES)]
    marc = person("marc@demo.test", User.Role.MANAGER)
    # Only the manager is notified, on his phone.
    for other in User.objects.all():
        Preference.objects.create(user=other, push=other == marc, email="never")
    PushSubscription.objects.create(user=marc, label="phone", **device)
    opened = [
        open_conversation(
            opener=camille, opening=Opening(subject=f"Sujet {number}", client=client.pk)
        ).conversation
        for number in range(conversations)
    ]
    prepared = {
        "client": issue_development_token(camille),
        "staff": issue_development_token(colleagues[0]),
        "colleagues": [issue_development_token(colleague) for colleague in colleagues],
        "manager": issue_development_token(marc),
        "conversations": [str(conversation.pk) for conversation in opened],
    }
    print(json.dumps(prepared))  # noqa: T201  (the output)


def person(email: str, role: User.Role, client: Client | None = None) -> User:
    return User.objects.create(email=email, name=email.partition("@")[0], role=role, client=client)


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))

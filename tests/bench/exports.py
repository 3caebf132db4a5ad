"""Measure exports: `python -m tests.bench.exports MESSAGES:GIGABYTES …`, such as 20000:2.

Each pair has its own services, with one conversation of made-up messages, each in the chain, and
photos of 2.4 MB with a preview. One process does all slices of the export, as a worker does them
one after the other, then the verifier runs over the ZIP. Memory is the peak of each process.
"""

import os
import secrets
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any

from tests.bench.backups import Step, manage, services, spent
from tests.bench.processor import Others

FILE_BYTES = 2_400_000
THREADS = 4
COLUMNS = ("messages", "files", "step", "seconds", "processor", "peak memory")
BODY = "Bonjour, l’équipe du carrelage n’est pas passée aujourd’hui ; pouvez-vous me rappeler ? "


def main(pairs: list[str]) -> None:
    others = Others()
    print("|" + " | ".join(COLUMNS) + "|", "|" + "---|" * len(COLUMNS), sep="\n", flush=True)
    for pair in pairs:
        messages, _, gigabytes = pair.partition(":")
        measure(int(messages), float(gigabytes or 0))
    print(f"\n(other work took {others.share():.0%} of the processors)")


def measure(messages: int, gigabytes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as folder:
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
        saved = Path(folder) / "export.zip"
        with services(Path(folder) / "here") as environment:
            manage(environment, "migrate", "--verbosity=0")
            manage(environment, "setup_storage")
            _run(environment, f"fill({messages}, {gigabytes})", "fill")
            made = _run(environment, "make()", "export in slices")
            # What a process takes that has everything loaded and does nothing else.
            idle = _run(environment, f"save({str(saved)!r})", "download alone")
        verified = _verify(saved)
        for step in (idle, made, verified):
            print(
                f"| {messages:,} | {gigabytes:g} GB | {step.name} | {step.seconds:.0f} s "
                f"| {step.processor_seconds:.0f} s | {step.memory_bytes / 1e6:.0f} MB |",
                flush=True,
            )


def _run(environment: dict[str, str], call: str, name: str) -> Step:
    module, function = "tests.bench.exports", call.partition("(")[0]
    command = f"from {module} import {function}; {call}"
    return manage(environment, "shell", "--verbosity=0", f"--command={command}", name=name)


def _verify(saved: Path) -> Step:
    script = Path(__file__).parents[2] / "messaging" / "exporting" / "verifier.py"
    return spent([sys.executable, "-I", str(script), str(saved)], dict(os.environ), "verifier")


def fill(messages: int, gigabytes: float) -> Any:
    """Write a conversation, and return its manager. Runs inside Django."""
    from django.db import transaction
    from django.utils import timezone

    from core.ids import new_id
    from core.models import Client, User
    from messaging.actions.chain import chain_old
    from messaging.chain.contents import new_message
    from messaging.conversation import chaining
    from messaging.conversation.lock import lock
    from messaging.models import Conversation, Message, MessageAttachment

    client = Client.objects.create(name="Famille Morel")
    marc = User.objects.filter(email="marc@demo.test").first() or User.objects.create_user(
        "marc@demo.test", name="Marc Vidal", role=User.Role.MANAGER
    )
    files = _files(marc, int(gigabytes * 1e9 / FILE_BYTES))
    conversation = Conversation.objects.create(
        client=client, subject="Carrelage", created_by=marc, draft_digest=bytes(32),
        version=messages, last_seq=messages,
    )  # fmt: skip
    every = max(1, messages // max(1, len(files)))
    rows = [
        Message(
            id=new_id(), conversation=conversation, seq=seq, version=seq, author=marc,
            body=f"{seq}. {BODY}", draft_digest=bytes(32), due_at=None,
            fanned_out_at=timezone.now(),
        )
        for seq in range(1, messages + 1)
    ]  # fmt: skip
    links = []
    for file, message in zip(files, rows[::every], strict=False):
        message.attachment_count += 1
        links.append((message, file))
    Message.objects.bulk_create(rows, batch_size=1000)
    MessageAttachment.objects.bulk_create(
        MessageAttachment(message=message, attachment=file, conversation=conversation, position=0)
        for message, file in links
    )
    with transaction.atomic():
        first = rows[0]
        entry = new_message(first, first.attachments)
        chaining.record(lock(conversation.pk), [entry], at=first.created_at)
    chain_old(conversation.pk)
    return marc


def _files(uploader: Any, count: int) -> list[Any]:
    """Write photos of random bytes into the bucket; return their rows, with their hashes."""
    import hashlib

    from django.utils import timezone
    from PIL import Image

    from attachments.models import Attachment
    from attachments.storage import objects

    preview = BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(preview, "WEBP")
    now = timezone.now()
    content = os.urandom(FILE_BYTES)
    digest = hashlib.sha256(content).digest()
    rows = [
        Attachment(
            uploader=uploader, name=f"photo {number}.jpg", size=FILE_BYTES, sha256=digest,
            format="jpeg", content_type="image/jpeg", kind="image", status="ready",
            verdict="clean", has_preview=True, uploaded_at=now, claimed_at=now, due_at=None,
        )
        for number in range(count)
    ]  # fmt: skip

    def write(row: Attachment) -> None:
        for version, what in (("original", content), ("320.webp", preview.getvalue())):
            objects.write(f"files/{row.pk}/{version}", BytesIO(what), content_type="image/jpeg")

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(write, rows):
            pass
    Attachment.objects.bulk_create(rows, batch_size=1000)
    return list(rows)


def make() -> None:
    """Order the export and do all its slices in this process."""
    from core.models import User
    from messaging.actions import exports
    from messaging.exporting.scope import scope_for
    from messaging.models import Conversation, Export
    from workers.engine.execute import execute
    from workers.registry import EXPORTS

    marc, conversation = User.objects.get(), Conversation.objects.get()
    scope = scope_for(marc, "conversation", conversation.pk)
    export = exports.ask_export(marc, scope, with_notes=False, with_files=True).export
    while export.is_under_way:
        execute(EXPORTS, export.pk)
        export.refresh_from_db()
    assert export.status == Export.Status.READY, export.last_error


def save(path: str) -> None:
    """Write the ZIP to a file."""
    from attachments.storage import objects
    from messaging.models import Export

    key = objects.export_key(Export.objects.get().pk, "export.zip")
    with Path(path).open("wb") as file:
        for piece in objects.chunks(key):
            file.write(piece)


if __name__ == "__main__":
    main(sys.argv[1:] or ["2000:0.1"])

"""Make exports as a worker does, and open their ZIPs."""

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any
from uuid import UUID

from PIL import Image

from attachments.models import Attachment
from attachments.storage import objects
from core.models import User
from messaging.actions import exports
from messaging.exporting.scope import scope_for
from messaging.models import Conversation, Export, Message, MessageAttachment
from workers.engine.execute import execute
from workers.registry import EXPORTS


def ready_file(uploader: User, name: str, content: bytes, *, picture: bool = False) -> Attachment:
    """Return a file that was checked, with its objects in the bucket; a photo has a preview."""
    file = Attachment(
        uploader=uploader, name=name, size=len(content), sha256=hashlib.sha256(content).digest(),
        content_type="image/jpeg" if picture else "application/pdf",
        kind="image" if picture else "pdf", status="ready", verdict="clean", due_at=None,
        has_preview=picture,
    )  # fmt: skip
    file.uploaded_at = file.settled_at = file.created_at
    file.save()
    key = objects.file_key(file.pk, objects.ORIGINAL)
    objects.write(key, io.BytesIO(content), content_type=file.content_type)
    if picture:
        key = objects.file_key(file.pk, objects.preview_version(320))
        objects.write(key, io.BytesIO(small_picture()), content_type="image/webp")
    return file


def small_picture() -> bytes:
    shown = io.BytesIO()
    Image.new("RGB", (320, 240), (180, 90, 40)).save(shown, "WEBP")
    return shown.getvalue()


def make(by: User, kind: str, subject: UUID, **choice: bool) -> Export:
    """Ask for an export and let a worker do all its slices."""
    chosen = {"with_notes": False, "with_files": True, **choice}
    export = exports.ask_export(by, scope_for(by, kind, subject), **chosen).export
    return finish(export)


def finish(export: Export) -> Export:
    for _slice in range(100):
        execute(EXPORTS, export.pk)
        export.refresh_from_db()
        if not export.is_under_way:
            return export
    raise AssertionError(f"not finished: {export.done} of {export.total}")


def zip_of(export: Export) -> bytes:
    return b"".join(objects.chunks(objects.export_key(export.pk, "export.zip")))


def opened(export: Export) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(zip_of(export)))


def unpacked(export: Export, folder: Path) -> Path:
    with opened(export) as archive:
        archive.extractall(folder)
    return folder


def verified(path: Path, *, script: Path | None = None) -> tuple[int, str]:
    """Run the verifier of an export on it; return its exit code and what it says."""
    done = subprocess.run(
        [sys.executable, "-I", str(script or path / "verifier.py"), str(path)],
        capture_output=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def lines(archive: zipfile.ZipFile, name: str) -> list[Any]:
    return [json.loads(line) for line in archive.read(name).decode().splitlines()]


def show_file(message: Message, file: Attachment, conversation: Conversation) -> None:
    MessageAttachment.objects.create(
        message=message, attachment=file, conversation=conversation, position=0
    )

"""Measure backups: `python -m tests.bench.backups MESSAGES:GIGABYTES …`, such as 10000:1.

Each pair has its own services, filled with made-up messages and files: for each file one of 2.4 MB
and two previews. The commands are those of a person. The place is a folder of the same disk, and
the backups are encrypted. The table has seconds as they pass, and of the processor.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from deploy.embedded import embedded_services
from deploy.launcher.data_dir import DataDir
from tests.bench.processor import Others
from tests.services import started
from tests.site import ROOT

FILE_BYTES, PREVIEW_BYTES = 2_400_000, (120_000, 15_000)
THREADS = 4
COLUMNS = ("messages", "files", "step", "seconds", "processor", "memory", "in the place")


@dataclass(frozen=True)
class Step:
    name: str
    seconds: float
    processor_seconds: float
    memory_bytes: int


def main(pairs: list[str]) -> None:
    others = Others()
    print("|" + " | ".join(COLUMNS) + "|", "|" + "---|" * len(COLUMNS), sep="\n", flush=True)
    for pair in pairs:
        messages, _, gigabytes = pair.partition(":")
        measure(int(messages), float(gigabytes or 0))
    print(f"\n(other work took {others.share():.0%} of the processors)")


def measure(messages: int, gigabytes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="liaison-bench-") as folder:
        place = Path(folder) / "place"
        os.environ["BACKUP_KEY"] = secrets.token_urlsafe(48)
        os.environ["SECRET_KEY"] = secrets.token_urlsafe(48)
        with services(Path(folder) / "here") as environment:
            manage(environment, "migrate", "--verbosity=0")
            manage(environment, "setup_storage")
            size = (f"--messages={messages}", f"--conversations={max(100, messages // 100)}")
            manage(environment, "bench_data", "--force", *size, "--clients=500")
            manage(environment, "shell", "--verbosity=0", f"--command={FILL % gigabytes}")
            steps = [
                manage(environment, "backup", str(place), name="first backup"),
                manage(environment, "backup", str(place), name="next backup"),
                manage(environment, "backup", "--verify", str(place), name="check"),
            ]
        with services(Path(folder) / "elsewhere") as environment:
            steps.append(manage(environment, "restore", str(place), name="restore"))
        stored = sum(each.stat().st_size for each in place.rglob("*") if each.is_file())
        for step in steps:
            print(
                f"| {messages:,} | {gigabytes:g} GB | {step.name} | {step.seconds:.0f} s "
                f"| {step.processor_seconds:.0f} s | {step.memory_bytes / 1e6:.0f} MB "
                f"| {stored / 1e9:.2f} GB |",
                flush=True,
            )


FILL = "from tests.bench.backups import fill; fill(%s)"


def fill(gigabytes: float) -> None:
    """Write files into the bucket, with rows that are ready. Runs inside Django."""
    from django.utils import timezone

    from attachments.models import Attachment
    from core.models import User

    count = int(gigabytes * 1e9 / (FILE_BYTES + sum(PREVIEW_BYTES)))
    uploader = User.objects.filter(role=User.Role.STAFF)[0]
    now = timezone.now()
    rows = [
        Attachment(
            uploader=uploader, name="photo.jpg", size=FILE_BYTES, sha256=bytes(32), format="jpeg",
            content_type="image/jpeg", kind="image", status="ready", verdict="clean",
            has_preview=True, uploaded_at=now, claimed_at=now,
        )
        for _ in range(count)
    ]  # fmt: skip
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in pool.map(_write_file, [row.pk for row in rows]):
            pass
    Attachment.objects.bulk_create(rows, batch_size=1000)


def _write_file(attachment_id: object) -> None:
    from attachments.storage import objects

    sizes = {"original": FILE_BYTES, "1280.webp": PREVIEW_BYTES[0], "320.webp": PREVIEW_BYTES[1]}
    for version, size in sizes.items():
        content = BytesIO(os.urandom(size))
        key = f"files/{attachment_id}/{version}"
        objects.write(key, content, content_type="image/jpeg")


@contextmanager
def services(folder: Path) -> Iterator[dict[str, str]]:
    """Start services of their own; yield the environment of commands."""
    folder.mkdir()
    data_dir = DataDir(folder)
    data_dir.create()
    before = dict(os.environ)
    try:
        with started(embedded_services(data_dir, {})):
            yield {**os.environ, "LIAISON_HOME": str(folder), "DEBUG": "false", "HTTPS": "false"}
    finally:
        os.environ.clear()
        os.environ.update(before)


def manage(environment: dict[str, str], *arguments: str, name: str = "") -> Step:
    """Run a command that must succeed. Its programs of PostgreSQL are in its processor time."""
    try:
        return spent([sys.executable, "manage.py", *arguments], environment, name)
    except AssertionError as failed:
        log = Path(environment["LIAISON_HOME"]) / "log" / "postgres.log"
        raise AssertionError(f"{failed}{log.read_text()[-3000:]}") from failed


def spent(command: list[str], environment: dict[str, str], name: str) -> Step:
    """Run a program that must succeed, and return what it took."""
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout
    said = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    print(said, file=sys.stderr)
    seconds = time.monotonic() - began
    return Step(name, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


if __name__ == "__main__":
    main(sys.argv[1:])

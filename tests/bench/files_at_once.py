"""Twelve files that eat their whole time, at once: what other people's messages wait for."""

import time
import zlib
from datetime import datetime
from uuid import UUID

from django.core.management import call_command
from django.utils import timezone

from attachments.models import Attachment
from attachments.uploads.server_side import store_bytes
from core.ids import new_id
from messaging.actions import attachments
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message
from tests.bench import data, processor
from tests.bench.report import against, percentile, table
from tests.bench.servers import CouldNotMeasure, Machine

FILES = 12
MESSAGES = 60
PAUSE_SECONDS = 0.1
LINES = 3_000_000
RATIO_AIM = 2.0
MEMORY_AIM_MIB = 1200
MAX_SECONDS = 240
MIB = 1024 * 1024


def run(machine: Machine) -> None:
    """Print the times of the fan-outs without and with the files, and the decoders' memory."""
    call_command("setup_storage", verbosity=0)
    machine.start_worker()
    conversation = data.conversation_of(data.client_user())
    alone = _fan_outs(conversation)
    files = [_sent(conversation, number) for number in range(FILES)]
    busy_from = timezone.now()
    beside = _fan_outs(conversation)
    if not _unfinished(files):
        raise CouldNotMeasure("the files were judged before the messages were sent")
    peak_mib = _watch_memory(machine, files) / MIB
    results = Attachment.objects.filter(pk__in=files).values_list("status", flat=True)
    table(
        f"{FILES} files at once, each as slow as its limits allow",
        ("", "median", "p99"),
        [
            ("messages fanned out without them", *_milliseconds(alone)),
            ("beside them", *_milliseconds(beside)),
        ],
    )
    ratio = percentile(beside, 0.5) / percentile(alone, 0.5)
    seconds = (timezone.now() - busy_from).total_seconds()
    print(f"beside / without, median: {against(ratio, RATIO_AIM)}")
    print(f"all decoders together: {against(peak_mib, MEMORY_AIM_MIB, ' MiB')}")
    print(f"all files: {seconds:.0f} s, {', '.join(sorted(set(results)))}")


def _sent(conversation: Conversation, number: int) -> UUID:
    """Put a drawing of millions of lines in quarantine, and order its analysis."""
    content = slow_pdf() + b"\n%" + str(number).encode()
    uploader = conversation.created_by
    attachment = store_bytes(
        uploader=uploader, name=f"plan {number}.pdf", content=content, id=new_id()
    )
    attachments.complete(attachment)
    return attachment.pk


def slow_pdf() -> bytes:
    """Return a page of LINES lines, which PDFium draws for minutes."""
    line = b"0 0 m 600 800 l S\n1 0 m 0 800 l S\n"
    drawing = zlib.compress(line * (LINES // 2), 6)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(drawing), drawing),
    ]
    written, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table_at = len(written)
    written += b"xref\n0 5\n0000000000 65535 f \n"
    written += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    written += b"trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % table_at
    return written


def _fan_outs(conversation: Conversation) -> list[float]:
    """Send messages one after another; return the seconds from each to its fan-out, sorted."""
    ids = []
    for _ in range(MESSAGES):
        draft = Draft(body=data.BODY)
        send_message(author=conversation.created_by, conversation_id=conversation.pk, draft=draft)
        ids.append(draft.id)
        time.sleep(PAUSE_SECONDS)
    _wait_for_all(ids)
    done = Message.objects.filter(pk__in=ids).values_list("created_at", "fanned_out_at")
    return sorted(_seconds(created, fanned_out) for created, fanned_out in done)


def _seconds(created: datetime, fanned_out: datetime | None) -> float:
    if fanned_out is None:
        raise CouldNotMeasure("a message was not fanned out")
    return (fanned_out - created).total_seconds()


def _wait_for_all(ids: list[UUID]) -> None:
    deadline = time.monotonic() + MAX_SECONDS
    while Message.objects.filter(pk__in=ids, fanned_out_at=None).exists():
        if time.monotonic() > deadline:
            raise CouldNotMeasure("the messages are not fanned out")
        time.sleep(0.05)


def _unfinished(files: list[UUID]) -> int:
    scanning = Attachment.Status.SCANNING
    return Attachment.objects.filter(pk__in=files, status=scanning).count()


def _watch_memory(machine: Machine, files: list[UUID]) -> float:
    """Wait for all files; return the most memory that their decoders had together, in bytes."""
    pid, peak = machine.programs["worker-files"][1].pid, 0.0
    deadline = time.monotonic() + MAX_SECONDS
    while _unfinished(files):
        if time.monotonic() > deadline:
            raise CouldNotMeasure("the files are not judged")
        peak = max(peak, processor.memory_of_decoders(pid))
        time.sleep(0.1)
    return peak


def _milliseconds(sorted_seconds: list[float]) -> tuple[str, str]:
    return tuple(f"{percentile(sorted_seconds, share) * 1000:.0f} ms" for share in (0.5, 0.99))  # type: ignore[return-value]

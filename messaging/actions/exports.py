"""Ask for an export, make it slice by slice, cancel it, give it out, and remove it in time."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attachments.storage import multipart, objects, presigned, versions
from attachments.storage.objects import Missing, StorageAway
from attachments.uploads.filenames import clean_name, content_disposition
from core import installation
from core.audit.record import Action, Thing, record
from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import NOT_DUE, Lease, error_text, reset_attempts
from core.models import User
from core.web.errors import NotAllowed, Refusal
from messaging.audited import note_print
from messaging.conversation import history
from messaging.conversation.history import Kind, NewLine
from messaging.conversation.lock import lock
from messaging.conversation.versions import bump
from messaging.exporting import build, covers, overtaken, state
from messaging.exporting.scope import Scope, scope_for
from messaging.models import Conversation, Export, HistoryLine
from messaging.queries import exports as queries

Status = Export.Status
# Loaded again, with or without the notes: one export.
SAME_EXPORT = timedelta(minutes=10)
# Of one slice. Renewed at each tick, so a killed worker loses it soon.
LEASE = timedelta(seconds=30)
TOLD_EVERY_SECONDS = 1.0
DOWNLOAD_LIFETIME = timedelta(seconds=60)
REMOVED_AT_ONCE = 100

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ordered:
    export: Export
    # False if it was under way already.
    is_new: bool


class ExportNotReady(Refusal):
    default_code = "export_not_ready"
    default_detail = _("This export is not ready, or is no longer kept. Ask for a new one.")


class Stopped(Exception):
    """The export was cancelled, or another worker has it."""


@transaction.atomic
def record_export(*, by: User, conversation: Conversation) -> None:
    """Write the line of an export, once in ten minutes for each person. A client leaves none."""
    if not by.is_company:
        note_print(by, conversation)
        return
    locked = lock(conversation.pk)
    since = timezone.now() - SAME_EXPORT
    recent = HistoryLine.objects.filter(conversation=conversation, kind=Kind.EXPORTED, by=by)
    if not recent.filter(at__gte=since).exists():
        bump(locked)
        history.show_changed(locked, [NewLine(Kind.EXPORTED, by)])


def ask_export(by: User, scope: Scope, *, with_notes: bool, with_files: bool) -> Ordered:
    """Order an export; one that is under way already is given back.

    Raises NotAllowed for internal notes without being of the company.
    """
    if with_notes and not by.is_company:
        raise NotAllowed
    choice = {"with_notes": with_notes, "with_files": with_files}
    same = queries.pending_exports().filter(by=by, kind=scope.kind, subject=scope.subject, **choice)
    if (earlier := same.first()) is not None:
        return Ordered(earlier, is_new=False)
    try:
        return Ordered(_ordered(by, scope, **choice), is_new=True)
    except IntegrityError:
        # Two taps at once: the other one was first.
        return Ordered(same.get(), is_new=False)


@transaction.atomic
def _ordered(by: User, scope: Scope, **choice: bool) -> Export:
    export = Export.objects.create(
        by=by, kind=scope.kind, subject=scope.subject, label=scope.label, locale=by.locale, **choice
    )
    record(
        by,
        Action.EXPORT_ORDERED,
        _thing(export),
        {"kind": scope.kind, "of": scope.subject, **choice},
    )
    if scope.author:
        record(by, Action.PERSON_EXPORTED, scope.author)
    if scope.kind == Export.Kind.CONVERSATION:
        record_export(by=by, conversation=Conversation.objects.get(pk=scope.subject))
    enqueue(Job.MAKE_EXPORT, export_id=export.pk)
    return export


@transaction.atomic
def cancel_export(export: Export, *, by: User) -> Export:
    """Stop making an export, or delete a finished one. Again is harmless.

    The worker that makes it sees it within seconds.
    """
    locked = Export.objects.select_for_update(no_key=True).defer("state").get(pk=export.pk)
    if locked.is_under_way:
        locked.status = Status.CANCELLED
        record(by, Action.EXPORT_CANCELLED, _thing(locked))
    elif locked.status == Status.READY:
        # The next clean-up deletes the ZIP.
        locked.expires_at = timezone.now()
        locked.save(update_fields=["expires_at"])
        return locked
    else:
        return locked
    locked.finished_at, locked.due_at, locked.leased_until = timezone.now(), None, None
    locked.save(update_fields=["status", "finished_at", "due_at", "leased_until"])
    return locked


def download_url(export: Export, reader: User) -> str:
    """Return an address of the ZIP that works for a minute. It is asked again who may have it.

    Raises Http404, NotAllowed, or ExportNotReady.
    """
    scope_for(reader, export.kind, export.subject)
    is_over = export.expires_at is not None and export.expires_at <= timezone.now()
    if export.status != Status.READY or is_over:
        raise ExportNotReady
    key = _zip_key(export)
    try:
        objects.stored(key)
    except Missing as error:
        # A backup was restored, which holds no exports.
        raise ExportNotReady from error
    record(reader, Action.EXPORT_DOWNLOADED, _thing(export))
    name = clean_name(f"{export.label} {timezone.localtime(export.created_at):%Y-%m-%d}.zip")
    return presigned.presigned_get(
        key,
        content_type="application/zip",
        disposition=content_disposition(name),
        cache_control="private, no-store",
        lifetime=DOWNLOAD_LIFETIME,
    )


def make_slice(export_id: UUID) -> None:
    """Do a slice of an export that the caller has leased, and order the next one.

    Raises StorageAway after postponing it. A cancelled one is left as it is.
    """
    export = queries.pending_exports().select_related("by").filter(pk=export_id).first()
    if export is None or export.leased_until is None:
        return
    lease = Lease.of(queries.pending_exports(), export)
    until = lease.leased_until
    try:
        _make_slice(export, lease)
    except Stopped:
        logger.info("export_stopped", export=str(export_id))
        remove_leftovers()
    except Missing:
        # The storage dropped the upload, or has joined its parts already: begin again.
        _forget(export, lease)
        raise
    except StorageAway as error:
        lease.postpone(error_text(error))
        raise
    except Exception:
        # The worker notes it in the row, which it knows by the end of its own lease.
        lease.renew(until)
        raise


def _make_slice(export: Export, lease: Lease) -> None:
    scope = scope_for(export.by, export.kind, export.subject)
    if export.state is None:
        _begin(export, lease, scope)
    assert export.state is not None
    builder = build.Builder(
        export, scope, state.unpacked(bytes(export.state)), _teller(export, lease)
    )
    done = builder.run()
    if overtaken.is_overtaken(done.state):
        _forget(export, lease)
        _save(lease, **reset_attempts(timezone.now()))
        enqueue(Job.MAKE_EXPORT, export_id=export.pk)
        return
    if done.size is None:
        columns = {"state": state.packed(done.state), **reset_attempts(timezone.now())}
        _save(lease, done=export.done, phase=export.phase, **columns)
        enqueue(Job.MAKE_EXPORT, export_id=export.pk)
        return
    with transaction.atomic():
        _save(
            lease, status=Status.READY, size=done.size, sums_sha256=done.sums_sha256,
            done=export.total, state=None, upload_id="", finished_at=timezone.now(),
            expires_at=timezone.now() + timedelta(days=settings.EXPORT_KEEP_DAYS),
            **reset_attempts(timezone.now()),
        )  # fmt: skip
        enqueue(Job.TELL_OF_EXPORT, export_id=export.pk)
    written = objects.listed(covers.folder_of(export))
    objects.delete(item.key for item in written if item.key != _zip_key(export))


def _forget(export: Export, lease: Lease) -> None:
    lease.leased_rows().update(state=None, upload_id="", done=0)
    multipart.abort_multipart(_zip_key(export), export.upload_id)
    _delete_objects(export)


def _begin(export: Export, lease: Lease, scope: Scope) -> None:
    began = build.begun(scope)
    export.total = build.total_of(began, with_files=export.with_files)
    export.state, export.status = state.packed(began), Status.RUNNING
    export.upload_id = multipart.start_multipart(_zip_key(export), content_type="application/zip")
    _save(
        lease, total=export.total, state=export.state, status=export.status,
        upload_id=export.upload_id, started_at=timezone.now(),
    )  # fmt: skip


def _teller(export: Export, lease: Lease) -> Callable[[str, int], None]:
    """Return what writes down the progress, keeps the lease, and raises Stopped when cancelled."""
    told_at = time.monotonic()

    def tell(phase: str, more: int) -> None:
        nonlocal told_at
        export.done, export.phase = min(export.done + more, export.total), phase
        if time.monotonic() - told_at < TOLD_EVERY_SECONDS:
            return
        told_at = time.monotonic()
        until = timezone.now() + LEASE
        _save(lease, done=export.done, phase=phase, leased_until=until)
        lease.leased_until = until

    return tell


def _save(lease: Lease, **columns: object) -> None:
    """Write columns under the lease. Raises Stopped once it is lost."""
    if not lease.leased_rows().update(**columns):
        raise Stopped


def give_up(export_id: UUID, _error: str) -> None:
    """Record that an export failed, after the last attempt, and have its person told."""
    failed = queries.pending_exports().filter(pk=export_id)
    failed.update(status=Status.FAILED, finished_at=timezone.now(), state=None, **reset_attempts())
    enqueue(Job.TELL_OF_EXPORT, export_id=export_id)


def told(export: Export) -> None:
    """Record that the person was told."""
    untold = queries.untold_exports().filter(pk=export.pk)
    untold.update(told_at=timezone.now(), last_error="", **NOT_DUE)


def clean() -> int:
    """Delete the ZIPs that are no longer kept, and what cancelled exports left. Return how many."""
    if installation.shares_bucket():
        return 0
    remove_leftovers()
    removed = 0
    for export in queries.expired_exports(timezone.now())[:REMOVED_AT_ONCE]:
        # No backup names them, so none has to be waited for.
        _delete_objects(export)
        with transaction.atomic():
            Export.objects.filter(pk=export.pk).update(status=Status.EXPIRED, **NOT_DUE)
            record(None, Action.EXPORT_EXPIRED, _thing(export))
        removed += 1
    return removed


def remove_leftovers() -> None:
    """Take back the parts and objects of exports that ended without a ZIP."""
    for export in queries.exports_with_leftovers()[:REMOVED_AT_ONCE]:
        multipart.abort_multipart(_zip_key(export), export.upload_id)
        _delete_objects(export)
        Export.objects.filter(pk=export.pk).update(upload_id="", state=None)


def _thing(export: Export) -> Thing:
    # Its label may be a subject, which goes with a purge.
    return Thing(export._meta.label_lower, str(export.pk))


def _zip_key(export: Export) -> str:
    return objects.export_key(export.pk, "export.zip")


def _delete_objects(export: Export) -> None:
    """Delete all versions too: an export is personal data."""
    versions.delete_all_versions(covers.folder_of(export))

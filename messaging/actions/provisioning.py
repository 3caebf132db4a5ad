"""Rows of a portal or an ERP, and what follows when one is archived: its conversations close."""

from typing import Any

from django.db import transaction
from rest_framework.exceptions import ErrorDetail, ValidationError

from core import provisioning
from core.models import Chantier, Client, User
from core.provisioning import Given, Put
from core.web.errors import Refusal
from messaging.conversation import history
from messaging.conversation.history import Kind, NewLine, named
from messaging.conversation.lock import lock
from messaging.conversation.status import changes_to
from messaging.conversation.versions import bump
from messaging.models import Conversation


class DryRun(Exception):
    """Takes back what a dry run has done."""


@transaction.atomic
def put(kind: str, external_id: str, given: Given) -> Put:
    """Create or change one row, with what follows from it. Raises what `core.provisioning` does."""
    done = provisioning.PUTS[kind](external_id, given)
    if isinstance(done.row, Chantier) and "status" in done.changed and done.row.is_archived:
        close_conversations_of(done.row)
    if isinstance(done.row, Client) and "archived_at" in done.changed and done.row.archived_at:
        _archive_what_belongs_to(done.row)
    return done


def close_conversations_of(chantier: Chantier) -> None:
    """Close the open conversations of an archived chantier. Each has a line that says why."""
    open_ones = chantier.conversations.filter(status=Conversation.Status.OPEN, archived_at=None)
    for conversation_id in open_ones.order_by("pk").values_list("pk", flat=True):
        locked = lock(conversation_id)
        if locked.conversation.status == Conversation.Status.CLOSED:
            continue
        bump(locked, **changes_to(locked.conversation, Conversation.Status.CLOSED.value))
        line = NewLine(Kind.CLOSED, details={"chantier": named(chantier)})
        history.show_changed(locked, [line])


def _archive_what_belongs_to(client: Client) -> None:
    for person in User.objects.filter(client=client, is_active=True):
        person.is_active = False
        person.save(update_fields=["is_active"])
    for chantier in client.chantiers.filter(status=Chantier.Status.OPEN):
        chantier.status = Chantier.Status.ARCHIVED
        chantier.save(update_fields=["status"])
        close_conversations_of(chantier)


def put_many(rows: list[dict[str, Any]], *, is_dry_run: bool) -> list[dict[str, Any]]:
    """Put rows in the order given, each in its own transaction; return one result a row.

    A dry run does the same in one transaction, which is taken back: a row finds those before it.
    """
    results: list[dict[str, Any]] = []
    if not is_dry_run:
        return [_result(row) for row in rows]
    try:
        with transaction.atomic():
            results.extend(_result(row) for row in rows)
            raise DryRun
    except DryRun:
        return results


def _result(row: dict[str, Any]) -> dict[str, Any]:
    kind, external_id = row["kind"], row["external_id"]
    result = {"kind": kind, "external_id": external_id, "outcome": "refused", "errors": []}
    try:
        with transaction.atomic():
            done = put(kind, external_id, row["given"])
    except ValidationError as error:
        result["errors"] = list(errors_of(error.detail))
    except Refusal as refusal:
        code, detail = str(refusal.get_codes()), str(refusal.detail)
        result["errors"] = [{"code": code, "detail": detail, "attr": refusal.attr}]
    else:
        result["outcome"] = done.outcome
    return result


def errors_of(detail: Any, attr: str | None = None) -> Any:
    if isinstance(detail, dict):
        for name, inside in detail.items():
            yield from errors_of(inside, name)
    elif isinstance(detail, list):
        for inside in detail:
            yield from errors_of(inside, attr)
    else:
        code = detail.code if isinstance(detail, ErrorDetail) else "invalid"
        yield {"code": code, "detail": str(detail), "attr": attr}

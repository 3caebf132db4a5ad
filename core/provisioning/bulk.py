"""Many rows of a portal or an ERP at once: each is done or refused by itself."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from django.db import transaction
from rest_framework.exceptions import ErrorDetail, ValidationError

from core.provisioning.rows import put
from core.web.errors import Refusal

T = TypeVar("T")
R = TypeVar("R")


class DryRun(Exception):
    """Takes back what a dry run has done."""


def put_many(rows: list[dict[str, Any]], *, is_dry_run: bool) -> list[dict[str, Any]]:
    """Put rows in the order given, each in its own transaction; return one result a row."""
    return in_turn(rows, _result, is_dry_run=is_dry_run)


def in_turn(rows: list[T], do: Callable[[T], R], *, is_dry_run: bool) -> list[R]:
    """Do something for each row. `do` has its own transaction and raises nothing.

    A dry run does the same in one transaction, which is taken back: a row finds those before it.
    """
    results: list[R] = []
    if not is_dry_run:
        return [do(row) for row in rows]
    try:
        with transaction.atomic():
            results.extend(map(do, rows))
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


def errors_of(detail: Any, attr: str | None = None) -> Iterator[dict[str, str | None]]:
    if isinstance(detail, dict):
        for name, inside in detail.items():
            yield from errors_of(inside, name)
    elif isinstance(detail, list):
        for inside in detail:
            yield from errors_of(inside, attr)
    else:
        code = detail.code if isinstance(detail, ErrorDetail) else "invalid"
        yield {"code": code, "detail": str(detail), "attr": attr}

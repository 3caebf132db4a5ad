"""Export attempts as a CSV or JSON file."""

import csv
import json
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework.utils.encoders import JSONEncoder

from workers.models import TaskRun

AT_MOST = 10_000
COLUMNS = (
    "id", "name", "queue", "worker", "subject", "attempt", "outcome", "ordered_at", "started_at",
    "ended_at", "wait_seconds", "run_seconds", "error_class", "error_place", "error_text",
)  # fmt: skip
# A spreadsheet takes a text with such a beginning for a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def file_of(runs: QuerySet[TaskRun], file_format: str) -> HttpResponse:
    """Return the newest attempts, AT_MOST of them, as an attachment."""
    rows = runs.order_by("-ended_at", "-pk").values(*COLUMNS)[:AT_MOST]
    response = HttpResponse(content_type="text/csv" if file_format == "csv" else "application/json")
    response["Content-Disposition"] = f'attachment; filename="tasks.{file_format}"'
    if file_format == "json":
        json.dump(list(rows), response, cls=JSONEncoder, ensure_ascii=False)
        return response
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(row[name]) for name in COLUMNS] for row in rows)
    return response


def _cell(value: Any) -> str:
    text = "" if value is None else str(value)
    is_number = isinstance(value, int | float)
    return f"'{text}" if text.startswith(FORMULAS) and not is_number else text

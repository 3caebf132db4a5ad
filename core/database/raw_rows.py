"""Run a raw SQL query and return its row as a model instance.

Only for queries of every request: there the ORM takes longer to compose the SQL than PostgreSQL to
run it, and `Manager.raw` nearly as long to build the instance.
"""

from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)

# The names of the columns by query. There are few: callers write theirs as constants.
_names: dict[str, list[Any]] = {}


def columns_of(model: type[Model], table: str) -> str:
    """Return the columns of a model's table for a SELECT.

    Not `*`: a prepared statement that selects it fails once a migration has added a column.
    """
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)


def row_of(model: type[M], sql: str, asked: Any) -> M | None:
    """Return the first row of a query that selects every column of a model's table, or None.

    Columns that Django converts after reading (JSON, composite types) are not supported.
    """
    found = row_with_extras(model, sql, asked)
    return found[0] if found else None


def row_with_extras(model: type[M], sql: str, asked: Any) -> tuple[M, dict[str, Any]] | None:
    """Like `row_of`, with the other values that the query selects, by name."""
    return next(iter(rows_with_extras(model, sql, asked)), None)


def rows_with_extras(model: type[M], sql: str, asked: Any) -> list[tuple[M, dict[str, Any]]]:
    """Like `row_with_extras`, for all rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        # psycopg builds an object for each column, for each query anew.
        if (names := _names.get(sql)) is None:
            names = _names[sql] = [column.name for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    fields = model._meta.concrete_fields
    attributes = [field.attname for field in fields]
    return [
        (
            model.from_db(
                connection.alias, attributes, [values.pop(field.column) for field in fields]
            ),
            values,
        )
        for values in found
    ]

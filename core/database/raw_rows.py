"""Run a raw SQL query and return its row as a model instance.

Only for queries of every request: there the ORM takes longer to compose the SQL than PostgreSQL to
run it, and `Manager.raw` nearly as long to build the instance.
"""

from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

M = TypeVar("M", bound=Model)


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
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        row = cursor.fetchone()
        if row is None:
            return None
        values = {column.name: value for column, value in zip(cursor.description, row, strict=True)}
    fields = model._meta.concrete_fields
    own = [values.pop(field.column) for field in fields]
    return model.from_db(connection.alias, [field.attname for field in fields], own), values

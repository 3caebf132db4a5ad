"""Read the plans of the statements that the product runs, and the buffers that they touch.

Buffers are pages of 8 KiB, in memory or not. They depend on the rows alone, and neither on the
machine nor on what else it does. Those of triggers and deferred constraints are not among them.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection

EXPLAINED = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
EXPLAIN = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) "


@dataclass(frozen=True)
class Plan:
    """One statement and the nodes of its plan, the outermost first."""

    sql: str
    nodes: list[dict[str, Any]]

    @property
    def buffers(self) -> int:
        top = self.nodes[0]
        return int(top["Shared Hit Blocks"] + top["Shared Read Blocks"])

    @property
    def scanned(self) -> set[str]:
        """Return the tables that are read from the first page to the last."""
        return {node["Relation Name"] for node in self.nodes if "Seq Scan" in node["Node Type"]}

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes if "Index Name" in node}


@contextmanager
def plans() -> Iterator[list[Plan]]:
    """Record the plan of each statement of Django's connection.

    A statement is run once more for its plan, before it runs, and what that wrote is undone.
    """
    found: list[Plan] = []

    def explained(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(EXPLAINED) and not many:
            found.append(_plan_of(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explained):
        yield found


def _plan_of(sql: str, params: Any) -> Plan:
    opened = connection.connection
    with opened.transaction(force_rollback=True), opened.cursor() as cursor:
        cursor.execute(EXPLAIN + sql, params)
        [plan] = cursor.fetchone()
    plan = json.loads(plan) if isinstance(plan, str) else plan
    return Plan(sql, [*_nodes(plan[0]["Plan"])])


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from _nodes(child)

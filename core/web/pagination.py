"""Divide lists into pages, by cursor.

Not beside a view: DRF imports DEFAULT_PAGINATION_CLASS while it loads its own views.
"""

from typing import Any

from rest_framework.pagination import CursorPagination
from rest_framework.response import Response


class _Pages(CursorPagination):
    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 100

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.get_next_link()})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {"type": ["string", "null"], "format": "uri"},
            },
        }


class NewestFirst(_Pages):
    ordering = ("-last_activity_at", "-id")


class LatestFirst(_Pages):
    """Order by a serial id, for rows that are written in that order."""

    ordering = ("-id",)


class ByName(_Pages):
    ordering = ("name", "id")

"""Divide lists into pages, by cursor.

Not beside a view: DRF imports DEFAULT_PAGINATION_CLASS while it loads its own views.
"""

from typing import Any

from django.core import signing
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.database.folding import FoldText


class _Pages(CursorPagination):
    """DRF's pages, with a signed cursor: what we did not write is refused, whatever is in it."""

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

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        cursor, limit = super().get_schema_operation_parameters(view)
        limit["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return [cursor, limit]

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get(self.page_size_query_param)
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= self.max_page_size):
            detail = _("Give a number from 1 to %(limit)d.") % {"limit": self.max_page_size}
            raise ValidationError({self.page_size_query_param: detail}, code="invalid")
        return int(text)

    def decode_cursor(self, request: Request) -> Cursor | None:
        text = request.query_params.get(self.cursor_query_param)
        if text is None:
            return None
        try:
            offset, is_reverse, position = self._signer.unsign_object(text)
        except (signing.BadSignature, ValueError) as error:
            detail = _("Start again from the first page: this cursor is not of this list.")
            raise ValidationError({self.cursor_query_param: detail}, code="invalid") from error
        return Cursor(offset=offset, reverse=is_reverse, position=position)

    def encode_cursor(self, cursor: Cursor) -> str:
        text = self._signer.sign_object([cursor.offset, cursor.reverse, cursor.position])
        assert self.base_url is not None, "set by paginate_queryset"
        return replace_query_param(self.base_url, self.cursor_query_param, text)

    @property
    def _signer(self) -> signing.Signer:
        # A cursor of a list in another order has a position of another type.
        return signing.Signer(salt=f"cursor of {type(self).__name__}")


class NewestFirst(_Pages):
    ordering = ("-last_activity_at", "-id")


class LatestFirst(_Pages):
    """Order by a serial id, for rows that are written in that order."""

    ordering = ("-id",)


class LatestPlaced(_Pages):
    """Order by a position, for rows that are chained in that order."""

    ordering = ("-position",)


class LatestReceived(_Pages):
    ordering = ("-received_at", "-key")


class InOrderOfNames(_Pages):
    """Order by name as a dictionary does: capitals and accents do not matter."""

    ordering = ("sort_name", "name", "id")

    def paginate_queryset(
        self, queryset: Any, request: Request, view: Any = None
    ) -> list[Any] | None:
        named = queryset.annotate(sort_name=FoldText("name"))
        return super().paginate_queryset(named, request, view)

"""The REST endpoints of the filters that people of the company keep."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.database.folding import FoldText
from core.ids import new_id
from core.web.company import NOT_OURS, colleague
from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.actions import saved_filters
from messaging.api.filters import ConversationFilter
from messaging.models import SavedFilter
from messaging.serializers.saved_filters import (
    FilterChangeSerializer,
    FilterDraftSerializer,
    SavedFilterSerializer,
)

# Of a screen that catches up, not of a person.
NOT_KEPT = {"changed_since"}


class SavedFilterList(APIView):
    """One's own filters and those that colleagues share. A client's user gets 404."""

    @extend_schema(responses={200: SavedFilterSerializer(many=True), **refusals({404: NOT_OURS})})
    def get(self, request: Request) -> Response:
        return Response(SavedFilterSerializer(_filters_of(request), many=True).data)

    @extend_schema(
        request=FilterDraftSerializer,
        responses={
            201: SavedFilterSerializer,
            **refusals(
                {409: "Too many.", 403: "The id is of somebody else's filter.", 404: NOT_OURS}
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """Keep parameters of `GET /conversations` under a name. The same id again replaces it."""
        owner = colleague(request)
        asked = validated(FilterDraftSerializer, request.data)
        saved = saved_filters.save_filter(
            owner,
            filter_id=asked.get("id") or new_id(),
            name=asked["name"],
            query=_checked(request, asked["query"]),
            is_shared=asked["is_shared"],
        )
        return Response(SavedFilterSerializer(saved).data, status=status.HTTP_201_CREATED)


class SavedFilterDetail(APIView):
    """A filter: one's own, or a shared one as a manager."""

    @extend_schema(
        request=FilterChangeSerializer,
        responses={200: SavedFilterSerializer, **refusals({403: "Somebody else's."})},
    )
    def patch(self, request: Request, filter_id: UUID) -> Response:
        saved = get_object_or_404(_filters_of(request), pk=filter_id)
        changes = validated(FilterChangeSerializer, request.data)
        if "query" in changes:
            changes["query"] = _checked(request, changes["query"])
        saved = saved_filters.change_filter(saved, person(request), changes)
        return Response(SavedFilterSerializer(saved).data)

    @extend_schema(responses={204: None, **refusals({403: "Somebody else's."})})
    def delete(self, request: Request, filter_id: UUID) -> Response:
        saved = get_object_or_404(_filters_of(request), pk=filter_id)
        saved_filters.delete_filter(saved, person(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _filters_of(request: Request) -> QuerySet[SavedFilter]:
    reader = colleague(request)
    found = SavedFilter.objects.filter(Q(owner=reader) | Q(is_shared=True))
    return found.select_related("owner").order_by(FoldText("name"), "id")


def _checked(request: Request, query: dict[str, str]) -> dict[str, str]:
    """Return parameters that the list takes; raises ValidationError by name for another."""
    known = ConversationFilter.base_filters.keys() - NOT_KEPT
    unknown = {name: [_("There is no such parameter.")] for name in query if name not in known}
    if unknown:
        raise ValidationError({"query": unknown}, "unknown_parameter")
    checked = ConversationFilter(data=query, request=request._request)
    if not checked.form.is_valid():
        wrong = {name: list(map(str, said)) for name, said in checked.form.errors.items()}
        raise ValidationError({"query": wrong})
    return query

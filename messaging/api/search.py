"""The REST endpoints of the search for words: in messages, file names and internal notes.

`GET /conversations?about=` finds conversations by their subject, client and chantier.
"""

from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.web.openapi import refusals
from core.web.pagination import LatestFirst, LatestWritten
from core.web.requests import person, validated
from core.web.views import APIView, ListAPIView
from messaging.models import Message, MessageAttachment, Note
from messaging.queries import search_pages as everywhere
from messaging.queries.found_rows import facets_of, hits_of_page
from messaging.queries.search import files_found, messages_found, notes_found
from messaging.search.index import AT_A_SEARCH_SECONDS, catch_up
from messaging.search.related import terms
from messaging.search.terms import Term
from messaging.serializers.input import EverywhereSerializer, SearchSerializer
from messaging.serializers.search import (
    FoundEverywhereSerializer,
    FoundFileSerializer,
    FoundMessageSerializer,
    FoundNoteSerializer,
)

Row = TypeVar("Row", bound=Model)
# Days outside have no messages, and the last ones of the calendar have no day after them.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
NOT_THEIRS = refusals({404: "The `conversation` is not the reader's to see."})


class _Search(ListAPIView[Row]):
    pagination_class: type[CursorPagination] = LatestWritten
    filter_backends = ()

    def asked(self) -> dict[str, Any]:
        """Return the words and the conversation; the rest of the query is the pagination's."""
        given = {
            name: value
            for name, value in self.request.query_params.items()
            if name in SearchSerializer().fields
        }
        return validated(SearchSerializer, given)

    @cached_property
    def wanted(self) -> list[Term]:
        catch_up(AT_A_SEARCH_SECONDS)
        return terms(self.asked()["q"])

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "terms": self.wanted}


class MessageSearch(_Search[Message]):
    serializer_class = FoundMessageSerializer
    queryset = Message.objects.none()

    @extend_schema(
        parameters=[SearchSerializer], responses={200: FoundMessageSerializer, **NOT_THEIRS}
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """The messages that hold all words, in any order, or what is between quotation marks."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[Message]:
        return messages_found(person(self.request), self.wanted, self.asked().get("conversation"))


class FileSearch(_Search[MessageAttachment]):
    serializer_class = FoundFileSerializer
    pagination_class = LatestFirst
    queryset = MessageAttachment.objects.none()

    @extend_schema(
        parameters=[SearchSerializer], responses={200: FoundFileSerializer, **NOT_THEIRS}
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """The files in messages whose name holds all words."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[MessageAttachment]:
        return files_found(person(self.request), self.wanted, self.asked().get("conversation"))


class NoteSearch(_Search[Note]):
    serializer_class = FoundNoteSerializer
    queryset = Note.objects.none()

    @extend_schema(
        parameters=[SearchSerializer],
        responses={200: FoundNoteSerializer, **refusals({404: "Not of the company."})},
    )
    def get(self, request: Request, *args: object, **kwargs: object) -> Response:
        """The internal notes that hold all words. A client's user gets 404."""
        return self.list(request)

    def get_queryset(self) -> QuerySet[Note]:
        return notes_found(person(self.request), self.wanted, self.asked().get("conversation"))


class Search(APIView):
    @extend_schema(
        request=None,
        parameters=[EverywhereSerializer],
        responses={200: FoundEverywhereSerializer, **NOT_THEIRS},
    )
    def get(self, request: Request) -> Response:
        """Messages, files, conversations, and notes for the company, that hold all words.

        The words are those of the text, of the subject, client, chantier and author. One typing
        error in a word is taken if nothing is found without. The `hits` are places in `excerpt`.
        """
        given = validated(EverywhereSerializer, request.query_params.dict())
        is_complete = catch_up(AT_A_SEARCH_SECONDS)
        asked = _asked(given)
        reader = person(request)
        with_facets = reader.is_company and given.get("facets") == "true"
        search = everywhere.Search(reader, asked, with_facets=with_facets)
        after = _place_in(given.get("cursor"))
        found = search.page(after, given["limit"])
        page = {
            "results": hits_of_page(found.entries, found.terms),
            "next": _next(request, found.next),
            "count": found.count and found.count._asdict(),
            "is_complete": is_complete and found.is_complete,
            "facets": found.facets and facets_of(reader, found.facets),
        }
        return Response(FoundEverywhereSerializer(page).data)


def _asked(given: dict[str, Any]) -> everywhere.Asked:
    names = ("conversation", "client", "chantier", "author", "kind")
    until = given.get("to")
    return everywhere.Asked(
        terms=terms(given["q"]),
        has_file={"true": True, "false": False}.get(given.get("has_file", "")),
        since=_midnight(given.get("from")),
        before=_midnight(min(until, LAST_DAY) + timedelta(days=1) if until else None),
        **{name: given.get(name) for name in names},
    )


def _midnight(day: date | None) -> datetime | None:
    if day is None:
        return None
    day = min(max(day, FIRST_DAY), LAST_DAY)
    return datetime.combine(day, time(), tzinfo=timezone.get_default_timezone())


def _next(request: Request, place: everywhere.Place | None) -> str | None:
    if place is None:
        return None
    text = _signer().sign_object([place.part, place.at.isoformat(), place.id])
    return replace_query_param(request.build_absolute_uri(), "cursor", text)


def _place_in(text: str | None) -> everywhere.Place | None:
    if text is None:
        return None
    try:
        part, at, row_id = _signer().unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        detail = _("Start again from the first page: this cursor is not of this list.")
        raise ValidationError({"cursor": detail}, code="invalid") from error
    return everywhere.Place(part, datetime.fromisoformat(at), row_id)


def _signer() -> signing.Signer:
    return signing.Signer(salt="place in what was found")

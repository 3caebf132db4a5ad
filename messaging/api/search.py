"""The REST endpoints of the search for words: in messages, file names and internal notes.

`GET /conversations?about=` finds conversations by their subject, client and chantier.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.queries import search_pages as everywhere
from messaging.queries.found_rows import facets_of, hits_of_page
from messaging.search.index import AT_A_SEARCH_SECONDS, catch_up
from messaging.search.related import terms
from messaging.serializers.input import EverywhereSerializer
from messaging.serializers.search import FoundEverywhereSerializer

# Days outside have no messages, and the last ones of the calendar have no day after them.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
NOT_THEIRS = refusals({404: "The `conversation` is not the reader's to see."})


class Search(APIView):
    @extend_schema(
        request=None,
        parameters=[EverywhereSerializer],
        responses={200: FoundEverywhereSerializer, **NOT_THEIRS},
    )
    def get(self, request: Request) -> Response:
        """Messages, files, conversations, and notes for the company, that hold all words.

        Without words, all that the filters let through, the newest first; at least one is needed.
        The words are those of the text, of the subject, client, chantier and author. One typing
        error in a word is taken if nothing is found without. The `hits` are places in `excerpt`.
        """
        after = _place_in(request.query_params.get("cursor"))
        given = validated(EverywhereSerializer, request.query_params.dict())
        is_complete = catch_up(AT_A_SEARCH_SECONDS)
        asked = _asked(given)
        reader = person(request)
        with_facets = reader.is_company and given.get("facets") == "true"
        search = everywhere.Search(reader, asked, with_facets=with_facets)
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
        is_listing=not given["q"],
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

"""The events for other software, as a feed that programs read at their own pace."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.auth.machine_views import MachineView
from core.credential_models import MachineCredential
from core.outgoing import feed
from core.outgoing_models import OutgoingEvent
from core.serializers import InputSerializer, UtcField
from core.web.errors import Refusal
from core.web.fields import NumberField
from core.web.openapi import LIMITED, refusals
from core.web.requests import validated

MOST = 500
FEWEST = 1
USUAL = 100
TOO_OLD = (
    "The events after this cursor are gone: it is of more than 30 days ago, or of before a restore "
    "of the database. Read the rows that you keep anew, then follow the feed without `after`."
)


class EventsGone(Refusal):
    status_code = 410
    default_code = "events_gone"
    default_detail = _(
        "The events after this cursor are gone: it is of more than 30 days ago, or of before a "
        "restore of the database. Read what you keep anew, then follow the feed without `after`."
    )
    attr = "after"


class FeedQuerySerializer(InputSerializer):
    after = serializers.CharField(required=False, max_length=300)
    limit = NumberField(required=False, min_value=FEWEST, max_value=MOST, default=USUAL)


class OutgoingEventSerializer(serializers.Serializer[Any]):
    """Something that happened. `data` is described in the README of core, by `type`."""

    id = serializers.UUIDField(read_only=True, help_text="The same in the feed and in webhooks.")
    position = serializers.IntegerField(
        read_only=True, help_text="Grows, with gaps. In order within one conversation."
    )
    type = serializers.ChoiceField(choices=OutgoingEvent.Kind.choices, read_only=True)
    at = UtcField(read_only=True)
    version = serializers.IntegerField(read_only=True, help_text="Of the shape of `data`.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared in the class: `data` is also an attribute of every serializer.
        return {**super().get_fields(), "data": serializers.DictField(read_only=True)}


class EventPageSerializer(serializers.Serializer[Any]):
    """Events in order. `next` is the `after` of the next request, also when there are none."""

    results = OutgoingEventSerializer(many=True, read_only=True)
    next = serializers.CharField(read_only=True)
    has_more = serializers.BooleanField(
        read_only=True, help_text="There are more: ask at once. Otherwise ask again later."
    )


def asked_position(cursor: str) -> int:
    """Return the position of a cursor that a caller gave. Raises ValidationError or EventsGone."""
    try:
        return feed.position_of(cursor)
    except feed.BadCursor as error:
        detail = _("Give a `next` of this feed, or leave it out.")
        raise ValidationError({"after": detail}, code="invalid") from error
    except feed.CursorTooOld as error:
        raise EventsGone from error


class EventsView(MachineView):
    scope = MachineCredential.Scope.EVENTS_READ

    @extend_schema(
        parameters=[
            OpenApiParameter("after", str, description="The `next` of the page before."),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": FEWEST, "maximum": MOST, "default": USUAL}
            ),
        ],
        responses={200: EventPageSerializer, **refusals({410: TOO_OLD, **LIMITED})},
    )
    def get(self, request: Request) -> Response:
        """Read what happened, in order: what webhooks tell of, for 30 days.

        Without `after` it begins with the oldest event that is kept. An event may come twice, when
        a program asks again with an earlier cursor; none is missed.
        """
        asked = validated(FeedQuerySerializer, request.query_params.dict())
        after = asked.get("after")
        position = None if after is None else asked_position(after)
        try:
            page = feed.page_after(position, at_most=asked["limit"])
        except feed.CursorTooOld as error:
            raise EventsGone from error
        shown = {
            "results": [feed.shown(event) for event in page.events],
            "next": feed.cursor_of(page.next_position),
            "has_more": page.has_more,
        }
        return Response(EventPageSerializer(shown).data)

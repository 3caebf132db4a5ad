"""The REST endpoints of the person who asks."""

from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.serializers import AvailabilitySerializer, availability_of
from core.web.errors import NotAllowed
from core.web.openapi import refusals
from core.web.requests import person, validated
from core.web.views import APIView
from messaging.actions.availability import set_availability
from messaging.serializers.input import AbsenceSerializer
from messaging.serializers.output import MeWithUnreadSerializer


class MyAvailability(APIView):
    """Whether one answers. For the company alone."""

    @extend_schema(
        responses={200: AvailabilitySerializer, **refusals({403: "Not of the company."})}
    )
    def get(self, request: Request) -> Response:
        """One's own availability, as `GET /staff` shows it to the others."""
        if not person(request).is_company:
            raise NotAllowed
        return Response(AvailabilitySerializer(availability_of(person(request))).data)

    @extend_schema(request=AbsenceSerializer, responses=AvailabilitySerializer)
    def put(self, request: Request) -> Response:
        """Say that one is away, `until` a moment if it is known, or there again.

        What waits for a person who goes away is given to the deputy, or to a manager.
        """
        asked = validated(AbsenceSerializer, request.data)
        set_availability(
            person(request), is_absent=asked["status"] == "absent", until=asked.get("until")
        )
        return Response(AvailabilitySerializer(availability_of(person(request))).data)


class Me(APIView):
    """The person who asks. Sets the CSRF cookie that unsafe requests of a session need."""

    @method_decorator(ensure_csrf_cookie)
    @extend_schema(responses=MeWithUnreadSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeWithUnreadSerializer(person(request)).data)

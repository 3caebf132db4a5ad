"""The REST endpoint of the person who asks."""

from django.utils.decorators import method_decorator
from django.views.decorators.csrf import ensure_csrf_cookie
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.web.requests import person
from core.web.views import APIView
from messaging.serializers.output import MeWithUnreadSerializer


class Me(APIView):
    """The person who asks. Sets the CSRF cookie that unsafe requests of a session need."""

    @method_decorator(ensure_csrf_cookie)
    @extend_schema(responses=MeWithUnreadSerializer)
    def get(self, request: Request) -> Response:
        return Response(MeWithUnreadSerializer(person(request)).data)

"""The REST endpoint of the folders. Here, since one of them holds emails."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.web.errors import NotAllowed
from core.web.openapi import refusals
from core.web.requests import person
from core.web.views import APIView
from messaging.queries import folders
from notifications.inbound_email.to_sort import waiting_emails


class FoldersSerializer(serializers.Serializer[Any]):
    """How many are in each folder: conversations as `GET /conversations?folder=` lists them.

    A count stops at 1,000, which then means "or more".
    """

    to_answer = serializers.IntegerField(read_only=True)
    mine = serializers.IntegerField(read_only=True)
    unassigned = serializers.IntegerField(read_only=True)
    mentions = serializers.IntegerField(read_only=True)
    snoozed = serializers.IntegerField(read_only=True)
    closed = serializers.IntegerField(read_only=True)
    open = serializers.IntegerField(read_only=True, help_text="All that is not closed.")
    all = serializers.IntegerField(read_only=True)
    emails = serializers.IntegerField(
        read_only=True, help_text="Emails that wait to be put in a conversation: `GET /emails`."
    )


class Folders(APIView):
    @extend_schema(responses={200: FoldersSerializer, **refusals({403: "Not of the company."})})
    def get(self, request: Request) -> Response:
        """Count what is in each folder of the staff inbox. For the company only."""
        reader = person(request)
        if not reader.is_company:
            raise NotAllowed
        waiting = waiting_emails()
        return Response(FoldersSerializer(folders.counts(reader, emails=waiting)).data)

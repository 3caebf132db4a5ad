"""The REST endpoints of internal notes."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.ids import new_id
from core.web.company import colleague
from core.web.preconditions import preconditions
from core.web.requests import person, validated
from core.web.views import APIView, ListAPIView, versioned
from messaging.actions import notes
from messaging.api.responses import created_status
from messaging.models import Note, NoteRevision
from messaging.queries.conversations import conversation_for, note_for, notes_for
from messaging.serializers.input import BodySerializer, NoteDraftSerializer
from messaging.serializers.output import NoteRevisionSerializer, NoteSerializer


class NoteList(APIView):
    """Internal notes. A client's user gets 404."""

    @extend_schema(responses=NoteSerializer(many=True))
    def get(self, request: Request, conversation_id: UUID) -> Response:
        conversation = conversation_for(colleague(request), conversation_id)
        found = notes_for(person(request), conversation.pk)
        return Response(NoteSerializer(found, many=True).data)

    @extend_schema(
        request=NoteDraftSerializer, responses={200: NoteSerializer, 201: NoteSerializer}
    )
    def post(self, request: Request, conversation_id: UUID) -> Response:
        author = colleague(request)
        conversation = conversation_for(author, conversation_id)
        asked = validated(NoteDraftSerializer, request.data)
        written = notes.write_note(
            author=author,
            conversation=conversation,
            body=asked["body"],
            note_id=asked.get("id") or new_id(),
            attachment_ids=asked.get("attachments", ()),
        )
        return _answered(written.note, status=created_status(written.is_new))


class NoteDetail(APIView):
    checks_versions = True

    @extend_schema(operation_id="note_retrieve", responses=NoteSerializer)
    def get(self, request: Request, conversation_id: UUID, note_id: UUID) -> Response:
        return _answered(note_for(colleague(request), conversation_id, note_id))

    @extend_schema(request=BodySerializer, responses=NoteSerializer)
    def patch(self, request: Request, conversation_id: UUID, note_id: UUID) -> Response:
        note = note_for(colleague(request), conversation_id, note_id)
        asked = validated(BodySerializer, request.data)
        note = notes.edit_note(
            editor=person(request), note=note, body=asked["body"], only_if=preconditions(request)
        )
        return _answered(note)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: UUID, note_id: UUID) -> Response:
        note = note_for(colleague(request), conversation_id, note_id)
        notes.delete_note(remover=person(request), note=note, only_if=preconditions(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class NoteRevisionList(ListAPIView[NoteRevision]):
    """The earlier texts of a note, oldest first. A client's user gets 404."""

    serializer_class = NoteRevisionSerializer
    pagination_class = None
    filter_backends = ()
    queryset = NoteRevision.objects.none()

    def get_queryset(self) -> QuerySet[NoteRevision]:
        reader = colleague(self.request)
        note = note_for(reader, self.kwargs["conversation_id"], self.kwargs["note_id"])
        return note.revisions.all()


def _answered(note: Note, *, status: int = status.HTTP_200_OK) -> Response:
    return versioned(NoteSerializer(note).data, note.version, status=status)

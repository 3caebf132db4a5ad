"""Plain ways to write the rows of a message and to read pages of them, to compare with.

Those that write leave the same rows and answer the same JSON as the product. They publish no event,
enqueue no job, recognise no repeated draft and have no rate limit.
"""

import json
from uuid import UUID

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from rest_framework import serializers, status
from rest_framework.authentication import TokenAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.models import User
from core.web.requests import person
from messaging.models import Conversation, Message

# --- A bare DRF view ----------------------------------------------------------------------------


class AuthorSerializer(serializers.ModelSerializer[User]):
    class Meta:
        model = User
        fields = ("id", "name", "role")


class MessageSerializer(serializers.ModelSerializer[Message]):
    author = AuthorSerializer(read_only=True)

    class Meta:
        model = Message
        fields = (
            "id", "conversation", "seq", "version", "author", "body", "reply_to",
            "created_at", "edited_at", "deleted_at",
        )  # fmt: skip
        read_only_fields = ("conversation", "seq", "version", "edited_at", "deleted_at")


class BareDrf(APIView):
    authentication_classes = (TokenAuthentication,)
    permission_classes = (IsAuthenticated,)

    @transaction.atomic
    def post(self, request: Request, conversation_id: UUID) -> Response:
        author = person(request)
        serializer = MessageSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        conversation = get_object_or_404(
            Conversation.objects.select_for_update(), pk=conversation_id, client=author.client_id
        )
        conversation.last_seq += 1
        conversation.version += 1
        message = serializer.save(
            conversation=conversation,
            author=author,
            seq=conversation.last_seq,
            version=conversation.version,
            draft_digest=bytes(32),
        )
        conversation.last_message = message
        conversation.last_activity_at = conversation.changed_at = message.created_at
        conversation.awaiting_reply_since = conversation.awaiting_reply_since or message.created_at
        conversation.status = Conversation.Status.OPEN
        conversation.save(
            update_fields=[
                "last_seq", "version", "last_message", "last_activity_at", "changed_at",
                "awaiting_reply_since", "status",
            ]
        )  # fmt: skip
        return Response(serializer.data, status=status.HTTP_201_CREATED)


# --- Plain Django and raw SQL -------------------------------------------------------------------

WHO = """
    SELECT u.id, u.name, u.role, u.client_id
    FROM authtoken_token t JOIN core_user u ON u.id = t.user_id
    WHERE t.key = %s AND u.is_active
"""
LOCK = """
    SELECT last_seq + 1, version + 1 FROM messaging_conversation
    WHERE id = %s AND client_id = %s FOR UPDATE
"""
UPDATE = """
    UPDATE messaging_conversation
    SET last_seq = %(seq)s, version = %(version)s, last_message_id = %(id)s, status = 'open',
        last_activity_at = %(created_at)s, changed_at = %(created_at)s,
        awaiting_reply_since = COALESCE(awaiting_reply_since, %(created_at)s)
    WHERE id = %(conversation_id)s
"""
# Values of the columns that `raw_sql` does not set, read from the model.
DEFAULTS = {
    field.attname: field.get_default()
    for field in Message._meta.concrete_fields
    if not field.has_default() or not callable(field.default)
}
INSERT = "INSERT INTO messaging_message ({}) VALUES ({})".format(  # noqa: S608
    ", ".join(str(field.column) for field in Message._meta.concrete_fields),
    ", ".join(f"%({field.attname})s" for field in Message._meta.concrete_fields),
)


@csrf_exempt
@transaction.atomic
def raw_sql(request: HttpRequest, conversation_id: UUID) -> JsonResponse:
    asked = json.loads(request.body)
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(WHO, [request.headers["Authorization"].removeprefix("Token ")])
        user_id, name, role, client_id = cursor.fetchone()
        cursor.execute(LOCK, [conversation_id, client_id])
        seq, version = cursor.fetchone()
        row = {
            **DEFAULTS,
            "id": UUID(asked["id"]),
            "conversation_id": conversation_id,
            "seq": seq,
            "version": version,
            "author_id": user_id,
            "body": asked["body"],
            "draft_digest": bytes(32),
            "created_at": now,
            "due_at": now,
        }
        cursor.execute(INSERT, row)
        cursor.execute(UPDATE, row)
    author = {"id": user_id, "name": name, "role": role}
    shown = {key: row[key] for key in ("id", "seq", "version", "body", "created_at")}
    nothing_yet = {"reply_to": None, "edited_at": None, "deleted_at": None}
    answer = {**shown, **nothing_yet, "conversation": conversation_id, "author": author}
    return JsonResponse(answer, status=201)


# --- Raw SQL that reads ---------------------------------------------------------------------------

LIST = """
    SELECT COALESCE(json_agg(row.shown), '[]')::text FROM (
        SELECT json_build_object(
            'id', c.id, 'subject', c.subject, 'status', c.status, 'version', c.version,
            'last_seq', c.last_seq, 'last_activity_at', c.last_activity_at,
            'client', json_build_object('id', client.id, 'name', client.name),
            'last_message', json_build_object(
                'id', m.id, 'seq', m.seq, 'version', m.version, 'body', m.body,
                'created_at', m.created_at, 'author', json_build_object(
                    'id', author.id, 'name', author.name, 'role', author.role)),
            'people', (
                SELECT json_agg(json_build_object(
                    'id', u.id, 'name', u.name, 'role', u.role,
                    'last_read_seq', p.last_read_seq, 'unread_count', p.unread_count))
                FROM messaging_participant p JOIN core_user u ON u.id = p.user_id
                WHERE p.conversation_id = c.id AND p.left_at IS NULL)
        ) AS shown
        FROM messaging_conversation c
        JOIN core_client client ON client.id = c.client_id
        LEFT JOIN messaging_message m ON m.id = c.last_message_id
        LEFT JOIN core_user author ON author.id = m.author_id
        WHERE c.client_id = %s AND c.archived_at IS NULL
        ORDER BY c.last_activity_at DESC, c.id DESC LIMIT 50
    ) row
"""
HISTORY = """
    SELECT COALESCE(json_agg(row.shown), '[]')::text FROM (
        SELECT json_build_object(
            'id', m.id, 'seq', m.seq, 'version', m.version, 'body', m.body,
            'created_at', m.created_at, 'edited_at', m.edited_at, 'author', json_build_object(
                'id', author.id, 'name', author.name, 'role', author.role)) AS shown
        FROM messaging_message m JOIN core_user author ON author.id = m.author_id
        WHERE m.conversation_id = %s AND m.seq BETWEEN %s - 50 AND %s - 1 ORDER BY m.seq
    ) row
"""
VISIBLE = "SELECT last_seq + 1 FROM messaging_conversation WHERE id = %s AND client_id = %s"


def sql_list(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(WHO, [request.headers["Authorization"].removeprefix("Token ")])
        client_id = cursor.fetchone()[3]
        cursor.execute(LIST, [client_id])
        return HttpResponse(cursor.fetchone()[0], content_type="application/json")


def sql_history(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute(WHO, [request.headers["Authorization"].removeprefix("Token ")])
        client_id = cursor.fetchone()[3]
        cursor.execute(VISIBLE, [conversation_id, client_id])
        before = int(request.GET.get("before") or cursor.fetchone()[0])
        cursor.execute(HISTORY, [conversation_id, before, before])
        return HttpResponse(cursor.fetchone()[0], content_type="application/json")

"""The HTML pages of messaging.

Each page carries its first state, in the shapes of the API, so that it shows without a request.
"""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from rest_framework.request import Request

from core.models import User
from core.queries import current_epoch
from core.serializers import MeSerializer
from core.web.page_access import person_page
from core.web.pagination import NewestFirst
from core.web.requests import person
from messaging.limits import limits
from messaging.models import Conversation
from messaging.queries.conversations import conversations_for, detailed_conversation_for
from messaging.queries.history import PAGE_LIMIT, Window, history_of
from messaging.queries.unread import unread_for
from messaging.serializers.output import ConversationSerializer, HistorySerializer, UnreadSerializer


@person_page(of_company=False)
def client_messages(request: HttpRequest, conversation_id: UUID | None = None) -> HttpResponse:
    return _inbox(request, "client", conversation_id)


@person_page(of_company=False)
def client_new(request: HttpRequest) -> HttpResponse:
    return _inbox(request, "client")


@person_page(of_company=True)
def staff_messages(request: HttpRequest, conversation_id: UUID | None = None) -> HttpResponse:
    return _inbox(request, "staff", conversation_id)


@person_page(of_company=True)
def staff_new(request: HttpRequest) -> HttpResponse:
    return _inbox(request, "staff")


def _inbox(request: HttpRequest, side: str, conversation_id: UUID | None = None) -> HttpResponse:
    context = {
        "element": f"{side}-inbox",
        "module": f"messaging/pages/{side}-messages.js",
        "base": f"/{side}/messages",
        "state": first_state(request, conversation_id),
    }
    return render(request, "messaging/inbox.html", context)


def first_state(request: HttpRequest, conversation_id: UUID | None = None) -> dict[str, Any]:
    """Return the first state of a page; Http404 for a conversation that the reader may not see.

    The conversation is read before its messages. The browser asks for the changes since the
    version of the conversation, so a message that comes in between is shown twice, never missed.
    """
    reader = person(request)
    # Before the rows: rows of an older epoch under a newer name would never be dropped.
    epoch = current_epoch()
    unread = unread_for(reader)
    state: dict[str, Any] = {
        "me": {
            **MeSerializer(reader).data,
            "epoch": epoch,
            "unread_total": sum(unread.values()),
            "limits": limits(),
        },
        "unread": UnreadSerializer(unread).data,
        "conversations": _first_page(request, reader),
        "conversation": None,
        "messages": None,
    }
    if conversation_id is not None:
        conversation = detailed_conversation_for(reader, conversation_id)
        shown = ConversationSerializer(conversation, context={"reader": reader}).data
        window = _landing(shown["unread_count"], shown["unread_after_seq"])
        history = history_of(conversation, window)
        state |= {"conversation": shown, "messages": HistorySerializer(history).data}
    return state


def _landing(unread_count: int, unread_after_seq: int) -> Window:
    """Return the page of history to show first: around the first unread message, or the newest."""
    if unread_count > PAGE_LIMIT // 2:
        return Window(around=unread_after_seq + 1)
    return Window()


def _first_page(request: HttpRequest, reader: User) -> dict[str, Any]:
    """Return what `GET /conversations` answers first, with the address of the next page."""
    pages = NewestFirst()
    listed = conversations_for(reader)
    if reader.is_company:
        listed = listed.filter(status=Conversation.Status.OPEN)
    rows = pages.paginate_queryset(listed, Request(request))
    shown = ConversationSerializer(rows, many=True, context={"reader": reader}).data
    return {"results": shown, "next": _next_of(request, pages, reader)}


def _next_of(request: HttpRequest, pages: NewestFirst, reader: User) -> str | None:
    following = pages.get_next_link()
    if following is None:
        return None
    query = {"cursor": QueryDict(following.partition("?")[2])["cursor"]}
    if reader.is_company:
        query["status"] = Conversation.Status.OPEN
    return f"{reverse('conversations')}?{urlencode(query)}"

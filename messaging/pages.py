"""The HTML pages of messaging.

Each page shows its first state as HTML (messaging/rendering), before any script and without. It
also carries that state as JSON, in the shapes of the API, with which the elements go on.
"""

from copy import copy
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.models import User
from core.pages import page_before
from core.queries import current_epoch
from core.serializers import MeSerializer
from core.web import own_pages
from core.web.errors import NotAllowed
from core.web.page_access import person_page
from core.web.pagination import LatestFirst
from core.web.requests import person
from messaging.actions.availability import set_availability
from messaging.api.conversations import ByActivityOrClock
from messaging.api.filters import ConversationFilter
from messaging.api.list_query import asked_of_list, parameters_of_list
from messaging.audited import note_reading
from messaging.limits import limits
from messaging.models import Conversation
from messaging.queries.attachments import library_of
from messaging.queries.conversations import listed_for
from messaging.queries.history import PAGE_LIMIT, Window
from messaging.queries.shown import ShownConversations, shown_conversation, shown_page
from messaging.queries.unread import unread_for
from messaging.rendering import data_saver
from messaging.rendering.inbox import Pane, Side, inbox
from messaging.rendering.state_script import state_script
from messaging.rendering.zone import in_zone_of
from messaging.serializers.answers import answers_for
from messaging.serializers.output import LibraryItemSerializer, UnreadSerializer


@person_page(of_company=False)
def client_messages(request: HttpRequest, conversation_id: UUID | None = None) -> HttpResponse:
    return _inbox(request, "client", conversation_id)


@person_page(of_company=False)
def client_files(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    return _inbox(request, "client", conversation_id, shows_files=True)


@person_page(of_company=False)
def client_new(request: HttpRequest) -> HttpResponse:
    return _inbox(request, "client", is_new=True)


@person_page(of_company=True)
def staff_messages(request: HttpRequest, conversation_id: UUID | None = None) -> HttpResponse:
    return _inbox(request, "staff", conversation_id)


@person_page(of_company=True)
def staff_files(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    return _inbox(request, "staff", conversation_id, shows_files=True)


@person_page(of_company=True)
def staff_new(request: HttpRequest) -> HttpResponse:
    return _inbox(request, "staff", is_new=True)


@person_page(of_company=True)
def staff_replies(request: HttpRequest) -> HttpResponse:
    """Show the canned replies, to change them. The page asks the API for them."""
    state = {"me": MeSerializer(person(request)).data}
    return render(request, "messaging/replies.html", {"state": state})


@require_safe
def shell(request: HttpRequest, side: str, language: str) -> HttpResponse:
    """Answer the page of an inbox without a person, for the service worker.

    The browser fills it with what it keeps, when the network does not answer.
    """
    if side not in ("client", "staff") or language not in dict(settings.LANGUAGES):
        raise Http404
    nobody = {"pk": "", "name": "", "is_company": side == "staff"}
    context: dict[str, object] = {**_page_of(side), "page": f"{side}-messages", "user": nobody}
    context |= {"csrf_token": "", "is_kept_by_browsers": True}
    with translation.override(language):
        return render(request, "messaging/inbox.html", context)


def _page_of(side: str) -> dict[str, str]:
    return {
        "element": f"{side}-inbox",
        "base": f"/{side}/messages",
    }


def _scripts_of(side: Side, pane: Pane, *, shows_files: bool) -> str:
    """Return the name of a page in settings.PAGES: what it shows first comes first."""
    if side == "staff":
        return "staff-messages"
    return "client-files" if shows_files else "client-new" if pane == "new" else "client-messages"


def _inbox(
    request: HttpRequest,
    side: Side,
    conversation_id: UUID | None = None,
    *,
    is_new: bool = False,
    shows_files: bool = False,
) -> HttpResponse:
    state, base = first_state(request, conversation_id), f"/{side}/messages"
    if conversation_id and shows_files:
        state["files"] = _files(request, conversation_id)
    pane: Pane = "thread" if conversation_id else "new" if is_new else "list"
    with in_zone_of(request), data_saver.for_link_of(request):
        rendered = inbox(state, side=side, pane=pane, base=base, more=_more(state))
    context = {
        **_page_of(side), "page": _scripts_of(side, pane, shows_files=shows_files),
        "rendered": rendered, "state": state_script(state),
    }  # fmt: skip
    response = render(request, "messaging/inbox.html", context)
    data_saver.ask_for_link(response)
    return response


def _more(state: dict[str, Any]) -> str:
    """Return the address of this page with the next rows of the list, or an empty text."""
    shown = state["conversations"]
    following = _cursor_of(shown["next"])
    return f"?{urlencode({**shown['listed'], 'cursor': following})}" if following else ""


def _cursor_of(link: str | None) -> str:
    return QueryDict(link.partition("?")[2])["cursor"] if link else ""


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
            "answers": answers_for(reader),
        },
        "unread": UnreadSerializer(unread).data,
        "conversations": _first_page(request, reader),
        "conversation": None,
        "messages": None,
        "files": None,
    }
    if conversation_id is not None:
        shown = shown_conversation(reader, conversation_id)
        landing = _landing(shown["unread_count"], shown["unread_after_seq"])
        window = _asked_window(request.GET) or landing
        page = shown_page(reader, conversation_id, window)
        state |= {"conversation": shown, "messages": page}
        note_reading(reader, conversation_id)
    return state


def _files(request: HttpRequest, conversation_id: UUID) -> dict[str, Any]:
    """Return what `GET /conversations/{id}/attachments` answers first."""
    pages, without_query = LatestFirst(), copy(request)
    without_query.GET = QueryDict()
    links = library_of(person(request), Conversation.objects.filter(pk=conversation_id))
    rows = pages.paginate_queryset(links, Request(without_query))
    following = _cursor_of(pages.get_next_link())
    address = reverse("conversation-attachments", args=[conversation_id])
    return {
        "results": LibraryItemSerializer(rows, many=True).data,
        "next": f"{address}?{urlencode({'cursor': following})}" if following else None,
    }


def _landing(unread_count: int, unread_after_seq: int) -> Window:
    """Return the page of history to show first: around the first unread message, or the newest."""
    if unread_count > PAGE_LIMIT // 2:
        return Window(around=unread_after_seq + 1)
    return Window()


def _asked_window(query: QueryDict) -> Window | None:
    """Return the page of history that a link without scripts asks for, if any."""
    for side in ("before", "after"):
        seq = query.get(side, "")
        if seq.isdecimal() and len(seq) < 10:
            return Window(**{side: int(seq)})
    return None


def _first_page(request: HttpRequest, reader: User) -> dict[str, Any]:
    """Return what `GET /conversations` answers first, with the address of the next page.

    For the company, as the address of the page asks; `listed` says what that was.
    """
    pages, listed = ByActivityOrClock(), listed_for(reader)
    asked = asked_of_list(request) if reader.is_company else {}
    query = parameters_of_list(asked) if reader.is_company else {}
    if query:
        listed = ConversationFilter(data=query, queryset=listed, request=request).qs
    shown: Any = ShownConversations(listed, reader)
    rows: Any = pages.paginate_queryset(shown, _asking(request, query))
    return {"results": rows, "next": _next_of(pages, query), "listed": asked}


def _asking(request: HttpRequest, query: dict[str, str]) -> Request:
    """Return a request for the list. Of the page's own it has the cursor alone."""
    asking, given = copy(request), QueryDict(mutable=True)
    given.update(query)
    if "cursor" in request.GET:
        given["cursor"] = request.GET["cursor"]
    asking.GET = given  # type: ignore[assignment]
    return Request(asking)


def _next_of(pages: ByActivityOrClock, query: dict[str, str]) -> str | None:
    following = _cursor_of(pages.get_next_link())
    if not following:
        return None
    return f"{reverse('conversations')}?{urlencode({'cursor': following, **query})}"


@require_POST
@csrf_protect
def availability(request: HttpRequest) -> HttpResponse:
    """Record that the person is there, or away until the morning of a day, and show the page.

    The form of the profile menu, which is on every page of the company and needs no script.
    """
    if not isinstance(request.user, User):
        return redirect("login")
    if not request.user.is_company:
        return own_pages.of_refusal(NotAllowed())
    is_absent = request.POST.get("status") == "absent"
    try:
        until = _morning_of(request.POST.get("until", "")) if is_absent else None
    except ValueError:
        text = _("Choose a day that is still to come, or leave the date empty.")
        return own_pages.own_page(ValidationError.status_code, _("This day is not possible"), text)
    set_availability(request.user, is_absent=is_absent, until=until)
    return redirect(page_before(request))


def _morning_of(day: str) -> datetime | None:
    """Return when a day of the company begins; None for no day. Raises ValueError."""
    if not day:
        return None
    date = parse_date(day)
    if date is None:
        raise ValueError(day)
    morning = datetime.combine(date, time(), timezone.get_default_timezone())
    if morning <= timezone.now():
        raise ValueError(day)
    return morning

"""The page of exports, and the PDF of a conversation on screen."""

from datetime import timedelta
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from attachments.uploads.filenames import clean_name, content_disposition
from core.serializers import MeSerializer
from core.web import rate_limits
from core.web.page_access import person_page
from core.web.requests import person
from messaging.actions.exports import record_export
from messaging.exporting import thread_pdf
from messaging.queries.conversations import conversation_for
from messaging.queries.exports import exports_of
from messaging.serializers.exports import ExportSerializer

LISTED = 50
# A PDF takes up to a second and a half of a processor.
PDFS_PER_MINUTE = 10
ONE_MINUTE = timedelta(minutes=1)


@person_page(of_company=False)
def client_exports(request: HttpRequest) -> HttpResponse:
    return _exports(request)


@person_page(of_company=True)
def staff_exports(request: HttpRequest) -> HttpResponse:
    return _exports(request)


@person_page(of_company=False)
def client_pdf(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    return _pdf(request, conversation_id, with_notes=False)


@person_page(of_company=True)
def staff_pdf(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """As a client reads it, unless `?notes=1` asks for what is internal."""
    return _pdf(request, conversation_id, with_notes=request.GET.get("notes") == "1")


def _exports(request: HttpRequest) -> HttpResponse:
    reader = person(request)
    state = {
        "me": MeSerializer(reader).data,
        "exports": ExportSerializer(exports_of(reader)[:LISTED], many=True).data,
    }
    return render(request, "messaging/exports.html", {"state": state})


def _pdf(request: HttpRequest, conversation_id: UUID, *, with_notes: bool) -> HttpResponse:
    """Answer one volume of a conversation: `?part=2`, by default the first one."""
    reader = person(request)
    conversation = conversation_for(reader, conversation_id)
    rate_limits.spend("pdfs", reader.pk, at_most=PDFS_PER_MINUTE, window=ONE_MINUTE)
    volumes = thread_pdf.volumes(conversation)
    if len(volumes) > 1 and "part" not in request.GET:
        # That page lists the parts.
        return redirect(f"{request.path.removesuffix('pdf')}print")
    part = request.GET.get("part", "1")
    if not part.isdecimal() or not 1 <= int(part) <= len(volumes):
        raise Http404
    content = thread_pdf.write(conversation, reader, volumes, int(part) - 1, with_notes=with_notes)
    record_export(by=reader, conversation=conversation)
    ending = f" ({part})" if len(volumes) > 1 else ""
    internal = " " + _("internal") if with_notes else ""
    day = f"{timezone.localtime():%Y-%m-%d}"
    response = HttpResponse(content, content_type="application/pdf")
    name = clean_name(f"{conversation.subject} {day}{internal}{ending}.pdf")
    response["Content-Disposition"] = content_disposition(name)
    return response
